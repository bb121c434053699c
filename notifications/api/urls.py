from django.urls import path
from rest_framework.routers import SimpleRouter

from notifications.api.members import MemberLinkView, TeamMembersView
from notifications.api.receipts import NotifyReceiptsView
from notifications.api.views import InboxViewSet, MyChoicesView, TeamChoicesView
from notifications.api.webhooks import WebhookViewSet

router = SimpleRouter(use_regex_path=False)
router.register("inbox", InboxViewSet, basename="inbox")
router.register("webhooks", WebhookViewSet, basename="webhooks")

urlpatterns = [
    path("notify/receipts/", NotifyReceiptsView.as_view(), name="notify-receipts"),
    path("me/notifications/", MyChoicesView.as_view(), name="my-notifications"),
    path("teams/<uuid:pk>/notifications/", TeamChoicesView.as_view(), name="team-notifications"),
    path("teams/<uuid:pk>/members/", TeamMembersView.as_view(), name="team-members"),
    path("teams/<uuid:pk>/members/<uuid:member_id>/link/", MemberLinkView.as_view(), name="team-member-link"),
    *router.urls,
]
