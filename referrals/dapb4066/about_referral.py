"""The sections about the request: consent, referral details, complaints, problems, services and care, pregnancy."""

import datetime as dt

from accounts.models import Team
from referrals.consents import has_run_out, stands
from referrals.dapb4066.source import Items, Source, coded, coded_entry, cut, day, joined, moment, pieces
from referrals.enums import ConsentBasis, RecordSection
from referrals.models import Consent, Referral
from services_directory.suitability.dates import in_words

LONGEST_OVERDUE = dt.timedelta(weeks=2)
"""How long after the expected day a person may still be pregnant: 42 weeks in all."""


def consent(source: Source) -> Items:
    """Return what the person decided about sharing and still counts, each for those whom it names; of a consent that
    has run out, that it has. Said for openness: the basis of direct care is not consent (rule 6).
    """
    decisions = list(source.referral.consents.all())
    counting = [row for row in decisions if stands(row, among=decisions, on=source.on)]
    return {"Consent for information sharing": " ".join(_in_one_sentence(row, on=source.on) for row in counting)}


def _in_one_sentence(row: Consent, *, on: dt.date) -> str:
    whom = row.to_service or row.to_organization
    said = [f"{row.get_purpose_display()}{f' ({whom.name})' if whom else ''}: {row.get_decision_display().lower()}"]
    said[0] += f" on {in_words(row.decided_on)}"
    if row.basis == ConsentBasis.BEST_INTERESTS:
        said.append(_lower(row.get_basis_display()))
    elif row.how_given:
        said.append(_lower(row.get_how_given_display()))
    if row.expires_on is not None:
        said.append(f"{'ran out on' if has_run_out(row, on=on) else 'until'} {in_words(row.expires_on)}")
    said.append(f"recorded by {row.recorded_by.full_name}")
    return ". ".join(part.rstrip(".") for part in [", ".join(said), row.note] if part) + "."


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def referral_details(source: Source) -> Items:
    """Return this referral, and the one that it came from where a team passed it on (rule 7)."""
    rows = [source.referral, source.referral.redirected_from]
    return {"Referral details record entry": [_one_referral(row) for row in rows if row is not None]}


def _one_referral(referral: Referral) -> Items:
    return {
        "Date": moment(referral.sent_at),
        "Referrer details": {
            "Name": referral.referrer_name,
            "Team": cut(referral.referring_team.name, 150),
            "Service": {"Free text": cut(referral.referrer_service, 150)},
            "Organisation": _organization(referral.referring_team, referral.referrer_organization),
            "Contact details": joined(referral.referrer_contact.split(" · "), 70),
        },
        "Referral method": referral.get_referral_method_display(),
        "Referral to": {
            "Team": cut(referral.owner_team.name, 150),
            "Service": {"Free text": cut(referral.service.name, 150) if referral.service else ""},
            "Organisation": _organization(referral.owner_team, referral.owner_team.organization.name),
            "Contact details": joined([referral.owner_team.inbox_email, referral.owner_team.telephone], 70),
        },
        "Return response to": joined([referral.referring_team.inbox_email], 70),
    }


def _organization(team: Team, name: str) -> Items:
    return {"Coded value": team.organization.ods_code, "Free text": cut(name, 150)}


def complaints(source: Source) -> Items:
    """Return why the person is referred: the reason in words, the needs as our taxonomy names them, and the coded ones
    of the record; beside them what the person themself reports.
    """
    said = [{"Free text": piece} for piece in pieces(source.referral.reason, 150)]
    for need in source.referral.needs.all():
        first, *more = pieces(f"{need.term.name}: {need.note}" if need.note else need.term.name, 150)
        said += [coded(need.code, need.display, first), *({"Free text": piece} for piece in more)]
    return {
        "Presenting complaint or issue": said
        + [coded_entry(entry) for entry in source.entries(RecordSection.COMPLAINT)],
        "Person reported complaints or issues": [
            entry.text for entry in source.entries(RecordSection.REPORTED_COMPLAINT)
        ],
    }


def problems(source: Source) -> Items:
    """Return the problems and conditions that matter for this referral."""
    return {
        "Problem list record entry": [
            {
                "Problem": coded_entry(entry),
                "Onset date": day(entry.started_on),
                "End Date": day(entry.ended_on),
                "Comment": [entry.comment],
            }
            for entry in source.entries(RecordSection.PROBLEM)
        ]
    }


def care(source: Source) -> Items:
    """Return the services and care that the person has or had."""
    return {
        "Services and care record entry": [
            {
                "Social care package name": entry.text,
                "Social care package type": entry.comment,
                "Service start date": day(entry.started_on),
                "Service end date": day(entry.ended_on),
            }
            for entry in source.entries(RecordSection.CARE)
        ]
    }


def pregnancy(source: Source) -> Items:
    """Return a pregnancy, while the person is pregnant and no longer (rule 16)."""
    expected = source.plain("expected_delivery_on")
    if not source.plain("is_pregnant") or (expected and expected + LONGEST_OVERDUE < source.on):
        return {}
    return {"Pregnancy state": True, "Expected delivery date": day(expected)}
