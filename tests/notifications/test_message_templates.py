"""What a message may say, and what it never can."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core.links import token_of
from core.signed_links import code_of, is_code_of, is_signed
from notifications.templates import (
    LISTING_CHECK,
    PASSWORD_RESET,
    PERSONS_PAGE,
    SELF_REFERRAL_CODE,
    TEAM_LINK,
    TEMPLATES,
    check,
    compose,
)
from notifications.templates.bodies import ABOUT_A_PERSON
from tests.notifications.post_office import REFERENCE

EVERY_TEMPLATE = sorted(TEMPLATES)
BY_LINK_ALONE = {"listings_to_check", "listings_still_to_check"}
WITH_A_DATE = {
    "consent_ends_soon", "referral_arrived", "onward_arrived", "discharge_unconfirmed", "referral_held",
    "referral_home", "weekly_summary", "monthly_summary", "onward_reminder", "onward_unanswered", "clock_breached",
    "appointment_reminder", "appointment_missed", "person_link", *BY_LINK_ALONE,
}  # fmt: skip
WITH_A_CODE = {"self_referral_code", "team_link_code"}
TO_THE_PERSON = {
    "self_referral_received", "self_referral_question", "self_referral_update", "appointment_reminder",
    "appointment_missed", *WITH_A_CODE,
}  # fmt: skip
"""The person who is referred has no account: no link would open to them. Nor does a code lead anywhere."""


def link_of(template):
    """Where a message leads. The link to a person's own page is made from its last day, too."""
    return TEMPLATES[template].link(f"{REFERENCE}/2026-11-05" if template == "person_link" else REFERENCE)


def context_for(template):
    return {"reference": REFERENCE} | ({"due_on": "2026-11-05"} if template in WITH_A_DATE else {})


