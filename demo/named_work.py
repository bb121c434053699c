"""What was known, said, planned, measured and feared of the named people: the work beside the steps of their stories.

By name, as `named_people` has it. An act says what was done so many working days ago, in the afternoon (or at `hour`),
by the link worker if no one else is named; `about` and `at_service` name an offer by its service. Nobody exists.
"""

from collections.abc import Mapping

from demo.named_people import Act
from referrals.enums import ConsultationMechanism as Way
from referrals.enums import ContactOutcome, ContactParty
from referrals.enums import RecordSection as Topic
from referrals.services.plan import Agreement, Goal, Plan, PlannedAction, PlanNeed
from referrals.services.record import EntryDetails, RecordDetails

Name = tuple[str, str]
AGREED = Agreement(with_whom="person")


def _record(*entries: tuple[Topic, str], gender: str, ethnic_category: str) -> RecordDetails:
    return RecordDetails(
        gender=gender, ethnic_category=ethnic_category,
        entries=tuple(EntryDetails(section=topic, text=text) for topic, text in entries),
    )  # fmt: skip


KNOWN: Mapping[Name, RecordDetails] = {
    ("Edith", "Hargreaves"): _record(
        (Topic.ACCESSIBLE_INFORMATION, "Large print: reads 18 point and larger."),
        (Topic.IMPORTANT_PEOPLE, "Her neighbour Jean, who moved to Marple in the spring."),
        (Topic.HOUSEHOLD, "Lives alone."),
        gender="2", ethnic_category="A",
    ),
    ("Mei", "Leung"): _record(
        (Topic.ACCESSIBLE_INFORMATION, "Speaks Cantonese: book an interpreter, also for the telephone."),
        (Topic.COMMUNICATION, "Understands more English than she speaks. Please do not ask her son to translate."),
        gender="2", ethnic_category="R",
    ),
    ("Ronald", "Swindells"): _record(
        (Topic.ACCESSIBLE_INFORMATION, "Hearing aid on the left: face him, and speak slowly."),
        (Topic.MOBILITY, "Walks with a frame since the operation."),
        (Topic.ACCESS, "Fourteen stairs, no rail yet."),
        gender="1", ethnic_category="A",
    ),
    ("Harpreet", "Kaur"): RecordDetails(
        gender="2", ethnic_category="H",
        entries=(
            EntryDetails(section=Topic.CARER_STATUS, code="224484003", display="Carer"),
            EntryDetails(section=Topic.DEPENDANTS, text="Her mother, 91, who cannot be left alone."),
        ),
    ),
    ("Adaeze", "Okonkwo"): _record(
        (Topic.PROBLEM, "Type 2 diabetes, on metformin."),
        (Topic.MOST_IMPORTANT, "To dance at her niece's wedding, the whole evening."),
        gender="2", ethnic_category="N",
    ),
}  # fmt: skip
"""What the referrer wrote with the referral, for those of whom they wrote more than the reason."""


def _plan(words: str, goal: Goal, *, strengths: tuple[str, ...] = ()) -> Plan:
    return Plan(needs=(PlanNeed(words=words, goals=(goal,)),), agreement=AGREED, strengths=strengths)


def _rang(note: str, minutes: int = 15, **said: object) -> dict[str, object]:
    return {"mechanism": Way.TELEPHONE, "outcome": ContactOutcome.SPOKE, "note": note, "minutes": minutes, **said}


def _met(note: str, minutes: int = 50) -> dict[str, object]:
    return {"mechanism": Way.FACE_TO_FACE, "outcome": ContactOutcome.SPOKE, "note": note, "minutes": minutes}


NO_ANSWER = {"mechanism": Way.TELEPHONE, "outcome": ContactOutcome.NO_ANSWER}


def _ons4(satisfied: int, worthwhile: int, happy: int, anxious: int, point: int) -> dict[str, object]:
    answers = {"life_satisfaction": satisfied, "worthwhile": worthwhile, "happiness": happy, "anxiety": anxious}
    return {"measure": "ons4", "answers": answers, "point": point}


