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
    SENT_ONWARD = "sent_onward", "Sent to a service"
    REROUTED = "rerouted", "Sent to another service instead"
    PERSON_MERGED = "person_merged", "Found to be of the same person as another referral"
    PERSON_MERGE_UNDONE = "person_merge_undone", "A merge of two people undone"
    PERSON_CORRECTED = "person_corrected", "NHS number or its status corrected"
    CONTACT_CHANGED = "contact_changed", "How to reach the person changed"
    ADDRESS_CHANGED = "address_changed", "Address changed"
    DEATH_UNDONE = "death_undone", "A recorded death was a mistake"
    ARRIVED_BY_REDIRECTION = "arrived_by_redirection", "Arrived from another team"
