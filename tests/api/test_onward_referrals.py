"""Sending a person to a service: what it needs, what follows, and what becomes of it."""

import datetime as dt

import pytest

from accounts.actors import SYSTEM
from accounts.models import Team
from notifications.models import OutboxMessage
from referrals.enums import DeclineReason
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.services.onward import expire_unanswered, take_onward_step
from referrals.services.steps import StepDetails, StepNotAllowed
from referrals.tasks import expire_unanswered as expire_task
from services_directory.models import Service


def send(client, referral, service, **more):
    return client.post(f"/api/v1/referrals/{referral.reference}/onward-referrals/", {"service": str(service.pk)} | more)


def test_a_link_worker_sends_a_person_to_a_service(cast, referral_at, as_user, time_machine, now):
    referral = referral_at("active")
    time_machine.move_to(now + dt.timedelta(days=1), tick=False)
    answer = send(as_user(cast.link_worker), referral, cast.walking, handover_note="Prefers mornings.")
    assert answer.status_code == 201
    onward = OnwardReferral.objects.get()
    assert answer.json() == {
        "reference": onward.reference,
        "status": "sent",
        "service": {"id": str(cast.walking.pk), "name": "Walking group"},
        "provider_team": "Active team",
        "sent_at": "2026-11-03T09:30:00Z",
        "ended_at": None,
        "outcome": "",
        "version": 1,
        "referral": referral.reference,
        "link_worker": "Lou Marsh, Vale link workers",
        "person": {
            "first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
            "telephone": "0161 496 0111", "email": "", "preferred_contact": "", "communication_needs": "",
            "contact": {
                "permissions": dict.fromkeys(("email", "sms", "telephone", "voicemail", "letter"), "not_asked"),
                "telephone_rule": "", "interpreter_language": "", "needs_bsl_interpreter": False,
                "information_formats": [],
            },
        },
        "risks": [{"is_none_known": True, "description": ""}],
        "handover_note": "Prefers mornings.",
        "next_action_on": "2026-11-17",
        "clock": {
            "key": "provider_response", "says": "Accept, wait-list, decline or ask", "turn": "provider",
            "due_on": "2026-11-17", "is_overdue": False, "is_breached": False, "waiting_since": "2026-11-03",
            "working_days_waiting": 0, "stands_still": None,
        },
        "assessment_at": None,
        "next_review_on": None,
        "next_follow_up_on": None,
        "assessments_missed": 0,
        "suggested_step": "",
        "rerouted_from": "",
        "rerouted_to": "",
        "available_actions": ["withdraw"],
        "warning": None,
    }  # fmt: skip
    owed = OutboxMessage.objects.order_by("-created_at", "-occurred_at")[0]
    assert (owed.recipient, owed.template, owed.context) == (
        cast.leisure.inbox_email, "onward_arrived", {"reference": onward.reference, "due_on": "2026-11-17"},
    )  # fmt: skip


@pytest.mark.parametrize("who", ["gp", "lead", "link_worker"])
def test_only_the_owning_team_sends(who, cast, referral_at, as_user):
    answer = send(as_user(getattr(cast, who)), referral_at("active"), cast.walking)
    assert (answer.status_code, OnwardReferral.objects.count()) == ((403, 0) if who == "gp" else (201, 1))


@pytest.mark.parametrize("status", ["submitted", "information_requested", "on_hold", "closed", "withdrawn"])
def test_nothing_is_sent_before_a_link_worker_takes_it_on_nor_after_its_end(status, cast, referral_at, as_user):
    referral = referral_at(status)
    answer = send(as_user(cast.link_worker), referral, cast.walking)
    assert (answer.status_code, answer.json()["code"], answer.json()["current_status"]) == (
        409,
        "step_not_allowed",
        status,
    )
    assert "send_onward" not in answer.json()["available_actions"]
    assert OnwardReferral.objects.count() == 0


def test_nothing_is_sent_without_consent_and_a_withdrawal_stops_new_sharing(cast, referral_at, as_user):
    client = as_user(cast.link_worker)
    referral = referral_at("active", consent=None)
    url = f"/api/v1/referrals/{referral.reference}/consents/"
    refused = send(client, referral, cast.walking)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_required")
    no_reason = client.post(url, {"decision": "given", "basis": "best_interests"})
    assert (no_reason.status_code, list(no_reason.json()["errors"])) == (400, ["note"])
    assert client.post(url, {"decision": "given", "note": "Agreed on the telephone."}).status_code == 201
    assert send(client, referral, cast.walking).status_code == 201
    assert client.post(url, {"decision": "withdrawn"}).status_code == 201
    refused = send(client, referral, cast.visiting)
    assert (refused.status_code, refused.json()["code"], OnwardReferral.objects.count()) == (409, "consent_required", 1)


