"""Settings, URLs, Celery and WSGI. The only room that may import from every other."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
