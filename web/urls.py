from django.urls import include, path, re_path

from web import clocks, failed_messages, integrity, keeping, messages, summaries, views
from web.home import home
from web.steps import StepPage

app_name = "web"
REFERENCE = r"(?P<reference>[A-Za-z]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
urlpatterns = [
    path("", home, name="home"),
    path("inbox/", messages.inbox_page, name="inbox"),
    path("inbox/read/", messages.mark_all_read, name="inbox-read"),
    path("messages/templates/", messages.templates_page, name="message-templates"),
    path("messages/failed/", failed_messages.failed_page, name="failed-messages"),
    path("messages/<uuid:message_id>/try-again/", failed_messages.try_again_page, name="try-again"),
    path("directory/figures/", keeping.figures_page, name="directory-figures"),
    path("integrity/", integrity.integrity_page, name="integrity"),
    path("clocks/", clocks.clocks_page, name="clocks"),
    path("runs/", clocks.runs_page, name="runs"),
    path("summaries/", summaries.list_page, name="summaries"),
    # Messages link here without a slash at the end; a person may type it with one, and in small letters.
    re_path(rf"^r/{REFERENCE}/?$", views.record, name="record"),
    re_path(rf"^r/{REFERENCE}/do/(?P<step>[a-z-]+)/$", StepPage.as_view(), name="step"),
    path("", include("web.referring.urls")),
    path("", include("web.casework.urls")),
    path("", include("web.finding.urls")),
    path("", include("web.providing.urls")),
    path("", include("web.managing.urls")),
    path("", include("web.person.urls")),
    path("", include("web.public.urls")),
    path("", include("web.account.urls")),
]
