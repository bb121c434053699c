from django.urls import path, re_path

from services_directory.publishing import views

app_name = "open-referral"
names = "|".join(views.LISTS)
urlpatterns = [
    path("", views.Root.as_view(), name="root"),
    re_path(r"^openapi\.json/?$", views.OpenApi.as_view(), name="openapi"),
    re_path(rf"^(?P<name>{names})/?$", views.List.as_view(), name="list"),
    re_path(rf"^(?P<name>{names})/(?P<own_id>[^/]+)/?$", views.Detail.as_view(), name="detail"),
    re_path(r"^(?P<path>.*)$", views.Nothing.as_view(), name="nothing"),
]
