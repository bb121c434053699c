"""What of the support a document tells, and to whom."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Team
from accounts.services import register_user
from core.api import etag
from referrals.models import Contact, PlanVersion, Referral, Signpost

SUMMARY = "As the referrer was told on 2 November 2026."
PLAN = {
    "needs": [
        {
            "words": "The evenings are long.",
            "goals": [
                {
                    "in_own_words": "I want somebody to have tea with.",
                    "actions": [
                        {"what": "Go to the walking group", "who": "person", "who_name": "Rose"},
                        {"what": "Ask Visiting for a befriender", "who": "link_worker", "due_on": "2026-11-20"},
                        {"what": "Find the leaflet", "who": "carer", "status": "done"},
                    ],
                }
            ],
        }
    ],
    "agreement": {"with_whom": "person"},
}


def contact(**said):
    return {"mechanism": "02", "outcome": "spoke", **said}


def entries(document, section):
    return document.get(section, {}).get(f"{section} record entry", [])


# --- Who reads what -----------------------------------------------------------------------------------------------


def test_the_referrer_reads_scores_and_what_they_were_told_and_nothing_of_the_teams_own(
    cast, referral_at, tell, post, as_user
):
    referral = referral_at("active")
    post(cast.link_worker, referral, "contacts", contact(note="She cried."))
    post(cast.link_worker, referral, "signposts", {"name": "Library", "reason": "Reads."})
    post(cast.link_worker, referral, "notes", {"text": "She cried on Monday."})
    answers = {"life_satisfaction": 4, "worthwhile": 6, "happiness": 5, "anxiety": 8}
    post(cast.link_worker, referral, "measures", {"measure": "ons4", "mode": "telephone", "answers": answers})
    post(cast.link_worker, referral, "plan", PLAN, "put")
    own, theirs = tell(cast.link_worker, referral), tell(cast.gp, referral)

    assert set(own) - set(theirs) == {"Contacts with professionals", "Signpost details", "Care and support plan"}
    for what in ("contacts", "signposts", "plan"):  # as at their own addresses
        assert as_user(cast.gp).get(f"/api/v1/referrals/{referral.reference}/{what}/").status_code == 403
    of_message, of_plan = own.pop("Plan and requested actions")["Plan and requested actions record entry"]
    assert theirs["Plan and requested actions"] == {"Plan and requested actions record entry": [of_message]}
    assert of_message["Actions for professionals"].startswith("No action needed.\nLou Marsh, Vale link workers, supp")
    assert of_plan == {
        "Actions for professionals": "The link worker: Ask Visiting for a befriender. By 20 November 2026.",
        "Actions for person or their carer": "Rose: Go to the walking group",
        "Agreed with the person or their legitimate representative": "Agreed with the person on 3 November 2026.",
    }
    assert all(own[name] == theirs[name] for name in set(own) & set(theirs))
    assert "cried" not in str(own)
    [taking] = entries(theirs, "Assessments")
    assert [row["Value"] for row in taking["Structured assessment"]["Subscale result"]] == [4, 6, 5, 8]


def test_whoever_both_refers_and_supports_reads_as_the_team(cast, referral_at, tell, post):
    both = register_user(
        email="bea.both@work.example", full_name="Bea Both", password=None,
        roles=[(cast.practice, Role.REFERRER), (cast.team, Role.LINK_WORKER)],
    )  # fmt: skip
    referral = referral_at("active")
    post(cast.link_worker, referral, "contacts", contact())
    assert len(entries(tell(both, referral), "Contacts with professionals")) == 1


def test_a_person_who_holds_back_all_but_the_codes_is_heard_though_a_message_went_out_before(
    cast, referral_at, tell, post
):
    referral = referral_at("active")
    before = tell(cast.gp, referral)
    assert before["Clinical Summary"]["Clinical summary"] == f"The person has agreed to support.\n{SUMMARY}"
    post(cast.link_worker, referral, "consents", {"purpose": "full_message_back", "decision": "refused"})
    after = tell(cast.gp, referral)
    assert set(before) - set(after) == {"Clinical Summary", "Plan and requested actions"}
    assert tell(cast.link_worker, referral)["Clinical Summary"] == before["Clinical Summary"]


def test_of_a_message_of_codes_alone_nothing_is_repeated_to_anybody(cast, referral_at, tell, post):
    referral = referral_at("submitted")
    post(cast.link_worker, referral, "consents", {"purpose": "full_message_back", "decision": "refused"})
    post(cast.link_worker, referral, "accept", {})
    for reader in (cast.gp, cast.link_worker):
        assert not {"Clinical Summary", "Plan and requested actions"} & set(tell(reader, referral))
    plan = PLAN | {"needs": [{"words": "Company.", "goals": [{"in_own_words": "Tea."}]}],
                   "agreement": {"with_whom": "not_agreed", "reason": "She wants to think."}}  # fmt: skip
    post(cast.link_worker, referral, "plan", plan, "put")
    document = tell(cast.link_worker, referral)
    assert entries(document, "Plan and requested actions") == [
        {
            "Actions for professionals": "No action needed.",
            "Agreed with the person or their legitimate representative": "Not agreed: She wants to think.",
        }
    ]
    agreed = document["Care and support plan"]["Agreed with person or legitimate representative"]
    assert agreed == {"Person or legitimate representative": False}


def test_a_question_is_asked_until_it_is_answered(cast, referral_at, tell, post):
    referral = referral_at("information_requested")
    [asked] = entries(tell(cast.gp, referral), "Plan and requested actions")
    assert asked["Actions for professionals"].startswith("Answer the question: “Does she use a frame?”. By ")
    post(cast.gp, referral, "provide-information", {"note": "No."})
    assert "Plan and requested actions" not in tell(cast.gp, referral)


def test_nobody_reached_is_told_with_the_ways_and_the_days(cast, referral_at, tell, post, time_machine, now):
    referral = referral_at("accepted")
    for day, way in ((3, "02"), (4, "06"), (5, "02")):
        time_machine.move_to(now.replace(day=day), tick=False)
        post(cast.link_worker, referral, "contacts", contact(mechanism=way, outcome="no_answer"))
    post(cast.link_worker, referral, "close", {"outcome": "unable_to_contact"})
    document = tell(cast.gp, referral)
    assert document["Clinical Summary"]["Clinical summary"].splitlines() == [
        "The person could not be contacted.",
        "Tried: Telephone, Text message; on 3 November 2026, 4 November 2026, 5 November 2026.",
        "As the referrer was told on 5 November 2026.",
    ]
    tries = entries(tell(cast.link_worker, referral), "Contacts with professionals")
    assert [(row["Consultation method"], row["Contact type"], "Seen by" in row) for row in tries] == [
        (way, "We got in touch · The person · No answer", False) for way in ("02", "06", "02")
    ]


# --- What is told -------------------------------------------------------------------------------------------------


def test_what_was_corrected_is_told_as_corrected_and_once(cast, referral_at, tell, post):
    referral = referral_at("active")
    wrong = post(cast.link_worker, referral, "contacts", contact(outcome="no_answer"))["contact"]
    post(cast.link_worker, referral, "contacts", contact(mechanism="01", location="Library", replaces=wrong["id"]))
    body = {"measure": "active_days", "mode": "telephone", "answers": {"days": 1}}
    taken = post(cast.link_worker, referral, "measures", body)
    post(cast.link_worker, referral, "measures", body | {"answers": {"days": 2}, "replaces": taken["id"]})
    document = tell(cast.link_worker, referral)
    assert entries(document, "Contacts with professionals") == [
        {
            "Date and time of contact": "2026-11-03T09:30+00:00",
            "Location of contact": {"Free text": "Library"},
            "Seen by": [{"Name": "Lou Marsh"}],
            "Contact type": "We got in touch · The person · In touch with each other",
            "Consultation method": "01",
        }
    ]
    [taking] = entries(document, "Assessments")
    assert taking["Structured assessment"]["Assessment result"] == {
        "Assessment score": {"Free text": "Active days"},
        "Value": 2.0,
        "Units of measure": "d",
        "Ordinal": {"Free text": "Below the old guideline"},
    }


def test_a_measure_without_a_score_says_why_and_a_unit_without_a_code_stands_in_the_name(cast, referral_at, tell, post):
    referral = referral_at("active")
    unknown = {"measure": "active_days", "mode": "by_proxy", "taken_on": "2026-11-02", "answers": {"days": None}}
    post(cast.link_worker, referral, "measures", unknown)
    walks = {"vigorous_days": 0, "moderate_days": 0, "walking_days": 5, "walking_minutes": 200, "sitting_minutes": None}
    post(cast.link_worker, referral, "measures", {"measure": "ipaq_short", "mode": "telephone", "answers": walks})
    unscored, ipaq = entries(tell(cast.gp, referral), "Assessments")
    assert unscored["Assessment summary"] == "Not answered: active days."
    assert unscored["Structured assessment"]["Assessment result"] == {"Assessment score": {"Free text": "Active days"}}
    assert unscored["Comment"] == (
        "Taken on 2 November 2026, answered by somebody for them, by Lou Marsh. Active days: Not answered: active days."
    )
    assert len(ipaq["Assessment summary"]) <= 250
    names = [row["Subscale score"]["Free text"] for row in ipaq["Structured assessment"]["Subscale result"]]
    assert [name for name in names if name.endswith("(MET-minutes a week)")]
    assert "Made for people of 15 to 69; the person was 75." in ipaq["Comment"]


def test_the_latest_measurements_are_told_with_their_units_and_no_answer_that_is_no_number(
    cast, referral_at, tell, post
):
    referral = referral_at("active")
    for observed in (
        {"code": "blood_pressure", "value": "160", "second_value": "95", "observed_on": "2026-11-01"},
        {
            "code": "blood_pressure",
            "value": "142",
            "second_value": "88",
            "note": "Sitting.",
            "observed_on": "2026-11-02",
        },
        {"code": "resting_heart_rate", "value": "71.5", "observed_on": "2026-11-03"},
        {"code": "high_blood_pressure", "answer": "yes"},
    ):
        post(cast.link_worker, referral, "observations", {"observations": [observed]})
    document = tell(cast.link_worker, referral)
    assert document["Assessments"] == tell(cast.gp, referral)["Assessments"]
    assert entries(document, "Assessments") == [
        {
            "Assessment summary": "Resting blood pressure: 142/88 mmHg",
            "Structured assessment": {
                "Structured assessment name": {"Free text": "Resting blood pressure"},
                "Subscale result": [
                    {
                        "Subscale score": {"Free text": "Resting blood pressure, upper value"},
                        "Value": 142.0,
                        "Units of measure": "mm[Hg]",
                    },
                    {
                        "Subscale score": {"Free text": "Resting blood pressure, lower value"},
                        "Value": 88.0,
                        "Units of measure": "mm[Hg]",
                    },
                ],
            },
            "Comment": "As of 2 November 2026, recorded by Lou Marsh. Sitting.",
        },
        {
            "Assessment summary": "Resting heart rate: 71.5 beats a minute",
            "Structured assessment": {
                "Structured assessment name": {"Free text": "Resting heart rate"},
                "Assessment result": {
                    "Assessment score": {"Free text": "Resting heart rate"},
                    "Value": 71.5,
                    "Units of measure": "/min",
                },
            },
            "Comment": "As of 3 November 2026, recorded by Lou Marsh.",
        },
    ]


def test_the_daughter_who_referred_her_is_no_professional(cast, referral_at, tell, post):
    referral = referral_at("active")
    post(cast.link_worker, referral, "contacts", contact(with_whom="referrer", with_name="Ada Okafor"))
    [told] = entries(tell(cast.link_worker, referral), "Contacts with professionals")
    assert told["Professionals present"] == [{"Name": "Lou Marsh"}, {"Name": "Ada Okafor"}]
    Referral.objects.filter(pk=referral.pk).update(source="family", referrer_relationship="Daughter", agreement="Said")
    [told] = entries(tell(cast.link_worker, referral), "Contacts with professionals")
    assert (told["Contact type"], "Professionals present" in told) == (
        "We got in touch · The referrer (Ada Okafor) · In touch with each other", False,
    )  # fmt: skip


def test_the_plan_tells_its_latest_version_without_what_was_put_away(cast, referral_at, tell, post):
    referral = referral_at("active")
    first = post(cast.link_worker, referral, "plan", PLAN, "put")
    again = PLAN | {"needs": [*PLAN["needs"], {"words": "Old", "goals": [{"in_own_words": "A.", "is_archived": True}]}]}
    post(cast.link_worker, referral, "plan", again, "put", **{"If-Match": etag(first["version"])})
    needs = tell(cast.link_worker, referral)["Care and support plan"]["Needs, concerns or problems"]
    assert [(need["Free text"], len(need.get("Goals and hopes", []))) for need in needs] == [
        ("The evenings are long.", 1), ("Old", 0),
    ]  # fmt: skip
    [goal] = needs[0]["Goals and hopes"]
    assert [action["Who"]["Name"] for action in goal["Actions and activities"]] == [
        "Rose", "Lou Marsh", "Their carer or family",
    ]  # fmt: skip
    assert goal["Outcomes"] == [{"Free text": "Being worked towards"}]


def test_an_address_too_long_for_the_standard_is_left_out_rather_than_cut(cast, referral_at, tell, post):
    Team.objects.filter(pk=cast.team.pk).update(
        name="Vale link workers of the three valleys and the hill",
        inbox_email="vale-link-workers-of-the-hill@inbox.example", telephone="0161 496 0333",
    )  # fmt: skip
    referral = referral_at("active")
    post(cast.link_worker, referral, "plan", PLAN, "put")
    plan = tell(cast.link_worker, referral)["Care and support plan"]
    assert plan["Responsibility for review"] == {"Name": "Lou Marsh", "Contact details": "0161 496 0333"}
    actions = plan["Needs, concerns or problems"][0]["Goals and hopes"][0]["Actions and activities"]
    assert actions[1]["Who"]["Team"] == "Vale link workers of the three val…"


# --- As much as there is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["link_worker", "gp"])
def test_however_much_was_done_the_document_takes_the_same_queries(cast, referral_at, as_user, post, now, reader):
    referral, client = referral_at("active"), as_user(getattr(cast, reader))
    url = f"/api/v1/referrals/{referral.reference}/dapb4066/"
    body = {"measure": "active_days", "mode": "telephone", "answers": {"days": 1}}

    def do_more(times):
        row = {"referral": referral, "recorded_by": cast.link_worker, "recorded_at": now}
        Contact.objects.bulk_create(
            Contact(with_whom="person", mechanism="02", direction="out", outcome="spoke",
                    occurred_at=now - dt.timedelta(hours=number), **row)
            for number in range(times)
        )  # fmt: skip
        Signpost.objects.bulk_create(
            Signpost(signposted_on=now.date(), service=cast.leaflet, name="Library", **row) for _ in range(times)
        )
        for _ in range(times):
            post(cast.link_worker, referral, "measures", body)
            post(cast.gp, referral, "observations", {"observations": [{"code": "bmi", "value": "31"}]})
            post(cast.link_worker, referral, "consents", {"decision": "given", "to_service": str(cast.walking.pk)})
            post(cast.link_worker, referral, "addresses", {"kind": "temporary", "postcode": "SK1 1AA"})

    post(cast.link_worker, referral, "plan", PLAN, "put")
    do_more(1)
    counts = []
    for times in (1, 12):
        client.get(url)  # whose memberships are read once
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
        do_more(times)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        document = client.get(url).json()
    assert [*counts, len(queries)] == [counts[0]] * 3
    assert len(entries(document, "Assessments")) == 14 + 1
    assert (Contact.objects.count(), Signpost.objects.count(), PlanVersion.objects.count()) == (14, 14, 1)
