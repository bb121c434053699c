"""The onward referral to a service in the directory: every step it can take, on one screen.

Never started, left early and completed are different ends. A declined or expired one can be sent to another service,
which makes a new onward referral (`services.onward.send_onward_referral`): nothing moves after an end.
"""

from django.db import models
from django_fsm import FSMField

from accounts.enums import Role
from referrals.enums import (
    DeclineReason,
    HoldReason,
    LeftEarlyReason,
    MissedAssessmentReason,
    NotStartedReason,
    ProgrammeOutcome,
    WithdrawalReason,
)
from referrals.enums import OnwardStatus as S
from referrals.pathway.steps import step

TEAM = (Role.LINK_WORKER, Role.LEAD)
PROVIDER = (Role.PROVIDER,)
SYSTEM = (Role.SYSTEM,)
BEGINS = ("start", "send_pack")
"""The steps by which a person begins to take part: from then on reviews and measures are due."""


class OnwardPathway(models.Model):
    """sent → accepted → assessment booked → started → completed, and every way aside."""

    status = FSMField(default=S.SENT, choices=S.choices, protected=True)

    class Meta:
        abstract = True

    @step(source=[S.SENT], target=S.INFORMATION_REQUESTED, by=PROVIDER, label="Ask the link worker", requires=("note",))
    def request_information(self) -> None: ...

    @step(source=[S.INFORMATION_REQUESTED], target=S.SENT, by=TEAM, label="Answer", requires=("note",))
    def provide_information(self) -> None: ...

    @step(source=[S.SENT, S.WAITLISTED], target=S.ACCEPTED, by=PROVIDER, label="Accept", allows=("note",))
    def accept(self) -> None: ...

    @step(
        source=[S.SENT],
        target=S.WAITLISTED,
        by=PROVIDER,
        label="Put on the waiting list",
        allows=("note", "next_action_on"),
    )
    def waitlist(self) -> None: ...

    @step(
        source=[S.SENT, S.INFORMATION_REQUESTED, S.WAITLISTED],
        target=S.DECLINED,
        by=PROVIDER,
        label="Decline",
        reasons=DeclineReason,
        allows=("note",),
    )
    def decline(self) -> None: ...

    @step(source=[S.SENT], target=S.EXPIRED, by=SYSTEM, label="Expire")
    def expire(self) -> None: ...

    @step(
        source=[S.ACCEPTED, S.ASSESSMENT_BOOKED],  # from the second: another time, as long as the first is to come
        target=S.ASSESSMENT_BOOKED,
        by=PROVIDER,
        label="Book the first assessment",
        requires=("assessment_at",),
        allows=("note",),
    )
    def book_assessment(self) -> None: ...

    @step(
        source=[S.ASSESSMENT_BOOKED], target=S.ACCEPTED, by=PROVIDER, label="The first assessment was missed",
        reasons=MissedAssessmentReason, allows=("note",),
    )  # fmt: skip
    def record_missed_assessment(self) -> None: ...

    @step(source=[S.ASSESSMENT_BOOKED], target=S.STARTED, by=PROVIDER, label="Start", allows=("note",))
    def start(self) -> None: ...

    @step(source=[S.ACCEPTED], target=S.STARTED, by=PROVIDER, label="Send the pack", allows=("note",))
    def send_pack(self) -> None: ...

    @step(
        source=[S.ACCEPTED, S.ASSESSMENT_BOOKED], target=S.NOT_STARTED, by=PROVIDER, label="Never started",
        reasons=NotStartedReason, allows=("note",),
    )  # fmt: skip
    def record_not_started(self) -> None: ...

    @step(
        source=[S.STARTED],
        target=S.PAUSED,
        by=PROVIDER,
        label="Pause",
        reasons=HoldReason,
        requires=("until",),
        allows=("note",),
    )
    def pause(self) -> None: ...

    @step(source=[S.PAUSED], target=S.STARTED, by=PROVIDER, label="Resume", allows=("note",))
    def resume(self) -> None: ...

    @step(
        source=[S.STARTED],
        target=S.COMPLETED,
        by=PROVIDER,
        label="Complete",
        outcomes=ProgrammeOutcome,
        allows=("note",),
    )
    def complete(self) -> None: ...

    @step(
        source=[S.STARTED],
        target=S.LEFT_EARLY,
        by=PROVIDER,
        label="Left early",
        reasons=LeftEarlyReason,
        allows=("note",),
    )
    def leave_early(self) -> None: ...

    @step(source=S.OPEN, target=S.WITHDRAWN, by=TEAM, label="Withdraw", reasons=WithdrawalReason, allows=("note",))
    def withdraw(self) -> None: ...
