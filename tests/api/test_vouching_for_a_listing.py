"""How far a listing can be believed, and who may vouch for it over the API."""

import datetime as dt

import pytest

from accounts.actors import Actor
from core.clocks import LONDON
from insights.responsiveness import count_responsiveness
from notifications.models import OutboxMessage
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from services_directory.models import ListingCheck, Service, ServiceResponsiveness, Verification
from services_directory.services.rounds import check_listings
from tests import stage
from tests.web.scenes import another_person

TUESDAY = dt.datetime(2026, 11, 3, 9, 30, tzinfo=dt.UTC)


def verify(client, service, **said):
    return client.post(f"/api/v1/services/{service.pk}/verify/", said)


def test_the_provider_says_that_its_listing_is_right(cast, as_user, time_machine):
    time_machine.move_to(TUESDAY, tick=False)
    answer = verify(as_user(cast.provider), cast.walking)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "score": 100, "label": "Checked recently", "is_stale": False,
            "words": (
                "Leisure Trust said on 3 November 2026 that it is right. "
                "Too few referrals have gone there to say how they are answered. "
                "No message to it has come back. Its capacity was last confirmed on 3 November 2026."
            ),
            "parts": [
                {
                    "name": "checked", "points": 50, "out_of": 50,
                    "words": "Leisure Trust said on 3 November 2026 that it is right.",
                },
                {
                    "name": "answers", "points": None, "out_of": 25,
                    "words": "Too few referrals have gone there to say how they are answered.",
                },
                {"name": "reached", "points": 10, "out_of": 10, "words": "No message to it has come back."},
                {
                    "name": "capacity", "points": 15, "out_of": 15,
                    "words": "Its capacity was last confirmed on 3 November 2026.",
                },
            ],
            "judged_at": "2026-11-03T09:30:00Z", "verified_at": "2026-11-03T09:30:00Z",
            "verified_by": "Leisure Trust", "reported": "",
        },
    )  # fmt: skip
    said = Verification.objects.get()
    assert (said.source, said.by, said.at) == ("provider", cast.provider, TUESDAY)
    # Everybody reads it, and nobody's name is in it.
    for who in (cast.gp, cast.link_worker):
        shown = as_user(who).get(f"/api/v1/services/{cast.walking.pk}/")
        assert shown.json()["trust"] == answer.json()
        assert cast.provider.full_name not in shown.content.decode()
    listed = {row["name"]: row["trust"] for row in as_user(cast.gp).get("/api/v1/services/").json()["results"]}
    assert listed["Walking group"] == {"score": 100, "label": "Checked recently", "is_stale": False}


def test_an_editor_checks_any_listing(cast, as_user):
    answer = verify(as_user(cast.editor), cast.leaflet).json()
    assert (answer["verified_by"], answer["parts"][0]["words"]) == (
        "The directory's editor", "The directory's editor checked it on 3 November 2026.",
    )  # fmt: skip


def test_what_an_editor_reports_is_not_put_in_the_providers_mouth(cast, as_user):
    edie = as_user(cast.editor)
    changed = verify(edie, cast.walking, answer="changed", note="Nobody opened the hall on Tuesday.").json()
    assert (changed["label"], changed["words"].partition(" Nobody has confirmed")[0]) == (
        "The directory's editor says that something has changed",
        "Nobody has checked it. The directory's editor has said since that something has changed. "
        "Too few referrals have gone there to say how they are answered. No message to it has come back.",
    )
    closed = verify(edie, cast.walking, answer="closed").json()
    assert closed["label"] == "The directory's editor says that it has closed"
    said_by_pat = verify(as_user(cast.provider), cast.walking, answer="closed").json()
    assert said_by_pat["label"] == "Its provider says that it has closed"


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "befriender", "manager", "outsider"])
def test_nobody_else_vouches_for_a_listing(who, cast, as_user):
    answer = verify(as_user(getattr(cast, who)), cast.walking)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    cast.walking.refresh_from_db()
    assert (Verification.objects.count(), cast.walking.verified_at, cast.walking.trust_score) == (0, None, None)


def test_a_change_and_a_close_follow_as_by_the_link_and_the_email_is_answered(cast, as_user):
    check_listings(at=TUESDAY - dt.timedelta(days=1))
    changed = verify(as_user(cast.provider), cast.walking, answer="changed", note="Thursdays now.").json()
    assert (changed["label"], changed["reported"]) == ("Its provider says that something has changed", "changed")
    assert ListingCheck.objects.get(service=cast.walking).answer == "changed"
    closed = verify(as_user(cast.provider), cast.walking, answer="closed").json()
    assert (closed["label"], closed["reported"]) == ("Its provider says that it has closed", "closed")
    assert as_user(cast.gp).get(f"/api/v1/services/{cast.walking.pk}/").json()["capacity"] == "paused"
    assert OutboxMessage.objects.filter(template="listing_reported").count() == 2
    # The editor looks at it, and all is well again; an editor tells themself nothing.
    righted = verify(as_user(cast.editor), cast.walking).json()
    assert (righted["label"], righted["reported"]) == ("Checked recently", "")
    assert OutboxMessage.objects.filter(template="listing_reported").count() == 2


