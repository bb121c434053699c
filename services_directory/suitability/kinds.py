"""The words of rules and of answers. A stored value is a public contract: it is never renamed."""

from django.db import models


class RuleKind(models.TextChoices):
    """What sort of fact a rule looks at; `subject` says which."""

    AGE = "age", "Age at the planned start"
    CHOICE = "choice", "One of several answers (gender, risk tier)"
    YES_NO = "yes_no", "A yes or a no"
    MEASURE = "measure", "A number against a threshold"
    BLOOD_PRESSURE = "blood_pressure", "Resting blood pressure, either value"
    SINCE_EVENT = "since_event", "Time since something happened"
    AREA = "area", "Where the person lives"
    PRACTICE = "practice", "The person's registered practice"
    REFERRAL_SOURCE = "referral_source", "Who refers"


class Operator(models.TextChoices):
    """How a number is held against a threshold. `between` takes in both ends."""

    AT_LEAST = "at_least", "At or above"
    ABOVE = "above", "Above"
    AT_MOST = "at_most", "At or below"
    BELOW = "below", "Below"
    BETWEEN = "between", "Between"


class Severity(models.TextChoices):
    """What a rule does (field notes 3.3)."""

    ABSOLUTE = "absolute", "Rules a person out, unless a professional clears it"
    REFER_TO_CLINICIAN = "refer_to_clinician", "Needs a professional's clearance first"
    REQUIREMENT = "requirement", "Must be so"


class PeriodUnit(models.TextChoices):
    """Units of time since something happened. Months are calendar months."""

    DAYS = "days", "days"
    WEEKS = "weeks", "weeks"
    MONTHS = "months", "months"


class RuleBasis(models.TextChoices):
    """Whose rules they are."""

    OWN = "own", "The service's own rules"
    COMPARABLE = "comparable", "Rules of a comparable scheme or of guidance, not the service's own"
    MADE_UP = "made_up", "Made up for the demonstration"


class RuleResult(models.TextChoices):
    """What a rule says of a person. Unknown is never taken for yes nor for no."""

    PASSED = "passed", "Nothing in the way"
    FAILED = "failed", "In the way"
    NOT_YET = "not_yet", "In the way until a day"
    CLEARED = "cleared", "Cleared by a professional"
    REFUSED = "refused", "Not cleared by a professional"
    UNKNOWN = "unknown", "Not known"


class Verdict(models.TextChoices):
    """What all the rules of a service together say of a person."""

    ELIGIBLE_NOW = "eligible_now", "Eligible now"
    ELIGIBLE_FROM = "eligible_from", "Not before a day"
    NEEDS_CLEARANCE = "needs_clearance", "Needs a professional's clearance"
    NOT_ELIGIBLE = "not_eligible", "Not eligible"
    CANNOT_SAY = "cannot_say", "Questions are open"
    NO_RULES = "no_rules", "No rules known: ask the provider"


class AnswerKind(models.TextChoices):
    """How a question is answered."""

    YES_NO = "yes_no", "Yes or no"
    EVENT = "event", "Yes or no, and when"
    MEASURE = "measure", "A number"
    BLOOD_PRESSURE = "blood_pressure", "Two numbers"
    CHOICE = "choice", "One of several"
    REFERRAL = "referral", "Stands on the referral"


class Answered(models.TextChoices):
    """What was answered. A number or a choice is `given`."""

    YES = "yes", "Yes"
    NO = "no", "No"
    GIVEN = "given", "Given"
    UNKNOWN = "unknown", "Not known"