def test_these_messages_exist():
    assert EVERY_TEMPLATE == [
        "account_changed",
        "account_made",
        "appointment_missed",
        "appointment_reminder",
        "clock_breached",
        "code_reused",
        "consent_ends_soon",
        "consent_expired",
        "consent_withdrawn",
        "discharge_unconfirmed",
        "listing_decided",
        "listing_proposed",
        "listing_reported",
        "listings_still_to_check",
        "listings_to_check",
        "message_back",
        "message_back_in_error",
        "monthly_summary",
        "onward_accepted",
        "onward_answered",
        "onward_arrived",
        "onward_back",
        "onward_declined",
        "onward_ended",
        "onward_expired",
        "onward_held",
        "onward_question",
        "onward_reminder",
        "onward_unanswered",
        "onward_waitlisted",
        "onward_withdrawn",
        "password_reset",
        "person_link",
        "person_said_no",
        "person_wrote",
        "referral_accepted",
        "referral_answered",
        "referral_arrived",
        "referral_back",
        "referral_closed",
        "referral_ended",
        "referral_held",
        "referral_home",
        "referral_in_error",
        "referral_note",
        "referral_question",
        "referral_redirected",
        "referral_rejected",
        "referral_reopened",
        "referral_withdrawn",
        "self_referral_code",
        "self_referral_question",
        "self_referral_received",
        "self_referral_update",
        "team_joined",
        "team_link_again",
        "team_link_code",
        "webhook_disabled",
        "weekly_summary",
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

    assert (REFERENCE in text.subject) == (template not in WITH_A_CODE)
    links = [] if template in TO_THE_PERSON else [link_of(template)]
    assert re.findall(r"^http\S+$", text.body, flags=re.MULTILINE) == links
    assert "$" not in text.subject + text.body
    assert "\n" not in text.subject


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_a_link_needs_a_sign_in_unless_its_message_says_otherwise(template):
    """What asks about listings, which are public, opens to whoever holds the link. So does, once, a new password: for
    an hour, or the first one for a week. A person's own page opens to whoever knows their date of birth as well.
    """
    text = compose(template, context_for(template))
    link = link_of(template)
    if template in TO_THE_PERSON:
        assert (settings.PUBLIC_URL in text.body, "sign" in text.body) == (False, False)
    elif template in BY_LINK_ALONE:
        start, _, signature = link.removesuffix("/").rpartition("/")
        assert start == f"{settings.PUBLIC_URL}/check/{REFERENCE}"
        assert is_signed(REFERENCE, signature, purpose=LISTING_CHECK)
        assert "without signing in" in text.body
    elif template in {"password_reset", "account_made"}:
        start, _, signature = link.removesuffix("/").rpartition("/")
        assert start == f"{settings.PUBLIC_URL}/new-password/{REFERENCE}"
        assert is_signed(REFERENCE, signature, purpose=PASSWORD_RESET)
        assert ("within seven days" if template == "account_made" else "within one hour") in text.body
    elif template == "person_link":
        assert link == f"{settings.PUBLIC_URL}/p/{token_of(f'{REFERENCE}/2026-11-05', purpose=PERSONS_PAGE)}/"
        assert "We will ask for your date of birth" in text.body
        assert [name for name in EVERY_TEMPLATE if TEMPLATES[name].has_own_link] == ["person_link"]
    else:
        places = ("/me/", f"/r/{REFERENCE}", "/directory/figures/", f"/api/v1/webhooks/{REFERENCE}/")
        assert link in {f"{settings.PUBLIC_URL}{place}" for place in places}
        assert "once you have signed in" in text.body


def test_a_message_with_a_code_says_the_code_and_nothing_else():
    """The code is worked out from the reference with our key: no caller gives it, and no row holds it."""
    text = compose("self_referral_code", {"reference": REFERENCE})
    code = code_of(REFERENCE, purpose=SELF_REFERRAL_CODE)

    assert re.fullmatch(r"[0-9]{6}", code)
    assert text.subject == "Your code"
    assert text.body == (
        "Hello,\n"
        "\n"
        "Somebody, we hope you, asked us for support and gave this address. This is the code:\n"
        "\n"
        f"{code}\n"
        "\n"
        "It works for 30 minutes. If you did not ask for it, do nothing: without the code nothing happens, and what "
        "was written\nis deleted within a day or so.\n"
        "\n"
        f"{settings.SERVICE_NAME}\n"
    )
    assert {name for name in EVERY_TEMPLATE if TEMPLATES[name].has_code} == WITH_A_CODE


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_what_is_about_one_onward_referral_opens_to_a_team_that_works_by_email_link(template):
    """And nothing else does: by another reference, or in a message that never was about a person, there is no door."""
    usual = compose(template, context_for(template))
    assert compose(template, context_for(template), is_by_link=True) == usual

    context = context_for(template) | {"reference": "O-7K3M9-QXD24"}
    by_link = compose(template, context, is_by_link=True).body
    if TEMPLATES[template].body is not ABOUT_A_PERSON:
        assert by_link == compose(template, context).body
        return
    assert f"{settings.PUBLIC_URL}/r/" not in by_link
    (link,) = re.findall(r"^http\S+$", by_link, flags=re.MULTILINE)
    start, _, signature = link.removesuffix("/").rpartition("/")
    assert start == f"{settings.PUBLIC_URL}/by-link/O-7K3M9-QXD24"
    assert is_signed("O-7K3M9-QXD24", signature, purpose=TEAM_LINK)
    assert "without signing in" in by_link


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "abcdef", "\0"])
def test_what_is_not_the_code_does_not_pass(code):
    assert not is_code_of("C-7K3M9-QXD24", code, purpose=SELF_REFERRAL_CODE)
    assert is_code_of("C-7K3M9-QXD24", code_of("C-7K3M9-QXD24", purpose=SELF_REFERRAL_CODE), purpose=SELF_REFERRAL_CODE)
    assert code_of("C-7K3M9-QXD24", purpose="another") != code_of("C-7K3M9-QXD24", purpose=SELF_REFERRAL_CODE)


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
@pytest.mark.parametrize(
    "name", ["name", "first_name", "need", "condition", "service", "reason", "link", "note", "code"]
)
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
