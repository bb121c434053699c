"""Where it stands: whose turn it is, who has it, by when."""

import datetime as dt

from accounts.actors import Actor
from core.clocks import local_day
from referrals import policies
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.policies import Subject
from referrals.selectors.messages_back import messages_back_about
from referrals.selectors.turns import turn_of
from web import words
from web.record.facts import Fact, fact, known, link
from web.record.timeline import became


def turn(actor: Actor, subject: Subject, events: list[ReferralEvent], today: dt.date) -> list[Fact]:
    reads_all = policies.reads_whole_turn(actor, subject)
    found = turn_of(subject, on=today, reads_all=reads_all, timeline=events)
    return known(fact("Whose turn", words.whose_turn(found)))


def standing_of_referral(actor: Actor, referral: Referral) -> list[Fact]:
    later = getattr(referral, "redirected_to", None)
    sent_by = [referral.referrer_name, referral.referrer_service, referral.referrer_organization]
    return known(
        fact("Who had it" if referral.ended_at else "Who has it", words.holder(referral)),
        fact("The person said no thanks", words.moment(referral.said_no_at)),
        fact("Next action due", words.day(referral.next_action_on)),
        link("Passed on to another team as", later, is_open=later is not None and is_mine(actor, later)),
        link(
            "Came from another team, where it was", referral.redirected_from,
            is_open=referral.redirected_from is not None and is_mine(actor, referral.redirected_from),
        ),
        fact("Scheme", referral.service.name if referral.service else ""),
        fact("Referred by", ", ".join(dict.fromkeys(part for part in sent_by if part)), referral.referrer_contact),
        fact("Discharge planned for", words.day(referral.planned_discharge_on)),
        fact("Discharged", words.day(referral.discharged_on)),
        fact("Sent", words.moment(referral.submitted_at)),
        fact("Ended", words.moment(referral.ended_at)),
    )  # fmt: skip


def messages_back(referral: Referral) -> list[Fact]:
    return [
        Fact(name="Message back", values=[words.day(local_day(row.issued_at))], reference=row.reference)
        for row in messages_back_about(referral)
    ]


def standing_of_onward(actor: Actor, onward: OnwardReferral) -> list[Fact]:
    referral = onward.referral
    # Its neighbours belong to the same referral: whoever works on that, or made it, may open them too.
    is_open = is_mine(actor, referral)
    return known(
        fact("Service", onward.service.name),
        fact("Provider", onward.provider_team.name),
        fact("Next action due", words.day(onward.next_action_on)),
        fact("First assessment", words.moment(onward.assessment_at)),
        fact("Who to speak with", words.holder(referral)),
        link("Part of the referral", referral, is_open=is_open),
        link("Sent instead of", onward.rerouted_from, is_open=is_open),
        link("Sent elsewhere as", getattr(onward, "rerouted_to", None), is_open=is_open),
        fact("Sent", words.moment(onward.sent_at)),
        fact("Ended", words.moment(onward.ended_at)),
    )


def status_line(subject: Subject, events: list[ReferralEvent]) -> str:
    """Write where a referral or an onward referral stands, with the reason or outcome that was given."""
    is_onward = policies.is_onward(subject)
    own = [event for event in events if event.onward_referral_id == (subject.pk if is_onward else None)]
    last = next((event for event in reversed(own) if event.to_status), None)
    if last is not None and last.to_status == subject.status:
        return became(last)
    return words.label_of(OnwardStatus if is_onward else ReferralStatus, subject.status)


def is_overdue(subject: Subject, today: dt.date) -> bool:
    return subject.next_action_on is not None and subject.next_action_on < today


def is_mine(actor: Actor, referral: Referral) -> bool:
    """Whether the reader is on the referral's own side, and so may open it: nobody is led to a 404."""
    return bool(policies.roles_of(actor, referral))
