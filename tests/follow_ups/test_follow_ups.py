"""Rose has begun, and some months after somebody asks how she is and what she still does: at 3, 6 and 12 months.

The walking group reviews at 6 weeks only, so that each of its three points is a follow-up of its own.
"""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from referrals.models import DueTask, FollowUp, FollowUpClock, OnwardReferral, Referral, ReferralEvent
from referrals.services.clocks import run_clocks
from referrals.services.consent_clocks import run_consent_clocks
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from services_directory.models import Service
from tests import stage
from tests.follow_ups.conftest import on
from tests.stage import ROSE

FEBRUARY, MAY, NOVEMBER = dt.date(2027, 2, 2), dt.date(2027, 5, 2), dt.date(2027, 11, 2)
"""Rose begins on Monday 2 November 2026: three, six and twelve months later."""
LAST_OF_FEBRUARYS = dt.date(2027, 3, 2)
"""28 days after the first point."""
WELL = {"result": "reached", "mechanism": "02", "still_active": "elsewhere", "since_the_start": "better"}


@pytest.fixture
def rose(programme, onward_at):
    return onward_at("started")


def morning(day):
    return dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC)


def url(onward, what=""):
    return f"/api/v1/onward-referrals/{onward.reference}/{what}"


def ask(client, onward, months, **said):
    return client.post(url(onward, "follow-ups/"), {"months": months} | (said or WELL))


def points(client, onward):
    return [
        (row["months"], row["due_on"], row["state"])
        for row in client.get(url(onward, "follow-ups/points/")).json()["points"]
    ]


def due(client, **asked):
    tasks = client.get("/api/v1/tasks/", {"kind": "follow_up"} | asked).json()["results"]
    return [(row["due_on"], row["onward_referral"], row["is_overdue"], row["is_breached"]) for row in tasks]


def to_be_asked(client, day):
    rows = client.get("/api/v1/onward-referrals/", {"follow_up_due_by": day}).json()["results"]
    return [row["reference"] for row in rows]


def clock():
    return list(FollowUpClock.objects.order_by("pk").values_list("months", "due_on", "closes_on"))


def everything():
    models = (FollowUp, FollowUpClock, OnwardReferral, Referral, ReferralEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]


# --- It fires -------------------------------------------------------------------------------------------------------


def test_from_the_start_the_first_point_is_to_come_and_on_both_lists(cast, pat, rose, as_user):
    lou = as_user(cast.link_worker)
    assert points(pat, rose) == [
        (3, "2027-02-02", "to_come"), (6, "2027-05-02", "to_come"), (12, "2027-11-02", "to_come"),
    ]  # fmt: skip
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]
    assert pat.get(url(rose)).json()["next_follow_up_on"] == "2027-02-02"
    assert due(lou) == [("2027-02-02", rose.reference, False, False)]
    assert due(lou, due_by="2027-02-01") == []
    assert (to_be_asked(pat, "2027-02-01"), to_be_asked(pat, "2027-02-02")) == ([], [rose.reference])


def test_a_point_is_due_overdue_and_breached_until_somebody_asks(cast, pat, done, as_user, time_machine):
    """Due on Tuesday 2 February, overdue on the 3rd, breached after five working days, on Wednesday the 10th."""
    lou, said = as_user(cast.link_worker), []
    for day in (FEBRUARY, dt.date(2027, 2, 3), dt.date(2027, 2, 9), dt.date(2027, 2, 10)):
        on(time_machine, day)
        said += due(lou)
    assert said == [
        ("2027-02-02", done.reference, False, False), ("2027-02-02", done.reference, True, False),
        ("2027-02-02", done.reference, True, False), ("2027-02-02", done.reference, True, True),
    ]  # fmt: skip
    assert due(lou, breached="true") == [("2027-02-02", done.reference, True, True)]
    assert ask(pat, done, 3).status_code == 201
    assert due(lou) == [("2027-05-02", done.reference, False, False)]


