from django.urls import path
from rest_framework.routers import SimpleRouter

from services_directory.api.proposals import ProposalViewSet
from services_directory.api.spreadsheets import SpreadsheetView
from services_directory.api.views import NeedViewSet, ServiceViewSet

router = SimpleRouter()
router.register("services", ServiceViewSet, basename="service")
router.register("needs", NeedViewSet, basename="need")
router.register("directory/proposals", ProposalViewSet, basename="proposal")

urlpatterns = [
    *router.urls,
    path("directory/services.csv", SpreadsheetView.as_view(), name="services-spreadsheet"),
]
