"""What Rose reads and says on her own page, and who of the team learns of it."""

import datetime as dt

import pytest

from accounts.actors import Actor
from core.errors import Conflict, Invalid, NotPermitted, Stale, TooOften
from notifications.models import OutboxMessage
from referrals.enums import ContactChannel
from referrals.models import CaseNote, CaseTask, ReferralEvent
from referrals.reaching import may_contact
from referrals.selectors.own_page import Sees, get_own_page
from referrals.services.case_tasks import add_task
from referrals.services.consent import record_consent
from referrals.services.contact_details import change_contact
from referrals.services.own_page import (
    add_need,
    change_how_reached,
    change_mind,
    say_no_thanks,
    write_to_the_team,
)
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests.own_page.conftest import TO_BE_TOLD, link_of, row
from tests.stage import fresh

DAY = dt.timedelta(days=1)


def told(template):
    return list(OutboxMessage.objects.filter(template=template).values_list("recipient", flat=True))


def last_event(referral):
    event = ReferralEvent.objects.filter(referral=referral).order_by("-sequence")[0]
    return event.kind, event.actor, event.actor_name, event.note


def everything(referral):
    return (
        row(referral).version, list(CaseNote.objects.values()), list(CaseTask.objects.values()),
        OutboxMessage.objects.count(),
    )  # fmt: skip


def test_rose_reads_who_asked_what_comes_next_and_who_sees_it(cast, onward_at, now, django_assert_max_num_queries):
    onward = onward_at("assessment_booked")
    link = link_of(onward.referral)
    with django_assert_max_num_queries(6):
        page = get_own_page(link.key, at=now)

    assert (page.first_name, page.asked_by, page.team, page.worker, page.status, page.is_open) == (
        "Rose", "Vale Practice", "Vale link workers", "Lou Marsh", "active", True,
    )  # fmt: skip
    assert (page.wishes, page.said_no_on, page.contact.telephone_ends) == (("Loneliness and isolation",), None, "111")
    assert [(each.name, each.status) for each in page.services] == [("Walking group", "assessment_booked")]
    assert [(each.name, each.sees) for each in page.seen_by] == [
        ("Vale Practice", Sees.REFERRER), ("Town Network", Sees.TEAM), ("Leisure Trust", Sees.SERVICE),
    ]  # fmt: skip
    assert "husband" not in str(page)  # what the GP wrote to the team is not in plain words, and not here
    record_consent(
        referral=onward.referral, actor=Actor(fresh(cast.link_worker)), at=now + DAY, decision="withdrawn", note="x",
    )  # fmt: skip
    assert [each.sees for each in get_own_page(link.key, at=now + DAY).seen_by] == [Sees.REFERRER, Sees.TEAM]


def test_no_thanks_is_seen_at_once_stops_every_message_and_loses_nothing(cast, visit):
    """Said twice it is said once. The case stays with the link worker, who closes it: nobody asks Rose why."""
    seen = visit("active", person=TO_BE_TOLD)
    assert may_contact(seen.referral, ContactChannel.EMAIL)
    for _ in range(2):
        say_no_thanks(key=seen.key, at=seen.at)

    after = row(seen.referral)
    assert (after.status, after.said_no_at, after.next_action_on) == ("active", seen.at, seen.at.date())
    assert [may_contact(after, channel) for channel in (ContactChannel.EMAIL, ContactChannel.TELEPHONE)] == [
        False,
        True,
    ]
    assert last_event(after) == ("person_said_no", None, "The person", "")
    assert told("person_said_no") == ["lou.marsh@work.example"]
    assert [(task.title, task.due_on) for task in CaseTask.objects.all()] == [
        ("The person said no thanks on their page. They can change their mind until 17 November 2026.", seen.at.date())
    ]
    page = get_own_page(seen.key, at=seen.at)
    assert (page.said_no_on, page.may_change_mind_until, page.may_change_mind) == (
        dt.date(2026, 11, 3), dt.date(2026, 11, 17), True,
    )  # fmt: skip


