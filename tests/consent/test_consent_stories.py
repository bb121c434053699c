"""Two stories of people and their consent, from the referral on, through the API; and who hears of what."""

import datetime as dt

import pytest
from django.core import mail

from notifications.delivery import deliver_batch
from referrals.tasks import run_consent_clocks


@pytest.fixture
def at(time_machine):
    """Move to a moment of the year, and deliver whatever is owed by then."""

    def move(month, date, hour=9, *, year=2026):
        time_machine.move_to(dt.datetime(year, month, date, hour, tzinfo=dt.UTC), tick=False)

    return move


def delivered():
    """Deliver what is owed, and return who was told what."""
    mail.outbox.clear()
    deliver_batch(at=dt.datetime.now(dt.UTC))
    found = sorted((message.to[0], message.subject) for message in mail.outbox)
    assert not any("Okafor" in message.subject + str(message.body) for message in mail.outbox)
    return found


@pytest.fixture
def rose(cast, as_user, at):
    """Rose is referred, agrees, is sent to the walking group, and starts there. Returns both addresses, and how she
    is known: the referral, and the onward referral.
    """
    at(11, 2)
    gp, link_worker, provider = as_user(cast.gp), as_user(cast.link_worker), as_user(cast.provider)
    sent = gp.post(
        "/api/v1/referrals/",
        {
            "person": {
                "first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                "gp_practice_code": "Z90001", "nhs_number": "9990000018", "telephone": "0161 496 0111",
            },
            "team": str(cast.team.pk), "reason": "Has stopped going out.", "no_known_risks": True,
        },
    )  # fmt: skip
    reference = sent.json()["reference"]
    referral = f"/api/v1/referrals/{reference}/"
    link_worker.post(f"{referral}accept/", {})
    link_worker.post(f"{referral}start-support/", {})

    # Nobody has asked her yet, so nothing goes to anybody.
    to_the_walk = {"service": str(cast.walking.pk), "handover_note": "Needs a rail on steps."}
    refused = link_worker.post(f"{referral}onward-referrals/", to_the_walk)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_required")

    def agrees(**more):
        said = {"decision": "given", "how_given": "by_telephone"} | more
        answer = link_worker.post(f"{referral}consents/", said)
        assert answer.status_code == 201, answer.content
        sent_on = link_worker.post(f"{referral}onward-referrals/", to_the_walk)
        assert sent_on.status_code == 201
        onward = f"/api/v1/onward-referrals/{sent_on.json()['reference']}/"
        at(11, 5)
        provider.post(f"{onward}accept/", {})
        provider.post(f"{onward}book-assessment/", {"assessment_at": "2026-11-10T10:00:00Z"})
        at(11, 10, 11)
        assert provider.post(f"{onward}start/", {}).json()["status"] == "started"
        delivered()
        return referral, onward, reference, sent_on.json()["reference"]

    return agrees