def test_it_goes_on_after_the_referral_has_closed_and_opens_nothing_again(cast, pat, done, as_user, time_machine):
    """A year on Pat rings her for the last time; her case is as closed as it was."""
    before = Referral.objects.get(pk=done.referral_id)
    for months, day in ((3, FEBRUARY), (6, MAY), (12, NOVEMBER)):
        on(time_machine, day)
        assert to_be_asked(pat, day) == [done.reference]
        assert "record_follow_up" in pat.get(url(done)).json()["available_actions"]
        answer = ask(pat, done, months)
        assert answer.status_code == 201
    assert answer.json() == {
        "months": 12, "asked_on": "2027-11-02", "recorded_by": "Pat Active", "recorded_at": "2027-11-02T09:00:00Z",
    } | WELL  # fmt: skip
    assert points(pat, done) == [
        (3, "2027-02-02", "reached"), (6, "2027-05-02", "reached"), (12, "2027-11-02", "reached"),
    ]  # fmt: skip
    assert (clock(), due(as_user(cast.link_worker))) == ([], [])
    seen = pat.get(url(done)).json()
    assert (seen["status"], seen["next_action_on"], seen["next_follow_up_on"]) == ("completed", None, None)
    assert "record_follow_up" not in seen["available_actions"]
    after = Referral.objects.get(pk=done.referral_id)
    assert (after.status, after.next_action_on, after.ended_at) == ("closed", None, before.ended_at)


def test_after_the_end_it_is_nobodys_turn_but_when_she_may_be_asked(pat, done, time_machine):
    def turn(day):
        on(time_machine, day)
        said = pat.get(url(done)).json()["clock"]
        return said["turn"], said["key"], said["due_on"], said["is_overdue"]

    assert turn(dt.date(2027, 1, 18)) == ("nobody", None, None, False)
    assert turn(dt.date(2027, 1, 19)) == ("provider", "follow_ups", "2027-02-02", False)
    assert turn(dt.date(2027, 2, 3)) == ("provider", "follow_ups", "2027-02-02", True)
    ask(pat, done, 3)
    assert turn(dt.date(2027, 2, 3)) == ("nobody", None, None, False)


def test_the_timeline_says_that_she_was_asked_and_nothing_of_her_answers(cast, pat, done, as_user, time_machine):
    on(time_machine, FEBRUARY)
    ask(pat, done, 3)
    event = ReferralEvent.objects.get(kind="follow_up_recorded")
    assert (event.actor_name, event.note, event.from_status, event.to_status) == ("Pat Active", "", "", "")
    assert event.details == {"months": 3, "result": "reached", "asked_on": "2027-02-02"}
    told = as_user(cast.gp).get(f"/api/v1/referrals/{done.referral.reference}/events/").json()["results"]
    assert [(row["kind"], row["note"]) for row in told][-1] == ("follow_up_recorded", "")


def test_who_is_not_reached_is_tried_again_and_then_given_up(cast, pat, done, as_user, time_machine):
    on(time_machine, FEBRUARY)
    assert ask(pat, done, 3, result="not_reached", mechanism="02").status_code == 201
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]
    assert run_clocks(at=morning(LAST_OF_FEBRUARYS))["given_up"] == 0  # the last day is hers
    late = morning(LAST_OF_FEBRUARYS + dt.timedelta(days=1))
    assert [run_clocks(at=late)["given_up"] for _ in range(2)] == [1, 0]
    on(time_machine, late.date())
    assert points(pat, done)[:2] == [(3, "2027-02-02", "missed"), (6, "2027-05-02", "to_come")]
    assert due(as_user(cast.link_worker)) == [("2027-05-02", done.reference, False, False)]
    tried, missed = reversed(pat.get(url(done, "follow-ups/")).json()["results"])
    assert (tried["result"], tried["recorded_by"]) == ("not_reached", "Pat Active")
    assert missed == {
        "months": 3, "result": "missed", "asked_on": "2027-03-02", "mechanism": "", "still_active": "",
        "since_the_start": "", "recorded_by": "The service", "recorded_at": "2027-03-03T08:00:00Z",
    }  # fmt: skip
    event = ReferralEvent.objects.filter(kind="follow_up_recorded").latest("sequence")
    assert (event.actor, event.details["result"]) == (None, "missed")


