"""What is measured before and after: questions, answers, scores and what a change means. Pure: no database, no clock.

Each family of measures is declared as data in a file of its own; `MEASURES` has them all by code. Where the field notes
have a number from general knowledge only, the measure's sources say that it is to be checked.
"""

from referrals.measures import active_lives, gppaq, ipaq, licensed, loneliness, wellbeing
from referrals.measures.answers import BadAnswers, judge_answers
from referrals.measures.change import Change, Meaning, changes_between
from referrals.measures.kinds import Answers, Band, Direction, Item, Measure, Score, Scored, ScoreKind, Source

MEASURES: dict[str, Measure] = {
    measure.code: measure
    for family in (wellbeing, loneliness, ipaq, gppaq, active_lives, licensed)
    for measure in family.ALL
}
"""Every measure by its code, in the order in which they are listed."""

__all__ = [
    "MEASURES",
    "Answers",
    "BadAnswers",
    "Band",
    "Change",
    "Direction",
    "Item",
    "Meaning",
    "Measure",
    "Score",
    "ScoreKind",
    "Scored",
    "Source",
    "changes_between",
    "judge_answers",
]
