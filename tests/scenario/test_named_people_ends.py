"""Named people whose offers have ended, each in a way of its own: finished, never started, declined."""

from insights.services import count_uptake
from tests.scenario.telling import TODAY, client, refused, tells

BEFORE = {"life_satisfaction": 4, "worthwhile": 5, "happiness": 3, "anxiety": 7}
AFTER = {"life_satisfaction": 7, "worthwhile": 8, "happiness": 7, "anxiety": 3}


@tells("Bernadette Doyle")
def test_bernadette_finds_the_garden_and_her_doctor_hears_the_whole_of_it(story, town):
    """Bernadette was widowed in the spring, and asks for something outdoors, with others.

    Her doctor refers her. Lou, the link worker, rings her, takes a first measure, and writes her goal down in her own
    words; together they choose the community garden. She comes for twelve weeks, but for two. At the end she feels
    better, stays on as a volunteer, and her doctor reads in one letter what became of it.
    """
    gp, lou, gardener = town.gp, town.link_worker, town.provider_of("garden")

    # Her doctor refers her, and Lou takes her on
    story.on(88)
    assert story.refer(gp)["status"] == "submitted"
    assert story.heard() == [("Brinnington & Reddish", "referral_arrived")]
    story.on(87)
    story.step(lou, "accept")
    assert story.heard() == [("Dr Maya Ellison", "referral_accepted")]

    # They speak; she agrees; a first measure, and a plan
    story.on(84)
    story.write(lou, "contacts", mechanism="02", outcome="spoke", minutes=35)
    story.step(lou, "start_support", next_action_on=story.day(14).isoformat())
    assert story.heard() == [("Dr Maya Ellison", "message_back")]
    story.write(lou, "measures", measure="ons4", mode="telephone", answers=BEFORE, point=0)
    goal = {"in_own_words": "I want my hands in soil again, and not alone.", "importance": 9, "confidence": 5}
    plan = {"needs": [{"words": "Grief", "goals": [goal]}], "agreement": {"with_whom": "person"}}
    assert client(lou).put(f"{story.referral}plan/", plan).status_code == 200

    # The garden accepts her, meets her, and she comes: ten times of twelve
    story.on(82)
    story.send(lou, "garden", "Looking forward to it.")
    assert story.heard() == [("Gardeners", "onward_arrived")]
    story.on(79)
    story.answer("garden", "accept")
    story.on(77)
    story.answer("garden", "book_assessment", assessment_at=f"{story.day(72)}T09:00:00Z")
    story.on(72)
    story.answer("garden", "start")
    story.came("garden", "PPPTPPAPPPPP")
    assert story.heard() == [("Lou Aspinell", "onward_accepted")]

    # It ends well; while the offer stood, the referral could not be closed
    story.on(9)
    early = client(lou).post(f"{story.referral}close/", {"outcome": "goals_met"})
    assert refused(early) == (409, "onward_referrals_open")
    story.on(8)
    story.answer("garden", "complete", outcome="goals_met", note="She will stay on as a volunteer.")
    assert story.heard() == [("Lou Aspinell", "onward_ended")]
    story.on(7)
    story.write(lou, "measures", measure="ons4", mode="telephone", answers=AFTER, point=12)
    goal |= {"status": "achieved", "outcome": "She has a plot."}
    changed = client(lou).put(f"{story.referral}plan/", plan, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    story.on(6)
    story.step(lou, "close", outcome="goals_met", note="Has a plot, and friends beside it.")
    assert story.heard() == [("Dr Maya Ellison", "referral_closed")]

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    seen = story.seen_by(gp)
    assert (seen["outcome"], seen["next_action_on"], seen["available_actions"]) == ("goals_met", None, [])
    assert story.seen_by(lou)["available_actions"] == []
    assert story.seen_by(town.lead)["available_actions"] == ["reopen", "enter_in_error", "correct_nhs_number"]
    offer = story.offer_seen_by(gardener, "garden")
    assert (offer["status"], offer["outcome"], offer["person"]["first_name"], offer["available_actions"]) == (
        "completed", "goals_met", "Bernadette", [],
    )  # fmt: skip
    assert story.hidden_from(gardener, town.practice("Z90002"), town.heatons_worker, town.discharge_team)

    # The letter: what to do first, then the scores before and after, and what she did
    letter = story.letter(gp)
    assert (letter["kind"], letter["title"]) == ("closing", "Support has ended: goals met")
    assert letter["plan"] == {
        "no_action_needed": True, "requested_actions": [],
        "next_steps": ["The team has closed the referral and does nothing further."],
    }  # fmt: skip
    summary = letter["clinical_summary"]
    assert summary["in_their_words"] == "Has a plot, and friends beside it."
    assert summary["done"] == ["Community garden (Gardeners): completed, goals met, came to 10 of 12 sessions."]
    assert [(line["measure"].partition(": ")[2], line["first"], line["latest"]) for line in summary["scores"]] == [
        ("Life satisfaction", "4 (low)", "7 (high)"),
        ("Things done are worthwhile", "5 (medium)", "8 (high)"),
        ("Happy yesterday", "3 (low)", "7 (high)"),
        ("Anxious yesterday", "7 (high)", "3 (low)"),
    ]
    assert {line["meaning"].partition(": ")[2] for line in summary["scores"]} == {"better"}
    assert summary["did_not_work"] == []
    assert letter["goals"] == [
        {"goal": "I want my hands in soil again, and not alone.", "outcome": "Achieved. She has a plot"}
    ]
    assert [(code["code"], code["dated"], code["record_now"]) for code in letter["codes"]] == [
        ("871731000000106", story.day(84).isoformat(), False)
    ]
    assert "volunteer" not in str(letter)  # the gardener wrote it to Lou, and not to the doctor

    # And she is counted: to her own side exactly, to the commissioner not, because she would be alone
    count_uptake(at=story.on(0, 9))
    year = {"since": "2025-11-01", "until": TODAY.isoformat()}
    assert client(gardener).get("/api/v1/insights/uptake/", year).json()["total"] == {
        "referred": 1, "accepted": 1, "started": 1, "completed": 1, "left_early": 0, "uptake": 1.0, "completion": 1.0,
    }  # fmt: skip
    for_all = client(town.manager).get("/api/v1/insights/uptake/", year).json()["total"]
    assert for_all == {
        "referred": None, "accepted": None, "started": None, "completed": None, "left_early": 0, "uptake": None,
        "completion": None,
    }  # fmt: skip


@tells("Desmond Clarke")
def test_desmond_is_declined_and_is_sent_elsewhere_instead(story, town):
    """Desmond has hardly moved since his brother died, and wants company for it.

    Lou sends him to the garden, where he has had an allotment before; the garden has no free place before the spring,
    and says so. Lou sends him to Move together instead, which takes him: nobody had to begin anew, and the garden knows
    no more who he is.
    """
    gp, lou = town.gp, town.link_worker
    gardener, active_team = town.provider_of("garden"), town.provider_of("move_together")

    # Taken on, and sent to the garden
    story.on(32)
    story.refer(gp)
    story.on(31)
    story.step(lou, "accept")
    story.on(28)
    story.step(lou, "start_support", next_action_on=story.day(-7).isoformat())
    story.on(26)
    story.send(lou, "garden", "Has had an allotment.")
    assert story.offer_seen_by(gardener, "garden")["person"]["first_name"] == "Desmond"
    story.heard()

    # The garden is full: it is Lou's turn on the same day, and the garden does not keep him
    story.on(22)
    story.answer("garden", "decline", reason="at_capacity", note="No free place before the spring.")
    assert story.heard() == [("Lou Aspinell", "onward_declined")]
    assert story.seen_by(lou)["next_action_on"] == story.day(22).isoformat()
    declined = story.offer_seen_by(gardener, "garden")
    assert (declined["person"], declined["handover_note"], declined["available_actions"]) == (None, None, [])
    assert story.offer_seen_by(lou, "garden")["available_actions"] == ["reroute"]

    # Move together takes his place there, once and not twice
    story.on(21)
    instead = story.send(lou, "move_together", "Comes by bus.", instead_of="garden")
    assert instead["rerouted_from"] == story.offers["garden"]
    assert story.offer_seen_by(lou, "garden")["rerouted_to"] == story.offers["move_together"]
    again = {"service": str(town.services["chatty_cafe"].pk), "rerouted_from": story.offers["garden"]}
    assert refused(client(lou).post(f"{story.referral}onward-referrals/", again)) == (409, "not_reroutable")
    assert story.heard() == [("Active team", "onward_arrived")]
    story.on(18)
    story.answer("move_together", "accept")
    story.on(16)
    story.answer("move_together", "book_assessment", assessment_at=f"{story.day(11)}T10:00:00Z")
    story.on(11)
    story.answer("move_together", "start")
    story.came("move_together", "P")
    story.on(3)
    allocated = client(lou).post(
        f"{story.referral}allocate/", {"owner": str(lou.pk), "next_action_on": story.day(-12).isoformat()}
    )
    assert allocated.status_code == 200

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    assert story.seen_by(gp)["next_action_on"] == story.day(-12).isoformat()
    offer = story.offer_seen_by(active_team, "move_together")
    assert (offer["person"]["family_name"], offer["handover_note"], offer["available_actions"]) == (
        "Clarke", "Comes by bus.",
        [
            "pause", "complete", "leave_early", "record_attendance", "record_measure", "record_review",
            "answer_screening",
        ],
    )  # fmt: skip
    # His doctor sees where he was sent, and not what Lou and the garden wrote to each other
    told = story.read(gp, "events")
    assert [(row["service"], row["kind"], row["reason"]) for row in told if row["service"]] == [
        ("Community garden", "sent_onward", ""), ("Community garden", "decline", "at_capacity"),
        ("Community garden", "rerouted", ""), ("Move together (demonstration)", "sent_onward", ""),
        ("Move together (demonstration)", "accept", ""), ("Move together (demonstration)", "book_assessment", ""),
        ("Move together (demonstration)", "start", ""),
    ]  # fmt: skip
    assert {row["note"] for row in told} == {""}
    assert story.hidden_from(gardener, active_team)
    assert client(gardener).get(story.offer("move_together")).status_code == 404

    # Both count as referred; only one as accepted: a way that did not lead on is not hidden
    count_uptake(at=story.on(0, 9))
    year = {"since": "2025-11-01", "until": TODAY.isoformat()}
    assert client(lou).get("/api/v1/insights/uptake/", year).json()["total"] == {
        "referred": 2, "accepted": 1, "started": 1, "completed": 0, "left_early": 0, "uptake": 1.0, "completion": 0.0,
    }  # fmt: skip


@tells("Wayne Birtles")
def test_wayne_was_accepted_and_never_started(story, town):
    """Wayne is anxious, off work, and likes to make things.

    The studio accepts him and books a first meeting. He does not come: two buses each way are too many. That is neither
    a decline nor a dropping out, and Lou hears of it the same day, to look for something nearer.
    """
    gp, lou, studio = town.practice("Z90003"), town.link_worker, town.provider_of("making_together")
    story.on(40)
    story.refer(gp)
    story.on(39)
    story.step(lou, "accept")
    story.on(35)
    story.step(lou, "start_support", next_action_on=story.day(-5).isoformat())
    story.on(33)
    story.send(lou, "making_together")
    story.on(30)
    story.answer("making_together", "accept")
    story.on(28)
    story.answer("making_together", "book_assessment", assessment_at=f"{story.day(19)}T09:00:00Z")
    assert story.offer_seen_by(studio, "making_together")["next_action_on"] == story.day(19).isoformat()
    story.heard()

    # He has not come; that he was never there cannot be told as if he had left
    story.on(17)
    left = client(studio).post(f"{story.offer('making_together')}leave-early/", {"reason": "transport"})
    assert refused(left) == (409, "step_not_allowed")
    story.answer("making_together", "record_not_started", reason="travel", note="Two buses each way.")
    assert story.heard() == [("Lou Aspinell", "onward_ended")]
    assert story.seen_by(lou)["next_action_on"] == story.day(17).isoformat()
    story.on(15)
    said = {"owner": str(lou.pk), "next_action_on": story.day(-3).isoformat()}
    assert client(lou).post(f"{story.referral}allocate/", said).status_code == 200

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    offer = story.offer_seen_by(studio, "making_together")
    assert (offer["person"]["first_name"], offer["available_actions"]) == ("Wayne", [])
    assert story.offer_seen_by(lou, "making_together")["available_actions"] == []
    assert [(row["kind"], row["reason"], row["note"]) for row in story.read(lou, "events")][-2:] == [
        ("record_not_started", "travel", "Two buses each way."), ("allocated", "", ""),
    ]  # fmt: skip
    count_uptake(at=story.on(0, 9))
    year = {"since": "2025-11-01", "until": TODAY.isoformat()}
    assert client(studio).get("/api/v1/insights/uptake/", year).json()["total"] == {
        "referred": 1, "accepted": 1, "started": 0, "completed": 0, "left_early": 0, "uptake": 0.0, "completion": None,
    }  # fmt: skip

    # And then: the team says in the letter at the end what did not work, and why
    story.on(-3)
    story.step(lou, "close", outcome="signposted_only", note="Draws at home, and will ring in the spring.")
    summary = story.letter(gp)["clinical_summary"]
    assert (summary["done"], summary["did_not_work"]) == ([], ["Making together (Studio): never started, travel."])
