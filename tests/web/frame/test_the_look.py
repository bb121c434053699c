"""The look is the design system's without the marks of the NHS, and asks nobody outside for anything."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test.html import parse_html

from referrals.enums import OnwardStatus, ReferralStatus
from web import words
from web.states import COLOURS, tag_of
from web.vendoring import FOLDER, VERSION

ROOT = Path(__file__).resolve().parents[3]
MACROS_ARE_FOR = {"0.10.2": "10.6.1"}
"""The release of the design system for which each release of its macros is made, as its change log says."""


def test_the_sheet_is_of_the_release_that_the_macros_are_for():
    assert MACROS_ARE_FOR[version("nhsuk-frontend-jinja")] == VERSION
    assert [path.name for path in FOLDER.parent.iterdir()] == [f"nhsuk-{VERSION}"]
    assert f"nhsuk-{VERSION}/nhsuk.min.js" in (ROOT / "web" / "static" / "web" / "app.js").read_text()


def test_nothing_of_it_is_the_marks_of_the_nhs_or_asks_another_host():
    for path in sorted([*FOLDER.rglob("*.*"), *(ROOT / "web" / "static" / "web").iterdir()]):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"Frutiger|assets\.nhs\.uk|sourceMappingURL|@import", text)
        hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"www.w3.org", "design-system.service.gov.uk"}
        assert (path.name, found, hosts) == (path.name, [], set())


def test_every_icon_that_the_sheet_asks_for_is_there():
    sheet = (FOLDER / "nhsuk.min.css").read_text(encoding="utf-8")
    asked = set(re.findall(r"url\((?!data:)([^)]+)\)", sheet))
    assert len(asked) == 4
    assert all(finders.find(f"vendor/nhsuk-{VERSION}/{path}") for path in asked)


SHOWN_ALONE = """
{% import "web/parts/macros.jinja" as part %}
{% from "nhsuk/components/button/macro.jinja" import button %}
{% from "nhsuk/components/select/macro.jinja" import select %}
{% from "nhsuk/components/tag/macro.jinja" import tag %}
"""
WRITTEN_TWICE = {
    "a state": (
        """{{ part.tag({"text": "Late & <long>", "colour": "red"}) }}""",
        """{{ tag({"text": "Late & <long>", "classes": "nhsuk-tag--red"}) }}""",
    ),
    "a list": (
        """{{ part.choose("by", "Told <apart> by", [{"value": "a", "text": "A & B"}, {"value": "", "text": "C",
        "selected": true}], id="id_by") }}""",
        """{{ select({"id": "id_by", "name": "by", "label": {"text": "Told <apart> by"}, "items": [{"value": "a",
        "text": "A & B"}, {"value": "", "text": "C", "selected": true}]}) }}""",
    ),
    "a button that asks": (
        """{{ part.ask_for("Show", "nhsuk-button--small") }}""",
        """{{ button({"text": "Show", "classes": "nhsuk-button--secondary nhsuk-button--small"}) }}""",
    ),
    "a button that leads": (
        """{{ part.way_to("/refer/?a=1&b=2", "Refer & go") }}""",
        """{{ button({"href": "/refer/?a=1&b=2", "text": "Refer & go"}) }}""",
    ),
}
"""What lists and figures write themselves, a hundred times faster, and the design system's macro for it."""


@pytest.mark.parametrize("name", WRITTEN_TWICE)
def test_what_is_written_plainly_is_what_the_design_system_writes(name):
    ours, theirs = (
        parse_html(engines["jinja2"].from_string(SHOWN_ALONE + text).render()) for text in WRITTEN_TWICE[name]
    )
    assert ours == theirs


def test_every_state_has_words_and_a_colour():
    assert set(COLOURS["referral"]) == set(ReferralStatus.values)
    assert set(COLOURS["onward"]) == set(OnwardStatus.values)
    assert tag_of("referral", "active").text == "Being supported"
    assert tag_of("onward", "declined", said="Declined by the provider: full").text == "Declined by the provider: full"
    assert tag_of("clock", "overdue").text == "Overdue"
    with pytest.raises(KeyError):
        tag_of("referral", "lost")


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Goals met", "goals met"),
        ("A provider asks you something", "a provider asks you something"),
        ("NHS trust", "NHS trust"),
        ("GP practice", "GP practice"),
        ("ONS4: personal wellbeing", "ONS4: personal wellbeing"),
    ],
)
def test_a_label_in_a_sentence_loses_its_capital_and_letters_that_stand_for_words_keep_theirs(label, said):
    assert words.in_a_sentence(label) == said


@pytest.mark.django_db
def test_the_menu_marks_the_part_of_the_work_that_a_page_lies_in(cast, browser_of, read):
    def marked(user, path):
        found = re.findall(
            r'<a class="nhsuk-header__navigation-link"[^>]*aria-current="(\w+)">(.*?)</a>',
            read(browser_of(user), path).html,
        )
        return [(title, how) for how, title in found]

    service = f"/providing/services/{cast.walking.pk}/"
    assert {
        "/": marked(cast.provider, "/"),
        "/providing/": marked(cast.provider, "/providing/"),
        "a programme": marked(cast.provider, service),
        "its listing": marked(cast.provider, f"/providing/listings/{cast.walking.pk}/"),
        "/people/duplicates/": marked(cast.lead, "/people/duplicates/"),
        "of no part": marked(cast.lead, "/inbox/"),
    } == {
        "/": [("Home", "page")],
        "/providing/": [("People sent to us", "page")],
        "a programme": [("Programmes", "true")],
        "its listing": [("Programmes", "true")],
        "/people/duplicates/": [("People", "true")],
        "of no part": [],
    }


@pytest.mark.django_db
def test_what_is_for_other_systems_is_not_at_the_foot_of_pages_for_anybody(client, read):
    leads = {
        path: "/api/v1/docs/" in read(client, path).links for path in ("/about/", "/directory/", "/self-referral/you/")
    }
    assert leads == {"/about/": True, "/directory/": False, "/self-referral/you/": False}
