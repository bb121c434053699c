"""The link to a person's own page: who gets it, who opens it, and who does not."""

import datetime as dt
import json

import pytest
from django.db import transaction

from accounts.actors import Actor
from core.errors import Conflict, Invalid, NotPermitted, NotVisible, Stale
from core.links import digest_of, opened_by, token_of
from notifications.models import OutboxMessage
from notifications.templates import PERSONS_PAGE, compose, compose_short
from referrals.models import CaseTask, PersonLink, Referral, ReferralEvent
from referrals.selectors.own_page import get_link, get_link_of_pass, get_slip
from referrals.services.own_page import say_no_thanks
from referrals.services.own_page_links import issue_link, issue_on_arrival, open_own_page
from referrals.services.referrals import take_referral_step
from tests.own_page.conftest import BORN, TO_BE_TOLD, link_of, row, token_of_link
from tests.stage import ROSE, created, fresh

DAY = dt.timedelta(days=1)


def refused(kind, **given):
    with pytest.raises(kind) as why:
        open_own_page(**given)
    return getattr(why.value, "code", "")


def test_rose_gets_an_email_with_a_link_that_no_row_holds(cast, now):
    """The GP sends the referral: one email goes to Rose, and whoever reads the tables finds nothing that opens it."""
    referral = created(cast, at=now, person=TO_BE_TOLD)
    link = link_of(referral)
    owed = OutboxMessage.objects.get(template="person_link")

    assert (owed.channel, owed.recipient, owed.context) == (
        "email", f"person:{referral.reference}", {"reference": referral.reference, "due_on": "2027-01-31"},
    )  # fmt: skip
    assert (link.issued_by, link.expires_on, link.ended_at) == (None, dt.date(2027, 1, 31), None)
    token = token_of(link.key, purpose=PERSONS_PAGE)
    in_the_tables = json.dumps(
        [list(model.objects.values()) for model in (PersonLink, OutboxMessage, ReferralEvent, Referral)], default=str
    )
    assert (token in in_the_tables, link.token_digest) == (False, digest_of(token))
    text = compose_short(owed.template, owed.context).body
    assert text == (
        "Community Referral: You have a page of your own with us. It says who asked us to get in touch, and what "
        f"happens next. It works until 31 January 2027. Your reference is {referral.reference}. "
        f"http://127.0.0.1:8000/p/{token}/"
    )
    assert f"/p/{token}/" in compose(owed.template, owed.context).body


def test_who_allows_no_message_gets_none_and_the_gp_prints_the_link(cast, now, referral_at):
    referral = referral_at("submitted")
    slip = get_slip(fresh(cast.gp), referral.reference, at=now)

    assert not OutboxMessage.objects.filter(template="person_link").exists()
    assert slip.address == f"http://127.0.0.1:8000/p/{token_of_link(link_of(referral))}/"
    assert (slip.team, slip.expires_on, slip.may_make_new) == ("Vale link workers", dt.date(2027, 1, 31), False)
    assert get_slip(fresh(cast.link_worker), referral.reference, at=now).may_make_new
    assert get_slip(fresh(cast.gp), referral.reference, at=now + 91 * DAY).address == ""
    for stranger in (cast.outsider, cast.provider):
        with pytest.raises(NotVisible):
            get_slip(fresh(stranger), referral.reference, at=now)


def test_a_draft_has_no_link_nor_has_one_that_waits_for_the_discharge(referral_at):
    referral_at("draft")
    referral_at("deferred")
    assert not PersonLink.objects.exists()


def test_it_opens_with_the_date_of_birth_for_half_an_hour(now, referral_at):
    referral = referral_at("submitted")
    link = link_of(referral)
    token = token_of_link(link)
    opened = open_own_page(token=token.lower().replace("-", " "), date_of_birth=BORN, at=now)

    assert opened.until == now + dt.timedelta(minutes=30)
    for minutes, key in ((29, link.key), (30, "")):
        assert opened_by(opened.value, purpose=PERSONS_PAGE, at=now + dt.timedelta(minutes=minutes)) == key
    assert (link_of(referral).opened_at, link_of(referral).wrong_tries) == (now, 0)
    assert refused(NotVisible, token=token[:-1], date_of_birth=BORN, at=now) == "not_found"
    assert refused(Conflict, token=token, date_of_birth=BORN, at=now + 91 * DAY) == "link_expired"