def _ucla3(companionship: int, left_out: int, isolated: int, lonely: str, point: int) -> dict[str, object]:
    answers = {"companionship": companionship, "left_out": left_out, "isolated": isolated, "lonely": lonely}
    return {"measure": "ucla3", "answers": answers, "point": point}


def _ipaq(
    at_service: str, *, moderate: tuple[int, int], walking: tuple[int, int], point: int | None
) -> dict[str, object]:
    """Days a week and minutes on each; nothing vigorous, and the sitting was not asked."""
    answers = {"vigorous_days": 0, "sitting_minutes": None}
    for kind, (days, minutes) in {"moderate": moderate, "walking": walking}.items():
        answers |= {f"{kind}_days": days} | ({f"{kind}_minutes": minutes} if days else {})
    return {"measure": "ipaq_short", "answers": answers, "point": point, "at_service": at_service}


_PLOT = Goal(
    in_own_words="I want earth under my nails again, and somebody to have a brew with.",
    importance=9, confidence=6,
    actions=(PlannedAction(what="Go to the garden on Thursdays", who="person", confidence=7),),
)  # fmt: skip
_PLOT_REACHED = Goal(
    in_own_words=_PLOT.in_own_words, importance=9, confidence=10, status="achieved",
    outcome="Has a plot of her own, and friends beside it.",
    actions=(PlannedAction(what="Go to the garden on Thursdays", who="person", status="done", confidence=10),),
)  # fmt: skip

