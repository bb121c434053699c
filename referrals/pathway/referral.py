"""The referral to a link-worker team, or to a scheme's hub: every step it can take, on one screen.

Nothing here reads the clock, a request or another row. Whether *this* person may take a step is `policies`' to say;
what else a step changes is `services`'.
"""

from django.db import models
from django_fsm import FSMField

from accounts.enums import Role
from referrals.enums import (
    CloseOutcome,
    ErrorReason,
    HoldReason,
    RedirectionReason,
    RejectionReason,
    ReopeningReason,
    WithdrawalReason,
)
from referrals.enums import ReferralStatus as S
from referrals.pathway.steps import step

REFERRER = (Role.REFERRER,)
TEAM = (Role.LINK_WORKER, Role.LEAD)
LEAD = (Role.LEAD,)


class ReferralPathway(models.Model):
    """draft → submitted → accepted → active → closed, and every way aside."""

    status = FSMField(default=S.DRAFT, choices=S.choices, protected=True)

    class Meta:
        abstract = True

    @step(source=[S.DRAFT], target=S.SUBMITTED, by=REFERRER, label="Send")
    def submit(self) -> None: ...

    @step(source=[S.DRAFT], target=S.DEFERRED, by=REFERRER, label="Send, to wait for discharge")
    def defer(self) -> None: ...

    @step(
        source=[S.DEFERRED],
        target=S.SUBMITTED,
        by=(*REFERRER, *TEAM),
        label="Confirm discharge",
        requires=("discharged_on",),
    )
    def confirm_discharge(self) -> None: ...

    @step(source=[S.SUBMITTED], target=S.INFORMATION_REQUESTED, by=TEAM, label="Ask the referrer", requires=("note",))
    def request_information(self) -> None: ...

    @step(
        source=[S.INFORMATION_REQUESTED],
        target=S.SUBMITTED,
        by=(*REFERRER, *TEAM),  # the answer also comes by telephone
        label="Answer",
        requires=("note",),
    )
    def provide_information(self) -> None: ...

    @step(source=[S.SUBMITTED], target=S.ACCEPTED, by=TEAM, label="Accept", allows=("owner", "next_action_on", "note"))
    def accept(self) -> None: ...

    @step(
        source=[S.SUBMITTED, S.INFORMATION_REQUESTED],  # a question that nobody answers must not be the end of the road
        target=S.REJECTED,
        by=TEAM,
        label="Reject",
        reasons=RejectionReason,
        allows=("note",),
    )
    def reject(self) -> None: ...

    @step(
        source=[S.SUBMITTED], target=S.REDIRECTED, by=TEAM, label="Redirect to another team",
        reasons=RedirectionReason, requires=("to_team",), allows=("note",),
    )  # fmt: skip
    def redirect(self) -> None: ...

    @step(
        source=[S.ACCEPTED],
        target=S.ACTIVE,
        by=TEAM,
        label="The person agrees: begin support",
        allows=("next_action_on", "note"),
    )
    def start_support(self) -> None: ...

    @step(
        source=[S.ACTIVE],
        target=S.ON_HOLD,
        by=TEAM,
        label="Put on hold",
        reasons=HoldReason,
        requires=("until",),
        allows=("note",),
    )
    def hold(self) -> None: ...

    @step(source=[S.ON_HOLD], target=S.ACTIVE, by=TEAM, label="Resume", allows=("next_action_on", "note"))
    def resume(self) -> None: ...

    @step(
        source=[S.ACCEPTED, S.ACTIVE], target=S.ON_HOLD, by=(*REFERRER, *TEAM), label="Back in hospital",
        allows=("until", "note"),
    )  # fmt: skip
    def record_readmission(self) -> None: ...

    @step(
        source=[S.ON_HOLD],
        target=S.ACCEPTED,  # after a hospital stay the person is asked anew before support goes on
        by=(*REFERRER, *TEAM),
        label="Confirm discharge again",
        requires=("discharged_on",),
        allows=("note",),
    )
    def confirm_discharge_again(self) -> None: ...

    @step(
        source=[S.ACCEPTED, S.ACTIVE], target=S.CLOSED, by=TEAM, label="Close", outcomes=CloseOutcome, allows=("note",)
    )
    def close(self) -> None: ...

    @step(
        source=[S.CLOSED],
        target=S.ACTIVE,
        by=LEAD,
        label="Reopen",
        reasons=ReopeningReason,
        allows=("next_action_on", "note"),
    )
    def reopen(self) -> None: ...

    @step(source=S.OPEN, target=S.WITHDRAWN, by=REFERRER, label="Withdraw", reasons=WithdrawalReason, allows=("note",))
    def withdraw(self) -> None: ...

    @step(
        source=S.OPEN, target=S.CLOSED, by=(*REFERRER, *TEAM), label="Record that the person has died",
        allows=("died_on", "note"),
    )  # fmt: skip
    def record_death(self) -> None: ...

    @step(
        source=(*S.OPEN, S.CLOSED, S.REJECTED, S.REDIRECTED, S.WITHDRAWN), target=S.ENTERED_IN_ERROR, by=LEAD,
        label="Mark as entered in error", reasons=ErrorReason, allows=("note",),
    )  # fmt: skip
    def enter_in_error(self) -> None: ...
