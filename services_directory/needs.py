"""The needs that people come with: a small taxonomy of our own, for describing what a service helps with.

The DAPB4066 standard leaves the list of needs to the place. The words here are our choice; they are data (rows of
`TaxonomyTerm`), so a place may add to them.
"""

import uuid

NEEDS_TAXONOMY_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:community-referral:needs")
NEEDS_TAXONOMY_NAME = "Social prescribing needs"
NEEDS_TAXONOMY_DESCRIPTION = "What a person may need that a service in the community can help with."

NEEDS: dict[str, tuple[str, str]] = {
    "physical_activity": ("Being more active", "Moving more, getting fitter, starting again after a long time."),
    "long_term_condition": (
        "Living with a long-term condition",
        "Diabetes, joint pain, COPD, heart disease and others.",
    ),
    "falls": ("Balance and falls", "Having fallen, being afraid of falling, feeling unsteady."),
    "weight": ("Healthy weight", "Eating and moving towards a healthier weight."),
    "mental_wellbeing": ("Mental wellbeing", "Low mood, worry, stress, sleep, confidence."),
    "loneliness": ("Loneliness and isolation", "Wanting company, friends, people to talk to."),
    "bereavement": ("Bereavement and loss", "After the death of somebody close, or another great loss."),
    "caring": ("Caring for somebody", "Looking after a relative or friend, and a life beside it."),
    "money": ("Money, debt and benefits", "Bills, debts, benefits, the cost of living."),
    "food": ("Food", "Affording food, cooking, eating well."),
    "warmth": ("A warm home", "Heating, energy bills, somewhere warm to be."),
    "housing": ("Housing", "Finding, keeping or repairing a home."),
    "work_learning": ("Work, volunteering and learning", "Finding work, volunteering, learning something new."),
    "digital": ("Getting online", "Using a telephone, tablet or computer, and affording it."),
    "creativity": ("Creativity and culture", "Making things, music, art, museums."),
    "nature": ("Nature and green space", "Gardening, growing, being outdoors."),
    "memory": ("Memory and dementia", "Memory problems, living with dementia."),
    "parenting": ("Parents and families", "Support as a parent, with a baby or with children."),
}
"""By code: the name and what it covers."""


def need_id(code: str) -> uuid.UUID:
    """Return the id of a need's term.

    :raises KeyError: if there is no such need.
    """
    NEEDS[code]
    return uuid.uuid5(NEEDS_TAXONOMY_ID, code)
