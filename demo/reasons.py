"""What people come with, and the words that are used about it. Plain data; every sentence is made up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """One need of the directory's taxonomy: how often it is the first, whom it meets, how referrers put it."""

    code: str
    share: int
    ages: tuple[int, int]
    sentences: tuple[str, ...]


NEEDS = (
    Need("loneliness", 24, (45, 92), (
        "Lives alone and speaks with nobody for days.",
        "Used to go out a great deal; since the move knows no one nearby.",
        "Would like company, and says the evenings are longest.",
    )),
    Need("mental_wellbeing", 18, (19, 70), (
        "Low in mood for months, sleeps badly, has stopped what used to help.",
        "Anxious in crowds; would try something in a small group.",
        "Off work with stress, and asks for something to do with the hands.",
    )),
    Need("physical_activity", 16, (25, 85), (
        "Has hardly moved since the winter and wants to begin again, gently.",
        "Asks for something nearby and free, with others of the same age.",
        "Walks to the shop and no further; would like to manage the hill again.",
    )),
    Need("falls", 11, (66, 93), (
        "Two falls at home this year. Afraid of the stairs.",
        "Unsteady since the operation, holds on to the furniture.",
        "Has not been out alone since the fall on the ice.",
    )),
    Need("money", 13, (20, 78), (
        "Behind with the rent, opens no letters.",
        "Has never claimed anything and does not know what there is.",
        "Chooses between heating and eating at the end of the month.",
    )),
    Need("bereavement", 6, (40, 90), (
        "Widowed in the spring after a long marriage.",
        "Lost her sister, with whom she lived.",
    )),
    Need("nature", 4, (30, 80), (
        "Had an allotment and misses it.",
        "Feels best outdoors, and has no garden.",
    )),
    Need("creativity", 4, (24, 80), (
        "Used to paint; would like to make things with others again.",
        "Interested in a group where nobody asks about health.",
    )),
    Need("parenting", 2, (20, 38), (
        "New baby, no family nearby, has not been out much.",
    )),
    Need("caring", 2, (35, 80), (
        "Looks after his wife, and after nobody else, not even himself.",
    )),
)  # fmt: skip

SCHEME_NEEDS = (
    Need("long_term_condition", 60, (30, 80), (
        "Type 2 diabetes, well controlled, inactive. Keen to start.",
        "Joint pain in both knees; has been told that moving helps.",
        "Mild COPD, stable. Was a swimmer.",
        "Raised blood pressure, treated; sits all day at work.",
    )),
    Need("physical_activity", 40, (22, 74), (
        "Inactive for years, ready for the six months.",
        "Has asked for the activity prescription that a neighbour had.",
    )),
)  # fmt: skip

DISCHARGE_SENTENCES = (
    "Going home alone after three weeks on the ward; was managing before, lost confidence.",
    "Home after a hip operation, walks with a frame, daughter visits on Sundays.",
    "Admitted after a fall. Well again, worried about being alone.",
)
RISKS = (
    "Large dog at the address.",
    "Has fallen before: please offer an arm on steps.",
    "Do not discuss money in front of the lodger.",
    "Carries a blue inhaler and knows when to use it.",
    "Key safe: the neighbour at the next door has the number.",
)
QUESTIONS = (
    ("Which mornings suit? She did not answer the telephone twice.", "Any but Tuesday; ring after ten."),
    ("Is he safe to exercise without supervision?", "Yes: reviewed last month, no restrictions."),
    ("Does she know about this referral?", "Yes, we spoke about it on Thursday and she agreed."),
    ("Is there anyone who should be there when we visit?", "No, he prefers to be seen alone."),
)
PROVIDER_QUESTIONS = (
    ("Can they manage a flight of stairs?", "Yes, slowly, with the rail."),
    ("Is an afternoon possible? The mornings are full.", "Afternoons are fine."),
    ("Would they come with somebody the first time?", "Yes, a neighbour has offered."),
)
HANDOVER_NOTES = (
    "Prefers the telephone, in the afternoon.",
    "A little shy at first; a familiar voice at the door would help.",
    "Comes by bus: please not before ten.",
    "Looking forward to it.",
    "",
    "",
)
