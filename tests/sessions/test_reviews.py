"""The scheme's review points for Rose, as at PARiS: the start, and after 3 and 6 months (13 and 26 weeks)."""

import datetime as dt
from dataclasses import replace
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from referrals.models import OnwardReferral, Referral, ReferralEvent, Review
from services_directory.models import Service
from tests.in_the_tables import give_a_history, no_trigger_looks
from tests.stage import ROSE


@pytest.fixture
def pat(cast, as_user):
    """The provider's client."""
    return as_user(cast.provider)


@pytest.fixture
def rose(cast, onward_at):
    """Rose has started on Monday 2 November 2026: her points are 1 February and 3 May 2027."""
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13, 26])
    return onward_at("started")


def on(time_machine, day):
    time_machine.move_to(dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC), tick=False)


FEBRUARY = dt.date(2027, 2, 1)


def url(onward, what=""):
    return f"/api/v1/onward-referrals/{onward.reference}/{what}"


def review(client, onward, **said):
    return client.post(url(onward, "reviews/"), said)


def points(client, onward):
    return client.get(url(onward, "reviews/points/")).json()["points"]


def due(client, **asked):
    tasks = client.get("/api/v1/tasks/", {"kind": "provider_review"} | asked).json()["results"]
    return [(row["due_on"], row["onward_referral"], row["person"]) for row in tasks]


def to_be_reviewed(client, day):
    rows = client.get("/api/v1/onward-referrals/", {"review_due_by": day}).json()["results"]
    return [row["reference"] for row in rows]


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Review, OnwardReferral, Referral, ReferralEvent)]


def test_before_its_day_a_point_is_to_come_and_on_both_lists(cast, pat, rose, as_user):
    assert points(pat, rose) == [
        {"weeks": 13, "due_on": "2027-02-01", "is_overdue": False, "review": None},
        {"weeks": 26, "due_on": "2027-05-03", "is_overdue": False, "review": None},
    ]
    assert pat.get(url(rose)).json()["next_review_on"] == "2027-02-01"
    assert due(as_user(cast.link_worker)) == [("2027-02-01", rose.reference, "OKAFOR, Rose")]
    assert due(as_user(cast.link_worker), due_by="2027-01-31") == []
    assert (to_be_reviewed(pat, "2027-01-31"), to_be_reviewed(pat, "2027-02-01")) == ([], [rose.reference])


def test_a_review_that_is_held_makes_the_next_point_due(cast, pat, rose, as_user, time_machine):
    on(time_machine, FEBRUARY)
    answer = review(pat, rose, weeks=13, result="held", note="Walks twice a week now.")
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "weeks": 13, "result": "held", "reviewed_on": "2027-02-01", "note": "Walks twice a week now.",
            "recorded_by": "Pat Active", "recorded_at": "2027-02-01T09:00:00Z",
        },
    )  # fmt: skip
    seen = pat.get(url(rose)).json()
    assert (seen["next_review_on"], seen["next_action_on"]) == ("2027-05-03", "2027-05-03")
    assert due(as_user(cast.link_worker)) == [("2027-05-03", rose.reference, "OKAFOR, Rose")]
    event = ReferralEvent.objects.get(kind="review_recorded")
    assert (event.note, event.details) == ("", {"weeks": 13, "result": "held", "reviewed_on": "2027-02-01"})
    on(time_machine, dt.date(2027, 5, 3))
    review(pat, rose, weeks=26, result="held")
    seen = pat.get(url(rose)).json()
    # None is left: the case is looked at after twenty working days, as without a scheme.
    assert (seen["next_review_on"], seen["next_action_on"]) == (None, "2027-06-02")
    assert due(as_user(cast.link_worker)) == []


