from django.urls import include, path, re_path

from web import messages, views
from web.home import home
from web.steps import StepPage

app_name = "web"
REFERENCE = r"(?P<reference>[A-Za-z]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
urlpatterns = [
    path("", home, name="home"),
    path("inbox/", messages.inbox_page, name="inbox"),
    path("inbox/read/", messages.mark_all_read, name="inbox-read"),
    # Messages link here without a slash at the end; a person may type it with one, and in small letters.
    re_path(rf"^r/{REFERENCE}/?$", views.record, name="record"),
    re_path(rf"^r/{REFERENCE}/do/(?P<step>[a-z-]+)/$", StepPage.as_view(), name="step"),
    path("", include("web.referring.urls")),
    path("", include("web.casework.urls")),
    path("", include("web.finding.urls")),
    path("", include("web.providing.urls")),
    path("", include("web.managing.urls")),
    path("", include("web.keeping.urls")),
    path("", include("web.person.urls")),
    path("", include("web.public.urls")),
    path("", include("web.account.urls")),
]