def test_what_was_missed_by_the_clock_is_made_up_for_by_the_next_run(done):
    """Nothing ran for two years: the next run gives up all three points, and then there is none left."""
    late = morning(dt.date(2028, 11, 1))
    assert [run_clocks(at=late)["given_up"] for _ in range(2)] == [3, 0]
    given_up = FollowUp.objects.order_by("id").values_list("months", "result", "asked_on")
    assert list(given_up) == [
        (3, "missed", LAST_OF_FEBRUARYS), (6, "missed", dt.date(2027, 5, 30)), (12, "missed", dt.date(2027, 11, 30)),
    ]  # fmt: skip
    assert clock() == []


def test_who_rings_back_after_the_time_was_over_has_answered(pat, done, time_machine):
    run_clocks(at=morning(dt.date(2027, 3, 3)))
    on(time_machine, dt.date(2027, 3, 10))
    assert ask(pat, done, 3).status_code == 201
    assert points(pat, done)[0] == (3, "2027-02-02", "reached")
    assert clock() == [(6, MAY, dt.date(2027, 5, 30))]


def test_two_weeks_before_its_day_a_point_is_open(pat, done, time_machine):
    on(time_machine, dt.date(2027, 1, 18))
    assert "record_follow_up" not in pat.get(url(done)).json()["available_actions"]
    assert ask(pat, done, 3).status_code == 400
    on(time_machine, dt.date(2027, 1, 19))
    assert "record_follow_up" in pat.get(url(done)).json()["available_actions"]
    assert ask(pat, done, 3).status_code == 201


def test_who_left_early_is_asked_too(pat, programme, onward_at):
    onward_at("left_early")
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]


@pytest.mark.parametrize("status", ["sent", "assessment_booked", "not_started", "declined", "withdrawn"])
def test_who_never_began_is_not_asked(pat, programme, onward_at, status):
    onward = onward_at(status)
    assert clock() == []
    before = everything()
    refused = ask(pat, onward, 3)
    # What was declined or taken back the provider sees no more.
    assert refused.status_code == (403 if status in {"declined", "withdrawn"} else 409)
    assert everything() == before


# --- It stands still ------------------------------------------------------------------------------------------------


def test_while_the_person_is_away_the_clock_stands_still_and_goes_on_from_there(
    cast, pat, done, rose_reopened, as_user, time_machine
):
    """On hold from 10 February, eight days after the point; back on 20 March, and all of its 28 days are hers."""
    lou = Actor(stage.fresh(cast.link_worker))
    away = StepDetails(reason="away", until=dt.date(2027, 3, 31))
    take_referral_step(referral=rose_reopened, step="hold", actor=lou, at=morning(dt.date(2027, 2, 10)), details=away)
    on(time_machine, dt.date(2027, 3, 19))
    assert (due(as_user(cast.link_worker)), to_be_asked(pat, "2027-12-31")) == ([], [])
    assert points(pat, done)[0] == (3, "2027-02-02", "waits")
    assert ask(pat, done, 3).status_code == 400
    assert run_clocks(at=morning(dt.date(2027, 3, 19)))["given_up"] == 0
    take_referral_step(referral=rose_reopened, step="resume", actor=lou, at=morning(dt.date(2027, 3, 20)))
    assert clock() == [(3, dt.date(2027, 3, 12), dt.date(2027, 4, 9))]
    on(time_machine, dt.date(2027, 3, 22))
    assert due(as_user(cast.link_worker)) == [("2027-03-12", done.reference, True, True)]
    assert ask(pat, done, 3).status_code == 201


@pytest.fixture
def rose_reopened(cast, done):
    """Lena has opened her case again, two weeks after it closed."""
    lena = Actor(stage.fresh(cast.lead))
    at = done.ended_at + dt.timedelta(days=14)
    reason = StepDetails(reason="person_came_back")
    return take_referral_step(referral=done.referral, step="reopen", actor=lena, at=at, details=reason)


def test_who_pauses_is_asked_when_they_are_back(cast, pat, rose, as_user, time_machine):
    """Away from before the point until after it: the day of the point is the day on which she is back."""
    on(time_machine, dt.date(2027, 1, 25))
    pat.post(url(rose, "pause/"), {"reason": "health", "until": "2027-03-31"})
    on(time_machine, dt.date(2027, 3, 29))
    assert (due(as_user(cast.link_worker)), run_clocks(at=morning(dt.date(2027, 3, 29)))["given_up"]) == ([], 0)
    assert pat.post(url(rose, "resume/"), {}).status_code == 200
    assert clock() == [(3, dt.date(2027, 3, 29), dt.date(2027, 4, 26))]
    assert due(as_user(cast.link_worker)) == [("2027-03-29", rose.reference, False, False)]


