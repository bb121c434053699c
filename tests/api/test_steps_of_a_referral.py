"""What each step of a referral needs and what follows from it, beyond the table of who and when."""

import datetime as dt

import pytest

from accounts.models import Membership
from notifications.models import OutboxMessage
from referrals.models import Referral, ReferralEvent


def take(client, referral, step, said=None, **headers):
    return client.post(f"/api/v1/referrals/{referral.reference}/{step}/", said or {}, headers=headers)


def messages():
    return sorted(OutboxMessage.objects.values_list("template", "recipient"))


@pytest.mark.parametrize(
    ("status", "step", "who", "said", "field"),
    [
        ("submitted", "reject", "link_worker", {}, "reason"),
        ("submitted", "reject", "link_worker", {"reason": "because"}, "reason"),
        ("submitted", "redirect", "link_worker", {"reason": "out_of_area"}, "to_team"),
        ("submitted", "request-information", "link_worker", {"note": "  "}, "note"),
        ("submitted", "accept", "link_worker", {"owner": "00000000-0000-4000-8000-000000000000"}, "owner"),
        ("submitted", "accept", "link_worker", {"outcome": "goals_met"}, "outcome"),
        ("active", "hold", "link_worker", {"reason": "away"}, "until"),
        ("active", "hold", "link_worker", {"reason": "away", "until": "2020-01-01"}, "until"),
        ("active", "hold", "link_worker", {"reason": "away", "until": "9999-12-31"}, "until"),
        ("submitted", "accept", "link_worker", {"next_action_on": "2020-01-01"}, "next_action_on"),
        ("submitted", "accept", "link_worker", {"next_action_on": "9999-12-31"}, "next_action_on"),
        ("active", "close", "link_worker", {}, "outcome"),
        ("accepted", "close", "link_worker", {"outcome": "goals_met"}, "outcome"),
        ("submitted", "withdraw", "gp", {}, "reason"),
        ("submitted", "enter-in-error", "lead", {}, "reason"),
    ],
)  # fmt: skip
def test_what_must_be_said_is_asked_for_and_nothing_moves(status, step, who, said, field, cast, referral_at, as_user):
    referral = referral_at(status)
    before = (ReferralEvent.objects.count(), OutboxMessage.objects.count())
    answer = take(as_user(getattr(cast, who)), referral, step, said)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert Referral.objects.get(pk=referral.pk).status == status
    assert (ReferralEvent.objects.count(), OutboxMessage.objects.count()) == before


def test_whoever_accepts_owns_it_and_the_referrer_hears(cast, referral_at, as_user, time_machine, now):
    referral = referral_at("submitted")
    time_machine.move_to(now, tick=False)
    answer = take(as_user(cast.link_worker), referral, "accept")
    assert (answer.json()["owner"]["full_name"], answer.json()["next_action_on"]) == ("Lou Marsh", "2026-11-09")
    assert ("referral_accepted", cast.gp.email) in messages()


def test_a_lead_accepts_for_a_link_worker_and_allocates_again(cast, referral_at, as_user):
    referral = referral_at("submitted")
    answer = take(as_user(cast.lead), referral, "accept", {"owner": str(cast.link_worker.pk)})
    assert answer.json()["owner"]["full_name"] == "Lou Marsh"
    url = f"/api/v1/referrals/{referral.reference}/allocate/"
    answer = as_user(cast.lead).post(url, {"owner": str(cast.lead.pk), "next_action_on": "2026-12-24"})
    assert (answer.json()["owner"]["full_name"], answer.json()["next_action_on"]) == ("Lena Head", "2026-12-24")
    answer = as_user(cast.lead).post(url, {"owner": str(cast.neighbouring_link_worker.pk)})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["owner"])
    answer = as_user(cast.gp).post(url, {"owner": str(cast.link_worker.pk)})
    assert answer.status_code == 403
    assert Referral.objects.get(pk=referral.pk).owner == cast.lead


def test_a_question_is_answered_and_comes_back_to_triage(cast, referral_at, as_user):
    referral = referral_at("information_requested")
    assert ("referral_question", cast.gp.email) in messages()
    answer = take(as_user(cast.gp), referral, "provide-information", {"note": "A stick, outdoors only."})
    assert answer.json()["status"] == "submitted"
    assert ("referral_answered", cast.team.inbox_email) in messages()
    said = as_user(cast.link_worker).get(f"/api/v1/referrals/{referral.reference}/events/").json()["results"]
    assert [(event["kind"], event["note"]) for event in said] == [
        ("submit", ""),
        ("request_information", "Does she use a frame?"),
        ("provide_information", "A stick, outdoors only."),
    ]


def test_a_redirection_arrives_at_the_other_team_whole(cast, referral_at, as_user):
    redirected = referral_at("redirected")
    arrived = Referral.objects.get(redirected_from=redirected)
    seen = as_user(cast.neighbouring_link_worker).get(f"/api/v1/referrals/{arrived.reference}/").json()
    assert (seen["status"], seen["owner_team"], seen["person"]["first_name"], seen["redirected_from"]) == (
        "submitted", "Hill link workers", "Rose", redirected.reference,
    )  # fmt: skip
    assert ([need["name"] for need in seen["needs"]], len(seen["risks"]), len(seen["consents"])) == (
        ["Loneliness and isolation"],
        1,
        1,
    )
    assert as_user(cast.link_worker).get(f"/api/v1/referrals/{arrived.reference}/").status_code == 404
    followed = as_user(cast.gp).get(f"/api/v1/referrals/{redirected.reference}/").json()
    assert (followed["status"], followed["redirected_to"]) == ("redirected", arrived.reference)
    assert ("referral_redirected", cast.gp.email) in messages()
    assert ("referral_arrived", cast.neighbouring_team.inbox_email) in messages()


