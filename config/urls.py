"""Every URL of the service."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.api.oauth import give_token
from core import problems
from core.api import SchemaView
from core.views import alive
from insights.api.watch import metrics, ready
from services_directory.publishing.views import Root
from web.account.pages import api_documentation

api_v1: list[URLPattern | URLResolver] = [
    # First, because addresses are tried one after another; and before the directory's own: its services, here with what
    # they are for the person of a referral (docs/adr/0013).
    path("", include("referrals.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("notifications.api.urls")),
    path("", include("services_directory.api.urls")),
    path("", include("insights.api.urls")),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", api_documentation, name="docs"),
]
urlpatterns = [
    path("api/v1/", include(api_v1)),
    path("oauth/token", give_token, name="machine-token"),
    path("open-referral/v3", Root.as_view()),
    path("open-referral/v3/", include("services_directory.publishing.urls")),
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("", include("web.urls")),
    path("", include("web.account.names")),
]
handler400 = problems.bad_request
handler404 = problems.page_not_found
handler500 = problems.server_error
