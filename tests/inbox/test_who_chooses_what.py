"""A message goes as its recipient chose; nobody can choose not to be told."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.models import Team, User
from accounts.services import public_desk
from core.errors import Invalid, NotPermitted, NotVisible, Stale
from notifications import delivery, selectors
from notifications.catalogue import ABOUT, FOR_INBOXES, is_essential, templates_of
from notifications.enums import HowTold, MessageGroup
from notifications.inbox_services import Choices, choose_for_oneself, choose_for_team
from notifications.models import Delivery, OutboxMessage, Preference
from notifications.preferences import course_of, next_digest
from notifications.templates import TEMPLATES
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests.conftest import NOW
from tests.stage import created, fresh

pytestmark = pytest.mark.django_db
TOMORROW = dt.datetime(2026, 11, 3, 7, 30, tzinfo=dt.UTC)


def how(message):
    message = OutboxMessage.objects.get(pk=message.pk)
    return message.channel, message.status, message.available_at, message.held_until, message.in_digest


AT_ONCE = ("email", "pending", NOW, None, False)
DAILY = ("email", "pending", TOMORROW, TOMORROW, True)
ONLY_THERE = ("in_app", "sent", NOW, None, False)


# --- What each message is ---------------------------------------------------------------------------------


def test_every_message_has_its_entry_in_the_table():
    assert sorted(ABOUT) == sorted(TEMPLATES)


def test_what_goes_to_the_person_is_of_no_kind_nor_what_is_of_an_account_and_everything_else_of_one():
    to_the_person = {name for name in TEMPLATES if name.startswith(("self_referral_", "appointment_", "person_link"))}
    for_a_mailbox_alone = {"team_link_code", "team_link_again"}  # no news: a way in, for who reads that mailbox
    of_an_account = {"password_reset", "account_changed", "code_reused", "account_made", "team_joined"}
    assert set(TEMPLATES) - FOR_INBOXES == to_the_person | of_an_account | for_a_mailbox_alone


def test_what_cannot_be_put_off():
    assert [name for name in sorted(TEMPLATES) if is_essential(name) and ABOUT[name].group] == [
        "clock_breached",
        "consent_expired",
        "consent_withdrawn",
        "message_back_in_error",
        "onward_held",
        "onward_question",
        "onward_unanswered",
        "onward_withdrawn",
        "person_said_no",
        "referral_ended",
        "referral_in_error",
        "referral_question",
        "referral_rejected",
        "webhook_disabled",
    ]


# --- The course of one message ------------------------------------------------------------------------------


def test_without_a_choice_it_goes_at_once(cast, owe):
    assert how(owe(cast.gp.email)) == AT_ONCE


@pytest.mark.parametrize("template", sorted(FOR_INBOXES))
@pytest.mark.parametrize(("choice", "expected"), [("daily", DAILY), ("in_app", ONLY_THERE)])
def test_each_kind_goes_as_chosen_and_the_essential_at_once(template, choice, expected):
    preference = Preference(**dict.fromkeys(MessageGroup.values, choice))
    course = course_of(template, at=NOW, preferences=[preference])
    status = "sent" if course.channel == "in_app" else "pending"
    found = (course.channel, status, course.available_at, course.held_until, course.in_digest)
    assert found == (AT_ONCE if is_essential(template) else expected)


def test_one_kind_is_chosen_and_the_others_stay(cast, owe, chooses):
    chooses(cast.gp, news="daily")
    assert how(owe(cast.gp.email, "referral_accepted")) == DAILY
    assert how(owe(cast.gp.email, "referral_question")) == AT_ONCE
    assert how(owe(cast.gp.email, "consent_ends_soon")) == AT_ONCE
    assert how(owe(cast.link_worker.email, "referral_accepted")) == AT_ONCE


def test_in_the_inbox_only_is_owed_and_delivered_in_the_same_breath(cast, owe, chooses, mailoutbox):
    chooses(cast.gp, news="in_app")
    message = owe(cast.gp.email)
    assert how(message) == ONLY_THERE
    assert list(Delivery.objects.values_list("message_id", "at", "wire_id", "attempts")) == [
        (message.pk, NOW, "inbox", 0)
    ]
    assert delivery.deliver_due(clock=lambda: NOW + dt.timedelta(days=2)) == delivery.Report()
    assert mailoutbox == []
    assert list(selectors.contradictory_messages()) == []


def test_quiet_hours_hold_it_until_their_end_even_the_essential(cast, owe, chooses, mailoutbox):
    chooses(cast.gp, quiet_from=dt.time(9), quiet_until=dt.time(14))
    end = dt.datetime(2026, 11, 2, 14, tzinfo=dt.UTC)
    for template in ("referral_accepted", "referral_question"):
        assert how(owe(cast.gp.email, template)) == ("email", "pending", end, end, False)
    assert delivery.deliver_due(clock=lambda: end - dt.timedelta(seconds=1)).claimed == 0
    assert delivery.deliver_due(clock=lambda: end).sent == 2
    assert [mail.to for mail in mailoutbox] == [[cast.gp.email]] * 2


def test_a_held_message_is_overdue_only_when_it_was_held_long_enough(cast, owe, chooses):
    chooses(cast.gp, news="daily")
    held, late = owe(cast.gp.email), owe(cast.lead.email)
    assert list(selectors.overdue_messages(since=NOW + dt.timedelta(hours=1))) == [late]
    assert set(selectors.overdue_messages(since=TOMORROW + dt.timedelta(hours=1))) == {held, late}


def test_the_email_of_the_day_waits_for_the_end_of_quiet_hours_and_days_off(cast, owe, chooses):
    chooses(cast.gp, news="daily", quiet_from=dt.time(18), quiet_until=dt.time(8), quiet_on_days_off=True)
    friday = dt.datetime(2026, 11, 6, 10, tzinfo=dt.UTC)
    monday = dt.datetime(2026, 11, 9, 8, tzinfo=dt.UTC)
    assert how(owe(cast.gp.email, at=friday)) == ("email", "pending", monday, monday, True)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-02 07:29", "2026-11-02 07:30"),
        ("2026-11-02 07:30", "2026-11-03 07:30"),
        ("2026-11-02 23:59", "2026-11-03 07:30"),
        ("2026-07-01 06:29", "2026-07-01 06:30"),  # summer
        ("2026-10-24 12:00", "2026-10-25 07:30"),  # over the night in which the clocks go back
        ("2027-03-27 12:00", "2027-03-28 06:30"),  # and forward
    ],
)
def test_the_email_of_the_day_goes_at_half_past_seven_in_london(at, expected):
    as_utc = [dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in (at, expected)]
    assert next_digest(as_utc[0]) == as_utc[1]


def test_a_past_that_is_retold_is_as_it_was(cast, owe, chooses):
    chooses(cast.gp, news="in_app")
    before = NOW - dt.timedelta(days=30)
    message = owe(cast.gp.email, at=before, already_delivered_at=before)
    assert how(message) == ("email", "sent", before, None, False)
    assert Delivery.objects.get().wire_id == "history"


def test_whoever_changes_their_mind_is_not_told_twice(cast, owe, chooses):
    """The clocks ask again each hour: what was owed by one way is not owed by another afterwards."""
    chooses(cast.gp, news="in_app")
    assert owe(cast.gp.email, event="once")
    chooses(cast.gp, news="at_once")
    assert owe(cast.gp.email, event="once") is None
    assert owe(cast.gp.email, event="twice")
    chooses(cast.gp, news="in_app")
    assert owe(cast.gp.email, event="twice") is None
    assert OutboxMessage.objects.count() == 2


# --- Whose choice it is --------------------------------------------------------------------------------------


def test_a_teams_choice_holds_for_its_inbox_and_for_nobody_else(cast, owe, chooses):
    chooses(cast.team, new_work="daily", questions="in_app")
    assert how(owe(cast.team.inbox_email, "referral_arrived")) == DAILY
    assert how(owe(cast.team.inbox_email, "referral_answered")) == ONLY_THERE
    assert how(owe(cast.lead.email, "referral_back")) == AT_ONCE
    assert how(owe(cast.neighbouring_team.inbox_email, "referral_arrived")) == AT_ONCE


def test_a_team_in_which_nobody_works_any_more_is_told_by_email(cast, owe, chooses):
    chooses(cast.team, news="in_app")
    User.objects.filter(memberships__team=cast.team).update(is_active=False)
    assert how(owe(cast.team.inbox_email)) == AT_ONCE


def test_a_user_who_has_left_has_no_say(cast, owe, chooses):
    chooses(cast.gp, news="in_app")
    User.objects.filter(pk=cast.gp.pk).update(is_active=False)
    assert how(owe(cast.gp.email)) == AT_ONCE


def test_the_public_door_which_shares_a_teams_inbox_does_not_undo_its_choice(cast, owe, chooses):
    public_desk(for_team=cast.team)
    chooses(cast.team, news="daily")
    assert how(owe(cast.team.inbox_email)) == DAILY


def test_of_teams_that_share_an_inbox_the_one_told_soonest_decides(cast, owe, chooses):
    Team.objects.filter(pk=cast.hub.pk).update(inbox_email=cast.team.inbox_email)
    chooses(cast.team, news="in_app")
    chooses(cast.hub, by=cast.hub_worker, news="daily")
    assert how(owe(cast.team.inbox_email)) == DAILY


def test_a_person_who_gave_an_address_of_ours_at_the_public_door_is_told_at_once(cast, owe, chooses):
    """What goes to the person is no user's to put off, even where a nurse referred herself from her desk."""
    chooses(cast.gp, news="in_app", questions="in_app", quiet_from=dt.time(8), quiet_until=dt.time(20))
    assert how(owe(cast.gp.email, "self_referral_update")) == AT_ONCE
    assert how(owe(cast.gp.email, "self_referral_code")) == AT_ONCE


