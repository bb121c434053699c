"""Named people for whom somebody's turn has come: the team's, the referrer's, a provider's."""

from tests.scenario.telling import client, refused, tells


@tells("Edith Hargreaves")
def test_edith_waits_for_triage(story, town):
    """Edith lives alone, and has not been out since her neighbour moved away. Her doctor wrote yesterday.

    Her own team has her on its list, by the next working day; nobody else has. Sent twice by a tired hand, she is there
    once.
    """
    gp, lou, lead = town.gp, town.link_worker, town.lead
    story.on(1, 17)
    key = {"Idempotency-Key": "edith-2026-10-30"}
    made = [client(gp).post("/api/v1/referrals/", story.form(), headers=key) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert (made[0].json(), made[1].headers["Idempotent-Replayed"]) == (made[1].json(), "true")
    story.reference = made[0].json()["reference"]
    assert story.heard() == [("Brinnington & Reddish", "referral_arrived")]

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    seen = story.seen_by(lou)
    assert (seen["owner"], seen["next_action_on"], seen["person"]["telephone"]) == (
        None, story.day(-1).isoformat(), "0161 496 0201",
    )  # fmt: skip
    assert [need["name"] for need in seen["needs"]] == ["Loneliness and isolation"]
    assert seen["available_actions"][:4] == ["request_information", "accept", "reject", "redirect"]
    assert story.seen_by(gp)["available_actions"][0] == "withdraw"
    listed = {user: client(user).get("/api/v1/referrals/").json()["results"] for user in (gp, lou, lead)}
    assert [[row["person"] for row in rows] for rows in listed.values()] == [["HARGREAVES, Edith"]] * 3
    (due,) = client(lou).get("/api/v1/tasks/").json()["results"]
    assert (due["kind"], due["due_on"]) == ("triage", story.day(-1).isoformat())
    assert story.hidden_from(town.heatons_worker, town.hub, town.practice("Z90002"), town.provider_of("chatty_cafe"))
    assert story.read(gp, "messages-back") == []
    # And nobody sends her anywhere before somebody has taken her on
    early = client(lou).post(f"{story.referral}onward-referrals/", {"service": str(town.services["chatty_cafe"].pk)})
    assert refused(early) == (409, "step_not_allowed")


@tells("Gerald Unsworth")
def test_gerald_is_overdue_and_then_is_tried_and_not_reached(story, town):
    """Gerald has been low since he retired. The team accepted him, and nobody has rung.

    His case is overdue, and the lead sees it. When Lou does ring, nobody answers, on three days and by two ways; the
    case asks to be closed, Lou decides it, and his doctor reads how he was tried and is asked to check his number.
    """
    gp, lou, lead = town.gp, town.link_worker, town.lead
    story.on(14)
    story.refer(gp)
    story.on(13)
    assert story.step(lou, "accept")["next_action_on"] == story.day(8).isoformat()
    assert story.heard() == [("Brinnington & Reddish", "referral_arrived"), ("Dr Maya Ellison", "referral_accepted")]

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    overdue = client(lead).get("/api/v1/referrals/", {"due_by": story.day(1).isoformat()}).json()["results"]
    assert [(row["reference"], row["owner"]["full_name"]) for row in overdue] == [(story.reference, "Lou Aspinell")]
    (due,) = client(lou).get("/api/v1/tasks/").json()["results"]
    assert (due["kind"], due["due_on"]) == ("first_contact", story.day(8).isoformat())

    # And then: three days, two ways; the practice's own line was engaged too, which is no try to reach him
    story.on(0, 10)
    story.write(lou, "contacts", mechanism="02", outcome="no_answer")
    story.write(lou, "contacts", mechanism="02", outcome="no_answer", with_whom="referrer")
    story.on(-2, 15)
    logged = story.write(lou, "contacts", mechanism="02", outcome="no_answer")
    assert (logged["reaching"]["failed_tries"], logged["reaching"]["asks_to_close"]) == (2, False)
    assert logged["next_action_on"] == story.day(-4).isoformat()
    story.on(-4, 18)
    logged = story.write(lou, "contacts", mechanism="98", outcome="left_message")
    assert (logged["reaching"]["failed_tries"], logged["reaching"]["suggested_step"]) == (
        3, {"step": "close", "outcome": "unable_to_contact"},
    )  # fmt: skip
    assert story.seen_by(gp)["status"] == "accepted"  # nothing closes by itself
    story.on(-7)
    story.heard()
    story.step(lou, "close", outcome="unable_to_contact")
    assert story.heard() == [("Dr Maya Ellison", "referral_closed")]
    letter = story.letter(gp)
    assert letter["plan"] == {
        "no_action_needed": False,
        "requested_actions": [
            {
                "what": "If the person still wants support, check how to reach them and refer again.",
                "due_on": None,
            }
        ],
        "next_steps": ["The team has closed the referral and does nothing further."],
    }
    assert (letter["title"], letter["codes"]) == ("The person could not be contacted", [])
    assert letter["clinical_summary"]["attempts"] == {
        "count": 3, "ways": ["Telephone", "Other, such as a letter"],
        "days": [story.day(ago).isoformat() for ago in (0, -2, -4)],
    }  # fmt: skip


@tells("Shazia Mahmood")
def test_shazia_s_doctor_is_asked_for_a_number_on_which_she_answers(story, town):
    """Shazia is behind with the rent since her hours were cut. Two tries to ring her were in vain.

    The team asks her doctor for another number, and does not go on without it; the question stands on the doctor's
    list as something to do, with a day. The answer brings her back to triage, and she is accepted.
    """
    gp, lou = town.gp, town.link_worker
    story.on(4)
    story.refer(gp)
    story.on(3)
    for hour in (9, 10):
        story.on(3, hour)
        story.write(lou, "contacts", mechanism="02", outcome="no_answer")
    story.heard()
    story.on(3)
    asked = story.step(lou, "request_information", note="Is there a number on which she answers? Two tries in vain.")
    assert asked["next_action_on"] == story.day(-2).isoformat()
    assert story.heard() == [("Dr Maya Ellison", "referral_question")]

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    assert story.seen_by(gp)["available_actions"][:2] == ["provide_information", "withdraw"]
    assert story.seen_by(lou)["available_actions"][:2] == ["provide_information", "reject"]
    letter = story.letter(gp)
    assert (letter["kind"], letter["title"]) == ("question", "A question about the referral")
    assert letter["plan"] == {
        "no_action_needed": False,
        "requested_actions": [
            {
                "what": "Answer the question: “Is there a number on which she answers? Two tries in vain.”",
                "due_on": story.day(-2).isoformat(),
            }
        ],
        "next_steps": ["The team goes on as soon as you have answered."],
    }
    assert [(contact["on"], contact["was_reached"]) for contact in letter["contacts"]] == [
        (story.day(3).isoformat(), False)
    ] * 2
    # While the question stands nobody accepts her; and nobody but her doctor and the team knows of it
    assert refused(client(lou).post(f"{story.referral}accept/", {})) == (409, "step_not_allowed")
    assert story.hidden_from(town.practice("Z90002"), town.heatons_worker, town.provider_of("debt_advice"))

    # And then: her doctor answers, the team is told, and Lou reaches her
    story.on(0, 16)
    story.step(gp, "provide_information", note="07700 900223, after four.")
    assert story.heard() == [("Brinnington & Reddish", "referral_answered")]
    story.step(lou, "accept")
    assert story.heard() == [("Dr Maya Ellison", "referral_accepted")]
    logged = story.write(lou, "contacts", mechanism="02", outcome="spoke")
    assert (logged["reaching"]["failed_tries"], logged["reaching"]["asks_to_close"]) == (0, False)
    assert [row["kind"] for row in story.read(gp, "messages-back")] == ["acceptance", "question"]


@tells("Mei Leung")
def test_mei_waits_for_a_visitor_who_speaks_cantonese(story, town):
    """Mei's friends have died or moved, and she would like a visitor. She speaks Cantonese.

    The befrienders put her on their list, two before her, and Lou is told. What they need to speak with her goes along;
    why she was referred does not. When a visitor is found they accept her, and it is the same offer.
    """
    gp, lou, befriender = town.practice("Z90002"), town.link_worker, town.provider_of("visiting_friends")
    story.on(24)
    story.refer(gp)
    story.on(23)
    story.step(lou, "accept")
    story.on(20)
    story.step(lou, "start_support", next_action_on=story.day(-10).isoformat())
    story.on(18)
    story.send(lou, "visiting_friends", "A volunteer who speaks Cantonese, if there is one.")
    story.heard()
    story.on(15)
    story.answer("visiting_friends", "waitlist", note="Two are before her.")
    assert story.heard() == [("Lou Aspinell", "onward_waitlisted")]

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    offer = story.offer_seen_by(befriender, "visiting_friends")
    assert (offer["person"]["communication_needs"], offer["available_actions"]) == (
        "Interpreter: Cantonese.", ["accept", "decline", "answer_screening"],
    )  # fmt: skip
    assert "friends have died" not in str(offer)
    assert story.offer_seen_by(lou, "visiting_friends")["available_actions"] == ["withdraw"]
    assert [row["status"] for row in story.seen_by(gp)["onward_referrals"]] == ["waitlisted"]
    # While she waits, her referral is not closed over her head
    assert refused(client(lou).post(f"{story.referral}close/", {"outcome": "goals_met"})) == (
        409, "onward_referrals_open",
    )  # fmt: skip

    # And then: a place
    story.on(-3)
    story.heard()
    accepted = story.answer("visiting_friends", "accept")
    assert (accepted["reference"], accepted["status"]) == (story.offers["visiting_friends"], "accepted")
    assert story.heard() == [("Lou Aspinell", "onward_accepted")]


@tells("Tariq Hussain")
def test_tariq_waits_for_the_active_team(story, town):
    """Tariq sits all day at work, and wants to begin again, gently. He swam as a boy.

    Lou has sent him to Back in the water, and the Active team has fourteen days to answer. It sees who comes and how to
    reach him, and may accept, decline, ask, or put him on its list; his doctor sees that it waits.
    """
    gp, lou, active_team = town.practice("Z90002"), town.link_worker, town.provider_of("back_in_the_water")
    story.on(9)
    story.refer(gp)
    story.on(8)
    story.step(lou, "accept")
    story.on(5)
    story.step(lou, "start_support", next_action_on=story.day(-10).isoformat())
    story.heard()
    story.on(2)
    story.send(lou, "back_in_the_water", "Swam as a boy.")
    assert story.heard() == [("Active team", "onward_arrived")]

    # Now
    story.on(0, 9)
    story.stands_as_the_demonstration_says()
    offer = story.offer_seen_by(active_team, "back_in_the_water")
    assert (offer["handover_note"], offer["next_action_on"], offer["available_actions"]) == (
        "Swam as a boy.", "2026-11-12", ["request_information", "accept", "waitlist", "decline", "answer_screening"],
    )  # fmt: skip
    assert sorted(offer["person"]) == [
        "communication_needs", "contact", "date_of_birth", "email", "family_name", "first_name", "preferred_contact",
        "telephone",
    ]  # fmt: skip
    assert story.hidden_from(active_team)
    assert client(town.provider_of("garden")).get(story.offer("back_in_the_water")).status_code == 404
    twice = client(lou).post(
        f"{story.referral}onward-referrals/", {"service": str(town.services["back_in_the_water"].pk)}
    )
    assert refused(twice) == (409, "already_sent")
