"""The words of a link worker's own work: contacts, the plan, signposting, what is due."""

from enum import nonmember

from django.db import models


class ContactParty(models.TextChoices):
    """With whom somebody of the team was, or tried to be, in touch about a person."""

    PERSON = "person", "The person"
    CARER = "carer", "Their carer or family"
    REFERRER = "referrer", "The referrer"
    PROVIDER = "provider", "A provider"
    OTHER = "other", "Somebody else"


class ConsultationMechanism(models.TextChoices):
    """How they were in touch: CONSULTATION MECHANISM of the NHS Data Dictionary (field notes 5, S121)."""

    FACE_TO_FACE = "01", "Face to face"
    TELEPHONE = "02", "Telephone"
    TELEMEDICINE = "03", "Video call"
    TALK_TYPE = "04", "Talk type (for somebody who cannot speak)"
    EMAIL = "05", "Email"
    SMS = "06", "Text message"
    OTHER = "98", "Other, such as a letter"


class ContactDirection(models.TextChoices):
    """Who began it."""

    OUT = "out", "We got in touch"
    IN = "in", "They got in touch"


class ContactOutcome(models.TextChoices):
    """What came of one contact, or of one try."""

    SPOKE = "spoke", "In touch with each other"
    LEFT_MESSAGE = "left_message", "Left or sent a message"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_NUMBER = "wrong_number", "Wrong number or address"
    DID_NOT_ATTEND = "did_not_attend", "Did not come, and did not say so"
    CANCELLED_BY_THEM = "cancelled_by_them", "Cancelled by them"
    CANCELLED_BY_US = "cancelled_by_us", "Cancelled by us"

    # Who cancels has been in touch. What we cancel says nothing about whether they can be reached.
    REACHED = nonmember(("spoke", "cancelled_by_them"))
    NOT_REACHED = nonmember(("left_message", "no_answer", "wrong_number", "did_not_attend"))


class TimeOfDay(models.TextChoices):
    """When in the day somebody tries to reach a person."""

    MORNING = "morning", "In the morning, before 12"
    AFTERNOON = "afternoon", "In the afternoon, 12 to 5"
    EVENING = "evening", "In the evening, from 5"


class GoalStatus(models.TextChoices):
    """Where a goal stands. Ours: the members of the care-planning goal context refset are not at hand (ADR 21)."""

    IN_PROGRESS = "in_progress", "Being worked towards"
    ACHIEVED = "achieved", "Achieved"
    PARTLY_ACHIEVED = "partly_achieved", "Partly achieved"
    NOT_ACHIEVED = "not_achieved", "Not achieved"
    GIVEN_UP = "given_up", "Not wanted any more"


class ActionStatus(models.TextChoices):
    """Where an action of a plan stands: “in progress, done, refused” (DAPB4066), and what comes before and beside."""

    PLANNED = "planned", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    NOT_DONE = "not_done", "Not done"


class ActionParty(models.TextChoices):
    """Who carries an action out."""

    PERSON = "person", "The person"
    CARER = "carer", "Their carer or family"
    LINK_WORKER = "link_worker", "The link worker"
    REFERRER = "referrer", "The referrer"
    PROVIDER = "provider", "A provider"
    OTHER = "other", "Somebody else"


class PlanAgreement(models.TextChoices):
    """With whom a plan was agreed (DAPB4066: the person or their legitimate representative, else the reason)."""

    PERSON = "person", "Agreed with the person"
    REPRESENTATIVE = "representative", "Agreed with their representative"
    NOT_AGREED = "not_agreed", "Not agreed"


class FollowUpResult(models.TextChoices):
    """What was heard after signposting."""

    USED = "used", "They used it"
    NOT_USED = "not_used", "They did not use it"
    NOT_KNOWN = "not_known", "Not known"


class TaskKind(models.TextChoices):
    """Why something is due. All but the last are worked out from where things stand, and vanish by being done."""

    TRIAGE = "triage", "Decide on a new referral"
    ANSWER_RECEIVED = "answer_received", "Your question was answered: decide"
    ANSWER_AWAITED = "answer_awaited", "An answer of the referrer is due"
    DISCHARGE = "discharge", "A discharge is due: confirm it"
    FIRST_CONTACT = "first_contact", "Make the first contact"
    NEXT_TRY = "next_try", "Try again to reach the person"
    CLOSE_UNREACHED = "close_unreached", "Could not be reached: close it, or try on"
    NEXT_ACTION = "next_action", "Look at the case again"
    HOLD_ENDS = "hold_ends", "The hold ends: resume it, or hold it longer"
    PROVIDER_QUESTION = "provider_question", "A provider asks you something"
    SIGNPOST_FOLLOW_UP = "signpost_follow_up", "Ask what came of signposting"
    CLEARANCE = "clearance", "A professional's decision is due: ask again"
    PROVIDER_REVIEW = "provider_review", "A review at the service is due"
    WAITING_REVIEW = "waiting_review", "On a waiting list: look again"
    FOLLOW_UP = "follow_up", "Ask how they are, some months after"
    PLAN_REVIEW = "plan_review", "Review the plan with the person"
    BY_HAND = "by_hand", "A task that somebody wrote down"
