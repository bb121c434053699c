"""A referral with a marker in every field that holds something personal is taken the whole way, and along every other.

Then all that was written to tell somebody is searched for the markers: the rows of the outbox, the words that are made
of them, and the answers of everybody's inbox. The last tests plant a message that gives a name away, and demand that
the search finds it.
"""

import datetime as dt
import json
from string import Template
from typing import Any

import pytest

from notifications import templates
from notifications.catalogue import FOR_INBOXES
from notifications.digests import compose_digest
from notifications.models import OutboxMessage
from notifications.templates import TEMPLATES, MessageTemplate, compose
from referrals import announcements
from referrals.models import Referral
from tests.conftest import NOW
from tests.privacy.conftest import given_away

pytestmark = pytest.mark.django_db


def all_that_is_told(cast, as_user) -> str:
    """Everything that leaves, or is read in an inbox, in one text."""
    rows = list(OutboxMessage.objects.values("event_key", "template", "context", "failure", "recipient"))
    composed = [compose(row["template"], row["context"]) for row in rows]
    digest = compose_digest((row["template"], row["context"]) for row in rows if row["template"] in FOR_INBOXES)
    texts = [json.dumps(rows), *(f"{text.subject}\n{text.body}" for text in (*composed, digest))]
    for user in cast.everyone.values():
        path = "/api/v1/inbox/?page_size=100"
        while path:
            page = as_user(user).get(path)
            texts.append(page.content.decode())
            path = page.json()["next"]
    return "\n".join(texts)


def test_nothing_personal_is_in_any_message_whatever_happens(cast, life, as_user, time_machine, markers):
    life.live()
    time_machine.move_to(NOW + dt.timedelta(days=100))

    told = set(OutboxMessage.objects.values_list("template", flat=True))
    by_other_ways = {"self_referral_code", "self_referral_received", "self_referral_question", "self_referral_update"}
    by_other_ways |= {"listing_proposed", "listing_decided", "listings_to_check", "listings_still_to_check"}
    by_other_ways |= {"listing_reported"}  # of the public door and of the directory: nobody's health is near
    by_other_ways |= {"password_reset", "account_changed", "code_reused"}  # of a user: tests/web/account
    by_other_ways |= {"person_link", "person_said_no", "person_wrote"}  # of the person's own page: tests/own_page
    by_other_ways |= {"account_made", "team_joined"}  # of a colleague: tests/teams
    by_other_ways |= {"team_link_code", "team_link_again"}  # of a mailbox: tests/doors
    by_other_ways |= {"webhook_disabled"}  # of a system: tests/webhooks
    by_other_ways |= {"weekly_summary", "monthly_summary"}  # of a period: tests/tracking
    assert set(TEMPLATES) - told == by_other_ways
    assert len(markers.words) > 150
    assert given_away(all_that_is_told(cast, as_user), markers) == []


def test_the_markers_are_really_there(cast, life, as_user, markers):
    """Else the search would find nothing because nothing was hidden: whoever may read the referral reads them all."""
    referral = life.refer()
    held = as_user(cast.link_worker).get(f"/api/v1/referrals/{referral.reference}/dapb4066/").content.decode()
    whole = held + as_user(cast.link_worker).get(f"/api/v1/referrals/{referral.reference}/record/").content.decode()
    whole += as_user(cast.link_worker).get(f"/api/v1/referrals/{referral.reference}/").content.decode()
    hidden = [word for word in markers.words if word.startswith(("zq", "Zq"))]
    assert [word for word in hidden if word not in given_away(whole, markers)] == []


def plant(monkeypatch, news: str, **changes: Any) -> None:
    """Replace the words of one message by such as give something away."""
    planted = MessageTemplate(subject="Your referral $reference has been accepted", news=news, **changes)
    monkeypatch.setattr(templates, "TEMPLATES", {**TEMPLATES, "referral_accepted": planted})


