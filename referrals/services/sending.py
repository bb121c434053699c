"""Send a referral, or let it wait for the discharge. Called inside the use cases of `services.referrals`."""

import datetime as dt

from accounts.actors import Actor
from accounts.selectors import is_receiving
from core.clocks import local_day
from core.errors import Invalid
from referrals import policies
from referrals.enums import ReferralStatus
from referrals.models import Referral
from referrals.services.consent import as_sent
from referrals.services.content import Hanging
from referrals.services.discharge import day_after_planned, first_contact_due
from referrals.services.known_people import ask_before_sending
from referrals.services.onward import can_send_at_submission, send_at_submission
from referrals.services.own_page_links import issue_on_arrival
from referrals.services.steps import StepDetails, Taken, clocks_of, working_days_after, write


def send(
    referral: Referral,
    hanging: Hanging,
    *,
    actor: Actor,
    at: dt.datetime,
    discharged_on: dt.date | None = None,
    step: str | None = None,
    is_just_settled: bool = False,
) -> Referral:
    """Send a referral, or let it wait for the discharge; a scheme's hub gets its onward referral in the same act.

    One that is made in this act is written once, as it is sent, and what hangs on it after it.

    :param is_just_settled: as `ask_before_sending` says.
    :raises Invalid: if it is not enough to send, or says of a discharge what does not fit the step.
    :raises NotPossibleNow: if a scheme is named and no consent to share is recorded.
    :raises PersonMayBeKnown, AlreadyReferred, PersonDeceased: as `known_people` says.
    """
    today = local_day(at)
    if not hanging.risks:
        raise Invalid(
            {"risks": ["Name at least one risk, or state no_known_risks: the team must know that you asked."]}
        )
    if not referral.reason.strip() and not hanging.needs:
        raise Invalid({"reason": ["Say in a few words why you refer, or choose a need."]})
    if discharged_on is not None:
        if discharged_on > today:
            raise Invalid({"discharged_on": ["The discharge has not happened yet."]})
        referral.discharged_on = discharged_on
    waits = referral.planned_discharge_on is not None and referral.discharged_on is None
    step = step or ("defer" if waits else "submit")
    if step == "submit" and waits:
        raise Invalid(
            {"discharged_on": ["The person is still in hospital: use defer, and confirm the discharge later."]}
        )
    if step == "defer" and not waits:
        raise Invalid({"planned_discharge_on": ["Give the planned date of a discharge that is still to come."]})
    # A scheme's hub takes the scheme's referrals, whether or not it takes others.
    takes = referral.service is not None or referral.owner_team.takes_referrals
    if not (takes and is_receiving(referral.owner_team)):
        raise Invalid({"team": ["This team takes no referrals any more. Choose another: see /api/v1/teams/."]})
    if step != "confirm_discharge":  # it was asked when it was sent
        ask_before_sending(referral, actor=actor, is_just_settled=is_just_settled)
    referral.sent_at = referral.sent_at or at
    if step == "defer" and referral.planned_discharge_on is not None:
        taken = Taken(next_action_on=day_after_planned(referral.planned_discharge_on, today=today))
    else:
        referral.submitted_at = at
        usual = working_days_after(at, clocks_of(referral.owner_team_id).triage_working_days)
        taken = Taken(next_action_on=first_contact_due(referral, at=at, usual=usual))
    # What the person had agreed to when it was sent is part of the chain.
    taken.details |= as_sent(hanging.consents)
    details = StepDetails(discharged_on=referral.discharged_on)
    write(referral, policies.REFERRAL_STEPS[step], actor=actor, at=at, details=details, taken=taken)
    hanging.write(at=at)
    if referral.status == ReferralStatus.SUBMITTED:
        issue_on_arrival(referral, actor=actor, at=at)
    if referral.service is None or referral.status != ReferralStatus.SUBMITTED:
        return referral
    # A person who comes home is with the hub, whatever has changed at the scheme meanwhile: the hub triages.
    if step != "confirm_discharge" or can_send_at_submission(referral, service=referral.service, at=at):
        send_at_submission(referral, service=referral.service, actor=actor, at=at)
    return referral