def test_she_changes_her_mind_within_fourteen_days_also_where_it_was_closed_meanwhile(cast, visit):
    seen = visit("active", person=TO_BE_TOLD)
    say_no_thanks(key=seen.key, at=seen.at)
    take_referral_step(
        referral=seen.referral, step="close", actor=Actor(fresh(cast.link_worker)), at=seen.at + DAY,
        details=StepDetails(outcome="declined_by_person"),
    )  # fmt: skip
    before = everything(seen.referral)
    with pytest.raises(Conflict) as late:
        change_mind(key=seen.key, at=seen.at + 15 * DAY)
    assert (late.value.code, everything(seen.referral)) == ("too_late", before)

    for _ in range(2):
        change_mind(key=seen.key, at=seen.at + 14 * DAY)
    after = row(seen.referral)
    assert (after.status, after.said_no_at, last_event(after)[0]) == ("closed", None, "person_changed_mind")
    assert told("person_wrote") == ["lou.marsh@work.example"]
    assert CaseTask.objects.order_by("-id")[0].title == (
        "The person changed their mind on 17 November 2026: they would like to go on. Ring them."
    )
    with pytest.raises(Conflict):  # to say no to what has ended, somebody rings
        say_no_thanks(key=seen.key, at=seen.at + 14 * DAY)


def test_what_she_would_like_is_a_note_of_hers_that_only_the_team_reads(cast, visit, as_user):
    seen = visit("accepted")
    write_to_the_team(key=seen.key, at=seen.at, text="  I would like to swim again.  ")
    write_to_the_team(key=seen.key, at=seen.at, text="Mornings are best.")

    notes = as_user(cast.link_worker).get(f"/api/v1/referrals/{seen.referral.reference}/notes/").json()["results"]
    assert [(note["text"], note["recorded_by"]) for note in notes] == [
        ("Mornings are best.", "The person"), ("I would like to swim again.", "The person"),
    ]  # fmt: skip
    assert as_user(cast.gp).get(f"/api/v1/referrals/{seen.referral.reference}/notes/").json()["results"] == []
    assert last_event(seen.referral) == ("person_wrote", None, "The person", "")
    assert [(task.title, task.due_on) for task in CaseTask.objects.all()] == [
        ("The person wrote to you on their page: read the notes.", dt.date(2026, 11, 4))
    ]
    assert told("person_wrote") == ["lou.marsh@work.example"] * 2
    for _ in range(8):
        write_to_the_team(key=seen.key, at=seen.at, text="And again.")
    before = everything(seen.referral)
    for text, refusal in (("Once more.", TooOften), (" ", Invalid), ("x" * 1001, Invalid)):
        with pytest.raises(refusal):
            write_to_the_team(key=seen.key, at=seen.at, text=text)
    assert everything(seen.referral) == before


def test_how_she_is_reached_is_hers_to_say_and_she_sees_who_was_first(cast, visit):
    seen = visit("accepted")
    version = get_own_page(seen.key, at=seen.at).version
    change_how_reached(
        key=seen.key, at=seen.at, expected_version=version, values={"telephone": "07700 900456", "may_sms": "yes"}
    )
    after = row(seen.referral)
    assert (after.telephone, after.may_sms, last_event(after)) == (
        "07700 900456", "yes", ("contact_changed_by_person", None, "The person", ""),
    )  # fmt: skip
    assert told("person_wrote") == ["lou.marsh@work.example"]
    with pytest.raises(Stale):
        change_how_reached(key=seen.key, at=seen.at, expected_version=version, values={"may_sms": "no"})

    add_need(
        key=seen.key, at=seen.at, expected_version=after.version, in_words="Please speak slowly.",
        values={"information_formats": ["large_print"], "interpreter_language": "Urdu"},
    )  # fmt: skip
    after = row(seen.referral)
    assert (after.communication_needs, after.information_formats, after.interpreter_language) == (
        "Please speak slowly.", ["large_print"], "Urdu",
    )  # fmt: skip
    with pytest.raises(Invalid):
        add_need(key=seen.key, at=seen.at, expected_version=after.version, in_words="x" * 490, values={})


def test_the_person_of_one_referral_does_nothing_else_and_nothing_to_another(cast, visit, referral_at):
    seen, other = visit("accepted"), referral_at("accepted")
    rose = Actor(user=None, person_of=seen.referral.pk)
    before = everything(other)
    for act in (
        lambda: change_contact(referral=other, actor=rose, at=seen.at, values={"may_sms": "yes"}),
        lambda: add_task(referral=seen.referral, actor=rose, at=seen.at, title="x", due_on=seen.at.date()),
        lambda: take_referral_step(referral=seen.referral, step="start_support", actor=rose, at=seen.at),
        lambda: record_consent(referral=seen.referral, actor=rose, at=seen.at, decision="given", note="x"),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert everything(other) == before
    assert (rose.is_service, rose.roles_in([cast.team.pk]), rose.name) == (False, set(), "The person")
