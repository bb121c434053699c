"""The words of the pathway: statuses, reasons, outcomes. A leaf: imports nothing of ours.

Reasons come from field notes 3.5, which mark each with its source. A stored value is a public contract: it is never
renamed.
"""

from enum import nonmember

from django.db import models


class ReferralStatus(models.TextChoices):
    """Where a referral to a link-worker team (or a scheme's hub) stands."""

    DRAFT = "draft", "Draft"
    DEFERRED = "deferred", "Waiting for discharge"
    SUBMITTED = "submitted", "Waiting for triage"
    INFORMATION_REQUESTED = "information_requested", "Question asked of the referrer"
    ACCEPTED = "accepted", "Accepted"
    ACTIVE = "active", "Being supported"
    ON_HOLD = "on_hold", "On hold"
    CLOSED = "closed", "Closed"
    REJECTED = "rejected", "Rejected"
    REDIRECTED = "redirected", "Redirected to another team"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    ENDED = nonmember(("closed", "rejected", "redirected", "withdrawn", "entered_in_error"))
    TAKEN_ON = nonmember(("accepted", "active", "on_hold"))  # a person has it in hand
    SENT = nonmember(
        ("deferred", "submitted", "information_requested", "accepted", "active", "on_hold")
    )  # open, and in the hands of the receiving team
    OPEN = nonmember(("draft", "deferred", "submitted", "information_requested", "accepted", "active", "on_hold"))


class OnwardStatus(models.TextChoices):
    """Where an onward referral to a service stands."""

    SENT = "sent", "Sent"
    INFORMATION_REQUESTED = "information_requested", "Question asked of the link worker"
    WAITLISTED = "waitlisted", "On the waiting list"
    ACCEPTED = "accepted", "Accepted"
    ASSESSMENT_BOOKED = "assessment_booked", "First assessment booked"
    STARTED = "started", "Taking part"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    LEFT_EARLY = "left_early", "Left early"
    NOT_STARTED = "not_started", "Never started"
    DECLINED = "declined", "Declined by the provider"
    EXPIRED = "expired", "Expired without an answer"
    WITHDRAWN = "withdrawn", "Withdrawn"

    ENDED = nonmember(("completed", "left_early", "not_started", "declined", "expired", "withdrawn"))
    OPEN = nonmember(
        ("sent", "information_requested", "waitlisted", "accepted", "assessment_booked", "started", "paused")
    )
    HOLDING_A_PLACE = nonmember(("accepted", "assessment_booked", "started", "paused"))
    REROUTABLE = nonmember(("declined", "expired"))
    NEVER_TAKEN_UP = nonmember(("declined", "expired", "withdrawn"))


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


class NhsNumberStatus(models.TextChoices):
    """NHS NUMBER STATUS INDICATOR CODE of the NHS Data Dictionary (field notes 5, S120)."""

    PRESENT_VERIFIED = "01", "Number present and verified"
    PRESENT_NOT_TRACED = "02", "Number present but not traced"
    TRACE_REQUIRED = "03", "Trace required"
    TRACE_NO_MATCH = "04", "Trace attempted: no match or several"
    NEEDS_RESOLVING = "05", "Trace needs to be resolved"
    IN_PROGRESS = "06", "Trace in progress"
    NOT_PRESENT_NOT_REQUIRED = "07", "Number not present, trace not required"
    POSTPONED = "08", "Trace postponed (baby under six weeks old)"


class PreferredContact(models.TextChoices):
    """UK Core preferred contact method (field notes 3.6, S119)."""

    LETTER = "1", "Letter"
    VISIT = "2", "Visit"
    TELEPHONE = "3", "Telephone"
    EMAIL = "4", "E-mail"
    MINICOM = "5", "Minicom (textphone)"
    PROXY = "6", "Telephone via proxy"
    SIGN_LANGUAGE = "7", "Sign language"
    NO_TELEPHONE = "8", "No telephone contact"
    SMS = "9", "SMS (text message)"


class ConsentDecision(models.TextChoices):
    """What the person decided about sharing."""

    GIVEN = "given", "Agreed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ConsentBasis(models.TextChoices):
    """On what ground something is shared (field notes 2.3, item 6)."""

    CONSENT = "consent", "The person agreed"
    BEST_INTERESTS = "best_interests", "Best-interests decision: the person lacks capacity"


class AttendanceResult(models.TextChoices):
    """One person at one session."""

    PRESENT = "present", "Present"
    ABSENT = "absent", "Absent"
    TOLD_US = "told_us", "Absent, and told us before"


class SnomedCode(models.TextChoices):
    """The two codes that go back to the record (field notes 2.4, S66 to S69)."""

    REFERRAL_TO_SOCIAL_PRESCRIBING = "871731000000106", "Referral to social prescribing service"
    SOCIAL_PRESCRIBING_DECLINED = "871711000000103", "Social prescribing declined"


class EventKind(models.TextChoices):
    """Events that are no step of a machine; a step's event is named by the step."""

    CREATED = "created", "Draft made"
    EDITED = "edited", "Draft changed"
    ALLOCATED = "allocated", "Allocated"
    CONSENT_RECORDED = "consent_recorded", "Consent recorded"
    OBSERVATIONS_RECORDED = "observations_recorded", "Facts about the person recorded"
    CLEARANCE_RECORDED = "clearance_recorded", "A professional's decision recorded"
    SENT_ONWARD = "sent_onward", "Sent to a service"
    REROUTED = "rerouted", "Sent to another service instead"
    ARRIVED_BY_REDIRECTION = "arrived_by_redirection", "Arrived from another team"
