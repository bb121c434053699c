"""The words of what is recorded beside the two machines."""

from django.db import models


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


class EventKind(models.TextChoices):
    """Events that are no step of a machine; a step's event is named by the step."""

    CREATED = "created", "Draft made"
    EDITED = "edited", "Draft changed"
    ALLOCATED = "allocated", "Allocated"
    CONSENT_RECORDED = "consent_recorded", "Consent recorded"
    OBSERVATIONS_RECORDED = "observations_recorded", "Facts about the person recorded"
    CLEARANCE_RECORDED = "clearance_recorded", "A professional's decision recorded"
    RECORD_WRITTEN = "record_written", "Record of the person written"
    RISK_RECORDED = "risk_recorded", "Risk recorded"
    RISK_ENDED = "risk_ended", "Risk ended"
    SENT_ONWARD = "sent_onward", "Sent to a service"
    REROUTED = "rerouted", "Sent to another service instead"
    ARRIVED_BY_REDIRECTION = "arrived_by_redirection", "Arrived from another team"
