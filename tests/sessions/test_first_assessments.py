"""Rose's first assessment at the walking group: booked, moved, missed, booked again; and what many misses ask for."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, Referral, ReferralEvent, TeamPolicy
from tests.stage import ROSE


@pytest.fixture
def pat(cast, as_user):
    """The provider's client."""
    return as_user(cast.provider)


def at(time_machine, day, hour=9):
    """Go on to a day of November 2026."""
    time_machine.move_to(dt.datetime(2026, 11, day, hour, tzinfo=dt.UTC), tick=False)


def take(client, onward, step, **said):
    return client.post(f"/api/v1/onward-referrals/{onward.reference}/{step}/", said)


def state_of(onward):
    """Everything that a refused step must leave as it was."""
    return (
        OnwardReferral.objects.filter(pk=onward.pk).values().get(),
        Referral.objects.filter(pk=onward.referral_id).values().get(),
        ReferralEvent.objects.count(),
        OutboxMessage.objects.count(),
    )


def test_a_missed_assessment_is_to_be_booked_again_within_ten_working_days(cast, onward_at, pat, time_machine):
    onward = onward_at("assessment_booked")  # on Monday 9 November
    at(time_machine, 10)
    answer = take(pat, onward, "record-missed-assessment", reason="did_not_attend", note="No answer by telephone.")
    body = answer.json()
    assert (answer.status_code, body["status"], body["assessment_at"]) == (200, "accepted", None)
    assert (body["next_action_on"], body["assessments_missed"], body["suggested_step"]) == ("2026-11-24", 1, "")
    event = ReferralEvent.objects.get(kind="record_missed_assessment")
    assert (event.reason, event.note, event.details) == (
        "did_not_attend",
        "No answer by telephone.",
        {"assessment_at": "2026-11-09T16:30:00+00:00", "missed": 1},
    )
    again = take(pat, onward, "book-assessment", assessment_at="2026-11-16T10:00:00Z").json()
    assert (again["status"], again["next_action_on"], again["assessments_missed"]) == (
        "assessment_booked", "2026-11-16", 1,
    )  # fmt: skip


def test_after_the_second_miss_it_asks_to_be_ended_and_is_the_link_workers_turn(cast, onward_at, pat, time_machine):
    onward = onward_at("assessment_booked")
    at(time_machine, 10)
    take(pat, onward, "record-missed-assessment", reason="did_not_attend")
    before = Referral.objects.get(pk=onward.referral_id).next_action_on
    assert before is not None
    assert before > dt.date(2026, 11, 17)
    take(pat, onward, "book-assessment", assessment_at="2026-11-16T10:00:00Z")
    at(time_machine, 17)
    body = take(pat, onward, "record-missed-assessment", reason="told_us").json()
    assert (body["assessments_missed"], body["suggested_step"]) == (2, "record_not_started")
    assert Referral.objects.get(pk=onward.referral_id).next_action_on == dt.date(2026, 11, 17)
    # It is a suggestion: a third try is the provider's to make.
    assert body["available_actions"] == ["book_assessment", "record_not_started", "answer_screening"]
    third = take(pat, onward, "book-assessment", assessment_at="2026-11-23T10:00:00Z")
    assert (third.status_code, third.json()["suggested_step"]) == (200, "")


def test_what_the_provider_cancels_is_no_miss_of_the_persons(cast, onward_at, pat, time_machine):
    onward = onward_at("assessment_booked")
    for day, booked in ((4, "2026-11-12T10:00:00Z"), (5, "2026-11-13T10:00:00Z"), (6, "2026-11-16T10:00:00Z")):
        at(time_machine, day)
        body = take(pat, onward, "record-missed-assessment", reason="provider_cancelled").json()
        assert (body["status"], body["assessments_missed"], body["suggested_step"]) == ("accepted", 0, "")
        assert take(pat, onward, "book-assessment", assessment_at=booked).status_code == 200


def test_a_team_sets_how_many_may_be_missed(cast, onward_at, pat, time_machine):
    TeamPolicy.objects.create(team=cast.team, assessment_misses=1)
    onward = onward_at("assessment_booked")
    at(time_machine, 10)
    body = take(pat, onward, "record-missed-assessment", reason="did_not_attend").json()
    assert (body["assessments_missed"], body["suggested_step"]) == (1, "record_not_started")


def test_another_time_is_agreed_while_the_first_is_still_to_come(cast, onward_at, pat):
    onward = onward_at("assessment_booked")
    body = take(pat, onward, "book-assessment", assessment_at="2026-11-12T10:00:00Z").json()
    assert (body["status"], body["assessment_at"], body["next_action_on"], body["assessments_missed"]) == (
        "assessment_booked", "2026-11-12T10:00:00Z", "2026-11-12", 0,
    )  # fmt: skip


def test_a_time_that_has_passed_is_not_moved_but_said_what_became_of(cast, onward_at, pat, time_machine):
    onward = onward_at("assessment_booked")
    at(time_machine, 10)
    before = state_of(onward)
    refused = take(pat, onward, "book-assessment", assessment_at="2026-11-16T10:00:00Z")
    assert (refused.status_code, refused.json()["code"]) == (409, "assessment_passed")
    assert state_of(onward) == before


@pytest.mark.parametrize("said", [{}, {"reason": "travel"}, {"reason": "did_not_attend"}])
def test_a_miss_needs_its_reason_and_nobody_misses_what_is_still_to_come(said, cast, onward_at, pat):
    onward = onward_at("assessment_booked")
    before = state_of(onward)
    refused = take(pat, onward, "record-missed-assessment", **said)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["reason"])
    assert state_of(onward) == before


def test_two_people_on_the_list_cost_no_more_queries_than_one(cast, onward_at, referral_at, pat):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert len(pat.get("/api/v1/onward-referrals/").json()["results"]) == OnwardReferral.objects.count()
        return len(asked)

    onward_at("accepted")
    queries()  # the client's user learns its roles with the first request
    alone = queries()
    ruth = replace(ROSE, first_name="Ruth", family_name="Adeyemi", nhs_number="9990000026")
    onward_at("accepted", referral=referral_at("active", person=ruth))
    assert queries() == alone
