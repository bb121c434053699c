"""The befrienders are three volunteers who share a mailbox. If it is allowed, they work by the link of an email."""

import datetime as dt
import re

import pytest
from django.core import mail

from accounts.models import EmailLinkDecision, User
from accounts.selectors import link_account_of, teams_to_decide_email_links_of
from accounts.services import decide_email_link
from core.errors import Conflict, Invalid, NotPermitted, NotVisible, TooOften
from core.signed_links import code_of, signature_of
from notifications.delivery import deliver_batch
from notifications.models import OutboxMessage
from referrals import selectors
from referrals.models import TeamLinkCode
from referrals.selectors.team_links import LINK_LIFE, get_team_link
from referrals.services.team_links import CODE_LIFE, forget_link_codes, open_with_code, send_link_again, send_link_code
from tests import stage
from tests.conftest import NOW
from tests.stage import fresh

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=6)


@pytest.fixture
def allowed(cast):
    """Bo has said that the befrienders work by email link."""
    decide_email_link(team=cast.befriending, is_allowed=True, user=fresh(cast.befriender), at=NOW)
    return cast


@pytest.fixture
def offered(allowed, onward_at):
    """Rose is offered to them: the email is owed."""
    return onward_at("sent", service=allowed.visiting)


def signed(onward) -> dict[str, str]:
    return {
        "reference": onward.reference, "signature": signature_of(onward.reference, purpose="team-link"),
    }  # fmt: skip


def code_for(row) -> str:
    return code_of(row.code_reference, purpose="team_link_code")


# --- Whether it is allowed --------------------------------------------------------------------------------------------


def test_it_is_off_until_somebody_who_may_says_so_and_it_is_on_record(cast):
    bo, team = fresh(cast.befriender), cast.befriending
    assert link_account_of(team.pk) is None
    for who in ("gp", "link_worker", "lead", "editor", "provider", "outsider"):
        with pytest.raises(NotPermitted):
            decide_email_link(team=team, is_allowed=True, user=fresh(getattr(cast, who)), at=NOW)
    with pytest.raises(NotPermitted):  # a link worker's team is no provider's, whoever asks
        decide_email_link(team=cast.team, is_allowed=True, user=fresh(cast.manager), at=NOW)
    assert (EmailLinkDecision.objects.count(), link_account_of(team.pk)) == (0, None)

    decide_email_link(team=team, is_allowed=True, user=bo, at=NOW)
    account = link_account_of(team.pk)
    assert account is not None
    assert (account.full_name, account.has_usable_password(), account.roles_in([team.pk])) == (
        "Befrienders, by email link", False, {"provider"},
    )  # fmt: skip
    assert account.roles() == {"provider"}

    decide_email_link(team=team, is_allowed=False, user=fresh(cast.manager), at=LATER)
    assert (link_account_of(team.pk), User.objects.get(pk=account.pk).is_active) == (None, False)
    decide_email_link(team=team, is_allowed=True, user=bo, at=LATER)
    decide_email_link(team=team, is_allowed=True, user=bo, at=LATER)  # says nothing new
    assert link_account_of(team.pk) == account
    said = EmailLinkDecision.objects.order_by("id").values_list("is_allowed", "decided_by__full_name", "decided_at")
    assert list(said) == [(True, "Bo Friend", NOW), (False, "Mo Manager", LATER), (True, "Bo Friend", LATER)]


def test_the_same_over_http(cast, as_user, time_machine):
    time_machine.move_to(NOW, tick=False)
    url = f"/api/v1/teams/{cast.befriending.pk}/email-link/"
    bo = as_user(cast.befriender)
    assert bo.get(url).json() == {
        "id": str(cast.befriending.pk), "name": "Befrienders", "inbox_email": cast.befriending.inbox_email,
        "is_allowed": False, "decided_by": "", "decided_at": None,
    }  # fmt: skip
    for who in ("gp", "link_worker", "lead", "provider", "outsider"):
        answers = [as_user(getattr(cast, who)).get(url), as_user(getattr(cast, who)).put(url, {"is_allowed": True})]
        assert [answer.status_code for answer in answers] == [404, 404], who
    assert (
        as_user(cast.manager).put(f"/api/v1/teams/{cast.team.pk}/email-link/", {"is_allowed": True}).status_code == 404
    )
    assert bo.put(url, {"is_allowed": "perhaps"}).status_code == 400
    assert EmailLinkDecision.objects.count() == 0
    said = bo.put(url, {"is_allowed": True})
    assert (said.status_code, said.json()["is_allowed"], said.json()["decided_by"]) == (200, True, "Bo Friend")
    assert bo.put(url, {"is_allowed": True}).json() == said.json()
    assert as_user(cast.manager).put(url, {"is_allowed": False}).json()["decided_by"] == "Mo Manager"
    assert (EmailLinkDecision.objects.count(), link_account_of(cast.befriending.pk)) == (2, None)


