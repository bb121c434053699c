"""Named people whose way turned: home from hospital and back, another team, a consent taken back, straight to a hub."""

import datetime as dt

from insights.services import count_uptake
from tests.scenario.telling import TODAY, client, refused, tells

HOSPITAL = "Discharge coordinator"


@tells("Ronald Swindells")
def test_ronald_waits_for_his_discharge_goes_home_goes_back_in_and_comes_home_again(story, town):
    """Ronald had his hip operated on after a fall; he goes home alone, and is afraid of the stairs.

    The discharge team at Stepping Hill refers him before he leaves, and nobody is troubled until he has. He would like
    his own doctor to hear how it goes on, and says so. He goes home; the team has two working days. Then he falls
    again and is taken back in: what was begun waits, and nothing is closed. When he is home the second time he is asked
    anew, and the balance class goes on where it was.
    """
    hospital, lou, lead = town.discharge_team, town.link_worker, town.lead
    classes = town.provider_of("home_exercise")
    going_home = story.day(-4)

    # Given a referral from the ward, for a discharge that is still to come
    story.on(2)
    planned = {"planned_on": going_home.isoformat(), "ward": "M4", "pathway": 1, "reason_for_stay": "A hip operation"}
    agreed = [{"purpose": "message_to_practice", "decision": "given", "how_given": "in_person"}]
    made = story.refer(hospital, discharge=planned, consents=agreed)
    assert (made["source"], made["next_action_on"]) == ("hospital", story.day(-5).isoformat())
    assert story.heard() == []  # nobody is to act before he is home

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    seen = story.seen_by(lou)
    assert [risk["description"] for risk in seen["risks"]] == ["Walks with a frame: please offer an arm on steps."]
    assert (seen["owner"], seen["discharge"]["ward"], seen["available_actions"][:2]) == (
        None, "M4", ["confirm_discharge", "record_death"],
    )  # fmt: skip
    assert story.seen_by(hospital)["available_actions"][:4] == [
        "confirm_discharge", "withdraw", "record_death", "edit_discharge",
    ]  # fmt: skip
    assert refused(client(lou).post(f"{story.referral}accept/", {})) == (409, "step_not_allowed")
    assert story.hidden_from(town.gp, classes)  # his practice did not write it, and is told nothing unasked

    # And then: he is home, a day later than planned, and the short clock runs
    story.on(-5)
    story.step(hospital, "confirm_discharge", discharged_on=story.day(-5).isoformat())
    assert story.heard() == [("Brinnington & Reddish", "referral_arrived")]
    accepted = story.step(lou, "accept")
    assert accepted["next_action_on"] == story.day(-7).isoformat()
    story.step(lou, "start_support", note="Is glad of the call.")
    story.send(lou, "home_exercise", "Please offer an arm on steps.")
    assert story.heard() == [
        ("Balance classes", "onward_arrived"), (HOSPITAL, "message_back"), (HOSPITAL, "referral_accepted"),
        ("Practice team", "message_back"), ("Practice team", "message_back"),
    ]  # fmt: skip
    # His doctor files what he agreed that they read, and sees nothing else of the referral
    (agreement, acceptance) = client(town.gp).get("/api/v1/messages-back/").json()["results"]
    assert (agreement["person"], agreement["kind"], acceptance["kind"]) == (
        "SWINDELLS, Ronald", "acceptance", "acceptance",
    )  # fmt: skip
    assert story.letter(town.gp)["title"] == "The person has agreed to support"
    assert client(town.gp).post(f"/api/v1/messages-back/{agreement['reference']}/file/").status_code == 200
    assert story.hidden_from(town.gp)
    story.on(-6)
    story.answer("home_exercise", "accept")
    story.heard()

    # He falls again: the ward says so, the referral waits, and the class is told to wait with it
    story.on(-8)
    held = story.step(hospital, "record_readmission", note="Fell on the stairs.")
    assert (held["status"], held["discharged_on"], held["next_action_on"]) == (
        "on_hold", None, story.day(-13).isoformat(),
    )  # fmt: skip
    assert story.heard() == [("Balance classes", "onward_held"), ("Lou Aspinell", "referral_held")]
    assert refused(client(lou).post(f"{story.referral}resume/", {})) == (409, "in_hospital")
    assert refused(client(lou).post(f"{story.referral}close/", {"outcome": "disengaged"})) == (409, "step_not_allowed")

    # Home again: the clock of the first contact runs anew, and the class goes on
    story.on(-14)
    again = story.step(hospital, "confirm_discharge_again", discharged_on=story.day(-14).isoformat())
    assert (again["status"], again["next_action_on"]) == ("accepted", story.day(-16).isoformat())
    assert story.heard() == [("Balance classes", "onward_back"), ("Lou Aspinell", "referral_home")]
    story.step(lou, "start_support")
    offer = story.offer_seen_by(classes, "home_exercise")
    assert (offer["status"], offer["person"]["first_name"]) == ("accepted", "Ronald")
    codes = [row["snomed_code"] for row in story.read(hospital, "events") if row["snomed_code"]]
    assert codes == ["871731000000106"]  # he agreed once, and is coded once
    assert story.seen_by(lead)["status"] == "active"