def test_an_editor_can_close_a_signpost(cast, as_user):
    assert verify(as_user(cast.editor), cast.leaflet, answer="closed").json()["reported"] == "closed"
    assert as_user(cast.gp).get(f"/api/v1/services/{cast.leaflet.pk}/").status_code == 404
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"answer": "perhaps"}, {"answer": ['"perhaps" is not a valid choice.']}),
        ({"answer": "changed"}, {"note": ["Say in a few words what has changed."]}),
        ({"note": "x" * 2001}, {"note": ["Ensure this field has no more than 2000 characters."]}),
        ({"note": 7.5, "answer": None}, {"note": ["Not a valid string."]}),
        ({"answer": None}, {"answer": ["This field may not be null."]}),
        ({"answer": "changed", "note": "\0"}, {"note": ["Null characters are not allowed."]}),
    ],
)
def test_odd_input_changes_nothing(said, errors, cast, as_user):
    answer = verify(as_user(cast.provider), cast.walking, **said)
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)
    assert not Verification.objects.exists()


def test_a_listing_that_does_not_run_is_not_there(cast, as_user):
    Service.objects.filter(pk=cast.walking.pk).update(status="inactive")
    assert verify(as_user(cast.provider), cast.walking).status_code == 404
    assert as_user(cast.editor).post("/api/v1/services/nothing/verify/", {}).status_code == 404


def test_how_referrals_are_answered_is_counted_by_service(cast, now):
    """The stage's paths: an answer comes an hour after sending; a question first is a reply too."""
    at = now + dt.timedelta(days=30)
    statuses = [
        "accepted",
        "completed",
        "waitlisted",
        "declined",
        "expired",
        "information_requested",
        "sent",
        "withdrawn",
    ]
    for number, status in enumerate(statuses):
        person = another_person("ABCDEFGHIJ"[number])
        referral = stage.referral_at(cast, "active", at=now, person=person)
        stage.onward_at(cast, status, at=now, referral=referral)
    long_ago = stage.referral_at(cast, "active", at=now - dt.timedelta(days=400), person=another_person("K"))
    stage.onward_at(cast, "declined", at=now - dt.timedelta(days=400), referral=long_ago)

    assert count_responsiveness(at=at) == 1

    (counted,) = ServiceResponsiveness.objects.all()
    assert (counted.service, counted.answered, counted.declined, counted.expired) == (cast.walking, 4, 1, 1)
    assert counted.median_days == pytest.approx(1 / 24)


def test_a_count_takes_the_place_of_the_one_before(cast, now):
    stage.onward_at(cast, "declined", at=now)
    assert count_responsiveness(at=now + dt.timedelta(days=1)) == 1
    assert count_responsiveness(at=now + dt.timedelta(days=1)) == 1
    assert count_responsiveness(at=now + dt.timedelta(days=500)) == 0
    assert not ServiceResponsiveness.objects.exists()


def test_what_was_entered_in_error_counts_nowhere(cast, now):
    onward = stage.onward_at(cast, "declined", at=now)
    take_referral_step(
        referral=onward.referral, step="enter_in_error", actor=Actor(stage.fresh(cast.lead)),
        at=now + dt.timedelta(hours=9), details=StepDetails(reason="test_entry"),
    )  # fmt: skip
    assert count_responsiveness(at=now + dt.timedelta(days=1)) == 0


def test_replies_are_part_of_the_score_from_eight_on(cast, now):
    for letter in "ABCDEFGH":
        referral = stage.referral_at(cast, "active", at=now, person=another_person(letter))
        stage.onward_at(cast, "accepted" if letter < "G" else "expired", at=now, referral=referral)
    at = dt.datetime(2026, 11, 9, 6, tzinfo=LONDON)
    count_responsiveness(at=at)
    check_listings(at=at)
    trust = Service.objects.select_related("judgement").get(pk=cast.walking.pk)
    part = next(part for part in trust.judgement.parts if part["name"] == "answers")
    # 6 of 8 answered is shown, and counts, as 8 in 10; six are too few to say how fast and how many were taken on.
    assert part == {
        "name": "answers", "points": 20, "out_of": 25,
        "words": "Of the referrals of the last 12 months about 8 in 10 were answered in time.",
    }  # fmt: skip
    # checked 0 of 50, answers 20 of 25, reached 10 of 10, capacity 0 of 15
    assert trust.trust_score == 30