def test_a_step_of_the_pathway_obeys(cast, chooses):
    """The GP reads news once a day; a rejection is told at once, whatever she chose."""
    chooses(cast.gp, news="daily")
    for step, expected, reason in (("accept", DAILY, ""), ("reject", AT_ONCE, "criteria_not_met")):
        referral = created(cast, at=NOW)
        take_referral_step(
            referral=referral,
            step=step,
            actor=Actor(fresh(cast.link_worker)),
            at=NOW,
            details=StepDetails(reason=reason),
        )
        assert how(OutboxMessage.objects.get(recipient=cast.gp.email, context__reference=referral.reference)) == (
            expected
        )


# --- What may be chosen, and by whom ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "errors"),
    [
        ({"quiet_from": dt.time(22)}, {"quiet_until": ["Say both, or neither."]}),
        ({"quiet_until": dt.time(7)}, {"quiet_from": ["Say both, or neither."]}),
        (
            {"quiet_from": dt.time(7), "quiet_until": dt.time(7)},
            {"quiet_until": ["It is the same as quiet_from: that could mean never, or always."]},
        ),
        (
            {"quiet_from": dt.time(15, 59), "quiet_until": dt.time(8)},
            {"quiet_until": ["Leave at least eight hours of the day in which you can be told."]},
        ),
        (
            {"quiet_on_days_off": True},
            {"quiet_from": ["Say from when to when it is quiet on other days, too."]},
        ),
    ],
)
def test_what_does_not_go_together_is_refused_and_changes_nothing(cast, choices, errors):
    with pytest.raises(Invalid) as refusal:
        choose_for_oneself(choices=Choices(**choices), user=cast.gp, at=NOW)
    assert refusal.value.extra == {"errors": errors}
    assert Preference.objects.count() == 0


