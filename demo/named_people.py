"""Twelve people, each with a reason to be here. None of them exists.

Read each as a story: who they are, who referred them and why, and what happened on which working day before the
present. Their names, dates of birth and NHS numbers never change, so documents and the journey can rely on them;
`stands` and `offers` say where each has come to, and a test holds them to it. Plain data: no Django in here.

An act on an offer to a service is written with the service's key: "garden: accept". `sessions` is the register that
follows, one mark a week (P present, A absent, T absent and told us). `next_in` counts working days from the act.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Act:
    """What was done, so many working days ago, and what was said with it."""

    days_ago: int
    what: str
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NamedPerson:
    """One person of the demonstration."""

    why: str
    name: tuple[str, str]
    born: dt.date
    nhs_number: str
    practice: str
    need: str
    reason: str
    referred_days_ago: int
    acts: tuple[Act, ...] = ()
    to: str = "brinnington"
    from_hospital: bool = False
    discharge_in_days: int | None = None
    risks: tuple[str, ...] = ()
    telephone: str = ""
    address: str = ""
    postcode: str = ""
    communication_needs: str = ""
    stands: str
    offers: tuple[tuple[str, str], ...] = ()


NAMED_PEOPLE = (
    NamedPerson(
        why="Fresh, and waiting for triage.",
        name=("Edith", "Hargreaves"), born=dt.date(1948, 2, 11), nhs_number="9990001014",
        address="4 Heronsgill Walk\nBrinnington\nStockport", postcode="SK5 8AB", telephone="0161 496 0201",
        practice="Z90001", need="loneliness",
        reason="Lives alone, and has not been out since her neighbour moved away.",
        referred_days_ago=1,
        stands="submitted",
    ),
    NamedPerson(
        why="Overdue: accepted, and nobody has rung.",
        name=("Gerald", "Unsworth"), born=dt.date(1956, 7, 30), nhs_number="9990001022",
        address="18 Dyersgate Close\nReddish\nStockport", postcode="SK5 6AD", telephone="0161 496 0202",
        practice="Z90001", need="mental_wellbeing",
        reason="Low since he retired. Says that he has nothing to get up for.",
        referred_days_ago=14,
        acts=(Act(13, "accept"),),
        stands="accepted",
    ),
    NamedPerson(
        why="A question waits for the referrer.",
        name=("Shazia", "Mahmood"), born=dt.date(1979, 11, 5), nhs_number="9990001030",
        address="71 Quarrymoss Street\nBrinnington\nStockport", postcode="SK5 8AE", telephone="07700 900203",
        practice="Z90001", need="money",
        reason="Behind with the rent since her hours were cut.",
        referred_days_ago=4,
        acts=(Act(3, "request_information", {"note": "Is there a number on which she answers? Two tries in vain."}),),
        stands="information_requested",
    ),
    NamedPerson(
        why="Declined by the provider, and sent to another service, which took him.",
        name=("Desmond", "Clarke"), born=dt.date(1961, 4, 19), nhs_number="9990001049",
        address="9 Linnetsbrow\nBrinnington\nStockport", postcode="SK5 8AF", telephone="0161 496 0204",
        practice="Z90001", need="physical_activity",
        reason="Has hardly moved since his brother died. Wants company for it.",
        referred_days_ago=32,
        acts=(
            Act(31, "accept"), Act(28, "start_support", {"next_in": 35}),
            Act(26, "garden: send", {"note": "Has had an allotment."}),
            Act(22, "garden: decline", {"reason": "at_capacity", "note": "No free place before the spring."}),
            Act(21, "move_together: send", {"note": "Comes by bus.", "instead_of": "garden"}),
            Act(18, "move_together: accept"),
            Act(16, "move_together: book_assessment", {"assessment_days_ago": 11}),
            Act(11, "move_together: start", {"sessions": "P"}),
            Act(3, "look_again", {"next_in": 15}),
        ),
        stands="active", offers=(("garden", "declined"), ("move_together", "started")),
    ),
    NamedPerson(
        why="On a waiting list.",
        name=("Mei", "Leung"), born=dt.date(1944, 9, 23), nhs_number="9990001057",
        address="23 Ravenspool Avenue\nReddish\nStockport", postcode="SK5 7AG", telephone="0161 496 0205",
        communication_needs="Interpreter: Cantonese.",
        practice="Z90002", need="loneliness",
        reason="Her friends have died or moved. Would like a visitor.",
        referred_days_ago=24,
        acts=(
            Act(23, "accept"), Act(20, "start_support", {"next_in": 30}),
            Act(18, "visiting_friends: send", {"note": "A volunteer who speaks Cantonese, if there is one."}),
            Act(15, "visiting_friends: waitlist", {"note": "Two are before her."}),
        ),
        stands="active", offers=(("visiting_friends", "waitlisted"),),
    ),
    NamedPerson(
        why="Accepted, and never started.",
        name=("Wayne", "Birtles"), born=dt.date(1986, 1, 8), nhs_number="9990001065",
        address="112 Otterslack Road\nBrinnington\nStockport", postcode="SK5 8AH", telephone="07700 900206",
        practice="Z90003", need="mental_wellbeing",
        reason="Anxious, off work; likes to make things.",
        referred_days_ago=40,
        acts=(
            Act(39, "accept"), Act(35, "start_support", {"next_in": 40}),
            Act(33, "making_together: send"), Act(30, "making_together: accept"),
            Act(28, "making_together: book_assessment", {"assessment_days_ago": 19}),
            Act(17, "making_together: record_not_started", {"reason": "travel", "note": "Two buses each way."}),
            Act(15, "look_again", {"next_in": 18}),
        ),
        stands="active", offers=(("making_together", "not_started"),),
    ),
    NamedPerson(
        why="Finished, with a good outcome.",
        name=("Bernadette", "Doyle"), born=dt.date(1958, 6, 14), nhs_number="9990001073",
        address="36 Thistlebank Rise\nReddish\nStockport", postcode="SK5 6AJ", telephone="0161 496 0207",
        practice="Z90001", need="bereavement",
        reason="Widowed in the spring. Asks for something outdoors, with others.",
        referred_days_ago=88,
        acts=(
            Act(87, "accept"), Act(84, "start_support", {"next_in": 70}),
            Act(82, "garden: send", {"note": "Looking forward to it."}), Act(79, "garden: accept"),
            Act(77, "garden: book_assessment", {"assessment_days_ago": 72}),
            Act(72, "garden: start", {"sessions": "PPPTPPAPPPPP"}),
            Act(8, "garden: complete", {"outcome": "goals_met", "note": "She will stay on as a volunteer."}),
            Act(6, "close", {"outcome": "goals_met", "note": "Has a plot, and friends beside it."}),
        ),
        stands="closed", offers=(("garden", "completed"),),
    ),
    NamedPerson(
        why="Deferred until the discharge from Stepping Hill.",
        name=("Ronald", "Swindells"), born=dt.date(1939, 12, 2), nhs_number="9990001081",
        address="5 Saltersmede Terrace\nBrinnington\nStockport", postcode="SK5 8AL", telephone="0161 496 0208",
        practice="Z90001", need="falls",
        reason="Hip operation after a fall. Goes home alone, and is afraid of the stairs.",
        risks=("Walks with a frame: please offer an arm on steps.",),
        from_hospital=True, referred_days_ago=2, discharge_in_days=4,
        stands="deferred",
    ),
    NamedPerson(
        why="Redirected: lives in another team's area, which has accepted her.",
        name=("Harpreet", "Kaur"), born=dt.date(1968, 3, 27), nhs_number="9990001138",
        address="60 Millpondfield\nHeaton Norris\nStockport", postcode="SK4 1AN", telephone="07700 900209",
        practice="Z90001", need="caring",
        reason="Looks after her mother day and night, and sleeps badly.",
        referred_days_ago=7,
        acts=(
            Act(6, "redirect", {"to": "heatons", "reason": "out_of_area", "note": "Lives in Heaton Norris."}),
            Act(4, "accept"),
        ),
        stands="accepted",
    ),
    NamedPerson(
        why="Withdrew her consent: nothing is shared any more.",
        name=("Kathleen", "Ashworth"), born=dt.date(1951, 10, 9), nhs_number="9990001103",
        address="83 Fernhollow Lane\nBrinnington\nStockport", postcode="SK5 8AP", telephone="0161 496 0210",
        practice="Z90004", need="loneliness",
        reason="Alone since her son moved abroad.",
        referred_days_ago=20,
        acts=(
            Act(19, "accept"), Act(16, "start_support", {"next_in": 25}),
            Act(14, "telephone_friends: send"), Act(12, "telephone_friends: accept"),
            Act(7, "withdraw_consent", {"note": "Does not want strangers to have her number."}),
            Act(7, "telephone_friends: withdraw", {"reason": "consent_withdrawn"}),
            Act(6, "look_again", {"next_in": 12}),
        ),
        stands="active", offers=(("telephone_friends", "withdrawn"),),
    ),
    NamedPerson(
        why="Sent to the Active team, and waiting for its answer.",
        name=("Tariq", "Hussain"), born=dt.date(1973, 5, 21), nhs_number="9990001154",
        address="27 Hawkernook\nReddish\nStockport", postcode="SK5 6AR", telephone="07700 900212",
        practice="Z90002", need="physical_activity",
        reason="Sits all day at work, and wants to begin again, gently.",
        referred_days_ago=9,
        acts=(
            Act(8, "accept"), Act(5, "start_support", {"next_in": 15}),
            Act(2, "back_in_the_water: send", {"note": "Swam as a boy."}),
        ),
        stands="active", offers=(("back_in_the_water", "sent"),),
    ),
    NamedPerson(
        why="In the middle of the exercise scheme, referred to its hub directly.",
        name=("Adaeze", "Okonkwo"), born=dt.date(1964, 8, 17), nhs_number="9990001111",
        address="14 Cobblersfold\nReddish\nStockport", postcode="SK5 7AQ", telephone="07700 900211",
        practice="Z90001", need="long_term_condition",
        reason="Type 2 diabetes, well controlled, inactive. Keen to start.",
        to="paris", referred_days_ago=48,
        acts=(
            Act(47, "accept"), Act(46, "paris: accept"), Act(45, "start_support", {"next_in": 60}),
            Act(44, "paris: book_assessment", {"assessment_days_ago": 38}),
            Act(38, "paris: start", {"sessions": "PPTPPPP"}),
        ),
        stands="active", offers=(("paris", "started"),),
    ),
)  # fmt: skip
