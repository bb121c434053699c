"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import path

from web.managing import clocks, directory_figures, failed_messages, figures, integrity, message_words, summaries

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
    path("summaries/", summaries.list_page, name="summaries"),
]
