"""The words of what is recorded beside the two machines."""

from enum import nonmember

from django.db import models


class AttendanceResult(models.TextChoices):
    """One person at one session."""

    PRESENT = "present", "Present"
    ABSENT = "absent", "Absent"
    TOLD_US = "told_us", "Absent, and told us before"
    NEW = "new", "Present, for the first time"

    CAME = nonmember(("present", "new"))


class ReviewResult(models.TextChoices):
    """What became of a review at one of the scheme's points."""

    HELD = "held", "Held"
    MISSED = "missed", "Missed"


class SessionCancelReason(models.TextChoices):
    """Why a session did not take place (none is sourced: custom)."""

    NO_LEADER = "no_leader", "Nobody to lead it"
    NO_VENUE = "no_venue", "The place was not available"
    TOO_FEW = "too_few", "Too few people"
    WEATHER = "weather", "Weather"
    HOLIDAY = "holiday", "Holiday"
    MADE_BY_MISTAKE = "made_by_mistake", "Made by mistake"


class EventKind(models.TextChoices):
    """Events that are no step of a machine; a step's event is named by the step."""

    CREATED = "created", "Draft made"
    EDITED = "edited", "Draft changed"
    ALLOCATED = "allocated", "Allocated"
    CONSENT_RECORDED = "consent_recorded", "Consent recorded"
    CONSENT_EXPIRED = "consent_expired", "Consent ran out"
    OBSERVATIONS_RECORDED = "observations_recorded", "Facts about the person recorded"
    CLEARANCE_RECORDED = "clearance_recorded", "A professional's decision recorded"
    CLEARANCE_REQUESTED = "clearance_requested", "A professional's decision asked for"
    CLEARANCE_REQUEST_ENDED = "clearance_request_ended", "A professional's decision no longer waited for"
    REVIEW_RECORDED = "review_recorded", "A review was held, or missed"
    FOLLOW_UP_RECORDED = "follow_up_recorded", "Asked how they are, some months after, or given up"
    MEASURE_RECORDED = "measure_recorded", "A measure was taken"
    RECORD_WRITTEN = "record_written", "Record of the person written"
    RISK_RECORDED = "risk_recorded", "Risk recorded"
    RISK_ENDED = "risk_ended", "Risk ended"
    SENT_ONWARD = "sent_onward", "Sent to a service"
    REROUTED = "rerouted", "Sent to another service instead"
    DISCHARGE_EDITED = "discharge_edited", "Details of the discharge changed"
    DISCHARGE_OVERDUE = "discharge_overdue", "Planned discharge passed without a word"
    RESPONSE_NUDGED = "response_nudged", "Reminder: an answer is awaited"
    RESPONSE_ESCALATED = "response_escalated", "No answer yet: the team's leads were told"
    CLOCK_BREACHED = "clock_breached", "Overdue for too long: the team's leads were told"
    TASKS_HANDED_OVER = "tasks_handed_over", "Tasks of somebody who leaves given to another"
    CLOCK_HELD = "clock_held", "Waits: in hospital"
    CLOCK_RESTARTED = "clock_restarted", "Home again: the clock runs anew"
    PERSON_MERGED = "person_merged", "Found to be of the same person as another referral"
    PERSON_MERGE_UNDONE = "person_merge_undone", "A merge of two people undone"
    PERSON_CORRECTED = "person_corrected", "NHS number or its status corrected"
    CONTACT_CHANGED = "contact_changed", "How to reach the person changed"
    CONTACT_CHANGED_BY_PERSON = "contact_changed_by_person", "The person changed how they are reached"
    PERSON_WROTE = "person_wrote", "The person wrote to the team"
    PERSON_SAID_NO = "person_said_no", "The person said no thanks"
    PERSON_CHANGED_MIND = "person_changed_mind", "The person changed their mind: they would like to go on"
    PERSON_LINK_ISSUED = "person_link_issued", "A new link to the person's own page"
    PERSON_LINK_LOCKED = "person_link_locked", "The link to the person's own page was locked: wrong dates of birth"
    ADDRESS_CHANGED = "address_changed", "Address changed"
    DEATH_UNDONE = "death_undone", "A recorded death was a mistake"
    ARRIVED_BY_REDIRECTION = "arrived_by_redirection", "Arrived from another team"
    CONTACT_LOGGED = "contact_logged", "In touch, or tried to be"
    NOTE_WRITTEN = "note_written", "Note of the team"
    NOTE_SHARED = "note_shared", "Note shared with the referrer"
    PLAN_SAVED = "plan_saved", "Plan agreed or changed"
    SIGNPOSTED = "signposted", "Signposted"
    SIGNPOST_FOLLOWED_UP = "signpost_followed_up", "Signposting followed up"
    TASK_ADDED = "task_added", "Task written down"
    TASK_DONE = "task_done", "Task done"
    FORGOTTEN = "forgotten", "What named or described the person was taken out"
    MESSAGE_BACK_FILED = "message_back_filed", "Message back filed"
