# One image for web, worker and beat; docker-compose.yml says which of them a container is.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=config.settings STATIC_ROOT=/srv/static
WORKDIR /srv/app

COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -c requirements.lock -r requirements.lock

COPY . .
# The settings want a database and a broker; collecting static files asks neither anything.
RUN DEPLOYMENT=production SECRET_KEY=only-to-collect-files DATABASE_URL=postgres://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1/0 \
    python manage.py collectstatic --noinput \
 && useradd --system --no-create-home --shell /usr/sbin/nologin service

USER service
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "1", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "5", "config.wsgi:application"]
