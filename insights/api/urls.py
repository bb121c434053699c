from django.urls import path

from insights.api.directory import DirectoryFiguresView, GapsView, ListingsOfAFigureView
from insights.api.views import UptakeView

urlpatterns = [
    path("insights/uptake/", UptakeView.as_view(), name="uptake"),
    path("directory/figures/", DirectoryFiguresView.as_view(), name="directory-figures"),
    path("directory/figures/listings/", ListingsOfAFigureView.as_view(), name="directory-figures-listings"),
    path("directory/figures/gaps/", GapsView.as_view(), name="directory-figures-gaps"),
]
