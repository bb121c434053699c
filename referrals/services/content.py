"""What a referrer sends, judged and written down. Called inside the use cases of `services.referrals`."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team
from accounts.selectors import find_team, is_receiving
from core.clocks import FARTHEST_PLAN, local_day
from core.errors import Invalid, NotPermitted
from referrals.enums import ConsentDecision
from referrals.models import Consent, Referral, ReferralNeed, Risk
from referrals.services.known_people import settle_person
from referrals.services.onward import has_consent_to_share
from referrals.services.people import AS_GIVEN, PersonDetails, check_person
from services_directory.models import Service
from services_directory.selectors import needs


@dataclass(frozen=True, kw_only=True)
class ConsentDetails:
    """What the person decided about sharing, and how it was given."""

    decision: str
    basis: str = "consent"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReferralContent:
    """What a referrer sends: a person, a target (a team, or a scheme that takes direct referrals), and why."""

    person: PersonDetails
    team_id: UUID | None = None
    service_id: UUID | None = None
    referring_team_id: UUID | None = None
    reason: str = ""
    needs: tuple[tuple[UUID, str], ...] = ()
    risks: tuple[str, ...] = ()
    no_known_risks: bool = False
    consent: ConsentDetails | None = None
    planned_discharge_on: dt.date | None = None
    discharged_on: dt.date | None = None
    is_draft: bool = False
    send_anyway: bool = False
    """Beside an open referral of the same person to the same team."""


def referrer_of(actor: Actor, content: ReferralContent) -> dict[str, Any]:
    """Return who refers, filled in by the service (field notes 2.3, rule 7).

    :raises NotPermitted: if the actor is no referrer.
    :raises Invalid: if it is not clear for which team, or the team named is not theirs.
    """
    user = actor.user
    team_ids = user.team_ids(Role.REFERRER) if user else []
    if user is None or not team_ids:
        raise NotPermitted("Only a referrer (a practice, a discharge team) makes a referral.")
    if content.referring_team_id is None and len(team_ids) > 1:
        raise Invalid({"referring_team": ["You refer for several teams: say for which."]})
    team_id = content.referring_team_id or team_ids[0]
    if team_id not in team_ids:
        raise Invalid({"referring_team": ["You are no referrer of this team."]})
    team = Team.objects.select_related("organization").get(pk=team_id)
    return {
        "referring_team": team,
        "referrer": user,
        "referrer_name": user.full_name,
        "referrer_service": team.name,
        "referrer_organization": team.organization.name,
        "referrer_contact": " · ".join(part for part in (user.email, team.telephone) if part),
    }


def target_of(content: ReferralContent) -> tuple[Team, Service | None]:
    """Return the team that will own the referral, and the scheme where one was named.

    :raises Invalid: if neither or both are named, or the one named takes no referrals.
    """
    either = Invalid({"team": ["Name either a team, or a service that takes direct referrals."]})
    if content.service_id is not None:
        if content.team_id is not None:
            raise either
        service = (
            Service.objects.select_related("receiving_team__organization")
            .filter(pk=content.service_id, takes_direct_referrals=True, status="active")
            .first()
        )
        if service is None or service.receiving_team is None or not is_receiving(service.receiving_team):
            raise Invalid({"service": ["No service that takes direct referrals has this id. Refer to a team instead."]})
        return service.receiving_team, service
    if content.team_id is None:
        raise either
    team = find_team(content.team_id)
    if team is None or not team.takes_referrals:
        raise Invalid({"team": ["No team that takes referrals has this id: see /api/v1/teams/."]})
    return team, None


def fill(referral: Referral, content: ReferralContent, *, actor: Actor, at: dt.datetime) -> None:
    """Set what the referral's own row holds: target, person, reason, dates of a discharge.

    :raises Invalid: if the target, the person or a date cannot be right.
    :raises Conflict: as `known_people.settle_person` says.
    """
    today = local_day(at)
    if content.discharged_on is not None and content.discharged_on > today:
        raise Invalid({"discharge.discharged_on": ["The discharge has not happened yet: give planned_on instead."]})
    for name, day in (("planned_on", content.planned_discharge_on), ("discharged_on", content.discharged_on)):
        if day is not None and abs(day - today) > FARTHEST_PLAN:
            raise Invalid({f"discharge.{name}": ["Give a day within two years."]})
    referral.owner_team, referral.service = target_of(content)
    person = check_person(content.person, today=today)
    settle_person(referral, person, actor=actor, at=at, is_draft=content.is_draft)
    referral.is_second_meant = content.send_anyway
    for name in AS_GIVEN:
        setattr(referral, name, getattr(person, name))
    referral.reason = content.reason.strip()
    referral.planned_discharge_on = content.planned_discharge_on
    referral.discharged_on = content.discharged_on


def write_content(referral: Referral, content: ReferralContent, *, actor: Actor, at: dt.datetime) -> None:
    """Write the rows that hang on a referral which has been saved: needs, risks, the consent.

    :raises Invalid: if a need is none of ours, the risks contradict each other, or best interests gives no reason.
    """
    if content.no_known_risks and content.risks:
        raise Invalid({"risks": ["Either name risks or state that none are known."]})
    known = {term.pk: term for term in needs().filter(pk__in=[term_id for term_id, _ in content.needs])}
    unknown = [str(term_id) for term_id, _ in content.needs if term_id not in known]
    if unknown:
        raise Invalid({"needs": [f"No need has the id {', '.join(unknown)}: see /api/v1/needs/."]})
    notes = dict(content.needs)
    ReferralNeed.objects.bulk_create(
        ReferralNeed(referral=referral, term=known[term_id], note=note) for term_id, note in notes.items()
    )
    risks = [Risk(referral=referral, description=text.strip()) for text in content.risks if text.strip()]
    if content.no_known_risks:
        risks = [Risk(referral=referral, is_none_known=True)]
    Risk.objects.bulk_create(risks)
    consent = content.consent
    if consent is None and has_consent_to_share(referral):
        consent = ConsentDetails(decision=ConsentDecision.WITHDRAWN)  # the draft no longer says that it was given
    if consent is not None and actor.user is not None:
        if consent.basis == "best_interests" and not consent.note.strip():
            raise Invalid({"consent.note": ["Say why sharing is in the person's best interests."]})
        latest = referral.consents.order_by("-id").first()
        if latest is None or (latest.decision, latest.basis) != (consent.decision, consent.basis):
            Consent.objects.create(
                referral=referral, decision=ConsentDecision(consent.decision), basis=consent.basis,
                note=consent.note.strip(), recorded_by=actor.user, recorded_at=at,
            )  # fmt: skip
