"""SMILE's activity pack is posted to Rose and followed up: nobody books, attends or takes a register."""

import datetime as dt

import pytest

from referrals.models import Attendance, OnwardReferral, ReferralEvent
from services_directory.models import Service


@pytest.fixture
def pack(cast, onward_at):
    """An accepted onward referral to a service that is posted."""
    Service.objects.filter(pk=cast.walking.pk).update(delivery="posted")
    return onward_at("accepted")


def take(client, onward, step, **said):
    return client.post(f"/api/v1/onward-referrals/{onward.reference}/{step}/", said)


def test_a_pack_is_sent_and_followed_up_after_twenty_working_days(cast, pack, as_user):
    pat = as_user(cast.provider)
    seen = pat.get(f"/api/v1/onward-referrals/{pack.reference}/").json()
    assert seen["available_actions"] == ["send_pack", "record_not_started", "answer_screening"]
    answer = take(pat, pack, "send-pack", note="Large print.")
    body = answer.json()
    assert (answer.status_code, body["status"], body["next_action_on"]) == (200, "started", "2026-12-01")
    assert "record_attendance" not in body["available_actions"]
    assert {"complete", "leave_early"} <= set(body["available_actions"])
    assert take(pat, pack, "complete", outcome="goals_met").json()["status"] == "completed"


def test_a_pack_is_followed_up_at_the_schemes_points(cast, pack, as_user):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 6])
    assert take(as_user(cast.provider), pack, "send-pack").json()["next_action_on"] == "2026-12-15"


def test_a_pack_can_be_left_off_early(cast, pack, as_user):
    pat = as_user(cast.provider)
    take(pat, pack, "send-pack")
    assert take(pat, pack, "leave-early", reason="not_enjoyed").json()["status"] == "left_early"


@pytest.mark.parametrize(
    ("step", "said"), [("start", {}), ("book-assessment", {"assessment_at": "2026-11-20T10:00:00Z"})]
)
def test_nothing_is_booked_or_begun_by_a_visit(step, said, cast, pack, as_user):
    events = ReferralEvent.objects.count()
    refused = take(as_user(cast.provider), pack, step, **said)
    # From “accepted” no start is possible anyway: the booking is what would have opened it.
    assert refused.status_code == 409
    assert refused.json()["code"] == ("is_a_pack" if step == "book-assessment" else "step_not_allowed")
    assert (OnwardReferral.objects.get().status, ReferralEvent.objects.count()) == ("accepted", events)


def test_a_start_is_refused_where_the_service_became_a_pack_after_the_booking(cast, onward_at, as_user):
    onward = onward_at("assessment_booked")
    Service.objects.filter(pk=cast.walking.pk).update(delivery="posted")
    refused = take(as_user(cast.provider), onward, "start")
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (
        409, "is_a_pack", "This service is a pack that is sent out: send it, instead of booking or starting.",
    )  # fmt: skip
    # Its way on: say that the visit was cancelled, and send the pack.
    assert (
        take(as_user(cast.provider), onward, "record-missed-assessment", reason="provider_cancelled").status_code == 200
    )
    assert take(as_user(cast.provider), onward, "send-pack").json()["status"] == "started"


def test_only_a_pack_is_sent(cast, onward_at, as_user):
    onward = onward_at("accepted")
    events = ReferralEvent.objects.count()
    refused = take(as_user(cast.provider), onward, "send-pack")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_pack")
    assert (OnwardReferral.objects.get().status, ReferralEvent.objects.count()) == ("accepted", events)


@pytest.mark.parametrize("who", ["gp", "link_worker"])
def test_only_the_provider_sends_it(who, cast, pack, as_user):
    assert take(as_user(getattr(cast, who)), pack, "send-pack").status_code == 403
    assert OnwardReferral.objects.get().status == "accepted"


def test_nobody_attends_a_pack(cast, pack, as_user):
    pat = as_user(cast.provider)
    take(pat, pack, "send-pack")
    url = f"/api/v1/onward-referrals/{pack.reference}/attendances/"
    refused = pat.post(url, {"session_on": "2026-11-03", "result": "present"})
    assert (refused.status_code, refused.json()["code"], Attendance.objects.count()) == (409, "is_a_pack", 0)


def test_no_pack_goes_out_without_the_persons_consent(cast, pack, as_user):
    url = f"/api/v1/referrals/{pack.referral.reference}/consents/"
    assert as_user(cast.gp).post(url, {"decision": "withdrawn"}).status_code == 201
    refused = take(as_user(cast.provider), pack, "send-pack")
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_required")
    assert OnwardReferral.objects.get().status == "accepted"


def test_the_day_counts_in_england(cast, pack, as_user, time_machine):
    """Sent at half past midnight of British Summer Time, it was the new day here and the old one in UTC."""
    time_machine.move_to(dt.datetime(2027, 4, 5, 23, 30, tzinfo=dt.UTC), tick=False)
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[6])
    assert take(as_user(cast.provider), pack, "send-pack").json()["next_action_on"] == "2027-05-18"
