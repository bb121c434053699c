from django.urls import path
from rest_framework.routers import SimpleRouter

from insights.api.clocks import ClocksView
from insights.api.directory import DirectoryFiguresView, GapsView, ListingsOfAFigureView
from insights.api.figures import FunnelView, OutcomesView, ResponsesView, WaitsView
from insights.api.integrity import IntegrityView
from insights.api.runs import RunsView
from insights.api.summaries import SummaryViewSet
from insights.api.views import UptakeView

router = SimpleRouter()
router.register("insights/summaries", SummaryViewSet, basename="summary")

urlpatterns = [
    *router.urls,
    path("insights/uptake/", UptakeView.as_view(), name="uptake"),
    path("insights/funnel/", FunnelView.as_view(), name="funnel"),
    path("insights/waits/", WaitsView.as_view(), name="waits"),
    path("insights/responses/", ResponsesView.as_view(), name="responses"),
    path("insights/outcomes/", OutcomesView.as_view(), name="outcomes"),
    path("insights/integrity/", IntegrityView.as_view(), name="integrity"),
    path("insights/clocks/", ClocksView.as_view(), name="clocks"),
    path("insights/runs/", RunsView.as_view(), name="runs"),
    path("directory/figures/", DirectoryFiguresView.as_view(), name="directory-figures"),
    path("directory/figures/listings/", ListingsOfAFigureView.as_view(), name="directory-figures-listings"),
    path("directory/figures/gaps/", GapsView.as_view(), name="directory-figures-gaps"),
]
