"""What was measured of a person: who records and reads it, what is kept, what is due, and what changed."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from core.errors import NotPermitted
from notifications.models import OutboxMessage
from referrals.models import (
    MeasureInUse,
    MeasureLicence,
    MeasureResponse,
    Referral,
    ReferralEvent,
    RetentionProposal,
)
from referrals.services.consent import record_consent
from referrals.services.measures import choose_measures
from referrals.services.referrals import take_referral_step
from referrals.services.retention import forget
from referrals.services.steps import StepDetails
from services_directory.models import Service
from tests import stage

ONS4 = {"life_satisfaction": 4, "worthwhile": 6, "happiness": 5, "anxiety": 8}
BASELINE = {"measure": "ons4", "mode": "telephone", "answers": ONS4, "point": 0, "taken_on": "2026-11-02"}
WALKS = {
    "vigorous_days": 0, "moderate_days": 0, "walking_days": 5, "walking_minutes": 200, "sitting_minutes": None,
}  # fmt: skip
PAM = {"measure": "pam", "mode": "self_completed", "answers": {"score": 56.4, "level": "3"}}


def url(row, more=""):
    kind = "referrals" if isinstance(row, Referral) else "onward-referrals"
    return f"/api/v1/{kind}/{row.reference}/measures/{more}"


def everything():
    return (
        MeasureResponse.objects.count(), MeasureLicence.objects.count(), ReferralEvent.objects.count(),
        OutboxMessage.objects.count(), list(Referral.objects.order_by("id").values("version", "chain_hash")),
    )  # fmt: skip


NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)


def use(cast, **weeks):
    """Let the walking group, which reviews at 0, 13 and 26 weeks, measure something."""
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13, 26])
    choose_measures(user_of=cast.walking, measures=weeks, actor=Actor(stage.fresh(cast.provider)), at=NOW)


# --- Recording ----------------------------------------------------------------------------------------------------


def test_a_link_worker_takes_the_baseline_by_telephone_and_reads_it_back(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    answer = client.post(url(referral), BASELINE)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"4"')
    taken = answer.json()
    assert taken["scores"][3] == {
        "code": "anxiety", "name": "Anxious yesterday", "value": 8.0, "unit": "", "band": "high", "band_name": "High",
        "reason": "",
    }  # fmt: skip
    assert [(each["code"], each["value"], each["band"]) for each in taken["scores"][:3]] == [
        ("life_satisfaction", 4.0, "low"), ("worthwhile", 6.0, "medium"), ("happiness", 5.0, "medium"),
    ]  # fmt: skip
    assert (taken["answers"], taken["point"], taken["taken_on"], taken["recorded_by"]) == (
        ONS4, 0, "2026-11-02", "Lou Marsh",
    )  # fmt: skip
    assert client.get(url(referral)).json()["results"] == [taken]


def test_the_timeline_says_which_measure_was_taken_and_no_score(cast, referral_at, as_user):
    referral = referral_at("active")
    messages = OutboxMessage.objects.count()
    as_user(cast.link_worker).post(url(referral), BASELINE)
    event = ReferralEvent.objects.filter(referral=referral).latest("sequence")
    assert (event.kind, event.details, event.note) == (
        "measure_recorded", {"measure": "ons4", "point": 0, "is_correction": False}, "",
    )  # fmt: skip
    assert "anxiety" not in event.hashed_text
    assert OutboxMessage.objects.count() == messages


def test_rose_is_75_so_ipaq_warns_and_scores_all_the_same(cast, referral_at, as_user):
    referral = referral_at("active")
    body = {"measure": "ipaq_short", "mode": "face_to_face", "answers": WALKS}
    taken = as_user(cast.link_worker).post(url(referral), body).json()
    assert taken["warnings"] == [
        "Made for people of 15 to 69; the person was 75. Use in older people is not recommended (field notes 4, S93)."
    ]
    assert taken["remarks"] == ["Walking of 200 minutes a day was counted as 180."]
    assert [each["value"] for each in taken["scores"] if each["code"] == "total_met"] == [2970.0]


def test_what_was_not_answered_is_kept_without_a_score_and_says_why(cast, referral_at, as_user):
    referral = referral_at("active")
    body = {"measure": "active_days", "mode": "telephone", "answers": {"days": None}}
    (score,) = as_user(cast.link_worker).post(url(referral), body).json()["scores"]
    assert (score["value"], score["band"], score["reason"]) == (None, "", "Not answered: active days.")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"measure": "horoscope"}, ["measure"]),
        ({"mode": "by_pigeon"}, ["mode"]),
        ({"answers": ONS4 | {"joy": 3}}, ["answers.joy"]),
        ({"answers": ONS4 | {"happiness": 11, "anxiety": "8"}}, ["answers.happiness", "answers.anxiety"]),
        ({"answers": {"happiness": 3}}, ["answers.life_satisfaction", "answers.worthwhile", "answers.anxiety"]),
        (
            {"measure": "ipaq_short", "answers": {"walking_days": 0, "walking_minutes": 30}},
            [
                "answers.vigorous_days",
                "answers.vigorous_minutes",
                "answers.moderate_days",
                "answers.moderate_minutes",
                "answers.walking_minutes",
                "answers.sitting_minutes",
            ],
        ),
        ({"taken_on": "2026-11-04"}, ["taken_on"]),
        ({"taken_on": "1951-03-26"}, ["taken_on"]),
        ({"point": 521}, ["point"]),
        ({"replaces": "00000000-0000-0000-0000-000000000001"}, ["replaces"]),
        ({"score": 3}, ["score"]),
    ],
)
def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_recorded(cast, referral_at, as_user, change, fields):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral), BASELINE | change)
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, sorted(fields))
    assert everything() == before


def test_a_correction_stands_beside_what_it_corrects_and_is_made_once(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    first = client.post(url(referral), BASELINE).json()
    before = everything()
    again = client.post(url(referral), BASELINE)
    assert (again.status_code, again.json()["code"]) == (409, "already_taken")
    assert everything() == before
    right = BASELINE | {"answers": ONS4 | {"anxiety": 3}, "replaces": first["id"]}
    corrected = client.post(url(referral), right)
    assert (corrected.status_code, corrected.json()["replaces"]) == (201, first["id"])
    listed = client.get(url(referral)).json()["results"]
    assert [(each["answers"]["anxiety"], each["is_replaced"]) for each in listed] == [(3, False), (8, True)]
    twice = client.post(url(referral), right)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_corrected")
    elsewhere = client.post(url(referral), right | {"point": 13})
    assert (elsewhere.status_code, list(elsewhere.json()["errors"])) == (400, ["replaces"])


def test_in_between_it_can_be_taken_as_often_as_wanted(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    assert [client.post(url(referral), BASELINE | {"point": None}).status_code for _ in range(2)] == [201, 201]


# --- Who, and when ------------------------------------------------------------------------------------------------

ON_THE_REFERRAL = {"gp": (403, 200), "link_worker": (201, 200), "lead": (201, 200)}
ON_THE_OFFER = {"gp": (403, 200), "link_worker": (403, 200), "lead": (403, 200), "provider": (201, 200)}


@pytest.mark.parametrize("who", [*stage.Cast.__annotations__][:11])
def test_the_team_records_on_the_referral_the_provider_on_its_offer_and_outsiders_find_nothing(
    cast, onward_at, as_user, who
):
    onward = onward_at("started")
    client = as_user(getattr(cast, who))
    for row, table in ((onward.referral, ON_THE_REFERRAL), (onward, ON_THE_OFFER)):
        before = everything()
        expected = table.get(who, (404, 404))
        assert (client.post(url(row), BASELINE).status_code, client.get(url(row)).status_code) == expected
        assert [client.get(url(row, more)).status_code for more in ("due/", "change/")] == [expected[1]] * 2
        assert (everything() == before) is (expected[0] != 201)


def test_who_referred_reads_the_scores_and_not_the_answers(cast, referral_at, as_user):
    referral = referral_at("active")
    as_user(cast.link_worker).post(url(referral), BASELINE)
    (seen,) = as_user(cast.gp).get(url(referral)).json()["results"]
    assert (seen["answers"], seen["remarks"], seen["scores"][3]["value"]) == (None, [], 8.0)


@pytest.mark.parametrize(
    ("status", "code"), [("accepted", 409), ("paused", 201), ("completed", 201), ("declined", 403)]
)
def test_a_provider_measures_from_the_start_on(cast, onward_at, as_user, status, code):
    assert as_user(cast.provider).post(url(onward_at(status)), BASELINE).status_code == code


def test_when_consent_is_withdrawn_the_provider_neither_records_nor_reads(cast, onward_at, as_user, now):
    onward = onward_at("started")
    client = as_user(cast.provider)
    assert client.post(url(onward), BASELINE).status_code == 201
    assert "record_measure" in client.get(f"/api/v1/onward-referrals/{onward.reference}/").json()["available_actions"]
    record_consent(referral=onward.referral, actor=Actor(stage.fresh(cast.link_worker)), at=now, decision="withdrawn")
    before = everything()
    assert client.post(url(onward), BASELINE | {"point": None}).status_code == 403
    assert [client.get(url(onward, more)).status_code for more in ("", "due/", "change/")] == [403] * 3
    assert everything() == before


@pytest.mark.parametrize("status", ["closed", "rejected", "withdrawn"])
def test_nothing_is_measured_when_it_has_ended(cast, referral_at, as_user, status):
    referral = referral_at(status)
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral), BASELINE)
    assert (answer.status_code, answer.json()["code"]) == (409, "referral_ended")
    assert everything() == before


def test_a_stale_page_records_nothing(cast, referral_at, as_user):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral), BASELINE, headers={"If-Match": '"2"'})
    assert (answer.status_code, everything()) == (412, before)


# --- Licences -----------------------------------------------------------------------------------------------------


def licence(cast, **change):
    body = {"team": str(cast.team.pk), "measure": "pam", "reference": "PAM-77", "valid_from": "2026-01-01"}
    return body | change


def usable(client):
    return [row["measure"]["code"] for row in client.get("/api/v1/measures/").json()["measures"] if row["is_usable"]]


def test_pam_is_off_until_the_organisations_licence_is_recorded_and_again_when_it_ends(cast, referral_at, as_user):
    referral = referral_at("active")
    client, lead = as_user(cast.link_worker), as_user(cast.lead)
    before = everything()
    off = client.post(url(referral), PAM)
    assert (off.status_code, off.json()["code"], everything()) == (409, "licence_missing", before)
    assert "pam" not in usable(client)
    assert lead.post("/api/v1/measure-licences/", licence(cast)).status_code == 201
    on = client.post(url(referral), PAM)
    assert (on.status_code, on.json()["scores"][0]["value"], on.json()["scores"][1]["band"]) == (201, 56.4, "3")
    assert "pam" in usable(client)
    assert ("pam" in usable(as_user(cast.provider)), "swemwbs" in usable(client)) == (False, False)
    assert lead.post("/api/v1/measure-licences/", licence(cast, valid_until="2026-11-02")).status_code == 201
    assert client.post(url(referral), PAM).status_code == 409
    listed = lead.get("/api/v1/measure-licences/").json()["results"]
    assert [row["valid_until"] for row in listed] == ["2026-11-02", None]


@pytest.mark.parametrize(
    ("who", "change", "code"),
    [
        ("link_worker", {}, 403), ("outsider", {}, 403), ("manager", {}, 403), ("lead", {"measure": "ons4"}, 400),
        ("lead", {"measure": "horoscope"}, 400), ("lead", {"reference": "  "}, 400),
        ("lead", {"valid_until": "2025-12-31"}, 400), ("lead", {"team": "00000000-0000-0000-0000-000000000001"}, 400),
    ],
)  # fmt: skip
def test_a_licence_is_recorded_by_a_lead_and_well(cast, as_user, who, change, code):
    assert as_user(getattr(cast, who)).post("/api/v1/measure-licences/", licence(cast, **change)).status_code == code
    assert MeasureLicence.objects.count() == 0


def test_the_catalogue_has_every_measure_with_its_words_and_what_is_to_be_checked(cast, as_user):
    found = {
        row["measure"]["code"]: row["measure"] for row in as_user(cast.gp).get("/api/v1/measures/").json()["measures"]
    }
    assert list(found) == [
        "ons4", "ucla3", "ipaq_short", "gppaq", "active_lives", "active_days", "swemwbs", "pam", "mycaw",
    ]  # fmt: skip
    assert all(measure["scoring"] and measure["sources"] for measure in found.values())
    assert [code for code, each in found.items() if not any(s["to_be_checked"] for s in each["sources"])] == ["pam"]
    assert found["ons4"]["scores"][3]["direction"] == "lower"


# --- Due, and changed ---------------------------------------------------------------------------------------------


def test_due_at_the_schemes_points_from_the_day_of_the_start(cast, onward_at, as_user, time_machine):
    use(cast, ons4=[], active_days=[26])
    onward = onward_at("started")  # on 2 November
    client = as_user(cast.provider)
    due = client.get(url(onward, "due/")).json()["due"]
    assert [(each["measure"], each["point"], each["due_on"], each["is_overdue"]) for each in due] == [
        ("ons4", 0, "2026-11-02", True), ("ons4", 13, "2027-02-01", False), ("active_days", 26, "2027-05-03", False),
        ("ons4", 26, "2027-05-03", False),
    ]  # fmt: skip
    assert as_user(cast.link_worker).get(url(onward.referral, "due/")).json()["due"] == due
    client.post(url(onward), BASELINE)
    time_machine.move_to(dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC))
    due = client.get(url(onward, "due/")).json()["due"]
    assert (due[0]["measure"], due[0]["point"], due[0]["is_overdue"]) == ("ons4", 13, False)
    time_machine.move_to(dt.datetime(2027, 2, 2, 12, tzinfo=dt.UTC))
    assert client.get(url(onward, "due/")).json()["due"][0]["is_overdue"] is True


def test_a_scheme_is_measured_at_its_own_points(cast, onward_at, as_user):
    use(cast, ons4=[])
    onward = onward_at("started")
    answer = as_user(cast.provider).post(url(onward), BASELINE | {"point": 12})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["point"])


def test_a_team_measures_when_support_begins_and_what_is_off_says_so(cast, referral_at, as_user):
    as_user(cast.lead).post("/api/v1/measure-licences/", licence(cast, valid_until="2026-11-02"))  # it ended yesterday
    choose_measures(user_of=cast.team, measures={"pam": []}, actor=Actor(stage.fresh(cast.lead)), at=NOW)
    waiting = referral_at("accepted")
    client = as_user(cast.link_worker)
    assert client.get(url(waiting, "due/")).json()["due"] == []
    referral = referral_at("active")
    (due,) = client.get(url(referral, "due/")).json()["due"]
    assert (due["measure"], due["point"], due["onward_referral"], due["is_usable"]) == ("pam", 0, "", False)


@pytest.mark.parametrize("who", ["gp", "link_worker", "outsider", "lead"])
def test_a_scheme_is_told_what_to_measure_by_its_provider(cast, who):
    actor = Actor(stage.fresh(getattr(cast, who)))
    with pytest.raises(NotPermitted):
        choose_measures(user_of=cast.walking, measures={"ons4": []}, actor=actor, at=NOW)
    assert MeasureInUse.objects.count() == 0


def test_three_months_on_rose_is_less_anxious_and_not_happier(cast, onward_at, as_user, time_machine):
    use(cast, ons4=[])
    onward = onward_at("started")
    client = as_user(cast.provider)
    wrong = client.post(url(onward), BASELINE | {"answers": ONS4 | {"anxiety": 0}}).json()
    client.post(url(onward), BASELINE | {"replaces": wrong["id"]})
    time_machine.move_to(dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC))
    later: dict[str, Any] = {
        "point": 13,
        "taken_on": None,
        "answers": ONS4 | {"anxiety": 4, "happiness": 4, "worthwhile": None},
    }
    client.post(url(onward), BASELINE | later)
    (found,) = client.get(url(onward, "change/")).json()["changes"]
    assert (found["baseline_taken_on"], found["is_planned_baseline"]) == ("2026-11-02", True)
    (follow_up,) = found["follow_ups"]
    assert [(each["code"], each["meaning"], each["improvement"]) for each in follow_up["changes"]] == [
        ("life_satisfaction", "no_change", 0.0), ("worthwhile", "cannot_say", None), ("happiness", "worse", -1.0),
        ("anxiety", "better", 4.0),
    ]  # fmt: skip
    assert follow_up["changes"][3]["words"] == (
        "Anxious yesterday: 8 before, 4 after: 4 lower; moved from “High” to “Medium”, which is better."
    )
    assert as_user(cast.gp).get(url(onward.referral, "change/")).json()["changes"] == [found]


def test_without_a_planned_baseline_the_first_taking_counts_and_it_says_so(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    for day, anxiety in (("2026-11-01", 3), ("2026-10-01", 9)):
        client.post(url(referral), BASELINE | {"point": None, "taken_on": day, "answers": ONS4 | {"anxiety": anxiety}})
    (found,) = client.get(url(referral, "change/")).json()["changes"]
    assert (found["baseline_taken_on"], found["is_planned_baseline"]) == ("2026-10-01", False)
    assert found["follow_ups"][0]["changes"][3]["improvement"] == 6.0


@pytest.mark.parametrize("more", ["", "due/", "change/"])
def test_a_read_costs_as_many_queries_for_ten_takings_as_for_one(
    cast, onward_at, as_user, django_assert_max_num_queries, more
):
    use(cast, ons4=[], active_days=[0, 13, 26])
    onward = onward_at("started")
    client, provider = as_user(cast.link_worker), as_user(cast.provider)
    for _ in range(5):
        client.post(url(onward.referral), BASELINE | {"point": None})
        provider.post(url(onward), BASELINE | {"point": None})
    with django_assert_max_num_queries(7):
        assert client.get(url(onward.referral, more)).status_code == 200


# --- What the database keeps --------------------------------------------------------------------------------------


def test_a_team_that_a_referral_is_passed_on_to_has_what_was_measured(cast, referral_at, as_user):
    referral = referral_at("submitted")
    client = as_user(cast.link_worker)
    first = client.post(url(referral), BASELINE).json()
    client.post(url(referral), BASELINE | {"answers": ONS4 | {"anxiety": 3}, "replaces": first["id"]})
    client.post(
        f"/api/v1/referrals/{referral.reference}/redirect/",
        {"reason": "out_of_area", "to_team": str(cast.neighbouring_team.pk)},
    )
    arrived = Referral.objects.get(redirected_from=referral)
    listed = as_user(cast.neighbouring_link_worker).get(url(arrived)).json()["results"]
    assert [(each["answers"]["anxiety"], each["is_replaced"], each["recorded_by"]) for each in listed] == [
        (3, False, "Lou Marsh"), (8, True, "Lou Marsh"),
    ]  # fmt: skip


def refused(match):
    return pytest.raises(DatabaseError, match=match)


@pytest.mark.parametrize("model", [MeasureResponse, MeasureLicence])
def test_what_was_recorded_can_be_neither_changed_nor_removed(cast, referral_at, as_user, model):
    as_user(cast.lead).post("/api/v1/measure-licences/", licence(cast))
    as_user(cast.link_worker).post(url(referral_at("active")), BASELINE)
    table = model._meta.db_table
    trigger = f"{model._meta.model_name}_no_truncate"
    before = list(model.objects.values())
    for statements in (
        [f"UPDATE {table} SET measure = 'other'"],  # noqa: S608 -- a table of ours
        [f"DELETE FROM {table}"],  # noqa: S608
        [
            "SET CONSTRAINTS ALL IMMEDIATE",
            f"ALTER TABLE {table} ENABLE TRIGGER {trigger}",
            f"TRUNCATE {table} CASCADE",
        ],
    ):
        with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    assert list(model.objects.values()) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, "measure_once_at_each_point"),
        ({"mode": "by_pigeon", "point": 3}, "measure_mode_known"),
        ({"replaces": True, "point": 13}, "corrects another measure or point"),
        ({"replaces": True, "measure": "ucla3"}, "corrects another measure or point"),
    ],
)
def test_the_database_refuses_a_second_taking_at_a_point_and_a_correction_of_another(
    cast, referral_at, as_user, now, change, why
):
    referral = referral_at("active")
    as_user(cast.link_worker).post(url(referral), BASELINE)
    first = MeasureResponse.objects.get()
    values = {"measure": "ons4", "point": 0, "mode": "telephone"} | change
    if "replaces" in change:
        values["replaces"] = first
    with pytest.raises(DatabaseError, match=why), transaction.atomic():
        MeasureResponse.objects.create(
            referral=referral,
            measure_version="1",
            taken_on=now.date(),
            recorded_by=cast.lead,
            recorded_at=now,
            **values,
        )


def test_when_the_referral_is_forgotten_the_answers_go_and_the_scores_stay(cast, referral_at, as_user, now):
    referral = referral_at("active")
    as_user(cast.link_worker).post(url(referral), BASELINE)
    referral = take_referral_step(
        referral=Referral.objects.get(pk=referral.pk), step="close", actor=Actor(stage.fresh(cast.link_worker)),
        at=now + dt.timedelta(days=1), details=StepDetails(outcome="goals_met"),
    )  # fmt: skip
    proposal = RetentionProposal.objects.create(
        referral=referral, kind="supported", due_on=now.date(), proposed_at=now
    )  # fmt: skip
    forget(proposal=proposal, actor=Actor(stage.fresh(cast.lead)), at=now + dt.timedelta(days=2))
    kept = MeasureResponse.objects.get()
    assert (kept.answers, kept.remarks, len(kept.scores), kept.measure) == ({}, [], 4, "ons4")
