"""A scheme has clocks of its own: they go before those of the team that sends a person there.

Hana leads the hub that runs “Exercise on referral”; Edie keeps the directory.
"""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import SYSTEM, Actor
from accounts.enums import Role
from accounts.services import register_user
from core.errors import NotPermitted
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, SchemeClocks, TeamPolicy
from referrals.models.scheme_clocks import OF_A_SCHEME
from referrals.models.team_policy import RANGES
from referrals.services.clocks import run_clocks
from referrals.services.onward import take_onward_step
from referrals.services.reminders import remind
from referrals.services.scheme_clocks import OnwardClocks, set_scheme_clocks, settle
from referrals.services.steps import StepDetails
from tests import stage
from tests.conftest import NOW

NONE_SET = dict.fromkeys(OF_A_SCHEME)


def path(service):
    return f"/api/v1/services/{service.pk}/clocks/"


def november(day):
    return dt.date(2026, 11, day)


def morning(day):
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


@pytest.fixture
def hana(cast):
    return register_user(
        email="hana.hub@work.example", full_name="Hana Hub", password=None, roles=[(cast.hub, Role.LEAD)]
    )


@pytest.fixture
def sets(cast):
    """Set the clocks of a service, as the directory's editor."""

    def change(service, at=NOW, **numbers):
        return set_scheme_clocks(
            service=service, changes=numbers, actor=Actor(stage.fresh(cast.editor)), at=at
        )  # fmt: skip

    return change


# --- Over HTTP ------------------------------------------------------------------------------------------------------


def test_a_scheme_that_has_set_none_leaves_all_to_the_teams(cast, as_user):
    answer = as_user(cast.link_worker).get(path(cast.scheme))
    expected: dict[str, Any] = {**NONE_SET, "changed_by": "", "changed_at": None, "history": []}
    assert (answer.status_code, answer.json(), answer["ETag"]) == (200, expected, '"0"')


def test_the_lead_of_the_hub_sets_two_and_gives_one_back_and_all_of_it_is_on_record(cast, hana, as_user, time_machine):
    time_machine.move_to(NOW, tick=False)
    lead = as_user(hana)
    said = {"provider_response_days": 28, "booking_working_days": 15}
    answer = lead.patch(path(cast.scheme), said, headers={"If-Match": '"0"'})
    first = NONE_SET | said | {"changed_by": "Hana Hub", "changed_at": "2026-11-02T09:30:00Z"}
    assert (answer.status_code, answer.json(), answer["ETag"]) == (200, first | {"history": [first]}, '"1"')

    time_machine.move_to(NOW + dt.timedelta(days=1), tick=False)
    answer = as_user(cast.editor).patch(path(cast.scheme), {"booking_working_days": None})
    second = NONE_SET | {
        "provider_response_days": 28, "changed_by": "Edie Keeper", "changed_at": "2026-11-03T09:30:00Z",
    }  # fmt: skip
    assert (answer.status_code, answer.json(), answer["ETag"]) == (200, second | {"history": [second, first]}, '"2"')
    assert as_user(cast.hub_worker).get(path(cast.scheme)).json() == answer.json()


def test_what_changes_nothing_is_not_written_down(cast, hana, as_user):
    lead = as_user(hana)
    for said in ({"reminder_days": 3}, {"reminder_days": 3}, {}):
        assert lead.patch(path(cast.scheme), said)["ETag"] == '"1"'
    assert SchemeClocks.objects.count() == 1


def test_of_two_at_once_the_second_reads_what_the_first_said(cast, hana, as_user):
    assert as_user(hana).patch(path(cast.scheme), {"reminder_days": 3}, headers={"If-Match": '"0"'}).status_code == 200
    answer = as_user(cast.editor).patch(path(cast.scheme), {"reminder_days": 9}, headers={"If-Match": '"0"'})
    assert answer.status_code == 412
    assert SchemeClocks.objects.get().reminder_days == 3


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("hub_worker", 200), ("link_worker", 200), ("lead", 200), ("neighbouring_link_worker", 200), ("editor", 200),
        ("outsider", 200), ("gp", 403), ("discharge_nurse", 403), ("manager", 403), ("provider", 403),
        ("befriender", 403),
    ],
)  # fmt: skip
def test_who_works_with_it_reads_them(cast, as_user, who, reads):
    """Otto is a link worker in another town, and may send somebody there; Pat and Bo provide something else."""
    assert as_user(getattr(cast, who)).get(path(cast.scheme)).status_code == reads