def test_a_pause_before_a_point_moves_nothing(pat, rose, time_machine):
    on(time_machine, dt.date(2026, 11, 20))
    pat.post(url(rose, "pause/"), {"reason": "away", "until": "2026-12-10"})
    on(time_machine, dt.date(2026, 12, 10))
    pat.post(url(rose, "resume/"), {})
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]


# --- Nobody is asked the same twice ---------------------------------------------------------------------------------


def test_where_the_scheme_reviews_at_that_time_it_is_the_reviews_turn(cast, pat, onward_at, time_machine):
    """PARiS reviews at 13 and 26 weeks, which are its 3 and 6 months: what is left is a year."""
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13, 26])
    rose = onward_at("started")
    assert points(pat, rose) == [
        (3, "2027-02-02", "reviewed"), (6, "2027-05-02", "reviewed"), (12, "2027-11-02", "to_come"),
    ]  # fmt: skip
    assert clock() == [(12, NOVEMBER, dt.date(2027, 11, 30))]
    on(time_machine, FEBRUARY)
    before = everything()
    assert list(ask(pat, rose, 3).json()["errors"]) == ["months"]
    assert everything() == before


def test_who_leaves_before_the_review_is_asked_instead(cast, pat, onward_at, time_machine):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13, 26])
    rose = onward_at("started")
    on(time_machine, dt.date(2026, 12, 7))
    pat.post(url(rose, "leave-early/"), {"reason": "transport"})
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]
    assert [state for *_, state in points(pat, rose)] == ["to_come", "to_come", "to_come"]


def test_who_completes_at_the_last_review_is_not_asked_the_week_after(cast, pat, onward_at, time_machine):
    """A programme of twelve weeks: its last review is on 25 January, eight days before three months are over."""
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 6, 12])
    rose = onward_at("started")
    on(time_machine, dt.date(2027, 1, 25))
    pat.post(url(rose, "complete/"), {"outcome": "goals_met"})
    assert [state for *_, state in points(pat, rose)] == ["reviewed", "to_come", "to_come"]
    assert clock() == [(6, MAY, dt.date(2027, 5, 30))]


# --- Whom nobody asks -----------------------------------------------------------------------------------------------


def test_after_a_no_nobody_asks_any_more(cast, pat, done, as_user, time_machine):
    on(time_machine, FEBRUARY)
    assert ask(pat, done, 3, result="declined", mechanism="02").status_code == 201
    assert (clock(), due(as_user(cast.link_worker))) == ([], [])
    assert [state for *_, state in points(pat, done)] == ["declined", "not_asked", "not_asked"]
    on(time_machine, MAY)
    before = everything()
    for months, said in ((6, WELL), (3, {"result": "not_reached", "mechanism": "02"})):
        refused = ask(pat, done, months, **said)
        assert (refused.status_code, refused.json()["code"]) == (409, "said_no")
    assert (run_clocks(at=morning(NOVEMBER))["given_up"], everything()) == (0, before)


def test_a_no_that_was_a_slip_is_taken_back_by_what_she_answered(pat, done, time_machine):
    on(time_machine, FEBRUARY)
    ask(pat, done, 3, result="declined", mechanism="02")
    assert ask(pat, done, 3).status_code == 201
    assert clock() == [(6, MAY, dt.date(2027, 5, 30))]


def test_who_withdraws_the_consent_to_share_is_asked_by_nobody(cast, pat, done, as_user, time_machine):
    """Also long after her case has closed; and her link worker does not ask for the provider either."""
    consents = f"/api/v1/referrals/{done.referral.reference}/consents/"
    assert as_user(cast.gp).post(consents, {"decision": "withdrawn"}).status_code == 201
    assert clock() == []
    on(time_machine, FEBRUARY)
    before = everything()
    lou = as_user(cast.link_worker)
    assert [ask(pat, done, 3).status_code, ask(lou, done, 3).status_code] == [403, 409]
    assert pat.get(url(done, "follow-ups/")).status_code == 403
    assert everything() == before