WORK: Mapping[Name, tuple[Act, ...]] = {
    ("Shazia", "Mahmood"): (
        Act(4, "contact", NO_ANSWER),
        Act(4, "contact", NO_ANSWER | {"hour": 17}),
    ),
    ("Desmond", "Clarke"): (
        Act(28, "contact", _met("Talked of his brother, and of the allotment that they had.")),
        Act(28, "measure", _ons4(4, 3, 4, 6, 0)),
        Act(27, "plan", {"plan": _plan(
            "Has hardly moved since his brother died",
            Goal(
                in_own_words="I'd get up for it if somebody was waiting for me.", importance=8, confidence=4,
                actions=(PlannedAction(what="Come along on the first day", who="link_worker"),),
            ),
            strengths=("Knows everybody on the estate",),
        )}),
        Act(21, "contact", _rang(
            "Three of us on the line: he knows the coach's face now.", with_whom=ContactParty.PROVIDER,
            with_name="The Active team", about="move_together", is_warm_handover=True,
        )),
        Act(11, "measure", _ipaq("move_together", moderate=(0, 0), walking=(2, 15), point=0)),
        Act(3, "contact", _rang("Went, and will go again. The bus is late, and he does not mind.", 10)),
    ),
    ("Mei", "Leung"): (
        Act(20, "contact", _met("With an interpreter. Showed photographs of her friends.")),
        Act(20, "measure", _ucla3(3, 2, 3, "often_or_always", 0)),
        Act(19, "plan", {"plan": _plan(
            "Her friends have died or moved",
            Goal(in_own_words="Somebody to drink tea with, who lets me finish a sentence.", importance=9, confidence=5),
        )}),
        Act(19, "signpost", {
            "name": "Cantonese lunch club (demonstration)", "contact_details": "0161 496 0260", "follow_up_in": 25,
            "reason": "Company while she waits for a visitor",
        }),
    ),
    ("Wayne", "Birtles"): (
        Act(37, "contact", NO_ANSWER),
        Act(35, "contact", _met("Prefers to be written to. Brought a model boat.")),
        Act(35, "measure", _ons4(3, 4, 3, 8, 0)),
        Act(34, "plan", {"plan": _plan(
            "Anxious, and off work",
            Goal(in_own_words="Make something with my hands and not have to talk.", importance=7, confidence=5),
            strengths=("Patient with small things",),
        )}),
        Act(15, "contact", _rang("Two buses each way were too much. Would try something nearer.")),
        Act(15, "task", {"title": "Look for a group on one bus line", "due_in": 20}),
    ),
    ("Bernadette", "Doyle"): (
        Act(84, "contact", _met("Cried, and laughed. Misses the garden that they had.")),
        Act(84, "measure", _ons4(4, 5, 3, 7, 0)),
        Act(84, "measure", _ucla3(3, 2, 3, "often_or_always", 0)),
        Act(83, "plan", {"plan": _plan("Widowed in the spring", _PLOT, strengths=("Green fingers",))}),
        Act(72, "measure", _ipaq("garden", moderate=(1, 30), walking=(3, 20), point=0)),
        Act(40, "contact", _rang("Missed one week: the funeral of a friend. Goes on.", 10)),
        Act(8, "measure", _ipaq("garden", moderate=(4, 60), walking=(5, 30), point=12)),
        Act(7, "contact", _met("Looked back together.", 40)),
        Act(7, "measure", _ons4(7, 8, 7, 3, 12)),
        Act(7, "measure", _ucla3(1, 1, 2, "hardly_ever", 12)),
        Act(7, "plan", {"plan": _plan("Widowed in the spring", _PLOT_REACHED, strengths=("Green fingers",))}),
    ),
    ("Ronald", "Swindells"): (
        Act(2, "concern", {
            "by": "referrer",
            "text": "Says that a nephew keeps his bank card, and that he does not know what is spent.",
        }),
        Act(1, "read_concerns", {}),
    ),
    ("Harpreet", "Kaur"): (
        Act(4, "contact", _rang("Could speak for ten minutes, while her mother slept.", 10)),
        Act(3, "risk", {"description": "Ring before two: her mother is woken by the bell."}),
    ),
    ("Kathleen", "Ashworth"): (
        Act(16, "contact", _rang("Would try a telephone friend.", 25)),
        Act(16, "measure", _ucla3(2, 2, 3, "some_of_the_time", 0)),
        Act(15, "plan", {"plan": _plan(
            "Alone since her son moved abroad",
            Goal(in_own_words="Not to count the days until Sunday's call.", importance=8, confidence=4),
        )}),
        Act(6, "contact", _rang("Stays with us, and with nobody else for now.", 20)),
    ),
    ("Tariq", "Hussain"): (
        Act(5, "contact", _rang("Sits ten hours a day. Swam as a boy, and would again.")),
        Act(4, "plan", {"plan": _plan(
            "Sits all day at work",
            Goal(
                in_own_words="Swim a length without stopping, like when I was twelve.", importance=7, confidence=6,
                actions=(PlannedAction(what="Find his trunks", who="person", confidence=9),),
            ),
        )}),
        Act(4, "measure", _ons4(6, 6, 5, 4, 0)),
    ),
    ("Adaeze", "Okonkwo"): (
        Act(45, "contact", _rang("Knows the centre, and has a lift on Mondays.")),
        Act(45, "plan", {"plan": _plan(
            "Inactive, with type 2 diabetes",
            Goal(
                in_own_words="Dance the whole evening at my niece's wedding.", importance=10, confidence=7,
                actions=(PlannedAction(what="Come twice a week", who="person", confidence=8),),
            ),
        )}),
        Act(38, "measure", _ipaq("paris", moderate=(0, 0), walking=(4, 15), point=0)),
        Act(38, "measure", _ons4(6, 7, 6, 3, 0) | {"at_service": "paris"}),
        Act(3, "measure", _ipaq("paris", moderate=(2, 45), walking=(5, 25), point=None)),
        Act(3, "contact", _rang("Comes every week, and takes the stairs.", 10)),
    ),
}  # fmt: skip
"""Nobody has rung Gerald Unsworth: that is his story. Edith Hargreaves waits for triage."""