@pytest.mark.parametrize(
    "who", ["hub_worker", "link_worker", "lead", "neighbouring_link_worker", "outsider", "gp", "manager", "provider"]
)
def test_nobody_else_sets_them_not_even_who_answers_by_them(cast, as_user, who):
    assert as_user(getattr(cast, who)).patch(path(cast.scheme), {"provider_response_days": 60}).status_code == 403
    assert SchemeClocks.objects.count() == 0


def test_the_service_itself_sets_none(cast):
    with pytest.raises(NotPermitted):
        set_scheme_clocks(service=cast.scheme, changes={"reminder_days": 1}, actor=SYSTEM, at=NOW)
    assert SchemeClocks.objects.count() == 0


def test_a_service_that_is_none_is_not_found(cast, as_user):
    nowhere = "/api/v1/services/00000000-0000-4000-8000-000000000000/clocks/"
    assert as_user(cast.editor).get(nowhere).status_code == 404
    assert as_user(cast.editor).patch(nowhere, {"reminder_days": 1}).status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"provider_response_days": 1}, "provider_response_days"),
        ({"provider_response_days": 91}, "provider_response_days"),
        ({"waiting_review_days": "soon"}, "waiting_review_days"),
        ({"triage_working_days": 3}, "triage_working_days"),  # the team's own, whatever the scheme
        ({"provider_response_days": 7, "escalate_days_before": 7}, "escalate_days_before"),
        ({"escalate_days_before": 20}, "escalate_days_before"),  # of the scheme's own 20 days, set before
    ],
)
def test_what_cannot_be_a_clock_is_refused_and_changes_nothing(cast, as_user, sets, said, field):
    sets(cast.scheme, provider_response_days=20)
    answer = as_user(cast.editor).patch(path(cast.scheme), {"booking_working_days": 9, **said})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert list(SchemeClocks.objects.values_list("version", "booking_working_days")) == [(1, None)]


def test_reading_costs_the_same_however_often_they_were_changed(cast, as_user, sets):
    def queries():
        client = as_user(cast.link_worker)
        with CaptureQueriesContext(connection) as asked:
            client.get(path(cast.scheme))
        return len(asked)

    sets(cast.scheme, reminder_days=1)
    few = queries()
    for days in (2, 3, 4):
        sets(cast.scheme, reminder_days=days)
    assert queries() == few


def test_the_last_twenty_changes_are_shown(cast, as_user, sets):
    for number in range(23):
        sets(cast.scheme, reminder_days=number % 7 + 1)
    history = as_user(cast.link_worker).get(path(cast.scheme)).json()["history"]
    assert [row["reminder_days"] for row in history] == [number % 7 + 1 for number in range(22, 2, -1)]


