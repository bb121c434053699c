"""Each moment at which the referrer hears back, through the API: what the document holds, member by member."""

import datetime as dt

import pytest

from referrals.messages_back import sections
from referrals.messages_back.document import Assessment, Contact, Goal, RequestedAction, Score, Signpost
from referrals.models import MessageBack
from tests import stage
from tests.messages_back.reading import listed, newest, take

MEMBERS = [
    "version", "reference", "referral", "kind", "title", "issued_at", "issued_by", "recipients", "plan",
    "clinical_summary", "person", "gp_practice", "referral_details", "contacts", "signposts", "onward_referrals",
    "assessments", "risks", "goals", "codes",
]  # fmt: skip
"""The order of field notes 2.5: the plan and what is asked first, then the summary, then who, and so on."""


def whole(message, referral, **changes):
    """Return the document of the least message about Rose, with changes."""
    return {
        "version": 1,
        "reference": message["reference"],
        "referral": referral.reference,
        "issued_at": "2026-11-03T09:30:00Z",
        "issued_by": {
            "name": "Lou Marsh",
            "team": "Vale link workers",
            "organization": "Town Network",
            "contact": "vale-link-workers@inbox.example",
        },
        "recipients": ["Gita Gill, Vale Practice, Vale Practice"],
        "person": {
            "first_name": "Rose",
            "family_name": "Okafor",
            "date_of_birth": "1951-03-27",
            "nhs_number": "9990000018",
        },
        "gp_practice": {"code": "Z90001", "name": "Vale Practice"},
        "referral_details": {
            "referred_on": "2026-11-02",
            "referrer": "Gita Gill",
            "service": "Vale Practice",
            "organization": "Vale Practice",
            "return_response_to": "Gita Gill, gita.gill@work.example",
        },
        "contacts": [],
        "signposts": [],
        "onward_referrals": [],
        "assessments": [],
        "risks": ["No known risks"],
        "goals": [],
        "codes": [],
    } | changes


def nothing_asked(*next_steps):
    return {"no_action_needed": True, "requested_actions": [], "next_steps": list(next_steps)}


def summary(what_happened, **changes):
    return {
        "what_happened": what_happened, "in_their_words": "", "done": [], "scores": [], "did_not_work": [],
        "attempts": None,
    } | changes  # fmt: skip


CLOSED = "The team has closed the referral and does nothing further."


def test_at_acceptance_nothing_is_asked_and_the_practice_hears_who_will_ring_and_by_when(cast, referral_at, as_user):
    referral = referral_at("submitted")
    take(as_user(cast.link_worker), referral, "accept", {"note": "I know the family."})
    document = newest(as_user(cast.gp), referral)
    assert list(document) == MEMBERS
    assert document == whole(
        document, referral,
        kind="acceptance",
        title="The referral is accepted",
        plan=nothing_asked("Lou Marsh, Vale link workers, contacts the person by 10 November 2026."),
        clinical_summary=summary("The referral is accepted.", in_their_words="I know the family."),
    )  # fmt: skip


def test_when_the_person_agrees_the_code_for_the_record_goes_with_it(cast, referral_at, as_user):
    referral = referral_at("accepted")
    take(as_user(cast.link_worker), referral, "start-support")
    document = newest(as_user(cast.gp), referral)
    assert document == whole(
        document, referral,
        kind="acceptance",
        title="The person has agreed to support",
        plan=nothing_asked("Lou Marsh, Vale link workers, supports the person, and looks again by 1 December 2026."),
        clinical_summary=summary("The person has agreed to support."),
        codes=[
            {"code": "871731000000106", "display": "Referral to social prescribing service", "dated": "2026-11-03",
             "record_now": True},
        ],
    )  # fmt: skip


def test_a_rejection_gives_the_reason_and_leaves_the_person_with_the_practice(cast, referral_at, as_user):
    referral = referral_at("submitted")
    take(as_user(cast.link_worker), referral, "reject", {"reason": "out_of_area", "note": "She moved to Derby."})
    document = newest(as_user(cast.gp), referral)
    asked = {"what": "Tell the person that they will not hear from this team, and why.", "due_on": None}
    assert document == whole(
        document, referral,
        kind="rejection",
        title="The referral is not accepted: out of area",
        plan={
            "no_action_needed": False, "requested_actions": [asked], "next_steps": ["The team does nothing further."],
        },
        clinical_summary=summary(
            "The referral is not accepted: out of area.", in_their_words="She moved to Derby."
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        ("inappropriate", ["Tell the person that they will not hear from this team, and why."]),
        ("duplicate", []),
        ("already_supported", []),
        ("no_consent", ["Speak with the person before you refer again: they have not agreed to it."]),
        ("information_missing", ["If the person still wants support, refer again and give what was asked for."]),
    ],
)
def test_what_a_rejection_asks_depends_on_why(reason, asked, cast, referral_at, as_user):
    referral = referral_at("submitted")
    take(as_user(cast.link_worker), referral, "reject", {"reason": reason})
    plan = newest(as_user(cast.gp), referral)["plan"]
    assert plan["no_action_needed"] == (not asked)
    assert [action["what"] for action in plan["requested_actions"]] == asked


