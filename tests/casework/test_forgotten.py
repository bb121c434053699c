"""What a team wrote of a person goes when the referral is forgotten, and is in the file that the person asks for."""

import datetime as dt

from django.db import connection

from accounts.actors import Actor
from referrals.models import CaseNote, CaseTask, Contact, DueTask, PlanVersion, Referral, RetentionProposal, Signpost
from referrals.services.retention import forget, propose_forgetting
from referrals.services.subject_access import everything_on
from tests.stage import fresh

MARKERS = (
    "daughter",
    "kitchen",
    "drinks",
    "tea with",
    "choir",
    "0161 496 0222",
    "lonely",
    "leaflet",
    "Twice",
    "bus pass",
)
TABLES = ("contact", "casenote", "planversion", "signpost", "signpostfollowup", "casetask")


def written():
    text = ""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT coalesce(string_agg(line::text, ' '), '') FROM referrals_{table} AS line")  # noqa: S608
            text += cursor.fetchone()[0]
    return [marker for marker in MARKERS if marker in text]


def rose_is_worked_with(cast, referral, as_user):
    client, url = as_user(cast.link_worker), f"/api/v1/referrals/{referral.reference}/"
    contact = {"mechanism": "01", "outcome": "spoke", "with_whom": "carer", "with_name": "Ada, her daughter",
               "location": "Her kitchen", "note": "Her brother drinks."}  # fmt: skip
    plan = {"needs": [{"words": "Is lonely", "goals": [{"in_own_words": "I want tea with somebody."}]}],
            "agreement": {"with_whom": "person"}}  # fmt: skip
    signpost = {"name": "The choir", "contact_details": "0161 496 0222", "reason": "Sings",
                "information_given": "A leaflet"}  # fmt: skip
    first = client.post(f"{url}contacts/", contact).json()["contact"]["id"]
    client.post(f"{url}contacts/", contact | {"replaces": first})
    note = client.post(f"{url}notes/", {"text": "Her brother drinks."}).json()["id"]
    client.post(f"{url}notes/", {"text": "He drinks, she says.", "replaces": note})
    client.put(f"{url}plan/", plan)
    told = client.post(f"{url}signposts/", signpost).json()["id"]
    client.post(f"{url}signposts/{told}/follow-up/", {"result": "used", "note": "Twice."})
    today = str(dt.date(2026, 11, 4))
    done = client.post(f"{url}tasks/", {"title": "Post the bus pass form", "due_on": today}).json()["id"]
    client.post(f"{url}tasks/{done}/done/")
    client.post(f"{url}tasks/", {"title": "Ask about the bus pass", "due_on": today})
    assert client.post(f"{url}close/", {"outcome": "goals_met"}).status_code == 200


def test_what_is_forgotten_is_nowhere_and_how_often_somebody_was_in_touch_stays(
    cast, referral_at, as_user, time_machine, now
):
    time_machine.move_to(now + dt.timedelta(days=2), tick=False)
    referral = referral_at("active")
    rose_is_worked_with(cast, referral, as_user)
    assert written() == list(MARKERS)
    assert DueTask.objects.count() == 1  # the bus pass is still to ask about
    later = now + dt.timedelta(days=3000)
    propose_forgetting(at=later)
    forget(proposal=RetentionProposal.objects.get(), actor=Actor(fresh(cast.lead)), at=later)
    assert written() == []
    counts = [model.objects.count() for model in (Contact, CaseNote, PlanVersion, Signpost, CaseTask, DueTask)]
    assert counts == [2, 2, 0, 1, 2, 0]


def test_the_person_is_given_it_but_for_the_notes(cast, referral_at, as_user, time_machine, now):
    time_machine.move_to(now + dt.timedelta(days=2), tick=False)
    referral = referral_at("active")
    rose_is_worked_with(cast, referral, as_user)
    file = everything_on(Referral.objects.get().person)
    sections = {section["title"]: section["rows"] for section in file["sections"]}
    assert sections["What you were told of"][0]["name"] == "The choir"
    assert sections["What came of it"][0]["note"] == "Twice."
    assert sections["When somebody was in touch, or tried to be"][0]["outcome"] == "In touch with each other"
    plan = sections["Your plan, as it was each time"][0]["document"]
    assert plan["needs"][0]["goals"][0]["in_own_words"] == "I want tea with somebody."
    assert [task["title"] for task in sections["What was to be done for you"]] == [
        "Post the bus pass form", "Ask about the bus pass",
    ]  # fmt: skip
    assert "He drinks" not in str(file)
    assert [each["title"] for each in file["withheld"]] == [
        "Safeguarding", "Who read about safeguarding", "Notes of the team",
    ]  # fmt: skip
