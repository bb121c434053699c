"""A lead finds that two people are one, and later that they are not: every referral moves, and moves back."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from referrals.models import Person, PersonMerge, Referral, ReferralEvent
from tests import stage

NUMBER = "9990000018"


def refer(cast, now, **changes):
    person = replace(stage.ROSE, is_new=True, **changes)
    return stage.created(cast, at=now, person=person)


@pytest.fixture
def twice(cast, now):
    """Rose is there twice: once with her number, once as Rosie without."""
    with_number = refer(cast, now)
    without = refer(cast, now + dt.timedelta(days=1), first_name="Rosie", nhs_number="")
    assert with_number.person_id != without.person_id
    return with_number, without


def everything():
    return (
        list(Person.objects.order_by("pk").values()),
        list(Referral.objects.order_by("pk").values()),
        ReferralEvent.objects.count(),
        PersonMerge.objects.count(),
    )


def merge(client, kept, merged):
    return client.post(
        f"/api/v1/people/{kept.person_id}/merge/",
        {"other": str(merged.person_id), "note": "Both have her daughter's telephone."},
    )


def test_a_lead_sees_who_may_be_there_twice_and_why(cast, as_user, twice, now, django_assert_max_num_queries):
    refer(cast, now, first_name="Ruth", nhs_number="")  # her twin
    client = as_user(cast.lead)
    with django_assert_max_num_queries(2):
        found = client.get("/api/v1/people/duplicates/").json()
    assert found["count"] == 1
    [pair] = found["results"]
    assert pair["strength"] == "likely"
    assert pair["reasons"] == [
        "The first name is another form of the same name.", "The family name is the same.",
        "The date of birth is the same.", "The postcode is the same.",
    ]  # fmt: skip
    assert {person["first_name"] for person in pair["people"]} == {"Rose", "Rosie"}
    assert as_user(cast.outsider).get("/api/v1/people/duplicates/").json() == {
        "count": 0, "next": None, "previous": None, "results": [],
    }  # fmt: skip
    assert as_user(cast.link_worker).get("/api/v1/people/duplicates/").status_code == 403


def test_the_pairs_come_in_pages_each_once_and_in_one_order(cast, as_user, now, django_assert_max_num_queries):
    for name in ("Rose", "Rosie", "Roseanne"):
        refer(cast, now, first_name=name, nhs_number="")
    for name in ("Bill", "William"):
        refer(cast, now, first_name=name, nhs_number="", date_of_birth=dt.date(1950, 5, 4))
    client, url = as_user(cast.lead), "/api/v1/people/duplicates/"
    whole = client.get(url).json()
    assert (whole["count"], whole["next"], whole["previous"]) == (4, None, None)
    ids = [{person["id"] for person in pair["people"]} for pair in whole["results"]]
    assert len({frozenset(pair) for pair in ids}) == 4
    assert [pair["strength"] for pair in whole["results"]] == ["likely"] * 4

    with django_assert_max_num_queries(2):
        first = client.get(url, {"page_size": 3}).json()
    second = client.get(first["next"]).json()
    assert (first["count"], first["previous"], second["count"], second["next"]) == (4, None, 4, None)
    assert first["results"] + second["results"] == whole["results"]
    assert client.get(second["previous"]).json()["results"] == first["results"]
    for size, shown in (("0", 4), ("-1", 4), ("many", 4), ("100000", 4), ("1", 1)):
        assert len(client.get(url, {"page_size": size}).json()["results"]) == shown
    for cursor in ("nonsense", "ü", "////", "%00"):
        answer = client.get(url, {"cursor": cursor, "page_size": "3"})
        assert answer.status_code in {200, 400}
    assert client.get(url, {"cursor": "!"}).json()["code"] == "invalid"


def test_two_are_merged_and_that_is_undone(cast, as_user, twice):
    with_number, without = twice
    before_people, before_rows, *_ = everything()
    client = as_user(cast.lead)
    # The one without a number is kept: the number goes with the person.
    done = merge(client, without, with_number)
    assert (done.status_code, done.json()["referrals_moved"], done.json()["is_undone"]) == (201, 1, False)
    with_number = Referral.objects.get(pk=with_number.pk)
    kept, merged = Person.objects.get(pk=without.person_id), Person.objects.get(pk=done.json()["merged"])
    assert with_number.person_id == kept.pk
    assert (kept.nhs_number, merged.nhs_number, merged.merged_into_id) == (NUMBER, "", kept.pk)
    assert with_number.events.latest("sequence").kind == "person_merged"
    assert client.get("/api/v1/people/duplicates/").json()["count"] == 0

    undone = client.post(
        f"/api/v1/people/{kept.pk}/undo-merge/", {"merge": done.json()["id"], "note": "They are cousins."}
    )
    assert (undone.status_code, undone.json()["undoes"]) == (201, done.json()["id"])
    people, rows, *_ = everything()
    assert people == before_people
    changing = {"version", "chain_hash"}
    assert [{k: v for k, v in row.items() if k not in changing} for row in rows] == [
        {k: v for k, v in row.items() if k not in changing} for row in before_rows
    ]
    with_number = Referral.objects.get(pk=with_number.pk)
    assert with_number.events.latest("sequence").kind == "person_merge_undone"
    history = client.get(f"/api/v1/people/{kept.pk}/merges/").json()["results"]
    assert [(row["undoes"], row["is_undone"]) for row in history] == [(done.json()["id"], False), (None, True)]
    again = client.post(f"/api/v1/people/{kept.pk}/undo-merge/", {"merge": done.json()["id"], "note": "Again."})
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")


def test_a_merge_lets_no_referrer_read_what_another_wrote(cast, as_user, now):
    practice = refer(cast, now, address="4 Heron Walk")
    hospital = stage.created(
        cast, at=now, by=cast.discharge_nurse,
        person=replace(stage.ROSE, first_name="Rosie", nhs_number="", telephone="", is_new=True),
    )  # fmt: skip
    url = f"/api/v1/referrals/{hospital.reference}/"
    nurse = as_user(cast.discharge_nurse)
    before = nurse.get(url).json()
    assert merge(as_user(cast.lead), practice, hospital).status_code == 201
    after = nurse.get(url).json()
    assert (after["person"], after["referrer"]) == (before["person"], before["referrer"])
    assert "9990000018" not in str(after)
    assert nurse.get(f"/api/v1/referrals/{practice.reference}/").status_code == 404


def test_what_may_not_be_merged_is_refused_and_nothing_happens(cast, as_user, twice, now):
    with_number, without = twice
    elsewhere = refer(cast, now, first_name="Rosey", nhs_number="9990000026")
    Person.objects.filter(pk=elsewhere.person_id).update(is_deceased=True)
    numbered = refer(cast, now, first_name="Ros", nhs_number="9990000034")
    neighbours = stage.created(
        cast, at=now, team_id=cast.neighbouring_team.pk,
        person=replace(stage.ROSE, first_name="Rosa", nhs_number="", is_new=True),
    )  # fmt: skip
    before = everything()
    lead = as_user(cast.lead)
    refused = [
        (merge(as_user(cast.outsider), with_number, without), 404),
        (merge(as_user(cast.link_worker), with_number, without), 404),
        (merge(as_user(cast.gp), with_number, without), 404),
        (merge(lead, with_number, neighbours), 404),  # one of them is not theirs to see
        (merge(lead, neighbours, with_number), 404),
        (merge(lead, with_number, with_number), 400),
        (merge(lead, with_number, numbered), 409),
        (merge(lead, without, elsewhere), 409),
    ]
    assert [answer.status_code for answer, _ in refused] == [code for _, code in refused]
    assert [refused[at][0].json()["code"] for at in (6, 7)] == ["nhs_numbers_differ", "one_has_died"]
    assert everything() == before


def test_the_history_of_merges_cannot_be_changed(cast, as_user, twice):
    assert merge(as_user(cast.lead), *twice).status_code == 201
    for statement in ("UPDATE referrals_personmerge SET note = 'x'", "DELETE FROM referrals_personmerge"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)


def test_whoever_refers_the_merged_person_again_reaches_the_one_who_was_kept(cast, as_user, twice, now):
    with_number, without = twice
    merge(as_user(cast.lead), without, with_number)
    again = stage.created(cast, at=now, person=stage.ROSE)
    assert again.person_id == without.person_id