def test_a_person_withdraws_half_way(cast, as_user, at, rose):
    gp, link_worker, provider, befriender = (
        as_user(who) for who in (cast.gp, cast.link_worker, cast.provider, cast.befriender)
    )

    # Given Rose, who walks with the group, and to whom a befriender is offered
    referral, onward, reference, onward_reference = rose()
    offer = link_worker.post(f"{referral}onward-referrals/", {"service": str(cast.visiting.pk)}).json()["reference"]
    visit = f"/api/v1/onward-referrals/{offer}/"
    assert provider.get(onward).json()["person"]["first_name"] == "Rose"
    delivered()

    # When she rings her practice: she does not want strangers to have her number any more
    at(11, 19, 16)
    answer = gp.post(
        f"{referral}consents/",
        {"decision": "withdrawn", "how_given": "by_telephone", "note": "Does not want strangers to have her number."},
    )
    assert (answer.status_code, answer.json()["counts"]) == (201, True)

    # Then those who have her are told, each about what is theirs, and nobody else
    assert delivered() == sorted(
        [
            (cast.leisure.inbox_email, f"Sharing has been withdrawn: {onward_reference}"),
            (cast.befriending.inbox_email, f"Sharing has been withdrawn: {offer}"),
            (cast.link_worker.email, f"Sharing has been withdrawn: {reference}"),
        ]
    )

    # The practice sees what it recorded, and that the walk goes on until somebody ends it
    seen = gp.get(referral).json()
    assert [(row["decision"], row["counts"]) for row in seen["consents"]] == [("given", False), ("withdrawn", True)]
    assert [(row["reference"], row["status"]) for row in seen["onward_referrals"]] == [
        (onward_reference, "started"), (offer, "sent"),
    ]  # fmt: skip
    assert seen["person"]["first_name"] == "Rose"

    # The link worker has it on today's list, and still sees who it is: they support her
    seen = link_worker.get(referral).json()
    assert (seen["next_action_on"], seen["person"]["telephone"]) == ("2026-11-19", "0161 496 0111")
    assert link_worker.get(onward).json()["person"]["first_name"] == "Rose"

    # The walking group no longer sees who she is, nor what was written of her, and can only end
    seen = provider.get(onward).json()
    assert (seen["status"], seen["person"], seen["risks"], seen["handover_note"]) == ("started", None, None, None)
    assert seen["available_actions"] == ["pause", "complete", "leave_early", "record_attendance"]
    assert "Okafor" not in provider.get("/api/v1/onward-referrals/").content.decode()

    # The befriender, who had not answered, cannot take her up
    refused = befriender.post(f"{visit}accept/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_required")
    assert befriender.get(visit).json()["person"] is None

    # And nothing new goes to anybody, nor is the offer sent to somebody else instead
    assert befriender.post(f"{visit}decline/", {"reason": "inappropriate"}).status_code == 200
    elsewhere = {"service": str(cast.scheme.pk), "rerouted_from": offer}
    assert link_worker.post(f"{referral}onward-referrals/", elsewhere).json()["code"] == "consent_required"

    # The walk ends, is told as an end, and the referral closes with what Rose wanted
    at(11, 20)
    assert provider.post(f"{onward}leave-early/", {"reason": "not_enjoyed"}).status_code == 200
    closed = link_worker.post(f"{referral}close/", {"outcome": "declined_by_person", "note": "Knows where we are."})
    assert closed.status_code == 200, closed.content
    assert (cast.gp.email, f"Your referral {reference} is complete") in delivered()
    events = [row["kind"] for row in gp.get(f"{referral}events/?page_size=100").json()["results"]]
    assert events.count("consent_recorded") == 2


def test_a_consent_runs_out_while_she_takes_part_and_is_renewed(cast, as_user, at, rose):
    gp, link_worker, provider = as_user(cast.gp), as_user(cast.link_worker), as_user(cast.provider)

    # Given Rose, who agreed for the twelve weeks of the walk, until the end of January
    referral, onward, reference, onward_reference = rose(expires_on="2027-01-31")

    # When it is two weeks before the end, her link worker is reminded, and nobody else
    at(1, 17, 1, year=2027)
    run_consent_clocks()
    assert delivered() == [(cast.link_worker.email, f"An agreement to share ends soon: {reference}")]

    # On the last day all is as it was; on the day after it is not, and it is told once
    at(1, 31, 23, year=2027)
    run_consent_clocks()
    assert (delivered(), provider.get(onward).json()["person"]["first_name"]) == ([], "Rose")
    at(2, 1, 0, year=2027)
    assert provider.get(onward).json()["person"] is None  # before any clock has run
    for hour in (1, 2):
        at(2, 1, hour, year=2027)
        run_consent_clocks()
    assert delivered() == [
        (cast.leisure.inbox_email, f"Sharing has run out: {onward_reference}"),
        (cast.link_worker.email, f"Sharing has run out: {reference}"),
    ]
    seen = link_worker.get(referral).json()
    assert seen["next_action_on"] <= "2027-02-01"
    assert [(row["decision"], row["expires_on"], row["counts"]) for row in seen["consents"]] == [
        ("given", "2027-01-31", False)
    ]
    refused = link_worker.post(f"{referral}onward-referrals/", {"service": str(cast.visiting.pk)})
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "The person's agreement to share ran out on 31 January 2027: ask them again.",
    )  # fmt: skip

    # Then Rose says that she would like to go on until summer
    at(2, 2, year=2027)
    renewed = link_worker.post(
        f"{referral}consents/", {"decision": "given", "how_given": "in_person", "expires_on": "2027-06-30"}
    )
    assert (renewed.status_code, renewed.json()["counts"]) == (201, True)
    assert delivered() == []
    seen = provider.get(onward).json()
    assert (seen["person"]["first_name"], seen["handover_note"]) == ("Rose", "Needs a rail on steps.")
    assert provider.post(f"{onward}complete/", {"outcome": "goals_met"}).status_code == 200

    # and the timeline tells it to her practice
    told = gp.get(f"{referral}events/?page_size=100").json()["results"]
    assert [(row["kind"], row["actor"]) for row in told if row["kind"].startswith("consent")] == [
        ("consent_recorded", "Lou Marsh"), ("consent_expired", "The service"), ("consent_recorded", "Lou Marsh"),
    ]  # fmt: skip
