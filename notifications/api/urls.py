from django.urls import path
from rest_framework.routers import SimpleRouter

from notifications.api.views import InboxViewSet, MyChoicesView, TeamChoicesView

router = SimpleRouter(use_regex_path=False)
router.register("inbox", InboxViewSet, basename="inbox")

urlpatterns = [
    path("me/notifications/", MyChoicesView.as_view(), name="my-notifications"),
    path("teams/<uuid:pk>/notifications/", TeamChoicesView.as_view(), name="team-notifications"),
    *router.urls,
]