def test_a_withdrawal_of_consent_is_told_and_stops_the_provider(cast, onward_at, as_user):
    onward = onward_at("accepted")
    OutboxMessage.objects.all().delete()
    as_user(cast.gp).post(f"/api/v1/referrals/{onward.referral.reference}/consents/", {"decision": "withdrawn"})
    told = OutboxMessage.objects.order_by("recipient").values_list("recipient", "template", "context__reference")
    assert sorted(told) == sorted([
        (cast.link_worker.email, "consent_withdrawn", onward.referral.reference),
        (cast.leisure.inbox_email, "consent_withdrawn", onward.reference),
    ])  # fmt: skip
    seen = as_user(cast.link_worker).get(f"/api/v1/referrals/{onward.referral.reference}/").json()
    assert seen["next_action_on"] == "2026-11-03"
    url = f"/api/v1/onward-referrals/{onward.reference}/"
    refused = as_user(cast.provider).post(f"{url}book-assessment/", {"assessment_at": "2026-11-20T10:00:00Z"})
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_required")
    assert as_user(cast.provider).post(f"{url}record-not-started/", {"reason": "changed_mind"}).status_code == 200


def test_consent_can_be_withdrawn_after_the_end_and_not_given(cast, onward_at, as_user):
    onward = onward_at("completed")
    client, referral = as_user(cast.link_worker), f"/api/v1/referrals/{onward.referral.reference}/"
    client.post(f"{referral}close/", {"outcome": "goals_met"})
    assert client.post(f"{referral}consents/", {"decision": "given"}).status_code == 409
    assert client.post(f"{referral}consents/", {"decision": "withdrawn"}).status_code == 201
    assert as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()["person"] is None


def test_a_service_whose_team_has_closed_gets_nobody(cast, referral_at, as_user):
    Team.objects.filter(pk=cast.leisure.pk).update(is_active=False)
    answer = send(as_user(cast.link_worker), referral_at("active"), cast.walking)
    assert (answer.status_code, list(answer.json()["errors"]), OnwardReferral.objects.count()) == (400, ["service"], 0)


def test_a_message_goes_to_whoever_took_over_when_the_link_worker_has_left(cast, onward_at, as_user):
    onward = onward_at("sent")
    member = f"/api/v1/teams/{cast.team.pk}/members/{cast.link_worker.pk}/"
    assert as_user(cast.lead).post(f"{member}hand-over/", {"to": str(cast.lead.pk)}).status_code == 200
    assert as_user(cast.lead).post(f"{member}leave/").status_code == 200
    as_user(cast.provider).post(f"/api/v1/onward-referrals/{onward.reference}/decline/", {"reason": "at_capacity"})
    assert OutboxMessage.objects.get(template="onward_declined").recipient == cast.lead.email


def test_a_stale_etag_changes_nothing_for_a_provider_either(cast, onward_at, as_user):
    onward = onward_at("sent")
    client, url = as_user(cast.provider), f"/api/v1/onward-referrals/{onward.reference}/"
    tag = client.get(url).headers["ETag"]
    assert client.post(f"{url}accept/", {}, headers={"If-Match": '"9"'}).status_code == 412
    assert OnwardReferral.objects.get().status == "sent"
    assert client.post(f"{url}accept/", {}, headers={"If-Match": tag}).status_code == 200
    referral = f"/api/v1/referrals/{onward.referral.reference}/onward-referrals/"
    offer = {"service": str(cast.visiting.pk)}
    stale = as_user(cast.link_worker).post(referral, offer, headers={"If-Match": '"1"'})
    assert (stale.status_code, OnwardReferral.objects.count()) == (412, 1)


def test_a_leaflet_takes_no_referral(cast, referral_at, as_user):
    answer = send(as_user(cast.link_worker), referral_at("active"), cast.leaflet)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["service"])


def test_a_service_that_does_not_exist_is_not_found(cast, referral_at, as_user):
    referral = referral_at("active")
    url = f"/api/v1/referrals/{referral.reference}/onward-referrals/"
    answer = as_user(cast.link_worker).post(url, {"service": "00000000-0000-4000-8000-000000000000"})
    assert answer.status_code == 404


def test_a_paused_service_gets_nobody(cast, referral_at, as_user):
    Service.objects.filter(pk=cast.walking.pk).update(capacity="paused")
    answer = send(as_user(cast.link_worker), referral_at("active"), cast.walking)
    assert (answer.status_code, answer.json()["code"], OnwardReferral.objects.count()) == (409, "service_paused", 0)


