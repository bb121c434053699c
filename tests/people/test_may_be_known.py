"""Two practices, one person; one practice, twins: the referrer is asked, and told nothing that they did not say."""

import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from notifications.models import OutboxMessage
from referrals.models import Person, PersonChange, Referral, ReferralEvent
from tests import stage

URL = "/api/v1/referrals/"
STORED = ("Elizabeth", "Vale", "4 Heron", "0161 496 0111", "liz@home.example", "1951-03-12", "Gita")
"""What the practice wrote that was first, and the hospital does not know."""


def body(cast, *, anyway=False, **person):
    given = {"first_name": "Elizabeth", "family_name": "Okafor", "date_of_birth": "1951-03-12",
             "gp_practice_code": "Z90001", "postcode": "SK5 8BS"}  # fmt: skip
    return {
        "person": given | person, "team": str(cast.team.pk), "reason": "Lives alone.", "no_known_risks": True,
        "send_anyway": anyway,
    }  # fmt: skip


def everything():
    return [model.objects.count() for model in (Person, PersonChange, Referral, ReferralEvent, OutboxMessage)]


@pytest.fixture
def elizabeth(cast, as_user):
    """Her practice has referred her: without an NHS number, as is normal."""
    private = {"address": "4 Heron Walk", "telephone": "0161 496 0111", "email": "liz@home.example"}
    answer = as_user(cast.gp).post(URL, body(cast, **private))
    assert answer.status_code == 201, answer.json()
    return Referral.objects.get(reference=answer.json()["reference"])


def test_the_hospital_refers_liz_whom_her_practice_calls_elizabeth(cast, as_user, elizabeth):
    nurse = as_user(cast.discharge_nurse)
    before = everything()
    slips = {"first_name": "Liz", "date_of_birth": "1951-12-03", "nhs_number": "9990000018"}
    asked = nurse.post(URL, body(cast, **slips))
    assert (asked.status_code, asked.headers["Content-Type"]) == (409, "application/problem+json")
    problem = asked.json()
    assert (problem["code"], problem["count"]) == ("person_may_be_known", 1)
    [match] = problem["matches"]
    assert (match["agrees_on"], match["references"]) == (["name", "date_of_birth", "postcode"], [])
    assert everything() == before

    # She says that it is the same person, and that it is another request than the one under way.
    same = nurse.post(URL, body(cast, **slips, same_as=match["token"], anyway=True))
    assert same.status_code == 201, same.json()
    assert Person.objects.count() == 1
    person = Person.objects.get()
    assert (person.first_name, str(person.date_of_birth), person.nhs_number) == (
        "Elizabeth", "1951-03-12", "9990000018",
    )  # fmt: skip
    assert PersonChange.objects.get().before == {"nhs_number": "", "nhs_number_status": "03"}
    # Each reads what they wrote themselves, and no more.
    assert [same.json()["person"][name] for name in ("first_name", "date_of_birth", "telephone")] == [
        "Liz", "1951-12-03", "",
    ]  # fmt: skip
    hers = as_user(cast.gp).get(f"{URL}{elizabeth.reference}/").json()["person"]
    assert (hers["first_name"], hers["date_of_birth"], hers["nhs_number"]) == ("Elizabeth", "1951-03-12", "")


