from django.urls import path

from insights.api.views import UptakeView

urlpatterns = [path("insights/uptake/", UptakeView.as_view(), name="uptake")]