def test_sixteen_quiet_hours_are_the_most(cast, chooses):
    chooses(cast.gp, quiet_from=dt.time(16), quiet_until=dt.time(8))
    assert Preference.objects.get().quiet_from == dt.time(16)


def test_new_work_always_comes_to_a_team_by_email(cast):
    with pytest.raises(Invalid) as refusal:
        choose_for_team(choices=Choices(new_work=HowTold.IN_APP), team=cast.team, actor=Actor(fresh(cast.lead)), at=NOW)
    assert list(refusal.value.extra["errors"]) == ["new_work"]
    assert Preference.objects.count() == 0
    with pytest.raises(IntegrityError, match="has_new_work_by_email"), transaction.atomic():
        Preference.objects.create(team=cast.team, new_work="in_app", changed_at=NOW, changed_by=cast.lead)


@pytest.mark.parametrize(
    ("who", "team", "refusal"),
    [
        ("lead", "team", None),
        ("link_worker", "team", NotPermitted),
        ("neighbouring_link_worker", "team", NotVisible),
        ("outsider", "team", NotVisible),
        ("manager", "team", NotVisible),
        ("gp", "practice", None),  # nobody leads it
        ("provider", "leisure", None),  # nor this one
        ("befriender", "leisure", NotVisible),
    ],
)
def test_who_chooses_for_a_team(cast, who, team, refusal):
    actor = Actor(fresh(getattr(cast, who)))
    choose = {"choices": Choices(news=HowTold.DAILY), "team": getattr(cast, team), "actor": actor, "at": NOW}
    if refusal:
        with pytest.raises(refusal):
            choose_for_team(**choose)
    else:
        choose_for_team(**choose)
    assert Preference.objects.count() == (0 if refusal else 1)


def test_what_was_changed_since_it_was_read_is_refused(cast, chooses):
    chooses(cast.gp, news="daily")
    with pytest.raises(Stale):
        choose_for_oneself(choices=Choices(news=HowTold.IN_APP), user=cast.gp, at=NOW, expected_version=0)
    choose_for_oneself(choices=Choices(news=HowTold.AT_ONCE), user=cast.gp, at=NOW, expected_version=1)
    assert Preference.objects.values_list("news", "version").get() == ("at_once", 2)


def test_the_kinds_hold_every_template_once():
    assert sorted(name for group in MessageGroup for name in templates_of(group)) == sorted(FOR_INBOXES)
