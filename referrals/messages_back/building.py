"""Build the document of one event from the rows of its referral, as they stand when it happens."""

from collections.abc import Iterable

from django.db.models import Count, Q

from accounts.models import Organization
from core.clocks import local_day
from core.identifiers import NO_PRACTICE_CODES
from referrals.enums import AttendanceResult, MessageBackKind, OnwardStatus, ProgrammeOutcome, SnomedCode
from referrals.messages_back import document, sections, telling
from referrals.models import OnwardReferral, Referral, ReferralEvent


def build_in_full(
    event: ReferralEvent, *, reference: str, kind: MessageBackKind, practice: Organization | None
) -> document.FullMessage:
    """Return the whole message of an event. `practice` is the registered practice, where it is told too.

    Of notes it holds the one that was written with the step itself, where that speaks to the referrer; none where the
    person could not be contacted.
    """
    referral, at = event.referral, event.occurred_at
    events = list(referral.events.filter(sequence__lte=event.sequence).order_by("sequence"))
    onward = _onward_of(referral, events)
    planned = sections.goals_in_the_plan(referral, at)
    requested = telling.requested_by(event) + sections.requested_actions_of(planned)
    is_unreached = kind == MessageBackKind.UNABLE_TO_CONTACT
    said = event.note.strip() if event.kind in telling.SPOKEN_TO_THE_REFERRER and not is_unreached else ""
    return document.FullMessage(
        reference=reference,
        referral=referral.reference,
        kind=str(kind),
        title=telling.title_of(event),
        issued_at=at,
        issued_by=_sender_of(event),
        recipients=_recipients_of(referral, practice),
        plan=document.Plan(
            no_action_needed=not requested, requested_actions=requested, next_steps=telling.next_steps_after(event)
        ),
        clinical_summary=document.ClinicalSummary(
            what_happened=f"{telling.title_of(event)}.",
            in_their_words=said,
            done=tuple(_sentence(row) for row, worked in onward if worked),
            scores=sections.scores_of(referral, at),
            did_not_work=tuple(_sentence(row) for row, worked in onward if not worked),
            attempts=sections.attempts_of(referral, at) if is_unreached else None,
        ),
        person=person_of(referral),
        gp_practice=_practice_of(referral),
        referral_details=document.Source(
            referred_on=local_day(referral.submitted_at) if referral.submitted_at else None,
            referrer=referral.referrer_name,
            service=referral.referrer_service,
            organization=referral.referrer_organization,
            return_response_to=f"{referral.referrer_name}, {referral.referrer_contact}",
        ),
        contacts=sections.contacts_of(referral, at),
        signposts=sections.signposts_of(referral, at),
        onward_referrals=tuple(row for row, _ in onward),
        assessments=sections.assessments_of(referral, at),
        risks=tuple(
            "No known risks" if risk.is_none_known else risk.description
            for risk in referral.risks.filter(ended_on=None).order_by("id")
        ),
        goals=sections.goals_of(planned),
        codes=_codes_in(events, event),
    )


def build_codes_only(event: ReferralEvent, *, reference: str) -> document.CodesOnly:
    """Return the message of a person who holds back all but the codes."""
    events = event.referral.events.filter(sequence__lte=event.sequence).exclude(snomed_code="").order_by("sequence")
    return document.CodesOnly(
        reference=reference,
        referral=event.referral.reference,
        issued_at=event.occurred_at,
        person=person_of(event.referral),
        codes=_codes_in(events, event),
    )


def person_of(referral: Referral) -> document.PersonDetails:
    """Return who the referral is about, named as its referrer named them."""
    return document.PersonDetails(
        first_name=referral.first_name,
        family_name=referral.family_name,
        date_of_birth=referral.date_of_birth,
        nhs_number=referral.nhs_number,
    )


def _codes_in(events: Iterable[ReferralEvent], told: ReferralEvent) -> tuple[document.Code, ...]:
    """Return the codes that the referral has emitted so far: one at most, by the rule (field notes 2.4, S67).

    It is for the record once, and the message of the event that emitted it says so; later ones only repeat it.
    """
    return tuple(
        document.Code(
            code=event.snomed_code,
            display=SnomedCode(event.snomed_code).label,
            dated=local_day(event.occurred_at),
            record_now=event.sequence == told.sequence,
        )
        for event in events
        if event.snomed_code
    )


def _onward_of(referral: Referral, events: list[ReferralEvent]) -> list[tuple[document.OnwardEnd, bool]]:
    """Return the onward referrals in the order of their sending, and of each whether it may count as having worked."""
    ends = {event.onward_referral_id: event for event in events if event.to_status in OnwardStatus.ENDED}
    rows = (
        referral.onward_referrals.select_related("service", "provider_team")
        .annotate(
            recorded=Count("attendances"),
            came=Count("attendances", filter=Q(attendances__result__in=AttendanceResult.CAME)),
        )
        .order_by("id")
    )
    return [
        (
            document.OnwardEnd(
                service=row.service.name,
                provider=row.provider_team.name,
                sent_on=local_day(row.sent_at),
                status=row.get_status_display(),
                ended_on=local_day(row.ended_at) if row.ended_at else None,
                because=telling.because(ends[row.pk]) if row.pk in ends else "",
                sessions_attended=row.came,
                sessions_recorded=row.recorded,
            ),
            _may_have_worked(row),
        )
        for row in rows
    ]


def _may_have_worked(onward: OnwardReferral) -> bool:
    if onward.status == OnwardStatus.COMPLETED:
        return onward.outcome != ProgrammeOutcome.NO_CHANGE
    return onward.status in OnwardStatus.OPEN


def _sentence(onward: document.OnwardEnd) -> str:
    parts = [f"{onward.service} ({onward.provider}): {onward.status.lower()}"]
    if onward.because:
        parts.append(onward.because[:1].lower() + onward.because[1:])
    if onward.sessions_recorded:
        parts.append(f"came to {onward.sessions_attended} of {onward.sessions_recorded} sessions")
    return ", ".join(parts) + "."


def _sender_of(event: ReferralEvent) -> document.Sender:
    team = event.referral.owner_team
    return document.Sender(
        name=event.actor_name,
        team=team.name,
        organization=team.organization.name,
        contact=" · ".join(part for part in (team.inbox_email, team.telephone) if part),
    )


def _recipients_of(referral: Referral, practice: Organization | None) -> tuple[str, ...]:
    referrer = f"{referral.referrer_name}, {referral.referrer_service}, {referral.referrer_organization}"
    return (referrer, f"{practice.name} (registered practice)") if practice else (referrer,)


def _practice_of(referral: Referral) -> document.Practice:
    code = referral.gp_practice_code
    if code in NO_PRACTICE_CODES:
        return document.Practice(code=code, name=NO_PRACTICE_CODES[code])
    known = Organization.objects.filter(ods_code=code).first()
    return document.Practice(code=code, name=known.name if known else "")