def test_a_review_of_which_nothing_is_recorded_is_overdue_until_it_is(cast, pat, rose, as_user, time_machine):
    on(time_machine, dt.date(2027, 2, 10))
    assert [point["is_overdue"] for point in points(pat, rose)] == [True, False]
    assert due(as_user(cast.link_worker), overdue="true") == [("2027-02-01", rose.reference, "OKAFOR, Rose")]
    missed = review(pat, rose, weeks=13, result="missed", reviewed_on="2027-02-01")
    assert (missed.status_code, missed.json()["reviewed_on"]) == (201, "2027-02-01")
    assert due(as_user(cast.link_worker), overdue="true") == []
    assert [point["is_overdue"] for point in points(pat, rose)] == [False, False]
    # She came a week later after all: the last word of a point counts, and the first is kept.
    review(pat, rose, weeks=13, result="held")
    assert [point["review"] and point["review"]["result"] for point in points(pat, rose)] == ["held", None]
    kept = pat.get(url(rose, "reviews/")).json()["results"]
    assert [(row["result"], row["reviewed_on"]) for row in kept] == [("held", "2027-02-10"), ("missed", "2027-02-01")]


def test_a_review_sent_twice_is_recorded_once(pat, rose, time_machine):
    on(time_machine, FEBRUARY)
    etag = pat.get(url(rose)).headers["ETag"]
    said = {"weeks": 13, "result": "held", "note": "Well."}
    first = pat.post(url(rose, "reviews/"), said, headers={"If-Match": etag})
    before = everything()
    again = pat.post(url(rose, "reviews/"), said, headers={"If-Match": etag})
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert everything() == before
    assert pat.post(url(rose, "reviews/"), said | {"note": "Ill."}, headers={"If-Match": etag}).status_code == 412
    assert everything() == before


def test_a_review_between_the_points_settles_none(pat, rose, time_machine):
    on(time_machine, dt.date(2026, 12, 1))
    assert review(pat, rose, result="held").status_code == 201
    assert (points(pat, rose)[0]["review"], pat.get(url(rose)).json()["next_review_on"]) == (None, "2027-02-01")


@pytest.mark.parametrize(
    ("day", "said", "field"),
    [
        (FEBRUARY, {"weeks": 12, "result": "held"}, "weeks"),
        (FEBRUARY, {"result": "missed"}, "weeks"),
        (FEBRUARY, {"weeks": 26, "result": "held"}, "weeks"),
        (dt.date(2027, 1, 17), {"weeks": 13, "result": "held"}, "weeks"),
        (FEBRUARY, {"weeks": 13, "result": "held", "reviewed_on": "2027-02-02"}, "reviewed_on"),
        (FEBRUARY, {"weeks": 13, "result": "held", "reviewed_on": "2027-01-17"}, "reviewed_on"),
        (FEBRUARY, {"result": "held", "reviewed_on": "2026-11-01"}, "reviewed_on"),
        (FEBRUARY, {"weeks": 13, "result": "postponed"}, "result"),
        (FEBRUARY, {"weeks": 13}, "result"),
        (FEBRUARY, {"weeks": 13, "result": "held", "score": 5}, "score"),
    ],
)
def test_a_review_that_cannot_be_is_refused(day, said, field, pat, rose, time_machine):
    on(time_machine, day)
    before = everything()
    refused = review(pat, rose, **said)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert everything() == before


def test_two_weeks_before_its_day_a_point_is_open(pat, rose, time_machine):
    on(time_machine, dt.date(2027, 1, 18))
    assert review(pat, rose, weeks=13, result="held").status_code == 201


@pytest.mark.parametrize("status", ["accepted", "assessment_booked", "not_started"])
def test_who_has_not_started_is_not_reviewed(status, cast, pat, onward_at):
    onward = onward_at(status)
    before = everything()
    refused = review(pat, onward, result="held")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_started")
    assert everything() == before


def test_who_has_completed_is_reviewed_at_the_last_point_and_is_on_no_list(cast, pat, rose, as_user, time_machine):
    pat.post(url(rose, "complete/"), {"outcome": "goals_met"})
    assert (due(as_user(cast.link_worker)), to_be_reviewed(pat, "2027-12-31")) == ([], [])
    on(time_machine, dt.date(2027, 5, 3))
    assert review(pat, rose, weeks=26, result="held").status_code == 201
    seen = pat.get(url(rose)).json()
    assert (seen["next_action_on"], seen["next_review_on"]) == (None, None)


