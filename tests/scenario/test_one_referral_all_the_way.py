"""Rose is referred, triaged, sent to a walking group, comes, finishes; and her GP hears of it at each turn."""

import datetime as dt

import pytest
from django.core import mail

from insights.services import count_uptake
from notifications.delivery import deliver_batch


@pytest.fixture
def at(time_machine):
    """Move to a moment, and deliver whatever is owed by then, as the worker does each second."""

    def move(day, hour=9):
        month, date = day
        moment = dt.datetime(2026, month, date, hour, tzinfo=dt.UTC)
        time_machine.move_to(moment, tick=False)
        return moment

    return move


def delivered(moment):
    """Deliver what is owed and return who was told what."""
    mail.outbox.clear()
    deliver_batch(at=moment)
    return [(message.to[0], message.subject) for message in mail.outbox]


def test_from_the_gp_to_the_walking_group_and_back(cast, as_user, at):
    gp, link_worker, provider = as_user(cast.gp), as_user(cast.link_worker), as_user(cast.provider)

    # Given Dr Gill, who has one minute
    moment = at((11, 2))
    sent = gp.post(
        "/api/v1/referrals/",
        {
            "person": {
                "first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                "gp_practice_code": "Z90001", "nhs_number": "9990000018", "telephone": "0161 496 0111",
            },
            "team": str(cast.team.pk),
            "reason": "Has stopped going out since her husband died.",
            "no_known_risks": True,
            "consent": {"decision": "given", "note": "Agreed in the consultation."},
        },
    )  # fmt: skip
    reference = sent.json()["reference"]
    referral = f"/api/v1/referrals/{reference}/"
    assert delivered(moment) == [(cast.team.inbox_email, f"A referral is waiting for triage: {reference}")]

    # When Lou asks, and the GP answers
    moment = at((11, 3))
    link_worker.post(f"{referral}request-information/", {"note": "Can she manage steps?"})
    assert delivered(moment) == [(cast.gp.email, f"There is a question about your referral {reference}")]
    moment = at((11, 3), 15)
    gp.post(f"{referral}provide-information/", {"note": "Yes, with a rail."})
    assert delivered(moment) == [(cast.team.inbox_email, f"Your question about {reference} has been answered")]

    # and Lou accepts, speaks with Rose, and they choose a walking group together
    moment = at((11, 4))
    link_worker.post(f"{referral}accept/", {})
    assert delivered(moment) == [(cast.gp.email, f"Your referral {reference} has been accepted")]
    link_worker.post(f"{referral}start-support/", {"note": "Would like company and fresh air."})
    message = gp.get("/api/v1/messages-back/").json()["results"][0]["reference"]
    assert delivered(moment) == [(cast.gp.email, f"A message back for your records: {message}")]
    offer = link_worker.post(
        f"{referral}onward-referrals/", {"service": str(cast.walking.pk), "handover_note": "Needs a rail on steps."}
    ).json()
    onward = f"/api/v1/onward-referrals/{offer['reference']}/"
    assert delivered(moment) == [
        (cast.leisure.inbox_email, f"A referral is waiting for your answer: {offer['reference']}")
    ]

    # Then the provider accepts, books, and Rose comes, but for one week
    moment = at((11, 6))
    provider.post(f"{onward}accept/", {})
    assert delivered(moment) == [(cast.link_worker.email, f"There is an update on {offer['reference']}")]
    provider.post(f"{onward}book-assessment/", {"assessment_at": "2026-11-09T13:00:00Z"})
    at((11, 9), 14)
    provider.post(f"{onward}start/", {})
    for day, result in (((11, 9), "present"), ((11, 16), "told_us"), ((11, 23), "present")):
        at(day, 15)
        came = provider.post(f"{onward}attendances/", {"session_on": f"2026-{day[0]}-{day[1]:02}", "result": result})
        assert came.status_code == 201

    # and finishes well
    moment = at((12, 14))
    provider.post(f"{onward}complete/", {"outcome": "goals_met", "note": "Walks with the group each week."})
    assert delivered(moment) == [(cast.link_worker.email, f"There is an update on {offer['reference']}")]
    link_worker.post(f"{referral}close/", {"outcome": "goals_met"})
    assert delivered(moment) == [(cast.gp.email, f"Your referral {reference} is complete")]

    # The GP sees what became of it, and may do nothing more
    seen = gp.get(referral).json()
    assert (seen["status"], seen["outcome"], seen["available_actions"]) == ("closed", "goals_met", [])
    assert [(row["service"]["name"], row["status"], row["outcome"]) for row in seen["onward_referrals"]] == [
        ("Walking group", "completed", "goals_met")
    ]
    assert [event["kind"] for event in gp.get(f"{referral}events/").json()["results"]] == [
        "submit", "request_information", "provide_information", "accept", "start_support", "sent_onward", "accept",
        "book_assessment", "start", "complete", "close",
    ]  # fmt: skip

    # and the night's count has her
    count_uptake(at=at((12, 15), 2))
    figures = provider.get("/api/v1/insights/uptake/").json()
    assert figures["total"] == {
        "referred": 1, "accepted": 1, "started": 1, "completed": 1, "left_early": 0, "uptake": 1.0, "completion": 1.0,
    }  # fmt: skip


def test_no_message_names_the_person_the_need_or_the_service(cast, onward_at, as_user, now):
    onward_at("completed")
    mail.outbox.clear()
    deliver_batch(at=now + dt.timedelta(days=3))
    everything = " ".join(f"{message.subject} {message.body}" for message in mail.outbox)
    assert len(mail.outbox) >= 5
    for secret in ("Rose", "Okafor", "1951", "9990000018", "husband", "Loneliness", "Walking group", "mornings"):
        assert secret not in everything
