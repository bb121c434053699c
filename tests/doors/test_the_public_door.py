"""Somebody refers themself, or a member of their family: nothing happens until the code comes back."""

import datetime as dt
import re

import pytest
from django.core import mail
from rest_framework.test import APIClient

from accounts.models import User
from core.signed_links import code_of
from notifications.delivery import deliver_batch
from notifications.models import OutboxMessage
from referrals.models import Consent, Person, Referral, ReferralEvent, SelfReferral
from referrals.tasks import forget_self_referrals

URL = "/api/v1/self-referrals/"


@pytest.fixture
def anybody():
    """Somebody who has not signed in, and never will."""
    return APIClient()


@pytest.fixture(autouse=True)
def _it_is_monday_morning(time_machine, now):
    time_machine.move_to(now, tick=False)


def of_the_heart():
    """Everything that must not be there before a code comes back."""
    return [model.objects.count() for model in (Person, Referral, ReferralEvent, Consent)]


def code_for(pk):
    row = SelfReferral.objects.get(pk=pk)
    return code_of(row.code_reference, purpose="self_referral_code")


def begun(anybody, form):
    answer = anybody.post(URL, form)
    assert answer.status_code == 202, answer.json()
    return answer.json()["id"]


def confirmed(anybody, form):
    pk = begun(anybody, form)
    answer = anybody.post(f"{URL}{pk}/confirm/", {"code": code_for(pk)})
    assert answer.status_code == 201, answer.json()
    return Referral.objects.get(reference=answer.json()["reference"])


def test_rose_refers_herself(covered, form, anybody, as_user, now):
    """She writes; a code comes; she sends it back; the team sees her; she hears by email, in references only."""
    answer = anybody.post(URL, form)
    waiting = answer.json()
    assert (answer.status_code, set(waiting)) == (202, {"id", "code_expires_at", "what_happens_next"})
    assert waiting["code_expires_at"] == "2026-11-02T10:00:00Z"
    assert of_the_heart() == [0, 0, 0, 0]
    owed = OutboxMessage.objects.get()
    assert (owed.recipient, owed.template, set(owed.context)) == (
        "rose@home.example", "self_referral_code", {"reference"},
    )  # fmt: skip
    assert as_user(covered.link_worker).get("/api/v1/referrals/").json()["results"] == []

    code = code_for(waiting["id"])
    answer = anybody.post(f"{URL}{waiting['id']}/confirm/", {"code": code})
    referral = Referral.objects.get()
    said = answer.json()
    assert answer.status_code == 201
    assert {name: said[name] for name in ("reference", "team", "telephone", "looked_at_by")} == {
        "reference": referral.reference, "team": "Vale link workers", "telephone": "", "looked_at_by": "2026-11-04",
    }  # fmt: skip
    assert said["what_happens_next"][0] == f"Keep this reference: {referral.reference}. Say it when you ring."

    seen = as_user(covered.link_worker).get(f"/api/v1/referrals/{referral.reference}/").json()
    assert (seen["status"], seen["source"], seen["referral_method"], seen["owner_team"]) == (
        "submitted", "self", "self_referral", "Vale link workers",
    )  # fmt: skip
    assert seen["referrer"] == {
        "name": "Self referral", "service": "Self referral", "organization": "Self referral",
        "contact": "Rose@home.example · 0161 496 0111", "relationship": "", "agreement": "",
    }  # fmt: skip
    assert (seen["person"]["gp_practice_code"], seen["person"]["nhs_number_status"]) == ("V81999", "03")
    assert [(row["decision"], row["recorded_by"]) for row in seen["consents"]] == [("given", "The public door")]
    assert "withdraw" in seen["available_actions"]
    assert sorted(OutboxMessage.objects.values_list("template", "recipient")) == [
        ("person_link", f"door:{referral.reference}"),
        ("referral_arrived", covered.team.inbox_email),
        ("self_referral_code", "rose@home.example"),
        ("self_referral_received", f"door:{referral.reference}"),
    ]


def test_the_code_that_arrives_by_email_is_the_code(covered, form, anybody, now):
    pk = begun(anybody, form)
    deliver_batch(at=now)
    (letter,) = mail.outbox
    assert letter.to == ["rose@home.example"]
    (code,) = re.findall(r"^[0-9]{6}$", str(letter.body), flags=re.MULTILINE)
    assert not re.search("Rose|Okafor|company|SK5", f"{letter.subject}{letter.body}")
    assert anybody.post(f"{URL}{pk}/confirm/", {"code": code}).status_code == 201


def test_the_code_lies_in_no_row(covered, form, anybody):
    pk = begun(anybody, form)
    code = code_for(pk)
    rows = [*SelfReferral.objects.values(), *OutboxMessage.objects.values()]
    assert code not in repr([{name: value for name, value in row.items() if name != "id"} for row in rows])