def test_who_pauses_keeps_the_day_on_which_somebody_looks_again(pat, rose, time_machine):
    pat.post(url(rose, "pause/"), {"reason": "health", "until": "2027-03-01"})
    on(time_machine, FEBRUARY)
    assert review(pat, rose, weeks=13, result="missed").status_code == 201
    seen = pat.get(url(rose)).json()
    assert (seen["next_action_on"], seen["next_review_on"]) == ("2027-03-01", "2027-05-03")


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead"])
def test_others_read_reviews_and_record_none_and_the_referrer_reads_no_note(
    who, cast, pat, rose, as_user, time_machine
):
    on(time_machine, FEBRUARY)
    review(pat, rose, weeks=13, result="held", note="Her knee is worse.")
    other = as_user(getattr(cast, who))
    before = everything()
    assert review(other, rose, result="held").status_code == 403
    assert everything() == before
    notes = [row["note"] for row in other.get(url(rose, "reviews/")).json()["results"]]
    assert notes == [None if who == "gp" else "Her knee is worse."]
    assert points(other, rose)[0]["review"]["note"] == notes[0]


@pytest.mark.parametrize("who", ["befriender", "outsider", "manager"])
def test_nobody_else_finds_them(who, cast, rose, as_user):
    other = as_user(getattr(cast, who))
    assert review(other, rose, result="held").status_code == 404
    assert other.get(url(rose, "reviews/")).status_code == 404
    assert Review.objects.count() == 0


def test_a_provider_to_whom_the_person_agrees_no_more_neither_reads_nor_records(cast, pat, rose, as_user):
    consents = f"/api/v1/referrals/{rose.referral.reference}/consents/"
    assert as_user(cast.gp).post(consents, {"decision": "withdrawn"}).status_code == 201
    before = everything()
    for answer in (
        review(pat, rose, result="held"),
        pat.get(url(rose, "reviews/")),
        pat.get(url(rose, "reviews/points/")),
    ):
        assert answer.status_code == 403
    assert everything() == before


def test_what_was_recorded_is_never_changed(pat, rose):
    review(pat, rose, result="held")
    for change in (lambda: Review.objects.update(note="Other."), lambda: Review.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Review.objects.get().note == ""


def test_who_took_part_before_there_were_reviews_is_not_forgotten(cast, rose, onward_at, referral_at):
    """The migration looks for the first of the scheme's points; where a scheme has none, there is none."""
    waits = onward_at("assessment_booked", referral=referral_at("active"))
    befriended = onward_at("sent", referral=rose.referral, service=cast.visiting)
    OnwardReferral.objects.update(next_review_on=None)
    with connection.cursor() as database:
        database.execute(import_module("referrals.migrations.0016_delivery").FIRST_REVIEWS)
    days = dict(OnwardReferral.objects.values_list("reference", "next_review_on"))
    assert days == {rose.reference: FEBRUARY, waits.reference: None, befriended.reference: None}


def test_what_is_due_is_found_by_an_index(rose, onward_at):
    ended = onward_at("declined")
    with no_trigger_looks() as cursor:
        give_a_history(cursor, "referrals_onwardreferral", ended.pk)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM referrals_duetask WHERE kind = 'provider_review' AND due_on <= '2027-02-01'"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "onward_review_due" in plan


def test_two_people_cost_no_more_queries_than_one(cast, pat, rose, onward_at, referral_at, time_machine):
    def queries(ask):
        ask()  # the client's user learns its roles with the first request
        with CaptureQueriesContext(connection) as asked:
            assert ask().status_code == 200
        return len(asked)

    on(time_machine, FEBRUARY)
    asks = (
        lambda: pat.get("/api/v1/onward-referrals/", {"review_due_by": "2027-12-31"}),
        lambda: pat.get(url(rose, "reviews/")),
        lambda: pat.get(url(rose, "reviews/points/")),
    )
    review(pat, rose, result="held")
    alone = [queries(ask) for ask in asks]
    ruth = replace(ROSE, first_name="Ruth", family_name="Adeyemi", nhs_number="9990000026")
    onward_at("started", referral=referral_at("active", person=ruth))
    review(pat, rose, weeks=13, result="missed")
    review(pat, rose, weeks=13, result="held")
    assert [queries(ask) for ask in asks] == alone
