"""Where a referral and an onward referral stand."""

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
    ANSWERED = nonmember(("waitlisted", "accepted", "assessment_booked", "paused"))  # open, and each with its own date
    HOLDING_A_PLACE = nonmember(("accepted", "assessment_booked", "started", "paused"))
    TAKING_PART = nonmember(("started", "paused"))
    TOOK_PART = nonmember(("started", "paused", "completed", "left_early"))  # has begun, and was not taken back
    REROUTABLE = nonmember(("declined", "expired"))
    NEVER_TAKEN_UP = nonmember(("declined", "expired", "withdrawn"))
