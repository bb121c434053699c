"""Whoever asks for a referral or an onward referral reads whose turn it is, by when, and what stands still and why."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, Referral
from referrals.services.clocks import run_clocks
from referrals.services.contacts import ContactDetails, log_contact
from referrals.services.onward import take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests import stage
from tests.conftest import NOW


def morning(day, month=11):
    return dt.datetime(2026, month, day, 8, tzinfo=dt.UTC)


@pytest.fixture
def read(as_user, time_machine):
    """The clock that a user reads of a row, on a morning of November."""

    def ask(user, row, day=3):
        time_machine.move_to(morning(day), tick=False)
        kind = "onward-referrals" if row.reference.startswith("O") else "referrals"
        answer = as_user(user).get(f"/api/v1/{kind}/{row.reference}/")
        assert answer.status_code == 200, answer.json()
        return answer.json()["clock"]

    return ask


def clock(key, says, turn, due_on, *, since="2026-11-02", days=1, still=None, overdue=False, breached=False):
    return {
        "key": key, "says": says, "turn": turn, "due_on": due_on, "is_overdue": overdue, "is_breached": breached,
        "waiting_since": since, "working_days_waiting": days, "stands_still": still,
    }  # fmt: skip


def held(key, why, since="2026-11-02"):
    return {"key": key, "since": since, "why": why}


def case(cast, referral, step, day, *, who="link_worker", **said):
    actor = Actor(stage.fresh(getattr(cast, who)))
    return take_referral_step(referral=referral, step=step, actor=actor, at=morning(day), details=StepDetails(**said))


# --- A referral -----------------------------------------------------------------------------------------------------


def test_a_new_referral_is_the_teams_and_in_time_it_is_overdue_and_breached(cast, referral_at, read):
    """Due on Wednesday the 4th; breached on Thursday the 12th."""
    rose = referral_at("submitted")
    for who in (cast.link_worker, cast.gp):
        assert read(who, rose) == clock("triage", "Decide on a new referral", "team", "2026-11-04")
        late = clock("triage", "Decide on a new referral", "team", "2026-11-04", days=8, overdue=True, breached=True)
        assert read(who, rose, 12) == late


def test_a_question_makes_it_the_referrers_turn_and_triage_stands_still(cast, referral_at, read):
    rose = referral_at("information_requested")
    expected = clock(
        "answer", "Answer the team's question", "referrer", "2026-11-09",
        still=held("triage", "the referrer was asked on 2 November 2026"),
    )  # fmt: skip
    assert read(cast.gp, rose) == read(cast.link_worker, rose) == expected
    case(cast, rose, "provide_information", 6, who="gp", note="With a stick.")
    again = clock("triage", "Decide on a new referral", "team", "2026-11-10", since="2026-11-06", days=0)
    assert read(cast.gp, rose, 7) == read(cast.link_worker, rose, 7) == again


def test_who_waits_for_a_discharge_is_with_the_discharge_team(cast, referral_at, read):
    rose = referral_at("deferred")
    assert read(cast.gp, rose) == clock(
        "discharge", "Confirm the discharge", "referrer", "2026-11-10",
        still=held("triage", "in hospital: the discharge is planned for 9 November 2026"),
    )  # fmt: skip


def test_how_reaching_the_person_goes_is_read_by_the_team_alone(cast, referral_at, read):
    rose = referral_at("accepted")
    log_contact(
        referral=rose, actor=Actor(stage.fresh(cast.link_worker)), at=morning(3),
        given=ContactDetails(mechanism="02", outcome="no_answer"),
    )  # fmt: skip
    assert read(cast.link_worker, rose) == clock(
        "contact_attempts", "Try again to reach the person", "team", "2026-11-05"
    )
    assert read(cast.gp, rose) == clock("first_contact", "Speak with the person", "team", "2026-11-05")


def test_a_hold_says_until_when_and_after_it_is_the_teams_turn(cast, referral_at, read):
    rose = referral_at("active")
    case(cast, rose, "hold", 3, reason="away", until=dt.date(2026, 11, 16))
    says = "Resume it, or hold it longer"
    still = held("case_review", "on hold until 16 November 2026", since="2026-11-03")
    for who in (cast.link_worker, cast.gp):
        assert read(who, rose, 4) == clock("hold_end", says, "nobody", "2026-11-16", since="2026-11-03", still=still)
    over = clock(
        "hold_end", says, "team", "2026-11-16", since="2026-11-16", overdue=True,
        still=still | {"why": "on hold since 3 November 2026"},
    )  # fmt: skip
    assert read(cast.link_worker, rose, 17) == over


def test_what_has_ended_is_nobodys_turn(cast, referral_at, onward_at, read):
    ended = clock(None, "It has ended", "nobody", None, since=None, days=None)
    assert read(cast.gp, referral_at("closed")) == ended
    assert read(cast.provider, onward_at("completed")) == ended


def test_the_answer_to_a_step_says_it_too(cast, referral_at, as_user, time_machine):
    rose = referral_at("submitted")
    time_machine.move_to(morning(3), tick=False)
    answer = as_user(cast.link_worker).post(f"/api/v1/referrals/{rose.reference}/accept/", {})
    assert answer.json()["clock"] == clock(
        "first_contact", "Speak with the person", "team", "2026-11-10", since="2026-11-03", days=0
    )


# --- An onward referral ---------------------------------------------------------------------------------------------


def test_a_question_of_the_provider_makes_it_the_link_workers_turn(cast, onward_at, read):
    onward = onward_at("information_requested")
    expected = clock(
        "provider_question", "Answer the provider's question", "team", "2026-11-09",
        still=held("provider_response", "the link worker was asked on 2 November 2026"),
    )  # fmt: skip
    for who in (cast.provider, cast.link_worker, cast.gp):
        assert read(who, onward) == expected


def test_a_provider_reads_that_its_clock_stands_still_and_not_that_the_person_is_in_hospital(
    cast, onward_at, as_user, read
):
    onward = onward_at("sent")
    case(cast, onward.referral, "hold", 3, reason="in_hospital", until=dt.date(2026, 11, 20))

    def waits(why):
        return clock(
            None, "Wait for the end of the hold", "nobody", None, since="2026-11-03", days=1,
            still=held("provider_response", why, since="2026-11-03"),
        )  # fmt: skip

    assert read(cast.provider, onward, 4) == waits("the link worker has it on hold")
    assert read(cast.link_worker, onward, 4) == read(cast.gp, onward, 4) == waits("in hospital since 3 November 2026")
    whole = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").content.decode()
    assert "hospital" not in whole
    listed = as_user(cast.provider).get("/api/v1/onward-referrals/").content.decode()
    assert "hospital" not in listed

    case(cast, onward.referral, "resume", 5)
    assert read(cast.provider, onward, 5) == clock(
        "provider_response", "Accept, wait-list, decline or ask", "provider", "2026-11-18", days=3
    )


def test_a_scheme_sends_to_its_own_hub_without_a_clock(cast, referral_at, read):
    referral = referral_at("submitted", team_id=None, service_id=cast.scheme.pk)
    onward = OnwardReferral.objects.get(referral=referral)
    assert read(cast.hub_worker, onward) == clock(None, "Accept, wait-list, decline or ask", "provider", None)
    assert read(cast.hub_worker, referral)["key"] == "triage"


def test_whose_turn_it_is_with_what_is_due(cast, referral_at, as_user, time_machine):
    asked, new = referral_at("information_requested"), referral_at("submitted")
    time_machine.move_to(morning(3), tick=False)
    rows = as_user(cast.lead).get("/api/v1/tasks/").json()["results"]
    assert {row["referral"]: row["turn"] for row in rows} == {asked.reference: "referrer", new.reference: "team"}


# --- In lists -------------------------------------------------------------------------------------------------------


def everything(cast, referral_at, onward_at):
    """A referral in every status, and an onward referral in every status, one of them on hold."""
    for status in stage.REFERRAL_PATHS:
        referral_at(status)
    for status in stage.ONWARD_PATHS:
        onward_at(status)
    case(cast, onward_at("accepted").referral, "hold", 3, reason="away", until=dt.date(2026, 12, 1))


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("referrals", "gp"), ("referrals", "link_worker"), ("onward-referrals", "gp"),
        ("onward-referrals", "link_worker"), ("onward-referrals", "provider"),
    ],
)  # fmt: skip
def test_a_list_says_of_each_row_what_the_row_says_of_itself(
    cast, referral_at, onward_at, as_user, time_machine, kind, who
):
    everything(cast, referral_at, onward_at)
    time_machine.move_to(morning(4), tick=False)
    client = as_user(getattr(cast, who))
    rows = client.get(f"/api/v1/{kind}/", {"limit": 100, "page_size": 100}).json()["results"]
    assert len(rows) >= len(stage.ONWARD_PATHS)
    for row in rows:
        assert row["clock"] == client.get(f"/api/v1/{kind}/{row['reference']}/").json()["clock"], row["status"]


@pytest.mark.parametrize("kind", ["referrals", "onward-referrals"])
def test_a_list_of_many_takes_as_many_queries_as_one_of_one(cast, referral_at, onward_at, as_user, kind):
    def queries():
        client = as_user(cast.link_worker)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/api/v1/{kind}/").status_code == 200
        return len(asked)

    onward_at("sent")
    few = queries()
    everything(cast, referral_at, onward_at)
    assert queries() == few


# --- The clocks of what is booked and of what is paused -------------------------------------------------------------


def told():
    found = sorted(OutboxMessage.objects.filter(template="clock_breached").values_list("recipient", "context"), key=str)
    OutboxMessage.objects.all().delete()
    return [(recipient, context["reference"], context["due_on"]) for recipient, context in found]


def quiet(onward):
    """Let the case itself be due for nothing, and nothing be owed."""
    Referral.objects.filter(pk=onward.referral_id).update(next_action_on=dt.date(2027, 2, 1))
    OutboxMessage.objects.all().delete()
    return onward


def test_the_leads_hear_of_a_first_assessment_of_which_nobody_said_what_became_of_it(cast, onward_at, read):
    """It is on Monday the 9th: until then it is Rose's turn, from then on the provider's, on the 17th a breach."""
    onward = quiet(onward_at("assessment_booked"))
    assert read(cast.provider, onward, 9)["turn"] == "person"
    assert read(cast.provider, onward, 10) == clock(
        "assessment_outcome", "Say whether the person came to the first assessment", "provider", "2026-11-09",
        since="2026-11-09", overdue=True,
    )  # fmt: skip
    assert (run_clocks(at=morning(16))["breached"], told()) == (0, [])
    assert read(cast.provider, onward, 17)["is_breached"]
    assert (run_clocks(at=morning(17))["breached"], told()) == (1, [(cast.lead.email, onward.reference, "2026-11-09")])


def test_nobody_hears_of_a_first_assessment_while_the_person_is_away(cast, onward_at, read):
    onward = quiet(onward_at("assessment_booked"))
    case(cast, onward.referral, "hold", 6, reason="away", until=dt.date(2027, 1, 4))
    OutboxMessage.objects.all().delete()
    assert read(cast.provider, onward, 17)["stands_still"]["key"] == "assessment_outcome"
    assert (run_clocks(at=morning(17))["breached"], told()) == (0, [])


def test_nobody_hears_of_a_pause_while_the_person_is_away(cast, onward_at, read):
    """Paused until 1 December, at the service; from the 6th on the referral waits until January."""
    onward = quiet(onward_at("paused"))
    case(cast, onward.referral, "hold", 6, reason="away", until=dt.date(2027, 1, 4))
    OutboxMessage.objects.all().delete()
    assert read(cast.provider, onward, 30)["stands_still"]["key"] == "pause_end"
    assert (run_clocks(at=morning(11, month=12))["breached"], told()) == (0, [])


def test_a_pause_is_nobodys_turn_until_its_day(cast, onward_at, read):
    onward = onward_at("paused")
    expected = clock(
        "pause_end", "Resume, or say that the person has left", "nobody", "2026-12-01",
        still=held(None, "paused until 1 December 2026"),
    )  # fmt: skip
    assert read(cast.provider, onward) == read(cast.link_worker, onward) == expected


def test_where_the_scheme_has_points_the_provider_holds_a_review(cast, referral_at, read):
    referral = referral_at("submitted", team_id=None, service_id=cast.scheme.pk)
    onward = OnwardReferral.objects.get(referral=referral)
    hal = Actor(stage.fresh(cast.hub_worker))
    booked = StepDetails(assessment_at=NOW + dt.timedelta(days=1))
    for step, details in (("accept", StepDetails()), ("book_assessment", booked), ("start", StepDetails())):
        onward = take_onward_step(onward=onward, step=step, actor=hal, at=NOW, details=details)
    assert read(cast.hub_worker, onward) == clock("review_points", "Hold a review", "provider", "2027-02-01")
