"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import URLPattern, path, re_path

from web.person import pages, slip

REFERENCE = r"(?P<reference>[A-Za-z]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
urlpatterns: list[URLPattern] = [
    # The one address with the secret in it, and short, because somebody types it from paper.
    path("p/<str:token>/", pages.DoorPage.as_view(), name="own-page-door"),
    path("your-page/", pages.OwnPageView.as_view(), name="own-page"),
    path("your-page/contact/", pages.ReachedPage.as_view(), name="own-page-contact"),
    path("your-page/help/", pages.NeedsPage.as_view(), name="own-page-needs"),
    path("your-page/wish/", pages.WishPage.as_view(), name="own-page-wish"),
    path("your-page/no-thanks/", pages.NoThanksPage.as_view(), name="own-page-no-thanks"),
    path("your-page/go-on/", pages.ChangeMindPage.as_view(), name="own-page-go-on"),
    path("your-page/who-sees-this/", pages.WhoSeesView.as_view(), name="own-page-who-sees"),
    path("your-page/close/", pages.LeaveView.as_view(), name="own-page-close"),
    re_path(rf"^r/{REFERENCE}/own-page/$", slip.slip_page, name="own-page-slip"),
    re_path(rf"^r/{REFERENCE}/own-page/new-link/$", slip.NewLinkPage.as_view(), name="own-page-new-link"),
]
