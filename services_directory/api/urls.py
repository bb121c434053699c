from django.urls import path
from rest_framework.routers import SimpleRouter

from services_directory.api.suitability import ServiceRulesView
from services_directory.api.views import NeedViewSet, ServiceViewSet

router = SimpleRouter()
router.register("services", ServiceViewSet, basename="service")
router.register("needs", NeedViewSet, basename="need")

urlpatterns = [
    *router.urls,
    path("services/<uuid:pk>/rules/", ServiceRulesView.as_view(), name="service-rules"),
]
