"""One programme, from an assessment that was missed to its early end, as Pat's team and Lou lived it over HTTP."""

import datetime as dt

from referrals.models import ReferralEvent
from services_directory.models import Service


def test_one_programme_from_a_missed_assessment_to_its_early_end(cast, referral_at, as_user, time_machine):
    def on(day, hour=9):
        time_machine.move_to(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), tzinfo=dt.UTC), tick=False)

    def take(step, **said):
        answer = pat.post(f"{onward}{step}/", said)
        assert answer.status_code == 200, answer.json()
        return answer.json()

    lou, pat = as_user(cast.link_worker), as_user(cast.provider)
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13, 26])
    referral = referral_at("active").reference

    # Tuesday: Lou offers Rose the walking group, and Pat's team takes her.
    on("2026-11-03")
    sent = lou.post(f"/api/v1/referrals/{referral}/onward-referrals/", {"service": str(cast.walking.pk)})
    assert sent.status_code == 201
    reference = sent.json()["reference"]
    onward = f"/api/v1/onward-referrals/{reference}/"
    take("accept")
    take("book-assessment", assessment_at="2026-11-05T10:00:00Z")

    # Thursday she does not come. They telephone, and book again.
    on("2026-11-05", 12)
    body = take("record-missed-assessment", reason="did_not_attend", note="Bus did not come.")
    assert (body["status"], body["assessments_missed"], body["suggested_step"]) == ("accepted", 1, "")
    take("book-assessment", assessment_at="2026-11-09T10:00:00Z")

    # Monday she comes, and starts. The first review is due in thirteen weeks.
    on("2026-11-09", 11)
    body = take("start")
    assert (body["status"], body["next_review_on"]) == ("started", "2027-02-08")

    # Tuesdays at ten: she comes for the first time, then tells them that she cannot.
    made = pat.post(
        "/api/v1/sessions/",
        {
            "service": str(cast.walking.pk), "starts_at": "2026-11-10T10:00:00Z", "minutes": 60,
            "place": "Vale Park gate", "weekly_until": "2026-11-17",
        },
    )  # fmt: skip
    for row, result in zip(made.json()["sessions"], ("new", "told_us"), strict=True):
        on(row["starts_at"][:10], 12)
        said = {"entries": [{"onward_referral": reference, "result": result}], "drop_ins": 2}
        assert pat.put(f"/api/v1/sessions/{row['id']}/register/", said).status_code == 200

    # Her knee: she pauses until the new year, and resumes.
    assert take("pause", reason="health", until="2027-01-04")["status"] == "paused"
    on("2027-01-04")
    assert take("resume")["next_action_on"] == "2027-02-08"

    # Lou has nothing to do before the summer.
    later = {"owner": str(cast.link_worker.pk), "next_action_on": "2027-06-01"}
    assert lou.post(f"/api/v1/referrals/{referral}/allocate/", later).status_code == 200

    # The first review is held; it stands on Lou's list until then.
    on("2027-02-08")
    due = lou.get("/api/v1/tasks/", {"kind": "provider_review", "due_by": "2027-02-08"}).json()["results"]
    assert [row["onward_referral"] for row in due] == [reference]
    held = pat.post(f"{onward}reviews/", {"weeks": 13, "result": "held", "note": "The knee is the trouble."})
    assert held.status_code == 201
    assert lou.get("/api/v1/tasks/", {"kind": "provider_review", "due_by": "2027-02-08"}).json()["results"] == []

    # In March she leaves, for a reason that has a code. It is Lou's turn: today, whatever date the case had.
    on("2027-03-01")
    assert pat.post(f"{onward}leave-early/", {"reason": "weary"}).status_code == 400
    assert pat.post(f"{onward}leave-early/", {}).status_code == 400
    body = take("leave-early", reason="health_worse")
    assert (body["status"], body["next_action_on"], body["next_review_on"]) == ("left_early", None, None)
    assert lou.get("/api/v1/tasks/", {"kind": "provider_review"}).json()["results"] == []
    assert lou.get(f"/api/v1/referrals/{referral}/").json()["next_action_on"] == "2027-03-01"

    # Lou reads it all: who came, the review with its note, and each step with its reason.
    came = lou.get(f"{onward}attendances/").json()["results"]
    assert [(row["session_on"], row["result"]) for row in came] == [("2026-11-10", "new"), ("2026-11-17", "told_us")]
    assert lou.get(f"{onward}reviews/").json()["results"][0]["note"] == "The knee is the trouble."
    events = ReferralEvent.objects.filter(onward_referral__reference=reference).order_by("sequence")
    assert [(event.kind, event.reason) for event in events] == [
        ("sent_onward", ""),
        ("accept", ""),
        ("book_assessment", ""),
        ("record_missed_assessment", "did_not_attend"),
        ("book_assessment", ""),
        ("start", ""),
        ("pause", "health"),
        ("resume", ""),
        ("review_recorded", ""),
        ("leave_early", "health_worse"),
    ]


def test_what_was_never_taken_up_is_sent_elsewhere_instead(cast, onward_at, as_user):
    """The walking group is full for months. Lou sends Rose to the befrienders, and each points to the other."""
    lou = as_user(cast.link_worker)
    declined = onward_at("declined")
    assert "reroute" in lou.get(f"/api/v1/onward-referrals/{declined.reference}/").json()["available_actions"]
    said = {"service": str(cast.visiting.pk), "rerouted_from": declined.reference}
    instead = lou.post(f"/api/v1/referrals/{declined.referral.reference}/onward-referrals/", said).json()
    assert (instead["status"], instead["rerouted_from"]) == ("sent", declined.reference)
    earlier = lou.get(f"/api/v1/onward-referrals/{declined.reference}/").json()
    assert (earlier["status"], earlier["rerouted_to"]) == ("declined", instead["reference"])
    assert "reroute" not in earlier["available_actions"]