@tells("Harpreet Kaur")
def test_harpreet_lives_in_another_team_s_area_which_takes_her_on(story, town):
    """Harpreet looks after her mother day and night, and sleeps badly.

    Her practice is in Reddish, and she lives in Heaton Norris: the first team passes her on to the one that is near
    her. Nothing is asked or written twice; her doctor is told that it moved, and by whom it was accepted; the first
    team sees where it went, and nothing of what follows.
    """
    gp, lou, heatons = town.gp, town.link_worker, town.heatons_worker
    story.on(7)
    story.refer(gp)
    first = story.reference
    assert story.hidden_from(heatons)
    story.heard()
    story.on(6)
    passed_on = story.step(
        lou, "redirect", to_team=str(town.cast.teams["heatons"].team.pk), reason="out_of_area",
        note="Lives in Heaton Norris.",
    )  # fmt: skip
    story.reference = passed_on["redirected_to"]
    assert story.heard() == [("Dr Maya Ellison", "referral_redirected"), ("Heatons & Tame Valley", "referral_arrived")]
    story.on(4)
    story.step(heatons, "accept")
    assert story.heard() == [("Dr Maya Ellison", "referral_accepted")]

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    seen = story.seen_by(heatons)
    assert (seen["redirected_from"], seen["owner"]["full_name"], seen["reason"]) == (
        first, "Tess Rownhill", "Looks after her mother day and night, and sleeps badly.",
    )  # fmt: skip
    assert [(row["decision"], row["counts"]) for row in seen["consents"]] == [("given", True)]
    assert [need["name"] for need in seen["needs"]] == ["Caring for somebody"]
    # Her doctor reads both; each team its own
    listed = client(gp).get("/api/v1/referrals/").json()["results"]
    assert [(row["reference"], row["status"]) for row in listed] == [
        (story.reference, "accepted"), (first, "redirected"),
    ]  # fmt: skip
    assert story.hidden_from(lou, town.lead)
    before = client(lou).get(f"/api/v1/referrals/{first}/").json()
    assert (before["status"], before["redirected_to"], before["available_actions"]) == (
        "redirected", story.reference, [],
    )  # fmt: skip
    assert client(heatons).get(f"/api/v1/referrals/{first}/").status_code == 404
    # The letter comes from the team that has her
    letter = story.letter(gp)
    assert (letter["kind"], letter["issued_by"]["team"]) == ("acceptance", "Heatons & Tame Valley")

    # And then: what she decides, told to her doctor of the first referral, holds where she now is
    withdrawn = client(gp).post(f"/api/v1/referrals/{first}/consents/", {"decision": "withdrawn"})
    assert withdrawn.status_code == 201
    assert [(row["decision"], row["counts"]) for row in story.seen_by(heatons)["consents"]] == [
        ("given", False), ("withdrawn", True),
    ]  # fmt: skip