def test_a_consent_that_ran_out_ends_it_too(cast, pat, programme, onward_at, as_user, time_machine):
    rose = onward_at("completed")
    consents = f"/api/v1/referrals/{rose.referral.reference}/consents/"
    on(time_machine, dt.date(2026, 11, 3))
    as_user(cast.gp).post(consents, {"decision": "given", "expires_on": "2026-12-31"})
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]
    for day in (dt.date(2026, 12, 17), dt.date(2027, 1, 1)):
        run_consent_clocks(at=morning(day))
    assert clock() == []


def test_nobody_asks_about_the_dead_also_where_the_referral_had_closed(cast, pat, done, as_user, referral_at):
    """She died months later; it was recorded on another referral of hers."""
    other = referral_at("submitted")
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]
    gp = as_user(cast.gp)
    assert gp.post(f"/api/v1/referrals/{other.reference}/record-death/", {}).status_code == 200
    assert clock() == []
    lena = as_user(cast.lead)
    found = lena.post(f"/api/v1/referrals/{other.reference}/undo-death/", {"note": "It was her sister."})
    assert found.status_code == 200
    assert clock() == [(3, FEBRUARY, LAST_OF_FEBRUARYS)]


def test_who_left_because_they_died_is_asked_by_nobody(pat, rose):
    pat.post(url(rose, "leave-early/"), {"reason": "deceased"})
    assert clock() == []


def test_who_wants_to_be_reached_by_nobody_is_not_asked(cast, rose, as_user):
    lou = as_user(cast.link_worker)
    no = {"permissions": dict.fromkeys(("email", "sms", "telephone"), "no")}
    change = f"/api/v1/referrals/{rose.referral.reference}/change-contact/"
    assert lou.post(change, no).status_code == 200
    assert len(clock()) == 1  # a letter may still be written
    assert lou.post(change, {"permissions": {"letter": "no"}}).status_code == 200
    assert clock() == []


@pytest.mark.parametrize(
    ("step", "who", "said"),
    [
        ("withdraw", "gp", {"reason": "person_changed_mind"}),
        ("enter_in_error", "lead", {"reason": "wrong_person"}),
        ("close", "link_worker", {"outcome": "declined_by_person"}),
    ],
)
def test_some_ends_of_the_referral_end_it(cast, pat, programme, onward_at, step, who, said):
    onward = onward_at("completed")
    assert len(clock()) == 1
    take_referral_step(
        referral=onward.referral, step=step, actor=Actor(stage.fresh(getattr(cast, who))),
        at=onward.ended_at + dt.timedelta(hours=1), details=StepDetails(**said),
    )  # fmt: skip
    assert clock() == []


# --- Who, and what cannot be ----------------------------------------------------------------------------------------


def test_the_team_that_supported_her_may_ask_as_well(cast, done, as_user, time_machine):
    on(time_machine, FEBRUARY)
    lou = as_user(cast.link_worker)
    assert "record_follow_up" in lou.get(url(done)).json()["available_actions"]
    assert ask(lou, done, 3).json()["recorded_by"] == "Lou Marsh"


def test_after_the_end_it_is_nobodys_by_name(cast, done, as_user, time_machine):
    on(time_machine, FEBRUARY)
    task = as_user(cast.lead).get("/api/v1/tasks/", {"kind": "follow_up"}).json()["results"][0]
    assert (task["assigned_to"], task["title"]) == (None, "Ask how they are, some months after")


