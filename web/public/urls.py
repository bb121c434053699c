"""Addresses of this part; `web/urls.py` includes them. Nobody signs in at any of them."""

from django.urls import path

from web.public import self_referral
from web.public.directory import directory, directory_service
from web.public.wrong import ReportPage, reported

urlpatterns = [
    path("directory/", directory, name="directory"),
    path("directory/<uuid:service_id>/", directory_service, name="directory-service"),
    path("directory/<uuid:service_id>/wrong/", ReportPage.as_view(), name="directory-wrong"),
    path("directory/<uuid:service_id>/wrong/thanks/", reported, name="directory-wrong-thanks"),
    path("self-referral/", self_referral.begin, name="self-referral"),
    path("self-referral/you/", self_referral.AboutYouPage.as_view(), name="self-referral-you"),
    path("self-referral/wishes/", self_referral.WishesPage.as_view(), name="self-referral-wishes"),
    path("self-referral/check/", self_referral.CheckPage.as_view(), name="self-referral-check"),
    path("self-referral/code/", self_referral.CodePage.as_view(), name="self-referral-code"),
    path("self-referral/done/", self_referral.done, name="self-referral-done"),
    path("self-referral/start-again/", self_referral.start_again, name="self-referral-start-again"),
]
