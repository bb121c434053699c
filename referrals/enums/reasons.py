"""Why something ends, waits or is passed on, and what came of it (field notes 3.5 marks each with its source)."""

from enum import nonmember

from django.db import models


class RejectionReason(models.TextChoices):
    """Why a team rejects a referral at triage."""

    INAPPROPRIATE = "inappropriate", "Not right for this service"
    CRITERIA_NOT_MET = "criteria_not_met", "Does not meet the criteria"
    OUT_OF_AREA = "out_of_area", "Out of area"
    ALREADY_SUPPORTED = "already_supported", "Already receiving this support"
    DUPLICATE = "duplicate", "Duplicate of another referral"
    NO_CONSENT = "no_consent", "The person has not agreed"
    CANNOT_ENGAGE = "cannot_engage", "The person cannot engage with this support"
    SAFETY_RISK = "safety_risk", "A risk that cannot be managed"
    INFORMATION_MISSING = "information_missing", "Information that was asked for did not come"


class RedirectionReason(models.TextChoices):
    """Why a team passes a referral on to another."""

    OUT_OF_AREA = "out_of_area", "Lives in another team's area"
    BETTER_SUITED = "better_suited", "Another team is better suited"
    AT_CAPACITY = "at_capacity", "This team is full"


class WithdrawalReason(models.TextChoices):
    """Why a referral is taken back."""

    PERSON_CHANGED_MIND = "person_changed_mind", "The person changed their mind"
    NO_LONGER_NEEDED = "no_longer_needed", "No longer needed"
    CONSENT_WITHDRAWN = "consent_withdrawn", "The person withdrew their consent"
    SENT_BY_MISTAKE = "sent_by_mistake", "Sent by mistake"
    HEALTH_CHANGED = "health_changed", "Their health has changed"
    MOVED = "moved", "Moved away"
    DECEASED = "deceased", "Died"
    REFERRAL_ENDED = "referral_ended", "The referral that it belongs to has ended"


class HoldReason(models.TextChoices):
    """Why support or a programme stands still for a while."""

    HEALTH = "health", "Their health"
    IN_HOSPITAL = "in_hospital", "In hospital"
    AWAY = "away", "Away"
    WAITING_FOR_SERVICE = "waiting_for_service", "Waiting for a service"
    PERSON_ASKED = "person_asked", "The person asked to wait"


class CloseOutcome(models.TextChoices):
    """What came of a referral. Every closed referral has one."""

    GOALS_MET = "goals_met", "Goals met"
    GOALS_PARTLY_MET = "goals_partly_met", "Goals partly met"
    SIGNPOSTED_ONLY = "signposted_only", "Signposted only"
    TRANSFERRED = "transferred", "Transferred to other support"
    DISENGAGED = "disengaged", "Stopped engaging"
    DECLINED_BY_PERSON = "declined_by_person", "The person declined"
    UNABLE_TO_CONTACT = "unable_to_contact", "Could not be contacted"
    DECEASED = "deceased", "Died"

    WITHOUT_SUPPORT = nonmember(("declined_by_person", "unable_to_contact", "deceased", "transferred"))


class ReopeningReason(models.TextChoices):
    """Why a lead opens a closed referral again."""

    PERSON_CAME_BACK = "person_came_back", "The person came back"
    CLOSED_BY_MISTAKE = "closed_by_mistake", "Closed by mistake"


class ErrorReason(models.TextChoices):
    """Why a referral should never have been."""

    WRONG_PERSON = "wrong_person", "It is about the wrong person"
    DUPLICATE = "duplicate", "It was made twice"
    TEST_ENTRY = "test_entry", "It was a test"


class DeclineReason(models.TextChoices):
    """Why a provider declines an onward referral."""

    INAPPROPRIATE = "inappropriate", "Not right for this service"
    CRITERIA_NOT_MET = "criteria_not_met", "Does not meet the criteria"
    AT_CAPACITY = "at_capacity", "Full"
    MEDICALLY_UNSUITABLE = "medically_unsuitable", "Medically not suitable"
    OUT_OF_AREA = "out_of_area", "Out of area"
    ALREADY_SUPPORTED = "already_supported", "Already takes part"
    NO_CONSENT = "no_consent", "The person has not agreed"
    CANNOT_ENGAGE = "cannot_engage", "The person cannot engage with this service"
    INFORMATION_MISSING = "information_missing", "Information that was asked for did not come"
    SERVICE_PAUSED = "service_paused", "The service is paused or has ended"
    SAFETY_RISK = "safety_risk", "A risk that cannot be managed"


class NotStartedReason(models.TextChoices):
    """Why a person who was accepted never started."""

    CHANGED_MIND = "changed_mind", "Changed their mind"
    UNABLE_TO_CONTACT = "unable_to_contact", "Could not be contacted"
    WAITED_TOO_LONG = "waited_too_long", "Waited too long"
    WRONG_INFORMATION = "wrong_information", "Was told something wrong about it"
    COST = "cost", "Cost"
    TRAVEL = "travel", "Travel"
    TIME = "time", "Time, work or caring"
    HEALTH_WORSE = "health_worse", "Their health got worse"
    EMBARRASSMENT = "embarrassment", "Stigma or embarrassment"
    FOUND_OWN_ACTIVITY = "found_own_activity", "Found something themselves"
    MOVED = "moved", "Moved away"
    DECEASED = "deceased", "Died"


class MissedAssessmentReason(models.TextChoices):
    """Why a first assessment that was booked did not take place (none is sourced: custom)."""

    DID_NOT_ATTEND = "did_not_attend", "Did not come"
    TOLD_US = "told_us", "Could not come, and told us before"
    PROVIDER_CANCELLED = "provider_cancelled", "We had to cancel"

    BY_THE_PERSON = nonmember(("did_not_attend", "told_us"))  # what counts towards the team's limit


class LeftEarlyReason(models.TextChoices):
    """Why a person who started left before the end."""

    ILLNESS_OR_INJURY = "illness_or_injury", "Illness or injury"
    HEALTH_WORSE = "health_worse", "Their health got worse"
    TIME = "time", "Work or caring"
    COST = "cost", "Cost"
    TRANSPORT = "transport", "Transport"
    NOT_ENJOYED = "not_enjoyed", "Did not enjoy it"
    SESSION_TIME = "session_time", "The time of the session"
    GOAL_REACHED_EARLY = "goal_reached_early", "Reached their goal early"
    MOVED = "moved", "Moved away"
    DECEASED = "deceased", "Died"
    UNKNOWN = "unknown", "Not known"


class ProgrammeOutcome(models.TextChoices):
    """What came of a completed programme, as the provider sees it."""

    GOALS_MET = "goals_met", "Goals met"
    GOALS_PARTLY_MET = "goals_partly_met", "Goals partly met"
    NO_CHANGE = "no_change", "No change"
