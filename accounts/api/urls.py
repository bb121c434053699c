from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api.views import (
    CurrentTokenView,
    EmailLinkView,
    MeView,
    OrganizationViewSet,
    TeamViewSet,
    TokensView,
)

router = SimpleRouter()
router.register("teams", TeamViewSet, basename="team")
router.register("organizations", OrganizationViewSet, basename="organization")

urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/current/", CurrentTokenView.as_view(), name="current-token"),
    path("teams/<uuid:pk>/email-link/", EmailLinkView.as_view(), name="team-email-link"),
    *router.urls,
]
