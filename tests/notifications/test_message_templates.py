"""What a message may say, and what it never can."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core.signed_links import is_signed
from notifications.templates import LISTING_CHECK, TEMPLATES, check, compose
from tests.notifications.post_office import REFERENCE

EVERY_TEMPLATE = sorted(TEMPLATES)
BY_LINK_ALONE = {"listings_to_check", "listings_still_to_check"}
WITH_A_DATE = {"referral_arrived", "onward_arrived", *BY_LINK_ALONE}


def context_for(template):
    return {"reference": REFERENCE} | ({"due_on": "2026-11-05"} if template in WITH_A_DATE else {})


def test_these_messages_exist():
    assert EVERY_TEMPLATE == [
        "consent_withdrawn",
        "listing_decided",
        "listing_proposed",
        "listing_reported",
        "listings_still_to_check",
        "listings_to_check",
        "onward_accepted",
        "onward_answered",
        "onward_arrived",
        "onward_declined",
        "onward_ended",
        "onward_expired",
        "onward_question",
        "onward_waitlisted",
        "onward_withdrawn",
        "referral_accepted",
        "referral_answered",
        "referral_arrived",
        "referral_back",
        "referral_closed",
        "referral_ended",
        "referral_in_error",
        "referral_question",
        "referral_redirected",
        "referral_rejected",
        "referral_reopened",
        "referral_withdrawn",
    ]


def test_a_message_says_that_there_is_news_and_where():
    text = compose("referral_arrived", {"reference": "R-7K3M9-QXD24", "due_on": "2026-11-05"})

    assert text.subject == "A referral is waiting for triage: R-7K3M9-QXD24"
    assert text.body == (
        "Hello,\n"
        "\n"
        "A new referral, R-7K3M9-QXD24, has come to your team. Please look at it by 5 November 2026.\n"
        "\n"
        "You can see it here, once you have signed in:\n"
        f"{settings.PUBLIC_URL}/r/R-7K3M9-QXD24\n"
        "\n"
        "To keep the person's details private, this message says nothing about them.\n"
        "Please do not reply to it: nobody reads this mailbox.\n"
        "\n"
        f"{settings.SERVICE_NAME}\n"
    )


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_no_template_can_be_filled_with_anything_but_the_reference_and_a_date(template):
    assert TEMPLATES[template].context == set(context_for(template))
    assert TEMPLATES[template].context <= {"reference", "due_on"}


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_every_template_is_filled_completely(template):
    text = compose(template, context_for(template))

    assert REFERENCE in text.subject
    assert re.findall(r"^http\S+$", text.body, flags=re.MULTILINE) == [TEMPLATES[template].link(REFERENCE)]
    assert "$" not in text.subject + text.body
    assert "\n" not in text.subject


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_a_link_needs_a_sign_in_unless_its_message_says_otherwise(template):
    """Only what asks about listings, which are public, opens to whoever holds the link."""
    text = compose(template, context_for(template))
    link = TEMPLATES[template].link(REFERENCE)
    if template in BY_LINK_ALONE:
        start, _, signature = link.removesuffix("/").rpartition("/")
        assert start == f"{settings.PUBLIC_URL}/check/{REFERENCE}"
        assert is_signed(REFERENCE, signature, purpose=LISTING_CHECK)
        assert "without signing in" in text.body
    else:
        assert link in {f"{settings.PUBLIC_URL}/r/{REFERENCE}", f"{settings.PUBLIC_URL}/directory/figures/"}
        assert "once you have signed in" in text.body


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
@pytest.mark.parametrize("name", ["name", "first_name", "need", "condition", "service", "reason", "link", "note"])
def test_anything_else_is_refused(template, name):
    with pytest.raises(ValueError, match="takes exactly"):
        check(template, context_for(template) | {name: "Ada Archer, frail after a fall"})


def test_a_missing_date_is_refused():
    with pytest.raises(ValueError, match="takes exactly"):
        check("referral_arrived", {"reference": REFERENCE})


def test_an_unknown_template_is_refused():
    with pytest.raises(ValueError, match="There is no template 'birthday'"):
        check("birthday", {"reference": REFERENCE})


@pytest.mark.parametrize(
    "reference", ["", "Ada Archer", "R-7K3M9-QXD2", "R-7K3M9-QXD24 (Ada)", "R-7K3M9-QXD24\nBcc: all@x.example", "1"]
)
def test_what_is_no_reference_cannot_pass_as_one(reference):
    with pytest.raises(ValueError, match="The reference has not the form") as refusal:
        check("referral_accepted", {"reference": reference})
    assert "Ada" not in str(refusal.value)


@pytest.mark.parametrize("due_on", ["", "Ada Archer", "5 November", "2026-13-01"])
def test_what_is_no_date_cannot_pass_as_one(due_on):
    with pytest.raises(ValueError, match="due_on is not an ISO date"):
        check("referral_arrived", {"reference": REFERENCE, "due_on": due_on})


def test_the_document_lists_every_template():
    document = (Path(settings.BASE_DIR) / "docs" / "messages.md").read_text()
    assert [template for template in EVERY_TEMPLATE if f"`{template}`" not in document] == []