def test_a_question_is_the_action_asked_for_with_its_day(cast, referral_at, as_user):
    referral = referral_at("submitted")
    take(as_user(cast.link_worker), referral, "request-information", {"note": "Does she use a frame?"})
    document = newest(as_user(cast.gp), referral)
    assert document == whole(
        document, referral,
        kind="question",
        title="A question about the referral",
        plan={
            "no_action_needed": False,
            "requested_actions": [
                {"what": "Answer the question: “Does she use a frame?”", "due_on": "2026-11-10"}
            ],
            "next_steps": ["The team goes on as soon as you have answered."],
        },
        clinical_summary=summary("A question about the referral."),
    )  # fmt: skip


def test_unable_to_contact_says_what_was_tried_and_nothing_that_was_noted(cast, referral_at, as_user, time_machine):
    referral, lou = referral_at("accepted"), as_user(cast.link_worker)
    tried = [
        (3, "02", "no_answer"), (3, "06", "left_message"), (5, "02", "spoke"), (9, "98", "left_message"),
        (9, "01", "cancelled_by_us"),
    ]  # fmt: skip
    for day, mechanism, outcome in tried:
        time_machine.move_to(dt.datetime(2026, 11, day, 10, tzinfo=dt.UTC), tick=False)
        said = {"mechanism": mechanism, "outcome": outcome, "note": "Son says go away."}
        assert lou.post(f"/api/v1/referrals/{referral.reference}/contacts/", said).status_code == 201
    take(lou, referral, "close", {"outcome": "unable_to_contact", "note": "Son says go away."})
    document = newest(as_user(cast.gp), referral)
    asked = {"what": "If the person still wants support, check how to reach them and refer again.", "due_on": None}
    assert document == whole(
        document, referral,
        kind="unable_to_contact",
        issued_at="2026-11-09T10:00:00Z",
        title="The person could not be contacted",
        plan={"no_action_needed": False, "requested_actions": [asked], "next_steps": [CLOSED]},
        clinical_summary=summary(
            "The person could not be contacted.",
            attempts={
                "count": 3, "ways": ["Telephone", "Text message", "Other, such as a letter"],
                "days": ["2026-11-03", "2026-11-09"],
            },
        ),
        contacts=[
            {"on": "2026-11-03", "way": "Telephone", "with_whom": "The person", "was_reached": False},
            {"on": "2026-11-03", "way": "Text message", "with_whom": "The person", "was_reached": False},
            {"on": "2026-11-05", "way": "Telephone", "with_whom": "The person", "was_reached": True},
            {
                "on": "2026-11-09", "way": "Other, such as a letter", "with_whom": "The person", "was_reached": False,
            },
            {"on": "2026-11-09", "way": "Face to face", "with_whom": "The person", "was_reached": False},
        ],
    )  # fmt: skip


