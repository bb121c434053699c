"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import path, re_path

from web.managing import (
    clocks,
    directory_figures,
    failed_messages,
    figures,
    integrity,
    message_words,
    proposals,
    summaries,
    teams,
    unusual_readings,
    who_looked,
)
from web.record.why import WhyPage

REFERRAL = r"(?P<reference>R-[2-9A-Z]{5}-[2-9A-Z]{5})"
PROPOSAL = r"(?P<reference>L-[2-9A-Z]{5}-[2-9A-Z]{5})"
urlpatterns = [
    path("figures/", figures.overview_page, name="figures"),
    path("figures/<slug:name>/", figures.figures_page, name="figures-of"),
    path("figures/<slug:name>/csv/", figures.figures_csv, name="figures-csv"),
    path("clocks/", clocks.clocks_page, name="clocks"),
    path("runs/", clocks.runs_page, name="runs"),
    path("integrity/", integrity.integrity_page, name="integrity"),
    path("messages/templates/", message_words.words_page, name="message-templates"),
    path("messages/failed/", failed_messages.failed_page, name="failed-messages"),
    path("messages/<uuid:message_id>/try-again/", failed_messages.try_again_page, name="try-again"),
    path("directory/figures/", directory_figures.figures_page, name="directory-figures"),
    path("directory/figures/gaps/csv/", directory_figures.gaps_csv, name="gaps-csv"),
    path("teams/", teams.list_page, name="teams"),
    path("teams/<uuid:pk>/", teams.team_page, name="team"),
    path("teams/<uuid:pk>/add/", teams.AddPage.as_view(), name="team-add"),
    path("teams/<uuid:pk>/members/<uuid:member_id>/link/", teams.send_link, name="team-send-link"),
    path("teams/<uuid:pk>/members/<uuid:member_id>/leave/", teams.LeavePage.as_view(), name="team-leave"),
    path("teams/<uuid:pk>/members/<uuid:member_id>/role/", teams.RolePage.as_view(), name="team-end-role"),
    path("directory/proposals/", proposals.list_page, name="proposals"),
    re_path(rf"^directory/proposals/{PROPOSAL}/decline/$", proposals.DeclinePage.as_view(), name="proposal-decline"),
    re_path(
        rf"^directory/proposals/{PROPOSAL}/(?P<decision>publish|withdraw)/$", proposals.decide, name="proposal-decide"
    ),
    path("summaries/", summaries.list_page, name="summaries"),
    path("unusual-readings/", unusual_readings.list_page, name="unusual-readings"),
    path("why-open/", WhyPage.as_view(), name="why-open"),
    re_path(rf"^r/{REFERRAL}/who-looked/$", who_looked.list_page, name="who-looked"),
    re_path(rf"^r/{REFERRAL}/who-looked/ask-why/$", who_looked.RestrictPage.as_view(), name="restrict-record"),
]