@tells("Kathleen Ashworth")
def test_kathleen_takes_her_consent_back_half_way(story, town):
    """Kathleen is alone since her son moved abroad. Telephone friends have accepted her.

    Then she says that she does not want strangers to have her number. From that moment they see no more who she is;
    everybody who has her is told so at once; Lou takes the offer back, and goes on supporting her. She may say yes
    again, and nobody tells her it is too late.
    """
    gp, lou, callers = town.practice("Z90004"), town.link_worker, town.provider_of("telephone_friends")
    story.on(20)
    story.refer(gp)
    story.on(19)
    story.step(lou, "accept")
    story.on(16)
    story.step(lou, "start_support", next_action_on=story.day(-9).isoformat())
    story.on(14)
    story.send(lou, "telephone_friends")
    story.on(12)
    story.answer("telephone_friends", "accept")
    assert story.offer_seen_by(callers, "telephone_friends")["person"]["telephone"] == "0161 496 0210"
    story.heard()

    # She takes it back
    story.on(7)
    story.write(lou, "consents", decision="withdrawn", note="Does not want strangers to have her number.")
    assert story.heard() == [("Callers and visitors", "consent_withdrawn"), ("Lou Aspinell", "consent_withdrawn")]
    hidden = story.offer_seen_by(callers, "telephone_friends")
    assert (hidden["status"], hidden["person"], hidden["risks"]) == ("accepted", None, None)
    assert hidden["available_actions"] == ["record_not_started"]
    booking = {"assessment_at": f"{story.day(5)}T10:00:00Z"}
    assert refused(client(callers).post(f"{story.offer('telephone_friends')}book-assessment/", booking)) == (
        409, "consent_required",
    )  # fmt: skip
    story.answer("telephone_friends", "withdraw", by=lou, reason="consent_withdrawn")
    assert story.heard() == [("Callers and visitors", "onward_withdrawn")]
    story.on(6)
    said = {"owner": str(lou.pk), "next_action_on": story.day(-6).isoformat()}
    assert client(lou).post(f"{story.referral}allocate/", said).status_code == 200

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    assert [(row["decision"], row["counts"]) for row in story.seen_by(gp)["consents"]] == [
        ("given", False), ("withdrawn", True),
    ]  # fmt: skip
    offer = story.offer_seen_by(callers, "telephone_friends")
    assert (offer["person"], offer["handover_note"], offer["available_actions"]) == (None, None, [])
    assert "Ashworth" not in client(callers).get("/api/v1/onward-referrals/").content.decode()
    elsewhere = {"service": str(town.services["chatty_cafe"].pk)}
    assert refused(client(lou).post(f"{story.referral}onward-referrals/", elsewhere)) == (409, "consent_required")
    assert "send_onward" in story.seen_by(lou)["available_actions"]  # it is hers to ask again

    # And then: she would like to try the talking table, and that alone
    story.on(-2)
    story.write(lou, "consents", decision="given", how_given="by_telephone", to_service=elsewhere["service"])
    story.send(lou, "chatty_cafe")
    assert story.offer_seen_by(callers, "chatty_cafe")["person"]["first_name"] == "Kathleen"
    assert story.offer_seen_by(callers, "telephone_friends")["person"] is None