def test_who_came_by_a_link_does_not_decide_about_links(allowed):
    account = link_account_of(allowed.befriending.pk)
    assert account is not None
    with pytest.raises(NotPermitted):
        decide_email_link(team=allowed.befriending, is_allowed=False, user=account, at=NOW)
    may_decide = [list(teams_to_decide_email_links_of(fresh(user))) for user in (account, allowed.befriender)]
    assert may_decide == [[], [allowed.befriending]]
    assert list(teams_to_decide_email_links_of(fresh(allowed.manager))) == [
        allowed.leisure, allowed.befriending, allowed.hub,
    ]  # fmt: skip


# --- From the email to the pages ------------------------------------------------------------------------------------


def test_the_email_leads_by_a_code_to_what_the_team_may_see(offered, allowed):
    deliver_batch(at=LATER)
    (letter,) = [each for each in mail.outbox if each.to == [allowed.befriending.inbox_email]]
    assert "without signing in" in letter.body
    ((reference, signature),) = re.findall(r"/by-link/([^/]+)/([^/]+)/$", str(letter.body), flags=re.MULTILINE)
    assert not re.search("Rose|Okafor|Visiting", f"{letter.subject}{letter.body}")
    assert signature not in repr(list(OutboxMessage.objects.values()))
    others = [each for each in mail.outbox if each.to != letter.to]
    assert [each for each in others if "/by-link/" in each.body] == []

    assert get_team_link(reference, signature, at=LATER).onward == offered
    assert TeamLinkCode.objects.count() == 0  # a program that looks for bad links has changed nothing

    row = send_link_code(reference=reference, signature=signature, at=LATER)
    deliver_batch(at=LATER)
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == ([allowed.befriending.inbox_email], "Your code")
    (code,) = re.findall(r"^[0-9]{6}$", str(mail.outbox[-1].body), flags=re.MULTILINE)
    opened, account = open_with_code(pk=row.pk, code=f" {code} ", at=LATER)
    assert (opened.reference, opened.opened_at, account) == (
        offered.reference, LATER, link_account_of(allowed.befriending.pk),
    )  # fmt: skip
    elsewhere = stage.onward_at(allowed, "sent", at=NOW)
    assert list(selectors.onward_referrals_visible_to(account)) == [offered]
    assert elsewhere.provider_team == allowed.leisure

    with pytest.raises(Conflict) as refusal:
        open_with_code(pk=row.pk, code=code, at=LATER)
    assert refusal.value.code == "code_used"


def test_a_team_that_does_not_work_so_signs_in_as_ever(cast, onward_at):
    onward = onward_at("sent", service=cast.visiting)
    deliver_batch(at=LATER)
    (letter,) = [each for each in mail.outbox if each.to == [cast.befriending.inbox_email]]
    assert ("once you have signed in" in letter.body, "/by-link/" in letter.body) == (True, False)
    with pytest.raises(Conflict) as refusal:  # nor by a link from the time when it did
        send_link_code(**signed(onward), at=LATER)
    assert refusal.value.code == "link_off"
    assert TeamLinkCode.objects.count() == 0


def test_what_is_wrong_old_or_used_opens_nothing(offered, allowed):
    with pytest.raises(NotVisible):
        send_link_code(reference=offered.reference, signature="x" * 43, at=LATER)
    first = send_link_code(**signed(offered), at=LATER)
    wrong = f"{(int(code_for(first)) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(Invalid) as refusal:
            open_with_code(pk=first.pk, code=wrong, at=LATER)
        assert refusal.value.extra["errors"]["code"] == [f"This is not the code. You can try {left} more times."]
    for code in (wrong, code_for(first)):  # even the right one, by now
        with pytest.raises(Conflict, match="wrong five times"):
            open_with_code(pk=first.pk, code=code, at=LATER)
    second = send_link_code(**signed(offered), at=LATER)
    with pytest.raises(Conflict, match="30 minutes old"):
        open_with_code(pk=second.pk, code=code_for(second), at=LATER + CODE_LIFE + dt.timedelta(seconds=1))
    third = send_link_code(**signed(offered), at=LATER)
    decide_email_link(team=allowed.befriending, is_allowed=False, user=fresh(allowed.befriender), at=LATER)
    with pytest.raises(Conflict) as off:
        open_with_code(pk=third.pk, code=code_for(third), at=LATER)
    assert off.value.code == "link_off"
    assert not TeamLinkCode.objects.exclude(opened_at=None).exists()


def test_six_codes_an_hour_are_enough(offered):
    for _ in range(6):
        send_link_code(**signed(offered), at=LATER)
    with pytest.raises(TooOften):
        send_link_code(**signed(offered), at=LATER)
    send_link_code(**signed(offered), at=LATER + dt.timedelta(hours=1, seconds=1))
    assert forget_link_codes(at=LATER + dt.timedelta(days=366)) == 7


def test_after_30_days_the_link_brings_only_another_one(offered, allowed):
    old = offered.sent_at + LINK_LIFE
    with pytest.raises(Conflict) as refusal:
        send_link_code(**signed(offered), at=old)
    assert refusal.value.code == "link_expired"
    for _ in range(2):  # a double click sends one
        send_link_again(**signed(offered), at=old)
    again = OutboxMessage.objects.get(template="team_link_again")
    assert again.recipient == allowed.befriending.inbox_email
    assert send_link_code(**signed(offered), at=old).wrong_tries == 0
