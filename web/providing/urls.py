"""Addresses of this part; `web/urls.py` includes them. All but the links of emails stand behind the provider's door."""

from django.urls import path, re_path

from web.providing import (
    by_link,
    checks,
    email_links,
    inbox,
    listings,
    measures,
    programmes,
    referral,
    registers,
    screening,
    sessions,
    times,
)
from web.providing.door import for_providers

REFERENCE = r"(?P<reference>[Oo]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
LINK = "<str:reference>/<str:signature>"

urlpatterns = [
    path("providing/", for_providers(inbox.inbox_page), name="providing"),
    path("providing/services/", for_providers(programmes.programmes_page), name="providing-programmes"),
    path("providing/services/<uuid:service_id>/", for_providers(programmes.programme_page), name="providing-programme"),
    path(
        "providing/services/<uuid:service_id>/places/",
        for_providers(programmes.PlacesPage.as_view()),
        name="providing-places",
    ),
    path(
        "providing/services/<uuid:service_id>/still-so/", for_providers(programmes.still_so), name="providing-still-so"
    ),
    path(
        "providing/services/<uuid:service_id>/sessions/new/",
        for_providers(sessions.NewSession.as_view()),
        name="providing-session-new",
    ),
    path("providing/sessions/", for_providers(sessions.sessions_page), name="providing-sessions"),
    path(
        "providing/sessions/<uuid:session_id>/",
        for_providers(registers.RegisterPage.as_view()),
        name="providing-register",
    ),
    path(
        "providing/sessions/<uuid:session_id>/cancel/",
        for_providers(sessions.CancelSession.as_view()),
        name="providing-session-cancel",
    ),
    path("providing/listings/", for_providers(listings.listings_page), name="providing-listings"),
    path(
        "providing/listings/<uuid:service_id>/", for_providers(listings.ListingPage.as_view()), name="providing-listing"
    ),
    path(
        "providing/listings/<uuid:service_id>/change/",
        for_providers(listings.ChangeListing.as_view()),
        name="providing-listing-change",
    ),
    path(
        "providing/listings/<uuid:service_id>/times/",
        for_providers(times.TimesPage.as_view()),
        name="providing-listing-times",
    ),
    # The same for the directory's editors, who are no providers.
    path("directory/listings/<uuid:service_id>/", listings.EditorsListing.as_view(), name="keep-listing"),
    path("directory/listings/<uuid:service_id>/change/", listings.EditorsChange.as_view(), name="keep-listing-change"),
    path("directory/listings/<uuid:service_id>/times/", times.EditorsTimes.as_view(), name="keep-listing-times"),
    path("providing/email-links/", email_links.EmailLinksPage.as_view(), name="email-links"),
    re_path(rf"^providing/{REFERENCE}/$", for_providers(referral.referral_page), name="providing-referral"),
    re_path(
        rf"^providing/{REFERENCE}/do/(?P<step>[a-z-]+)/$",
        for_providers(referral.ProviderStep.as_view()),
        name="providing-step",
    ),
    re_path(rf"^providing/{REFERENCE}/measures/$", for_providers(measures.measures_page), name="providing-measures"),
    re_path(
        rf"^providing/{REFERENCE}/measures/(?P<measure>[a-z0-9_-]+)/$",
        for_providers(measures.MeasurePage.as_view()),
        name="providing-measure",
    ),
    re_path(
        rf"^providing/{REFERENCE}/screening/$",
        for_providers(screening.ProvidersAnswers.as_view()),
        name="providing-screening",
    ),
    re_path(rf"^providing/{REFERENCE}/review/$", for_providers(measures.ReviewPage.as_view()), name="providing-review"),
    re_path(
        rf"^providing/{REFERENCE}/follow-up/$",
        for_providers(measures.FollowUpPage.as_view()),
        name="providing-follow-up",
    ),
    # The links of emails: nobody signs in.
    path("by-link/leave/", by_link.leave, name="by-link-leave"),
    path(f"by-link/{LINK}/", by_link.LinkPage.as_view(), name="by-link"),
    path(f"by-link/{LINK}/again/", by_link.LinkAgain.as_view(), name="by-link-again"),
    path(f"by-link/{LINK}/code/<uuid:pk>/", by_link.CodePage.as_view(), name="by-link-code"),
    path(f"check/{LINK}/", checks.CheckRequestView.as_view(), name="check-request"),
    path(f"check/{LINK}/<uuid:service_id>/", checks.ListingCheckView.as_view(), name="listing-check"),
]