def test_a_planted_name_is_found_in_the_row_in_the_words_and_in_the_inbox(cast, life, as_user, markers, monkeypatch):
    plant(monkeypatch, "A link worker has accepted $name.")
    usual = announcements._context

    def with_the_name(subject: Any, template: str) -> dict[str, str]:
        context = usual(subject, template)
        return context | {"name": subject.first_name} if template == "referral_accepted" else context

    monkeypatch.setattr(announcements, "_context", with_the_name)
    life.referral_at("accepted")
    assert given_away(all_that_is_told(cast, as_user), markers) == ["Zqrosina"]


def test_a_planted_service_is_found_in_words_that_take_nothing(cast, life, as_user, markers, monkeypatch):
    plant(monkeypatch, "Referral $reference goes to the walking  group.", body=Template("$news"))
    life.referral_at("accepted")
    assert given_away(all_that_is_told(cast, as_user), markers) == ["Walking group"]


def test_what_a_caller_adds_to_a_message_is_refused_with_the_step(cast, life, monkeypatch):
    """The words as they are: a name in the context stops the step, and nothing has happened."""
    usual = announcements._context
    monkeypatch.setattr(announcements, "_context", lambda *args: usual(*args) | {"name": "Zqrosina"})
    monkeypatch.setattr(announcements, "AFTER_REFERRAL_STEP", announcements.AFTER_REFERRAL_STEP | {"submit": ()})
    referral = life.refer()
    with pytest.raises(ValueError, match="takes exactly"):
        life.step(referral, "accept", "link_worker")
    assert OutboxMessage.objects.count() == 0
    assert Referral.objects.get(pk=referral.pk).status == "submitted"


# --- What is no reference and no date cannot pass as one ---

PERSONAL = [
    "Rose", "Rose Okafor", "OKAFOR", "okafor", "Mrs R. Okafor MBE", "O'Brien", "Ó Briain", "999 000 0018", "9990000018",
    "1951-03-27", "27 March 1951", "27/03/1951", "SK5 8BS", "SK58BS", "11 Allotment Row", "Flat 2\nStockport",
    "0161 496 0111", "+447700900123", "rose@people.example", "lonely", "depression", "F32.9", "413350009", "R-ROSE",
    "R-OKAFO-RROSE-A", "r-7k3m9-qxd24", "R-7K3M9-QXD24 Rose", "Rose R-7K3M9-QXD24", "R-7K3M9-QXD24\n", "R-7K3M9QXD24",
    "R-7K3M9-QXD2O", "R-7K3M9-QXD2I", "RRRR-7K3M9-QXD24", "\uff32-7K3M9-QXD24", "R-7K3M9-QXD2\u0664", "", " ", "None",
]  # fmt: skip


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_no_template_takes_a_name_a_number_a_place_or_a_condition(template):
    whole = {name: "R-7K3M9-QXD24" if name == "reference" else "2026-11-05" for name in TEMPLATES[template].context}
    templates.check(template, whole)
    for name in whole:
        for value in PERSONAL:
            if name == "due_on" and value == "1951-03-27":
                continue  # it is a date: which one is the caller's, and the test above looks
            with pytest.raises(ValueError, match=r"The reference has not|due_on is not") as refusal:
                templates.check(template, whole | {name: value})
            assert not value.strip() or value not in str(refusal.value)
    for added in ("name", "first_name", "need", "condition", "address", "telephone", "note", "url", "Reference"):
        with pytest.raises(ValueError, match="takes exactly"):
            templates.check(template, whole | {added: "x"})


def test_the_words_of_a_template_have_no_place_for_anything_else():
    """By structure: a subject and its news take a reference and a date; what stands around them, nothing of anybody."""
    for name, words in TEMPLATES.items():
        inside = {*Template(words.subject).get_identifiers(), *Template(words.news).get_identifiers()}
        assert (inside - {"reference", "due_on"}, name) == (set(), name)
        assert (set(words.body.get_identifiers()) - {"news", "link", "service", "code"}, name) == (set(), name)