@tells("Adaeze Okonkwo")
def test_adaeze_is_in_the_middle_of_the_exercise_scheme(story, town):
    """Adaeze has type 2 diabetes, well controlled, and is keen to start. Her doctor refers her straight to the scheme.

    The hub receives her and offers its programme in one act. Before she starts it must ask what nobody has asked yet:
    the questions whose answer could make exercise unsafe. Her doctor never sees them asked twice, and the scheme's own
    points of review are on the hub's list.
    """
    gp, hub = town.gp, town.hub
    story.on(48)
    made = story.refer(gp)
    story.offers["paris"] = made["onward_referrals"][0]["reference"]
    assert made["owner_team"] == "Exercise referral hub"
    assert story.heard() == [("Exercise referral hub", "onward_arrived"), ("Exercise referral hub", "referral_arrived")]
    story.on(47)
    story.step(hub, "accept")
    story.on(46)
    story.answer("paris", "accept", by=hub)
    story.on(45)
    story.step(hub, "start_support", next_action_on=story.day(-15).isoformat())
    story.on(44)
    story.answer("paris", "book_assessment", by=hub, assessment_at=f"{story.day(38)}T09:00:00Z")
    story.heard()

    # Nobody starts before the questions are asked; her blood pressure is in order, and the rest is no
    story.on(38, 10)
    early = client(hub).post(f"{story.offer('paris')}start/", {})
    assert refused(early) == (409, "screening_incomplete")
    assert "Unstable or uncontrolled angina: not known." in early.json()["reasons"]
    story.write(hub, "observations", observations=[_answered(question) for question in _open_questions(story, hub)])
    assert _open_questions(story, hub) == []
    story.answer("paris", "start", by=hub)
    taken = {"mode": "face_to_face", "point": 0}
    story.write(hub, "measures", measure="ons4", answers=dict.fromkeys(CALM, 6), **taken)
    story.came("paris", "PPTPPPP")

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    assert story.heard() == []  # a register and a measure trouble nobody
    assert story.seen_by(gp)["available_actions"] == [
        "record_readmission", "withdraw", "record_death", "record_consent", "record_observations", "record_clearance",
        "record_risk",
    ]  # fmt: skip
    offer = story.offer_seen_by(hub, "paris")
    # 13 weeks after she began the scheme looks again with her
    assert (offer["status"], offer["next_action_on"]) == (
        "started", (story.day(38) + dt.timedelta(weeks=13)).isoformat(),
    )  # fmt: skip
    assert offer["available_actions"] == [
        "pause", "complete", "leave_early", "withdraw", "record_attendance", "record_measure", "record_review",
        "answer_screening",
    ]  # fmt: skip
    came = client(hub).get(f"{story.offer('paris')}attendances/").json()["results"]
    assert [row["result"] for row in came] == [
        "present", "present", "told_us", "present", "present", "present", "present",
    ]  # fmt: skip
    # Her doctor reads what was measured, not her single answers; the link workers of her street read nothing
    (measured,) = story.read(gp, "measures")
    assert (measured["measure"], measured["point"], measured["answers"]) == ("ons4", 0, None)
    assert story.hidden_from(town.link_worker, town.lead, town.provider_of("move_together"))
    count_uptake(at=story.on(0, 9))
    year = {"since": "2025-11-01", "until": TODAY.isoformat()}
    figures = client(hub).get("/api/v1/insights/uptake/", year | {"by": "source"}).json()["results"]
    assert [(row["name"], row["referred"], row["accepted"], row["started"]) for row in figures] == [
        ("GP practice", 1, 1, 1)
    ]


CALM = ("life_satisfaction", "worthwhile", "happiness", "anxiety")


def _open_questions(story, who):
    """Return what the scheme's rules ask and nobody has answered, as the directory says it for this referral."""
    url = f"/api/v1/services/{story.town.services['paris'].pk}/"
    return client(who).get(url, {"for_referral": story.reference}).json()["suitability"]["not_known"]


def _answered(question):
    """Return that all is in order: the readings of a person at rest and at ease, and no to the rest."""
    readings = {"blood_pressure": {"value": 128, "second_value": 78}, "resting_heart_rate": {"value": 72}}
    readings["blood_pressure_drop"] = {"value": 0}
    return {"code": question["code"]} | readings.get(question["code"], {"answer": "no"})