# --- In the database ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OF_A_SCHEME)
def test_the_database_knows_the_ranges_too(cast, name):
    for number in (RANGES[name][0] - 1, RANGES[name][1] + 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            SchemeClocks.objects.create(
                service=cast.scheme, version=1, set_by=cast.editor, set_at=NOW, **{name: number}
            )  # fmt: skip
    assert SchemeClocks.objects.count() == 0


def test_the_database_keeps_what_was_set_and_its_order(cast, sets):
    row = sets(cast.scheme, provider_response_days=20)
    with pytest.raises(DatabaseError), transaction.atomic():
        SchemeClocks.objects.update(provider_response_days=30)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    for said in ({"version": 1}, {"version": 2, "provider_response_days": 5, "escalate_days_before": 5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SchemeClocks.objects.create(service=cast.scheme, set_by=cast.editor, set_at=NOW, **said)
    assert list(SchemeClocks.objects.values_list("version", "provider_response_days")) == [(1, 20)]


# --- Where they count -----------------------------------------------------------------------------------------------


def test_which_of_the_two_counts():
    """Written by hand: the team's five, the scheme's, and what counts."""
    usual = OnwardClocks(
        provider_response_days=14, escalate_days_before=3, booking_working_days=10, waiting_review_days=28,
        reminder_days=2,
    )  # fmt: skip
    own = {"booking_working_days": 20, "reminder_days": 0}
    assert settle(TeamPolicy(), None) == usual
    assert settle(TeamPolicy(), SchemeClocks()) == usual
    assert settle(TeamPolicy(), SchemeClocks(**own)) == OnwardClocks(**(vars(usual) | own))
    teams = TeamPolicy(provider_response_days=60, escalate_days_before=30)
    for scheme, both in (
        ({}, (60, 30)),
        ({"provider_response_days": 40}, (40, 30)),
        ({"provider_response_days": 30}, (30, 29)),  # the leads would hear as it is sent
        ({"provider_response_days": 2}, (2, 1)),
        ({"escalate_days_before": 5}, (60, 5)),
        ({"provider_response_days": 21, "escalate_days_before": 5}, (21, 5)),
    ):
        counts = settle(teams, SchemeClocks(**scheme))
        assert (counts.provider_response_days, counts.escalate_days_before) == both, scheme


def test_an_answer_is_due_when_the_scheme_says_and_elsewhere_when_the_team_says(cast, onward_at, referral_at, sets):
    TeamPolicy.objects.create(team=cast.team, provider_response_days=21)
    before = onward_at("sent")
    sets(cast.walking, provider_response_days=7, escalate_days_before=2)
    after = onward_at("sent", referral=referral_at("active"))
    elsewhere = onward_at("sent", referral=referral_at("active"), service=cast.visiting)

    before = OnwardReferral.objects.get(pk=before.pk)
    assert (before.next_action_on, before.chase_on) == (november(23), november(12))
    assert (after.next_action_on, after.chase_on) == (november(9), november(5))
    assert (elsewhere.next_action_on, elsewhere.chase_on) == (november(23), november(12))
    run_clocks(at=morning(november(5)))
    assert OnwardReferral.objects.get(pk=after.pk).chase_on == november(6)  # Saturday the 7th: the Friday before


def test_where_the_teams_leads_would_hear_too_early_they_hear_once_the_provider_was_reminded(cast, onward_at, sets):
    """The team's leads want to hear 13 days before the end; the scheme gives its hub a week in all."""
    TeamPolicy.objects.create(team=cast.team, escalate_days_before=13)
    sets(cast.walking, provider_response_days=7)
    onward = onward_at("sent")
    assert (onward.next_action_on, onward.chase_on) == (november(9), november(5))
    assert run_clocks(at=morning(november(4)))["chased"] == 0
    assert [run_clocks(at=morning(november(5)))["chased"] for _ in range(3)] == [1, 1, 0]
    told = onward.events.filter(kind__startswith="response").order_by("sequence")
    assert list(told.values_list("kind", flat=True)) == ["response_nudged", "response_escalated"]


def test_a_first_assessment_is_to_be_booked_when_the_scheme_says(cast, onward_at, sets):
    sets(cast.walking, booking_working_days=3)
    onward = onward_at("accepted")
    assert onward.next_action_on == november(5)
    onward = _step(cast, onward, "book_assessment", november(4), assessment_at=morning(november(10)))
    onward = _step(cast, onward, "record_missed_assessment", november(10), reason="did_not_attend")
    assert onward.next_action_on == november(13)


def test_who_waits_for_a_place_is_looked_at_when_the_scheme_says(cast, onward_at, sets):
    sets(cast.walking, waiting_review_days=84)
    assert onward_at("waitlisted").next_action_on == dt.date(2027, 1, 25)


def test_a_person_is_reminded_when_the_scheme_says_and_not_at_all_where_it_says_nought(
    cast, onward_at, referral_at, sets
):
    """Ten days before, earlier than any team; from then on never. The assessments are on the 9th."""
    sets(cast.walking, reminder_days=10)
    early = onward_at("assessment_booked", referral=_may_be_told(referral_at("active")))
    assert remind(at=morning(november(3))) == {"reminded": 1, "missed": 0, "to_tell": 0}
    sets(cast.walking, reminder_days=0)
    never = onward_at("assessment_booked", referral=_may_be_told(referral_at("active")))
    assert {row.assessment_at.date() for row in (early, never)} == {november(9)}
    assert [remind(at=morning(november(day))) for day in (3, 7, 9)] == [{"reminded": 0, "missed": 0, "to_tell": 0}] * 3
    about = OutboxMessage.objects.filter(template="appointment_reminder")
    assert [row.context["reference"] for row in about] == [early.referral.reference]


def _may_be_told(referral):
    referral.may_email = "yes"
    referral.email = "rose@home.example"
    referral.save(update_fields=["may_email", "email"])
    return referral


def _step(cast, onward, name, day, **said):
    actor = Actor(stage.fresh(cast.provider))
    return take_onward_step(onward=onward, step=name, actor=actor, at=morning(day), details=StepDetails(**said))