def test_a_person_is_with_a_service_once_at_a_time(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    assert send(client, referral, cast.walking).status_code == 201
    again = send(client, referral, cast.walking)
    assert (again.status_code, again.json()["code"], OnwardReferral.objects.count()) == (409, "already_sent", 1)
    assert send(client, referral, cast.visiting).status_code == 201


def test_a_declined_one_is_re_routed_once(cast, onward_at, as_user):
    declined = onward_at("declined")
    client = as_user(cast.link_worker)
    assert "reroute" in client.get(f"/api/v1/onward-referrals/{declined.reference}/").json()["available_actions"]
    answer = send(client, declined.referral, cast.visiting, rerouted_from=declined.reference)
    assert (answer.status_code, answer.json()["rerouted_from"]) == (201, declined.reference)
    earlier = client.get(f"/api/v1/onward-referrals/{declined.reference}/").json()
    assert (earlier["status"], earlier["rerouted_to"], earlier["available_actions"]) == (
        "declined", answer.json()["reference"], [],
    )  # fmt: skip
    again = send(client, declined.referral, cast.walking, rerouted_from=declined.reference)
    assert (again.status_code, again.json()["code"]) == (409, "not_reroutable")


def test_one_that_still_runs_cannot_be_re_routed(cast, onward_at, as_user):
    running = onward_at("started")
    answer = send(as_user(cast.link_worker), running.referral, cast.visiting, rerouted_from=running.reference)
    assert (answer.status_code, answer.json()["code"], OnwardReferral.objects.count()) == (409, "not_reroutable", 1)


def test_when_a_provider_turns_a_person_away_it_is_the_link_workers_turn_today(cast, onward_at, as_user, time_machine):
    onward = onward_at("sent")
    time_machine.move_to(dt.datetime(2026, 11, 5, 10, tzinfo=dt.UTC), tick=False)
    as_user(cast.provider).post(f"/api/v1/onward-referrals/{onward.reference}/decline/", {"reason": "at_capacity"})
    referral = as_user(cast.link_worker).get(f"/api/v1/referrals/{onward.referral.reference}/").json()
    assert referral["next_action_on"] == "2026-11-05"
    owed = OutboxMessage.objects.get(template="onward_declined")
    assert owed.recipient == cast.link_worker.email


def test_what_nobody_answers_for_two_weeks_expires_and_all_three_sides_hear(cast, onward_at, now):
    onward = onward_at("sent")
    assert onward.next_action_on == dt.date(2026, 11, 16)
    assert expire_unanswered(at=now + dt.timedelta(days=14)) == 0
    assert expire_unanswered(at=now + dt.timedelta(days=15)) == 1
    assert expire_unanswered(at=now + dt.timedelta(days=15)) == 0
    onward = OnwardReferral.objects.select_related("referral").get(pk=onward.pk)
    event = ReferralEvent.objects.filter(onward_referral=onward).order_by("-sequence")[0]
    assert (onward.status, event.actor, event.actor_name) == ("expired", None, "The service")
    assert onward.referral.next_action_on == dt.date(2026, 11, 17)
    told = (
        OutboxMessage.objects.filter(template="onward_expired")
        .order_by("recipient")
        .values_list("recipient", flat=True)
    )
    assert sorted(told) == sorted([cast.link_worker.email, cast.leisure.inbox_email, cast.gp.email])


def test_the_task_expires_what_is_overdue(cast, onward_at, time_machine, now):
    onward = onward_at("sent")
    time_machine.move_to(now + dt.timedelta(days=15))
    expire_task()
    assert OnwardReferral.objects.get(pk=onward.pk).status == "expired"


def test_what_a_hub_sent_to_itself_does_not_expire(cast, referral_at, now):
    referral_at("submitted", team_id=None, service_id=cast.scheme.pk)
    assert expire_unanswered(at=now + dt.timedelta(days=60)) == 0
    assert OnwardReferral.objects.get().status == "sent"


def test_reviews_are_counted_from_the_start_also_after_a_pause(cast, onward_at, as_user, time_machine):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13, 26])
    onward = onward_at("started")
    assert onward.next_action_on == dt.date(2027, 2, 1)  # 13 weeks after Monday 2 November
    client, url = as_user(cast.provider), f"/api/v1/onward-referrals/{onward.reference}/"
    time_machine.move_to(dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC))
    client.post(f"{url}pause/", {"reason": "health", "until": "2027-02-15"})
    time_machine.move_to(dt.datetime(2027, 2, 15, 9, tzinfo=dt.UTC))
    resumed = client.post(f"{url}resume/", {}, headers={}).json()
    assert resumed["next_action_on"] == "2027-05-03"  # 26 weeks after the start


def test_an_answered_one_does_not_expire(cast, onward_at, now):
    onward = onward_at("accepted")
    with pytest.raises(StepNotAllowed):
        take_onward_step(
            onward=onward, step="expire", actor=SYSTEM, at=now + dt.timedelta(days=60), details=StepDetails()
        )
    assert expire_unanswered(at=now + dt.timedelta(days=60)) == 0