def test_the_referral_code_is_emitted_once_when_the_person_accepts(cast, referral_at, as_user):
    referral = referral_at("closed")
    take(as_user(cast.lead), referral, "reopen", {"reason": "closed_by_mistake"})
    take(as_user(cast.lead), referral, "close", {"outcome": "declined_by_person"})
    codes = list(referral.events.exclude(snomed_code="").values_list("kind", "snomed_code"))
    assert codes == [("start_support", "871731000000106")]


def test_the_declined_code_is_emitted_when_the_person_declines(cast, referral_at, as_user):
    referral = referral_at("accepted")
    take(as_user(cast.link_worker), referral, "close", {"outcome": "declined_by_person"})
    codes = list(referral.events.exclude(snomed_code="").values_list("kind", "snomed_code"))
    assert codes == [("close", "871711000000103")]


def test_a_closed_referral_is_reopened_within_the_window_only(cast, referral_at, as_user, time_machine, now):
    referral = referral_at("closed")
    time_machine.move_to(now + dt.timedelta(days=29))
    late = take(as_user(cast.lead), referral, "reopen", {"reason": "person_came_back"})
    assert (late.status_code, late.json()["code"]) == (409, "reopening_window_over")
    assert Referral.objects.get(pk=referral.pk).outcome == "goals_met"
    time_machine.move_to(now + dt.timedelta(days=28))
    answer = take(as_user(cast.lead), referral, "reopen", {"reason": "person_came_back"})
    assert (answer.status_code, answer.json()["status"], answer.json()["outcome"]) == (200, "active", "")


def test_a_reopened_referral_has_somebody_who_works_there_and_is_told(cast, referral_at, as_user):
    referral = referral_at("closed")
    Membership.objects.filter(user=cast.link_worker).delete()
    answer = take(as_user(cast.lead), referral, "reopen", {"reason": "person_came_back"})
    assert (answer.status_code, answer.json()["owner"]["full_name"]) == (200, "Lena Head")
    assert ("referral_reopened", cast.gp.email) in messages()
    assert ("referral_back", cast.lead.email) in messages()


def test_a_reopened_referral_of_somebody_who_never_began_emits_the_code(cast, referral_at, as_user):
    referral = referral_at("accepted")
    take(as_user(cast.link_worker), referral, "close", {"outcome": "unable_to_contact"})
    take(as_user(cast.lead), referral, "reopen", {"reason": "person_came_back"})
    codes = list(referral.events.exclude(snomed_code="").values_list("kind", "snomed_code"))
    assert codes == [("reopen", "871731000000106")]


# --- Two people at once ----------------------------------------------------------------------------------


def test_the_second_to_press_is_told_who_was_first(cast, referral_at, as_user):
    referral = referral_at("submitted")
    assert take(as_user(cast.link_worker), referral, "accept").status_code == 200
    answer = take(as_user(cast.lead), referral, "reject", {"reason": "out_of_area"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["current_status"], problem["available_actions"]) == (
        "step_not_allowed",
        "accepted",
        [
            "start_support", "record_readmission", "close", "record_death", "enter_in_error", "allocate",
            "record_measure", "send_onward", "change_contact", "record_address", "correct_nhs_number",
            "record_consent", "record_observations", "record_clearance", "write_record", "record_risk",
            "log_contact", "write_note", "record_signpost", "add_task", "request_clearance", "save_plan",
        ],
    )  # fmt: skip
    assert problem["detail"].startswith("Lou Marsh was first")


def test_a_stale_etag_changes_nothing(cast, referral_at, as_user):
    referral = referral_at("submitted")
    client = as_user(cast.link_worker)
    tag = client.get(f"/api/v1/referrals/{referral.reference}/").headers["ETag"]
    assert tag == '"1"'
    stale = take(client, referral, "accept", **{"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert Referral.objects.get(pk=referral.pk).status == "submitted"
    nonsense = take(client, referral, "accept", **{"If-Match": "yesterday"})
    assert (nonsense.status_code, list(nonsense.json()["errors"])) == (400, ["If-Match"])
    answer = take(client, referral, "accept", **{"If-Match": tag})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')


def test_every_event_makes_the_tag_before_it_stale(cast, onward_at, as_user):
    onward = onward_at("sent")
    client = as_user(cast.link_worker)
    url = f"/api/v1/referrals/{onward.referral.reference}/"
    tag = client.get(url).headers["ETag"]
    as_user(cast.provider).post(f"/api/v1/onward-referrals/{onward.reference}/accept/", {})
    assert as_user(cast.gp).post(f"{url}withdraw/", {"reason": "moved"}, headers={"If-Match": tag}).status_code == 412
    assert client.post(f"{url}close/", {"outcome": "goals_met"}, headers={"If-Match": tag}).status_code == 412
