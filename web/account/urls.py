"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
