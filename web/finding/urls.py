"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import path, re_path

from web.finding import duplicates, people, search, service
from web.finding.offer import OfferPage
from web.finding.screening import ScreeningPage
from web.finding.signpost import FollowUpPage, SignpostPage, signposts

R = r"^r/(?P<reference>[Rr]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
O = r"^r/(?P<reference>[Oo]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"  # noqa: E741
SERVICE = r"(?P<service_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
urlpatterns = [
    re_path(rf"{R}/find/$", search.find_services, name="find-services"),
    re_path(rf"{O}/reroute/$", search.reroute, name="reroute"),
    path("services/<uuid:service_id>/", service.service_page, name="service"),
    re_path(rf"{R}/offer/{SERVICE}/$", OfferPage.as_view(), name="offer"),
    re_path(rf"{R}/screening/{SERVICE}/$", ScreeningPage.as_view(), name="screening"),
    re_path(rf"{R}/signpost/$", SignpostPage.as_view(), name="signpost-elsewhere"),
    re_path(rf"{R}/signpost/{SERVICE}/$", SignpostPage.as_view(), name="signpost"),
    re_path(rf"{R}/signposts/$", signposts, name="signposts"),
    re_path(
        rf"{R}/signposts/(?P<signpost_id>[0-9]{{1,18}})/follow-up/$", FollowUpPage.as_view(), name="signpost-follow-up"
    ),
    path("people/", people.PeoplePage.as_view(), name="people"),
    path("people/duplicates/", duplicates.duplicates, name="duplicates"),
    path("people/<uuid:one>/and/<uuid:other>/", duplicates.ComparePage.as_view(), name="compare-people"),
    path("people/<uuid:person_id>/merges/", duplicates.MergesPage.as_view(), name="merges"),
]