def test_the_same_code_again_answers_the_same_and_makes_nothing(covered, form, anybody):
    pk = begun(anybody, form)
    first = anybody.post(f"{URL}{pk}/confirm/", {"code": code_for(pk)})
    before = [*of_the_heart(), OutboxMessage.objects.count()]
    again = anybody.post(f"{URL}{pk}/confirm/", {"code": code_for(pk)})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert [*of_the_heart(), OutboxMessage.objects.count()] == before
    assert SelfReferral.objects.get().content == {}


def test_five_wrong_codes_and_even_the_right_one_is_worth_nothing(covered, form, anybody):
    pk = begun(anybody, form)
    right = code_for(pk)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    answers = [anybody.post(f"{URL}{pk}/confirm/", {"code": wrong}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 409]
    assert answers[0].json()["errors"] == {"code": ["This is not the code. You can try 4 more times."]}
    assert answers[4].json()["code"] == "code_spent"
    assert anybody.post(f"{URL}{pk}/confirm/", {"code": right}).json()["code"] == "code_spent"
    assert of_the_heart() == [0, 0, 0, 0]

    assert anybody.post(f"{URL}{pk}/codes/").status_code == 202
    assert anybody.post(f"{URL}{pk}/confirm/", {"code": right}).status_code == 400  # the one before is dead
    assert anybody.post(f"{URL}{pk}/confirm/", {"code": code_for(pk)}).status_code == 201


def test_a_code_is_old_after_half_an_hour(covered, form, anybody, now, time_machine):
    pk = begun(anybody, form)
    code = code_for(pk)
    time_machine.move_to(now + dt.timedelta(minutes=31), tick=False)
    answer = anybody.post(f"{URL}{pk}/confirm/", {"code": code})
    assert (answer.status_code, answer.json()["code"], of_the_heart()) == (409, "code_expired", [0, 0, 0, 0])


def test_three_codes_and_no_more(covered, form, anybody):
    pk = begun(anybody, form)
    answers = [anybody.post(f"{URL}{pk}/codes/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 409]
    assert answers[2].json()["code"] == "no_more_codes"
    assert OutboxMessage.objects.count() == 3


def test_no_address_is_sent_more_than_six_codes_a_day(covered, form, anybody, now, time_machine):
    for _ in range(6):
        begun(anybody, form | {"email": "ROSE@home.example"})
    answer = anybody.post(URL, form)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, "too_often", "86400")
    assert (SelfReferral.objects.count(), OutboxMessage.objects.count()) == (6, 6)
    assert anybody.post(URL, form | {"email": "neighbour@home.example"}).status_code == 202
    time_machine.move_to(now + dt.timedelta(days=1, minutes=1), tick=False)
    assert anybody.post(URL, form).status_code == 202


def test_one_address_of_the_net_may_ask_twenty_times_an_hour(covered, form, anybody):
    answers = [anybody.post(URL, form | {"email": f"person{number}@home.example"}) for number in range(21)]
    assert [answer.status_code for answer in answers] == [202] * 20 + [429]
    assert (answers[20].json()["code"], SelfReferral.objects.count()) == ("throttled", 20)


def test_a_large_body_is_refused_before_it_is_read(covered, form, anybody):
    answer = anybody.post(URL, form | {"reason": "x" * 20_000})
    assert (answer.status_code, answer.json()["max_bytes"], SelfReferral.objects.count()) == (413, 16 * 1024, 0)


BAD = [
    ("without agreement", {"agrees_to_referral": False}, "agrees_to_referral"),
    ("no address for the code", {"email": ""}, "email"),
    ("a telephone, and no channel for it", {"email": "", "phone": "07700 900123"}, "phone"),
    ("an address that is none", {"email": "rose at home"}, "email"),
    ("no risk entry", {"no_known_risks": False}, "risks"),
    ("no reason", {"reason": ""}, "reason"),
    ("a field that does not exist", {"nhs_number": "9990000018"}, "nhs_number"),
]


@pytest.mark.parametrize(("change", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_could_not_become_a_referral_is_said_before_a_code_is_sent(change, field, covered, form, anybody):
    answer = anybody.post(URL, form | change)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert (SelfReferral.objects.count(), OutboxMessage.objects.count(), of_the_heart()) == (0, 0, [0, 0, 0, 0])


def test_a_place_that_no_team_covers_gets_a_sentence_that_says_what_to_do(covered, form, anybody):
    answer = anybody.post(URL, form | {"person": form["person"] | {"postcode": "M1 1AE"}})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_team_here")
    assert answer.json()["errors"] == {
        "postcode": [
            "No team covers this place yet. Choose a team (/api/v1/teams/), or ask the GP practice who helps there."
        ]
    }


def test_the_answer_does_not_tell_whether_somebody_is_known_here(covered, form, anybody, referral_at):
    stranger = anybody.post(URL, form).json()
    referral_at("active")  # now Rose is known, by another referral
    known = anybody.post(URL, form).json()
    assert stranger.keys() == known.keys()
    assert stranger | {"id": 0} == known | {"id": 0}


@pytest.mark.parametrize("path", ["confirm/", "codes/"])
def test_an_id_that_is_nothings_is_a_404(path, covered, anybody):
    answer = anybody.post(f"{URL}00000000-0000-4000-8000-000000000000/{path}", {"code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_after_a_day_what_was_not_confirmed_is_gone(covered, form, anybody, now, time_machine):
    begun(anybody, form)
    kept = confirmed(anybody, form | {"email": "other@home.example"})
    time_machine.move_to(now + dt.timedelta(hours=23), tick=False)
    forget_self_referrals()
    assert SelfReferral.objects.count() == 2
    time_machine.move_to(now + dt.timedelta(hours=25), tick=False)
    forget_self_referrals()
    forget_self_referrals()
    assert (SelfReferral.objects.count(), list(Referral.objects.all())) == (0, [kept])


def test_a_daughter_asks_for_her_mother_who_agreed(covered, form, anybody, as_user):
    """The code goes to her; the link worker reads who she is and how Rose agreed, and asks Rose about sharing."""
    family = {
        "name": "Ada Okafor", "relationship": "daughter", "contact": "07700 900123",
        "agreement": "We filled this in together at her table on Sunday.",
    }  # fmt: skip
    by_ada = form | {"email": "ada@home.example", "family": family, "agrees_to_sharing": False}
    referral = confirmed(anybody, by_ada)
    seen = as_user(covered.link_worker).get(f"/api/v1/referrals/{referral.reference}/").json()
    assert (seen["source"], seen["referral_method"], seen["consents"]) == ("family", "secure_messaging", [])
    assert seen["referrer"] == {
        "name": "Ada Okafor", "service": "Family (daughter)", "organization": "None: a family member",
        "contact": "07700 900123", "relationship": "daughter",
        "agreement": "We filled this in together at her table on Sunday.",
    }  # fmt: skip
    assert seen["person"]["email"] == ""

    answer = APIClient().post(URL, by_ada | {"agrees_to_sharing": True})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["agrees_to_sharing"])
    answer = APIClient().post(URL, by_ada | {"family": family | {"agreement": " "}})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["family.agreement"])


def test_what_becomes_of_it_is_told_to_the_person_in_references_only(covered, form, anybody, as_user):
    """A question is asked by telephone and answered by the team; the end is news; nobody else is told."""
    referral = confirmed(anybody, form)
    OutboxMessage.objects.all().delete()
    worker, at = as_user(covered.link_worker), f"/api/v1/referrals/{referral.reference}"
    for step, said in (
        ("request-information", {"note": "Which days suit you?"}),
        ("provide-information", {"note": "Rang her: Mondays."}),
        ("accept", {}),
        ("start-support", {}),
        ("close", {"outcome": "goals_met"}),
    ):
        answer = worker.post(f"{at}/{step}/", said)
        assert answer.status_code == 200, answer.json()
    told, to_rose = OutboxMessage.objects.order_by("occurred_at", "event_key"), f"door:{referral.reference}"
    assert [(row.template, row.recipient, row.context) for row in told if "self" in row.template] == [
        ("self_referral_question", to_rose, {"reference": referral.reference}),
        ("self_referral_update", to_rose, {"reference": referral.reference}),
        ("self_referral_update", to_rose, {"reference": referral.reference}),
    ]
    assert {row.recipient for row in told} == {to_rose, covered.team.inbox_email}


def test_a_person_who_changes_their_mind_rings_and_the_team_withdraws(covered, form, anybody, as_user):
    referral = confirmed(anybody, form)
    answer = as_user(covered.link_worker).post(
        f"/api/v1/referrals/{referral.reference}/withdraw/", {"reason": "person_changed_mind"}
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")


def test_of_a_death_nobody_is_told_by_email(covered, form, anybody, as_user):
    referral = confirmed(anybody, form)
    worker, at = as_user(covered.link_worker), f"/api/v1/referrals/{referral.reference}"
    worker.post(f"{at}/accept/", {})
    OutboxMessage.objects.all().delete()
    assert worker.post(f"{at}/close/", {"outcome": "deceased"}).status_code == 200
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize("who", ["gp", "provider", "neighbouring_link_worker", "manager", "outsider"])
def test_others_see_nothing_of_it(who, covered, form, anybody, as_user):
    referral = confirmed(anybody, form)
    assert as_user(getattr(covered, who)).get(f"/api/v1/referrals/{referral.reference}/").status_code == 404


def test_nobody_can_sign_in_as_the_public(covered, form, anybody):
    confirmed(anybody, form)
    public = User.objects.get(full_name="The public door")
    assert (public.is_active, public.has_usable_password(), public.memberships.count()) == (False, False, 0)
    confirmed(anybody, form | {"email": "other@home.example"})
    assert User.objects.filter(full_name="The public door").count() == 1
