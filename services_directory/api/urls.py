from django.urls import path
from rest_framework.routers import SimpleRouter

from services_directory.api.capacity import CapacityViewSet
from services_directory.api.places import NeighbourhoodViewSet, PostcodeViewSet
from services_directory.api.proposals import ProposalViewSet
from services_directory.api.reader_reports import ReaderReportsView
from services_directory.api.rule_sets import RuleSetViewSet
from services_directory.api.spreadsheets import SpreadsheetView
from services_directory.api.suitability import ServiceRulesView
from services_directory.api.views import NeedViewSet, ServiceViewSet

router = SimpleRouter()
router.register("services", ServiceViewSet, basename="service")
router.register("needs", NeedViewSet, basename="need")
router.register("postcodes", PostcodeViewSet, basename="postcode")
router.register("neighbourhoods", NeighbourhoodViewSet, basename="neighbourhood")

_capacity = CapacityViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"})
router.register("directory/proposals", ProposalViewSet, basename="proposal")
router.register("directory/rule-sets", RuleSetViewSet, basename="rule-set")

urlpatterns = [
    *router.urls,
    path("services/<str:service_id>/capacity/", _capacity, name="service-capacity"),
    path("services/<uuid:pk>/reports/", ReaderReportsView.as_view(), name="service-reports"),
    path("directory/services.csv", SpreadsheetView.as_view(), name="services-spreadsheet"),
    path("services/<uuid:pk>/rules/", ServiceRulesView.as_view(), name="service-rules"),
]
