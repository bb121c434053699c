"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import path

from web.keeping import forgetting, held, readings

urlpatterns = [
    path("to-forget/", forgetting.list_page, name="to-forget"),
    path("to-forget/<uuid:pk>/", forgetting.DecidePage.as_view(), name="decide-to-forget"),
    path("who-looked/", readings.FindPage.as_view(), name="find-readings"),
    path("held/", held.HeldPage.as_view(), name="held"),
]