@pytest.mark.parametrize(("who", "status"), [("gp", 403), ("befriender", 404), ("outsider", 404), ("manager", 404)])
def test_others_record_nothing(cast, pat, done, as_user, time_machine, who, status):
    on(time_machine, FEBRUARY)
    ask(pat, done, 3)
    other = as_user(getattr(cast, who))
    before = everything()
    assert ask(other, done, 3, **WELL | {"still_active": "no"}).status_code == status
    assert everything() == before
    read = other.get(url(done, "follow-ups/"))
    assert read.status_code == (200 if who == "gp" else 404)
    if who == "gp":
        assert [row["still_active"] for row in read.json()["results"]] == ["elsewhere"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"months": 4}, "months"),
        ({"months": 6}, "months"),
        ({"asked_on": "2027-02-03"}, "asked_on"),
        ({"asked_on": "2027-01-18"}, "asked_on"),
        ({"mechanism": "07"}, "mechanism"),
        ({"mechanism": None}, "mechanism"),
        ({"result": "missed"}, "result"),
        ({"still_active": ""}, "still_active"),
        ({"since_the_start": "excellent"}, "since_the_start"),
        ({"result": "not_reached", "since_the_start": ""}, "still_active"),
        ({"result": "declined", "still_active": ""}, "since_the_start"),
        ({"note": "Her knee is worse."}, "note"),
    ],
)
def test_what_cannot_be_is_refused(pat, done, time_machine, said, field):
    on(time_machine, FEBRUARY)
    before = everything()
    refused = ask(pat, done, **{"months": 3} | WELL | said)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert everything() == before


def test_sent_twice_it_is_recorded_once_and_what_is_stale_is_refused(pat, done, time_machine):
    on(time_machine, FEBRUARY)
    etag = pat.get(url(done)).headers["ETag"]
    said = {"months": 3} | WELL
    first = pat.post(url(done, "follow-ups/"), said, headers={"If-Match": etag})
    before = everything()
    again = pat.post(url(done, "follow-ups/"), said, headers={"If-Match": etag})
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    stale = pat.post(url(done, "follow-ups/"), said | {"still_active": "no"}, headers={"If-Match": etag})
    assert (stale.status_code, everything()) == (412, before)


def test_what_was_recorded_is_never_changed(pat, done, time_machine):
    on(time_machine, FEBRUARY)
    ask(pat, done, 3)
    for change in (lambda: FollowUp.objects.update(still_active="no"), lambda: FollowUp.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert FollowUp.objects.get().still_active == "elsewhere"


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"result": "reached"}, "follow_up_answers_of_who_answered"),
        ({"result": "missed", "still_active": "no"}, "follow_up_answers_of_who_answered"),
        ({"result": "not_reached"}, "follow_up_by_somebody_or_given_up"),
        ({"result": "asleep"}, "follow_up_"),
        ({"result": "missed", "months": 0}, "follow_up_months_in_their_range"),
    ],
)
def test_the_database_knows_the_rules_too(done, now, values, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        FollowUp.objects.create(
            **{"onward_referral": done, "months": 3, "asked_on": FEBRUARY, "recorded_at": now} | values
        )
    assert FollowUp.objects.count() == 0


# --- Found by an index ----------------------------------------------------------------------------------------------


def test_what_is_due_is_found_by_an_index(rose):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off")
        # With one row, every way to join costs the same: a merge would read either key whole.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        cursor.execute("EXPLAIN SELECT * FROM referrals_duetask WHERE kind = 'follow_up' AND due_on <= '2027-02-02'")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "follow_up_due" in plan
    assert DueTask.objects.filter(kind="follow_up").count() == 1


def test_two_people_cost_no_more_queries_than_one(cast, pat, rose, onward_at, referral_at, as_user, time_machine):
    def queries(asked):
        asked()  # the client's user learns its roles with the first request
        with CaptureQueriesContext(connection) as counted:
            assert asked().status_code == 200
        return len(counted)

    on(time_machine, FEBRUARY)
    lou = as_user(cast.link_worker)
    asks = (
        lambda: pat.get("/api/v1/onward-referrals/", {"follow_up_due_by": "2027-12-31"}),
        lambda: lou.get("/api/v1/tasks/", {"kind": "follow_up"}),
        lambda: pat.get(url(rose, "follow-ups/")),
        lambda: pat.get(url(rose, "follow-ups/points/")),
    )
    ask(pat, rose, 3, result="not_reached", mechanism="02")
    alone = [queries(each) for each in asks]
    ruth = replace(ROSE, first_name="Ruth", family_name="Adeyemi", nhs_number="9990000026")
    onward_at("started", referral=referral_at("active", person=ruth))
    ask(pat, rose, 3, result="not_reached", mechanism="06")
    ask(pat, rose, 3)
    assert [queries(each) for each in asks] == alone