def test_five_wrong_dates_lock_it_and_the_link_worker_has_a_task(cast, now, referral_at):
    """A right date in between forgives the slips before it. Locked, not even the right one opens it."""
    referral = referral_at("accepted")
    token = token_of_link(link_of(referral))
    wrong = BORN.replace(day=28)
    for _ in range(4):
        assert refused(Invalid, token=token, date_of_birth=wrong, at=now) == "invalid"
    open_own_page(token=token, date_of_birth=BORN, at=now)
    assert [refused((Invalid, Conflict), token=token, date_of_birth=wrong, at=now) for _ in range(5)] == [
        *["invalid"] * 4, "link_locked",
    ]  # fmt: skip
    assert refused(Conflict, token=token, date_of_birth=BORN, at=now) == "link_locked"
    task = CaseTask.objects.get()
    assert (task.title, task.due_on, task.recorded_by) == (
        "The person's page is locked after wrong dates of birth: ring, make a new link.", dt.date(2026, 11, 4), None,
    )  # fmt: skip
    assert ReferralEvent.objects.filter(referral=referral).order_by("-sequence")[0].kind == "person_link_locked"

    new, sent_by = issue_link(referral=referral, actor=Actor(fresh(cast.link_worker)), at=now, is_sent=True)
    assert (new.expires_on, sent_by) == (dt.date(2027, 2, 1), None)  # a day longer: of each day there is one
    open_own_page(token=token_of_link(new), date_of_birth=BORN, at=now)
    assert refused(Conflict, token=token, date_of_birth=BORN, at=now) == "link_expired"


def test_only_the_team_makes_a_new_link(cast, now, referral_at):
    referral = referral_at("accepted")
    before = list(PersonLink.objects.values())
    for user in (cast.gp, cast.provider, cast.outsider, cast.neighbouring_link_worker):
        with pytest.raises(NotPermitted):
            issue_link(referral=referral, actor=Actor(fresh(user)), at=now)
    with pytest.raises(Stale):
        issue_link(referral=referral, actor=Actor(fresh(cast.link_worker)), at=now, expected_version=1)
    assert (list(PersonLink.objects.values()), row(referral).version) == (before, referral.version)


def test_the_same_over_http_and_whether_the_person_said_no(cast, now, referral_at, as_user, time_machine):
    time_machine.move_to(now, tick=False)
    referral = referral_at("accepted")
    url = f"/api/v1/referrals/{referral.reference}/own-page-link/"
    lou, gp = as_user(cast.link_worker), as_user(cast.gp)
    first = gp.get(url).json()
    assert (first["address"], first["may_make_new"], first["why_not"]) == (
        f"http://127.0.0.1:8000/p/{token_of_link(link_of(referral))}/", False, "",
    )  # fmt: skip
    assert gp.post(url, {}).status_code == 403
    assert [as_user(who).get(url).status_code for who in (cast.provider, cast.outsider)] == [404, 404]
    assert lou.post(url, {"is_sent": True}, headers={"If-Match": '"1"'}).status_code == 412
    assert lou.get(url).json()["address"] == first["address"]
    made = lou.post(url, {"is_sent": True})
    assert (made.status_code, made.json()["channel"], made.json()["expires_on"]) == (201, None, "2027-02-01")
    assert made.json()["address"] == lou.get(url).json()["address"] != first["address"]

    whole = f"/api/v1/referrals/{referral.reference}/"
    assert gp.get(whole).json()["said_no_at"] is None
    say_no_thanks(key=link_of(referral).key, at=now)
    assert gp.get(whole).json()["said_no_at"] == "2026-11-02T09:30:00Z"


def test_it_opens_nothing_once_the_person_has_died_or_it_was_an_error_or_moved(cast, now, referral_at):
    for status, kind, code in (
        ("entered_in_error", NotVisible, "not_found"), ("redirected", Conflict, "link_moved"),
    ):  # fmt: skip
        referral = referral_at(status)
        link = link_of(referral)
        assert refused(kind, token=token_of_link(link), date_of_birth=BORN, at=now) == code
        with pytest.raises(kind):
            get_link_of_pass(link.key, at=now)
    arrived = Referral.objects.get(redirected_from__isnull=False)
    get_link(token_of_link(link_of(arrived)), at=now)  # the other team's own link works

    referral = referral_at("accepted")
    take_referral_step(
        referral=referral, step="record_death", actor=Actor(fresh(cast.link_worker)), at=now + DAY
    )  # fmt: skip
    assert refused(NotVisible, token=token_of_link(link_of(referral)), date_of_birth=BORN, at=now + DAY) == "not_found"


def test_the_keys_of_a_pass_that_nobody_made_open_nothing(now, referral_at):
    reference = referral_at("submitted").reference
    for key in ("", reference, f"{reference}/", f"{reference}/2027-01-30", f"{reference}/yesterday"):
        with pytest.raises(NotVisible):
            get_link_of_pass(key, at=now)


def test_at_the_public_door_rose_is_told_at_her_own_address_and_a_daughter_is_not(cast, now):
    """`confirmed_email` is whoever came by the door; only who came for themself gets the link there."""
    for source, owed in (("self", ["door"]), ("family", [])):
        referral = created(cast, at=now, person=ROSE)
        PersonLink.objects.all().delete()
        referral.source, referral.confirmed_email = source, "somebody@home.example"
        with transaction.atomic():
            issue_on_arrival(referral, actor=Actor(fresh(cast.gp)), at=now)
        found = OutboxMessage.objects.filter(template="person_link", context__reference=referral.reference)
        assert [message.recipient.partition(":")[0] for message in found] == owed
