"""Reaching a person: the contact log, the next try by the team's policy, and a case that asks to be closed."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import OutboxMessage
from referrals.models import Contact, Referral, ReferralEvent, TeamPolicy
from tests.stage import ROSE

CALL = {"mechanism": "02", "outcome": "no_answer"}
TEXT = {"mechanism": "06", "outcome": "left_message"}
SPOKE = {"mechanism": "02", "outcome": "spoke"}


def url(referral, what="contacts"):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


def everything():
    return (
        list(Contact.objects.order_by("id").values()), ReferralEvent.objects.count(), OutboxMessage.objects.count(),
        list(Referral.objects.order_by("id").values()),
    )  # fmt: skip


@pytest.fixture
def log(as_user, time_machine):
    """Log a contact on a day at an hour (UTC), and return the answer."""

    def on(user, referral, day, hour, body, **headers):
        time_machine.move_to(dt.datetime(2026, 11, day, hour, tzinfo=dt.UTC), tick=False)
        return as_user(user).post(url(referral), body, headers=headers)

    return on


# --- Logging ------------------------------------------------------------------------------------------------------


def test_a_call_that_nobody_answers_is_logged_with_two_words(cast, referral_at, log, as_user):
    referral = referral_at("accepted")
    answer = log(cast.link_worker, referral, 3, 10, CALL)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"3"')
    contact = {
        "id": Contact.objects.get().pk,
        "with_whom": "person",
        "with_name": "",
        "mechanism": "02",
        "direction": "out",
        "outcome": "no_answer",
        "occurred_at": "2026-11-03T10:00:00Z",
        "minutes": None,
        "location": "",
        "note": "",
        "onward_referral": "",
        "is_warm_handover": False,
        "replaces": None,
        "replaced_by": None,
        "recorded_by": "Lou Marsh",
        "recorded_at": "2026-11-03T10:00:00Z",
    }
    assert answer.json() == {
        "contact": contact,
        "reaching": {
            "reached_at": None,
            "failed_tries": 1,
            "tries_wanted": 3,
            "asks_to_close": False,
            "next_on": "2026-11-05",
            "mechanisms": ["02"],  # a landline takes no text, and Rose has neither email nor address with us
            "time_of_day": "afternoon",
            "suggested_step": None,
        },
        "next_action_on": "2026-11-05",
    }
    assert as_user(cast.lead).get(url(referral)).json()["results"] == [contact]
    assert as_user(cast.lead).get(url(referral, "reaching")).json() == answer.json()["reaching"]
    assert as_user(cast.gp).get(f"/api/v1/referrals/{referral.reference}/").json()["next_action_on"] == "2026-11-05"


def test_everything_that_a_contact_can_say_is_kept(cast, referral_at, log):
    referral = referral_at("active")
    body = {
        "mechanism": "01", "outcome": "spoke", "with_whom": "carer", "with_name": "Ada, her daughter",
        "direction": "in", "occurred_at": "2026-11-02T15:00:00Z", "minutes": 25, "location": "Vale Practice",
        "note": "She will bring her.",
    }  # fmt: skip
    said = log(cast.lead, referral, 3, 10, body).json()["contact"]
    assert {name: said[name] for name in body} == body
    assert (said["recorded_by"], said["recorded_at"]) == ("Lena Head", "2026-11-03T10:00:00Z")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mechanism": "03x"}, "mechanism"),
        ({"mechanism": None}, "mechanism"),
        ({"outcome": "shouted"}, "outcome"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"occurred_at": "2026-11-03T10:00:01Z"}, "occurred_at"),
        ({"occurred_at": "2026-11-01T10:00:00Z"}, "occurred_at"),
        ({"next_action_on": "2026-11-02"}, "next_action_on"),
        ({"onward_referral": "O-22222-22222"}, "onward_referral"),
        ({"is_warm_handover": True}, "is_warm_handover"),
        ({"replaces": 999999}, "replaces"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_what_cannot_have_been_so_is_refused_and_nothing_happens(cast, referral_at, log, change, field):
    referral = referral_at("active")
    before = everything()
    answer = log(cast.link_worker, referral, 3, 10, CALL | change)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert everything() == before


def test_a_phone_that_sends_twice_logs_once(cast, referral_at, log):
    referral = referral_at("accepted")
    key = {"Idempotency-Key": "phone-1234"}
    first = log(cast.link_worker, referral, 3, 10, CALL, **key)
    again = log(cast.link_worker, referral, 3, 10, CALL, **key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (Contact.objects.count(), Referral.objects.get().version) == (1, 3)
    assert log(cast.link_worker, referral, 3, 10, SPOKE, **key).status_code == 422
    assert Contact.objects.count() == 1


# --- Trying to reach somebody -------------------------------------------------------------------------------------


def test_rose_is_tried_three_times_by_two_ways_and_then_the_case_asks_to_be_closed(
    cast, referral_at, log, as_user, time_machine
):
    """Lou calls on Tuesday and Thursday, sends a text on Monday, and waits for two working days."""
    rose = with_a_mobile(referral_at)
    tuesday = log(cast.link_worker, rose, 3, 10, CALL).json()
    assert tuesday["reaching"]["mechanisms"] == ["06", "02"]
    assert (tuesday["next_action_on"], tuesday["reaching"]["time_of_day"]) == ("2026-11-05", "afternoon")

    thursday = log(cast.link_worker, rose, 5, 15, CALL).json()
    assert (thursday["next_action_on"], thursday["reaching"]["time_of_day"]) == ("2026-11-09", "evening")  # a weekend
    assert (thursday["reaching"]["failed_tries"], thursday["reaching"]["asks_to_close"]) == (2, False)

    monday = log(cast.link_worker, rose, 9, 17, TEXT).json()
    assert monday["reaching"] == thursday["reaching"] | {
        "failed_tries": 3, "asks_to_close": True, "next_on": "2026-11-11", "mechanisms": ["06", "02"],
        "time_of_day": "morning", "suggested_step": {"step": "close", "outcome": "unable_to_contact"},
    }  # fmt: skip
    assert monday["next_action_on"] == "2026-11-11"
    assert Referral.objects.get().status == "accepted"  # it asks; a person decides

    time_machine.move_to(dt.datetime(2026, 11, 11, 10, tzinfo=dt.UTC), tick=False)
    OutboxMessage.objects.all().delete()
    closed = as_user(cast.link_worker).post(url(rose, "close"), {"outcome": "unable_to_contact"})
    assert (closed.status_code, closed.json()["outcome"]) == (200, "unable_to_contact")
    told = OutboxMessage.objects.get()
    assert (told.recipient, told.template) == (cast.gp.email, "referral_closed")


def with_a_mobile(referral_at, status="accepted", **more):
    return referral_at(status, person=replace(ROSE, **({"telephone": "07700 900123"} | more)))


def test_three_calls_and_no_other_way_are_not_enough_unless_the_team_says_so(cast, referral_at, log):
    referral = referral_at("accepted")
    for day in (3, 5, 9):
        reaching = log(cast.link_worker, referral, day, 10, CALL).json()["reaching"]
    assert (reaching["failed_tries"], reaching["asks_to_close"], reaching["next_on"]) == (3, False, "2026-11-11")
    TeamPolicy.objects.create(team=cast.team, tries_need_another_way=False)
    assert log(cast.link_worker, referral, 11, 10, CALL).json()["reaching"]["asks_to_close"] is True


def test_three_calls_on_one_morning_are_one_try(cast, referral_at, log):
    referral = referral_at("accepted")
    for hour in (9, 10, 11):
        answer = log(cast.link_worker, referral, 3, hour, CALL).json()
    assert (answer["reaching"]["failed_tries"], answer["next_action_on"]) == (1, "2026-11-05")


def test_a_team_has_its_own_policy(cast, referral_at, log):
    TeamPolicy.objects.create(
        team=cast.team, contact_tries=2, next_try_working_days=5, closing_wait_working_days=10,
        tries_need_another_way=False,
    )  # fmt: skip
    referral = referral_at("accepted")
    assert log(cast.link_worker, referral, 3, 10, CALL).json()["next_action_on"] == "2026-11-10"
    second = log(cast.link_worker, referral, 10, 10, CALL).json()
    assert (second["reaching"]["asks_to_close"], second["next_action_on"]) == (True, "2026-11-24")


def test_bank_holidays_are_no_working_days(cast, referral_at, as_user, time_machine):
    referral = referral_at("accepted")
    time_machine.move_to(dt.datetime(2026, 12, 24, 10, tzinfo=dt.UTC), tick=False)
    answer = as_user(cast.link_worker).post(url(referral), CALL).json()
    assert answer["next_action_on"] == "2026-12-30"  # 25 and 28 December are holidays


@pytest.mark.parametrize(
    "reached",
    [
        SPOKE,
        {"mechanism": "01", "outcome": "cancelled_by_them"},
        {"mechanism": "02", "outcome": "left_message", "direction": "in"},
    ],
)
def test_whoever_is_reached_is_no_longer_counted_as_not(cast, referral_at, log, as_user, reached):
    referral = with_a_mobile(referral_at)
    for day, body in ((3, CALL), (5, TEXT), (9, CALL)):
        log(cast.link_worker, referral, day, 10, body)
    answer = log(cast.link_worker, referral, 10, 10, reached).json()
    assert (answer["reaching"]["failed_tries"], answer["reaching"]["asks_to_close"]) == (0, False)
    assert answer["reaching"]["reached_at"] == "2026-11-10T10:00:00Z"
    assert answer["next_action_on"] == "2026-11-10"  # accepted: say today whether support begins
    assert log(cast.link_worker, referral, 12, 10, CALL).json()["reaching"]["failed_tries"] == 1


@pytest.mark.parametrize(
    "other",
    [
        CALL | {"with_whom": "carer"},
        CALL | {"with_whom": "referrer"},
        {"mechanism": "01", "outcome": "cancelled_by_us"},
        SPOKE | {"with_whom": "provider"},
    ],
)
def test_what_is_no_try_to_reach_the_person_counts_neither_way(cast, referral_at, log, other):
    referral = referral_at("accepted")
    first = log(cast.link_worker, referral, 3, 10, CALL).json()
    second = log(cast.link_worker, referral, 4, 10, other).json()
    assert second["reaching"] == first["reaching"]
    assert second["next_action_on"] == first["next_action_on"]


def test_while_supported_a_person_who_is_reached_is_looked_at_by_the_clock_of_reviews(cast, referral_at, log):
    referral = referral_at("active")
    log(cast.link_worker, referral, 3, 10, CALL)
    assert log(cast.link_worker, referral, 4, 10, SPOKE).json()["next_action_on"] == "2026-12-02"
    chosen = log(cast.link_worker, referral, 4, 11, SPOKE | {"next_action_on": "2026-11-20"}).json()
    assert chosen["next_action_on"] == "2026-11-20"
    assert log(cast.link_worker, referral, 4, 12, SPOKE).json()["next_action_on"] == "2026-11-20"


def test_what_waits_for_something_else_keeps_its_date(cast, referral_at, log):
    referral = referral_at("on_hold")
    answer = log(cast.link_worker, referral, 4, 10, CALL)
    assert (answer.status_code, answer.json()["next_action_on"]) == (201, "2026-12-01")
    refused = log(cast.link_worker, referral, 4, 10, CALL | {"next_action_on": "2026-11-20"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["next_action_on"])


def test_a_wrong_entry_is_replaced_and_counts_no_more(cast, referral_at, log, as_user):
    referral = referral_at("accepted")
    wrong = log(cast.link_worker, referral, 3, 10, CALL).json()["contact"]["id"]
    body = SPOKE | {"replaces": wrong, "occurred_at": "2026-11-03T10:00:00Z"}
    right = log(cast.link_worker, referral, 3, 11, body).json()
    assert (right["reaching"]["failed_tries"], right["reaching"]["reached_at"]) == (0, "2026-11-03T10:00:00Z")
    listed = as_user(cast.link_worker).get(url(referral)).json()["results"]
    assert [(row["id"], row["replaces"], row["replaced_by"]) for row in listed] == [
        (right["contact"]["id"], wrong, None), (wrong, None, right["contact"]["id"]),
    ]  # fmt: skip
    before = everything()
    again = log(cast.link_worker, referral, 3, 12, body)
    assert (again.status_code, again.json()["code"]) == (409, "already_replaced")
    assert everything() == before


def test_a_wrong_number_is_not_suggested_again_and_preferences_are(cast, referral_at, log):
    rose = with_a_mobile(referral_at, email="rose@home.example", preferred_contact="4")
    answer = log(cast.link_worker, rose, 3, 10, TEXT)
    assert answer.json()["reaching"]["mechanisms"] == ["05", "02", "06"]
    wrong = log(cast.link_worker, rose, 5, 10, {"mechanism": "02", "outcome": "wrong_number"})
    assert wrong.json()["reaching"]["mechanisms"] == ["05"]


def test_who_wants_no_telephone_contact_is_not_to_be_rung(cast, referral_at, as_user):
    rose = with_a_mobile(referral_at, address="1 High Street", preferred_contact="8")
    assert as_user(cast.link_worker).get(url(rose, "reaching")).json()["mechanisms"] == ["98"]


def test_a_person_who_came_back_is_tried_anew(cast, referral_at, log, as_user, time_machine):
    referral = with_a_mobile(referral_at)
    for day, body in ((2, SPOKE), (3, CALL), (5, TEXT), (9, CALL)):
        log(cast.link_worker, referral, day, 11, body)
    as_user(cast.link_worker).post(url(referral, "close"), {"outcome": "unable_to_contact"})
    time_machine.move_to(dt.datetime(2026, 11, 12, 10, tzinfo=dt.UTC), tick=False)
    assert as_user(cast.lead).post(url(referral, "reopen"), {"reason": "person_came_back"}).status_code == 200
    row, worked_out = Referral.objects.get(), as_user(cast.lead).get(url(referral, "reaching")).json()
    assert (row.reached_at, row.failed_tries, row.asks_to_close_at) == (None, 0, None)
    assert (worked_out["reached_at"], worked_out["failed_tries"], worked_out["asks_to_close"]) == (None, 0, False)
    again = log(cast.link_worker, referral, 13, 10, CALL).json()["reaching"]
    assert (again["failed_tries"], again["asks_to_close"]) == (1, False)


# --- Warm handover ------------------------------------------------------------------------------------------------


def test_lou_introduces_rose_to_the_walking_group(cast, onward_at, log):
    onward = onward_at("accepted")
    body = {
        "mechanism": "01", "outcome": "spoke", "with_whom": "provider", "with_name": "Pat Active, walk leader",
        "onward_referral": onward.reference, "is_warm_handover": True, "location": "Vale Park",
        "note": "Rose was nervous, and stayed.",
    }  # fmt: skip
    answer = log(cast.link_worker, onward.referral, 4, 10, body)
    assert answer.status_code == 201
    said = answer.json()["contact"]
    assert {name: said[name] for name in body} == body
    event = ReferralEvent.objects.get(kind="contact_logged")
    assert (event.onward_referral, event.details["warm_handover"], "nervous" in event.hashed_text) == (
        None,
        True,
        False,
    )


# --- Who, and when ------------------------------------------------------------------------------------------------

EXPECTED = {
    "link_worker": (201, 200), "lead": (201, 200), "gp": (403, 403), "discharge_nurse": (404, 404),
    "provider": (404, 404), "befriender": (404, 404), "hub_worker": (404, 404), "manager": (404, 404),
    "neighbouring_link_worker": (404, 404), "editor": (404, 404), "outsider": (404, 404),
}  # fmt: skip


@pytest.mark.parametrize("who", EXPECTED)
def test_the_owning_team_logs_and_reads_and_nobody_else(cast, onward_at, log, as_user, who):
    referral = onward_at("started").referral
    before = everything()
    user, (writes, reads) = getattr(cast, who), EXPECTED[who]
    assert log(user, referral, 4, 10, CALL).status_code == writes
    assert (everything() == before) is (writes != 201)
    assert [as_user(user).get(url(referral, what)).status_code for what in ("contacts", "reaching")] == [reads] * 2


def test_the_referrer_sees_that_there_was_a_contact_and_nothing_of_it_and_the_provider_not_even_that(
    cast, onward_at, log, as_user
):
    onward = onward_at("started")
    log(cast.link_worker, onward.referral, 4, 10, SPOKE | {"note": "Her brother drinks."})
    seen = as_user(cast.gp).get(url(onward.referral, "events")).json()["results"]
    assert [(row["kind"], row["actor"], row["note"]) for row in seen if row["kind"] == "contact_logged"] == [
        ("contact_logged", "Lou Marsh", "")
    ]
    assert "brother" not in str(seen)
    by_provider = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/events/").json()["results"]
    assert "contact_logged" not in {row["kind"] for row in by_provider}
    event = ReferralEvent.objects.get(kind="contact_logged")
    assert event.details == {
        "with": "person", "mechanism": "02", "outcome": "spoke", "failed_tries": 0, "asks_to_close": False
    }  # fmt: skip
    assert "brother" not in event.hashed_text


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("deferred", 201), ("submitted", 201), ("information_requested", 201), ("accepted", 201), ("active", 201),
        ("on_hold", 201), ("closed", 409), ("rejected", 409), ("redirected", 409), ("withdrawn", 409),
        ("entered_in_error", 409), ("draft", 404),
    ],
)  # fmt: skip
def test_as_long_as_the_team_has_it_in_hand(cast, referral_at, log, as_user, status, code):
    referral = referral_at(status)
    before = everything()
    assert log(cast.link_worker, referral, 4, 10, CALL).status_code == code
    assert (everything() == before) is (code != 201)
    if code != 404:
        seen = as_user(cast.link_worker).get(f"/api/v1/referrals/{referral.reference}/").json()["available_actions"]
        assert ("log_contact" in seen) is (code == 201)


def test_a_stale_page_logs_nothing(cast, referral_at, log):
    referral = referral_at("active")
    before = everything()
    answer = log(cast.link_worker, referral, 4, 10, CALL, **{"If-Match": '"2"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert everything() == before


def test_ten_contacts_take_as_many_queries_as_one(cast, referral_at, log, as_user, django_assert_max_num_queries):
    referral = referral_at("active")
    for hour in range(9, 19):
        log(cast.link_worker, referral, 4, hour, CALL)
    client = as_user(cast.link_worker)
    with django_assert_max_num_queries(4):
        assert len(client.get(url(referral)).json()["results"]) == 10


def test_where_the_team_stands_is_worked_out_once_for_each_contact_logged(cast, referral_at, log):
    referral = referral_at("active")
    with CaptureQueriesContext(connection) as asked:
        answer = log(cast.link_worker, referral, 3, 10, CALL)
    assert answer.json()["reaching"]["failed_tries"] == 1
    log_read = [query["sql"] for query in asked if 'ORDER BY "referrals_contact"."occurred_at" ASC' in query["sql"]]
    assert len(log_read) == 1, log_read


def test_two_calls_of_the_same_minute_come_once_each_on_whatever_page(cast, referral_at, log, as_user):
    referral = referral_at("active")
    for hour in (9, 10, 10, 10, 11):
        log(cast.link_worker, referral, 4, hour, CALL)
    expected = list(Contact.objects.order_by("-occurred_at", "-id").values_list("pk", flat=True))
    client, address = as_user(cast.link_worker), f"{url(referral)}?page_size=2"
    forwards, page = [], {}
    while address:
        page = client.get(address).json()
        forwards += [row["id"] for row in page["results"]]
        address = page["next"]
    backwards = [row["id"] for row in page["results"]]
    while page["previous"]:
        page = client.get(page["previous"]).json()
        backwards = [row["id"] for row in page["results"]] + backwards
    assert (forwards, backwards) == (expected, expected)