# --- What hangs on a referral -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "who", "said"),
    [("withdraw", "gp", {"reason": "person_changed_mind"}), ("enter_in_error", "lead", {"reason": "wrong_person"})],
)
def test_when_a_referral_ends_so_does_what_hangs_on_it_and_the_provider_hears(
    step, who, said, cast, onward_at, as_user
):
    onward = onward_at("started")
    url = f"/api/v1/referrals/{onward.referral.reference}/{step.replace('_', '-')}/"
    answer = as_user(getattr(cast, who)).post(url, said)
    assert answer.status_code == 200
    assert [row["status"] for row in answer.json()["onward_referrals"]] == ["withdrawn"]
    event = ReferralEvent.objects.filter(onward_referral=onward).order_by("-sequence")[0]
    assert (event.kind, event.reason) == ("withdraw", "referral_ended")
    assert OutboxMessage.objects.get(template="onward_withdrawn").recipient == cast.leisure.inbox_email


def test_a_referral_is_not_closed_over_a_running_programme(cast, onward_at, as_user):
    onward = onward_at("started")
    url = f"/api/v1/referrals/{onward.referral.reference}/close/"
    answer = as_user(cast.link_worker).post(url, {"outcome": "goals_met"})
    assert (answer.status_code, answer.json()["code"], answer.json()["onward_referrals"]) == (
        409, "onward_referrals_open", [onward.reference],
    )  # fmt: skip
    assert Referral.objects.get(pk=onward.referral_id).status == "active"


# --- The register ----------------------------------------------------------------------------------------


def test_the_provider_keeps_a_register_and_corrects_it(cast, onward_at, as_user, time_machine):
    onward = onward_at("started")
    time_machine.move_to(dt.datetime(2026, 11, 17, 12, tzinfo=dt.UTC), tick=False)
    url = f"/api/v1/onward-referrals/{onward.reference}/attendances/"
    client = as_user(cast.provider)
    assert client.post(url, {"session_on": "2026-11-09", "result": "absent"}).status_code == 201
    assert client.post(url, {"session_on": "2026-11-16", "result": "present"}).status_code == 201
    assert client.post(url, {"session_on": "2026-11-09", "result": "told_us"}).status_code == 201
    assert [(row["session_on"], row["result"]) for row in client.get(url).json()["results"]] == [
        ("2026-11-09", "told_us"), ("2026-11-16", "present"),
    ]  # fmt: skip
    early = client.post(url, {"session_on": "2026-10-30", "result": "present"})
    late = client.post(url, {"session_on": "2026-11-18", "result": "present"})
    assert [(answer.status_code, list(answer.json()["errors"])) for answer in (early, late)] == [
        (400, ["session_on"])
    ] * 2
    assert onward.attendances.count() == 2


@pytest.mark.parametrize("status", ["accepted", "assessment_booked", "paused", "completed"])
def test_only_somebody_who_takes_part_attends(status, cast, onward_at, as_user):
    onward = onward_at(status)
    url = f"/api/v1/onward-referrals/{onward.reference}/attendances/"
    answer = as_user(cast.provider).post(url, {"session_on": "2026-11-03", "result": "present"})
    assert (answer.status_code, answer.json()["current_status"], onward.attendances.count()) == (409, status, 0)


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead"])
def test_nobody_else_writes_in_the_register(who, cast, onward_at, as_user):
    onward = onward_at("started")
    url = f"/api/v1/onward-referrals/{onward.reference}/attendances/"
    answer = as_user(getattr(cast, who)).post(url, {"session_on": "2026-11-03", "result": "present"})
    assert (answer.status_code, onward.attendances.count()) == (403, 0)


def test_a_provider_declines_for_a_reason_of_the_list_and_for_no_other(cast, onward_at, as_user):
    """The list is field notes 3.5's, but for “duplicate”, which has no source: that is `already_supported`."""
    onward, client = onward_at("sent"), as_user(cast.provider)
    url = f"/api/v1/onward-referrals/{onward.reference}/decline/"
    before = ReferralEvent.objects.count(), OutboxMessage.objects.count()
    answer = client.post(url, {"reason": "duplicate"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["reason"])
    assert set(DeclineReason.values) == {
        "inappropriate", "criteria_not_met", "at_capacity", "medically_unsuitable", "out_of_area", "already_supported",
        "no_consent", "cannot_engage", "information_missing", "service_paused", "safety_risk",
    }  # fmt: skip
    assert (ReferralEvent.objects.count(), OutboxMessage.objects.count()) == before

    answer = client.post(url, {"reason": "no_consent"})
    assert (answer.status_code, answer.json()["status"]) == (200, "declined")
    assert ReferralEvent.objects.latest("id").reason == "no_consent"
    # The message names the reference, and never why.
    assert "agreed" not in str(OutboxMessage.objects.latest("id").context)