def test_a_closing_tells_what_was_done_what_did_not_work_and_how_each_offer_ended(
    cast, onward_at, as_user, monkeypatch, now
):
    """Rose walked all summer, the befrienders were full, and she left the gym because of the bus."""
    walked = onward_at("completed")
    referral = walked.referral
    visit = onward_at("sent", referral=referral, service=cast.visiting)
    refused = {"reason": "at_capacity", "note": "Try in May."}
    befriender = as_user(cast.befriender)
    assert befriender.post(f"/api/v1/onward-referrals/{visit.reference}/decline/", refused).status_code == 200
    day = now.date()
    filled = {
        "requested_actions_of": (RequestedAction(what="Review her blood pressure.", due_on=day.replace(day=16)),),
        "scores_of": (
            Score(
                measure="UCLA-3", first="8 of 9", first_on=day, latest="5 of 9", latest_on=day, meaning="Less lonely"
            ),
        ),
        "contacts_of": (Contact(on=day, way="Home visit", with_whom="The person", was_reached=True),),
        "signposts_of": (Signpost(on=day, to="Library", reason="Company on Sundays"),),
        "assessments_of": (Assessment(on=day, what="First assessment", result="Suitable"),),
        "goals_of": (Goal(goal="To walk to church.", outcome="Reached"),),
    }  # fmt: skip
    for name, value in filled.items():
        monkeypatch.setattr(sections, name, lambda *_, value=value: value)
    take(as_user(cast.link_worker), referral, "close", {"outcome": "goals_met", "note": "She has two new friends."})
    document = newest(as_user(cast.gp), referral)
    assert document == whole(
        document, referral,
        kind="closing",
        title="Support has ended: goals met",
        plan={
            "no_action_needed": False,
            "requested_actions": [{"what": "Review her blood pressure.", "due_on": "2026-11-16"}],
            "next_steps": [CLOSED],
        },
        clinical_summary=summary(
            "Support has ended: goals met.",
            in_their_words="She has two new friends.",
            done=["Walking group (Active team): completed, goals met."],
            scores=[
                {"measure": "UCLA-3", "first": "8 of 9", "first_on": "2026-11-02", "latest": "5 of 9",
                 "latest_on": "2026-11-02", "meaning": "Less lonely"},
            ],
            did_not_work=["Visiting (Befrienders): declined by the provider, full."],
        ),
        contacts=[{"on": "2026-11-02", "way": "Home visit", "with_whom": "The person", "was_reached": True}],
        signposts=[{"on": "2026-11-02", "to": "Library", "reason": "Company on Sundays"}],
        onward_referrals=[
            {"service": "Walking group", "provider": "Active team", "sent_on": "2026-11-02", "status": "Completed",
             "ended_on": "2026-11-02", "because": "Goals met", "sessions_attended": 0, "sessions_recorded": 0},
            {"service": "Visiting", "provider": "Befrienders", "sent_on": "2026-11-02",
             "status": "Declined by the provider", "ended_on": "2026-11-03", "because": "Full",
             "sessions_attended": 0, "sessions_recorded": 0},
        ],
        assessments=[{"on": "2026-11-02", "what": "First assessment", "result": "Suitable"}],
        goals=[{"goal": "To walk to church.", "outcome": "Reached"}],
        codes=[
            {"code": "871731000000106", "display": "Referral to social prescribing service", "dated": "2026-11-02",
             "record_now": False},
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "did_not_work"),
    [
        ("left_early", "Walking group (Active team): left early, transport."),
        ("not_started", "Walking group (Active team): never started, travel."),
        ("expired", "Walking group (Active team): expired without an answer."),
        ("withdrawn", "Walking group (Active team): withdrawn, the person changed their mind."),
    ],
)
def test_an_offer_that_came_to_nothing_is_told_with_its_reason(status, did_not_work, cast, onward_at, as_user):
    referral = onward_at(status).referral
    take(as_user(cast.link_worker), referral, "close", {"outcome": "disengaged"})
    told = newest(as_user(cast.gp), referral)["clinical_summary"]
    assert (told["done"], told["did_not_work"]) == ([], [did_not_work])


def test_how_often_somebody_came_is_told_and_a_programme_without_change_did_not_work(cast, onward_at, as_user):
    onward = onward_at("started")
    provider, url = as_user(cast.provider), f"/api/v1/onward-referrals/{onward.reference}/"
    for day, result in (("2026-11-02", "present"), ("2026-11-03", "absent")):
        entry = {"session_on": day, "result": result}
        assert provider.post(f"{url}attendances/", entry).status_code == 201
    assert provider.post(f"{url}complete/", {"outcome": "no_change"}).status_code == 200
    take(as_user(cast.link_worker), onward.referral, "close", {"outcome": "disengaged"})
    told = newest(as_user(cast.gp), onward.referral)
    assert told["clinical_summary"]["done"] == []
    assert told["clinical_summary"]["did_not_work"] == [
        "Walking group (Active team): completed, no change, came to 1 of 2 sessions."
    ]
    offer = told["onward_referrals"][0]
    assert (offer["sessions_attended"], offer["sessions_recorded"]) == (1, 2)


def test_a_schemes_own_offer_is_told_as_it_stands(cast, as_user, now):
    referral = stage.created(cast, at=now, team_id=None, service_id=cast.scheme.pk)
    take(as_user(cast.hub_worker), referral, "accept")
    told = newest(as_user(cast.gp), referral)
    assert told["clinical_summary"]["done"] == ["Exercise on referral (Exercise hub): sent."]


def test_what_is_not_told_makes_no_message(cast, referral_at, as_user):
    referral = referral_at("active")
    before = MessageBack.objects.count()
    take(as_user(cast.link_worker), referral, "hold", {"reason": "away", "until": "2026-12-01"})
    take(as_user(cast.link_worker), referral, "resume")
    take(as_user(cast.gp), referral, "withdraw", {"reason": "moved"})
    assert MessageBack.objects.count() == before == 2


def test_the_list_of_a_referral_has_the_newest_first(cast, referral_at, as_user):
    referral = referral_at("closed")
    rows = listed(as_user(cast.link_worker), referral)
    assert [(row["kind"], row["issued_at"]) for row in rows] == [
        ("closing", "2026-11-02T12:30:00Z"), ("acceptance", "2026-11-02T11:30:00Z"),
        ("acceptance", "2026-11-02T10:30:00Z"),
    ]  # fmt: skip
    assert rows[0] == {
        "reference": rows[0]["reference"],
        "referral": referral.reference,
        "person": "OKAFOR, Rose",
        "kind": "closing",
        "is_in_full": True,
        "is_in_error": False,
        "issued_at": "2026-11-02T12:30:00Z",
        "filed": None,
        "url": f"/api/v1/referrals/{referral.reference}/messages-back/{rows[0]['reference']}/",
    }