def test_what_an_outsider_is_told_holds_nothing_that_is_stored(cast, as_user, elizabeth):
    described = {"first_name": "Betty", "date_of_birth": "1951-03-21"}
    outsider = as_user(cast.outsider)
    answers = [
        outsider.post(URL, body(cast, **described)),
        outsider.post("/api/v1/people/match/", {"first_name": "Betty", "family_name": "Okafor",
                                                "date_of_birth": "1951-03-21", "postcode": "SK5 8BS"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [409, 200]
    for answer in answers:
        assert answer.json()["count"] == 1
        said = answer.content.decode()
        for secret in (*STORED, str(elizabeth.person_id), elizabeth.reference):
            assert secret not in said, secret


def test_her_own_practice_is_shown_the_referral_that_it_has_made(cast, as_user, elizabeth):
    answer = as_user(cast.gp).post(URL, body(cast, first_name="Beth"))
    assert (answer.status_code, answer.json()["matches"][0]["references"]) == (409, [elizabeth.reference])


def test_a_token_is_worth_nothing_to_another_or_for_another_person(cast, as_user, elizabeth):
    token = as_user(cast.discharge_nurse).post(URL, body(cast, first_name="Liz")).json()["matches"][0]["token"]
    before = everything()
    for who, person in ((cast.outsider, {"first_name": "Liz"}), (cast.discharge_nurse, {"first_name": "Margaret"})):
        answer = as_user(who).post(URL, body(cast, **person, same_as=token))
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["person.same_as"])
    assert everything() == before


def test_twins_are_two_people_and_nobody_is_asked(cast, as_user, elizabeth):
    answer = as_user(cast.gp).post(URL, body(cast, first_name="Margaret"))
    assert (answer.status_code, Person.objects.count()) == (201, 2)


def test_somebody_new_of_the_same_name_is_made_when_the_referrer_says_so(cast, as_user, elizabeth):
    answer = as_user(cast.discharge_nurse).post(URL, body(cast, is_new=True))
    assert (answer.status_code, Person.objects.count()) == (201, 2)


def test_a_draft_asks_when_it_is_sent_and_goes_when_it_has_its_answer(cast, as_user, elizabeth):
    nurse = as_user(cast.discharge_nurse)
    draft = nurse.post(URL, body(cast, first_name="Liz") | {"draft": True})
    url = f"{URL}{draft.json()['reference']}/"
    before = everything()
    asked = nurse.post(f"{url}submit/", {})
    assert (asked.status_code, asked.json()["code"]) == (409, "person_may_be_known")
    assert (everything(), nurse.get(url).json()["status"]) == (before, "draft")
    token = asked.json()["matches"][0]["token"]
    nurse.put(url, body(cast, first_name="Liz", same_as=token, anyway=True) | {"draft": True})
    sent = nurse.post(f"{url}submit/", {})
    assert (sent.status_code, sent.json()["status"]) == (200, "submitted")
    assert Referral.objects.get(reference=draft.json()["reference"]).person_id == elizabeth.person_id


def test_a_draft_that_was_never_sent_makes_nobody_known(cast, as_user):
    as_user(cast.gp).post(URL, body(cast) | {"draft": True})
    answer = as_user(cast.discharge_nurse).post(URL, body(cast))
    assert answer.status_code == 201


def test_a_second_open_referral_to_one_team_is_told_before_it_is_made(cast, as_user):
    numbered = body(cast, nhs_number="9990000018")
    first = as_user(cast.gp).post(URL, numbered).json()["reference"]
    before = everything()
    own, other = as_user(cast.gp).post(URL, numbered), as_user(cast.discharge_nurse).post(URL, numbered)
    assert [answer.status_code for answer in (own, other)] == [409, 409]
    assert [answer.json()["code"] for answer in (own, other)] == ["already_referred"] * 2
    assert (own.json()["references"], other.json()["references"]) == ([first], [])
    assert everything() == before
    again = as_user(cast.discharge_nurse).post(URL, numbered | {"send_anyway": True})
    assert (again.status_code, Person.objects.count()) == (201, 1)
    elsewhere = as_user(cast.gp).post(URL, numbered | {"team": str(cast.neighbouring_team.pk)})
    assert elsewhere.status_code == 201


def test_only_those_who_refer_or_support_may_ask_and_not_for_ever(cast, as_user, elizabeth):
    described = {"first_name": "Liz", "family_name": "Okafor", "date_of_birth": "1951-03-12", "postcode": "sk5 8bs"}
    for who in (cast.provider, cast.manager, cast.editor):
        assert as_user(who).post("/api/v1/people/match/", described).status_code == 403
    client = as_user(cast.lead)
    answers = [client.post("/api/v1/people/match/", described) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[0].json()["matches"][0]["references"] == [elizabeth.reference]


def test_asking_costs_no_more_with_many_of_one_birthday(cast, as_user, elizabeth, django_assert_max_num_queries):
    for name in ("Anne", "Jane", "Kim", "Lara", "Mina"):
        as_user(cast.gp).post(URL, body(cast, first_name=name, is_new=True))
    described = {"first_name": "Liz", "family_name": "Okafor", "date_of_birth": "1951-03-12", "postcode": "SK5 8BS"}
    client = as_user(cast.gp)
    with django_assert_max_num_queries(4):
        assert client.post("/api/v1/people/match/", described).json()["count"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_practices_at_once_make_one_person_whatever_slips_they_make():
    town = stage.build_cast()
    sent = [
        (town.gp, body(town)),
        (town.discharge_nurse, body(town, first_name="Liz", date_of_birth="1951-12-03")),
    ]
    barrier, codes = threading.Barrier(2), []

    def refer(user, what):
        try:
            client = APIClient()
            client.force_authenticate(User.objects.get(pk=user.pk))
            barrier.wait()
            codes.append(client.post(URL, what).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=refer, args=each) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(codes), Person.objects.count(), Referral.objects.count()) == ([201, 409], 1, 1)
