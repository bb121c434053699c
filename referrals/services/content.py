"""What a referrer sends, judged and written down. Called inside the use cases of `services.referrals`."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team, User
from accounts.selectors import find_team, is_receiving
from core.clocks import FARTHEST_PLAN, local_day
from core.errors import Invalid, NotPermitted
from core.statements import Written
from referrals.enums import ConsentDecision
from referrals.models import Consent, Referral, ReferralNeed, Risk
from referrals.selectors import team_for
from referrals.selectors.consents import decisions_of
from referrals.services.consent import ConsentDetails as ConsentDetails
from referrals.services.consent import consent_of, problems_with, write_consent
from referrals.services.discharge import DischargeDetails, write_discharge
from referrals.services.doors import FamilyMember, fill_door, named
from referrals.services.known_people import settle_person
from referrals.services.people import AS_GIVEN, PersonDetails, check_person
from referrals.services.record import RecordDetails, add_version, problems_of_code
from referrals.services.risks import RiskDetails, made_of
from services_directory.models import Service
from services_directory.selectors import needs_among


@dataclass(frozen=True, kw_only=True)
class ReferralContent:
    """What a referrer sends: a person, a target (a team, or a scheme that takes direct referrals), and why.

    Without a target the team is found from where the person lives or is registered.
    """

    person: PersonDetails
    team_id: UUID | None = None
    service_id: UUID | None = None
    referring_team_id: UUID | None = None
    reason: str = ""
    needs: tuple[tuple[UUID, str], ...] = ()
    risks: tuple[str, ...] = ()
    no_known_risks: bool = False
    consent: ConsentDetails | None = None
    consents: tuple[ConsentDetails, ...] = ()
    planned_discharge_on: dt.date | None = None
    discharged_on: dt.date | None = None
    source: str = ""
    referral_method: str = ""
    family: FamilyMember | None = None
    discharge: DischargeDetails | None = None
    is_draft: bool = False
    record: RecordDetails | None = None
    coded_risks: tuple[RiskDetails, ...] = ()
    need_codes: Mapping[UUID, tuple[str, str]] = field(default_factory=dict)
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
    [team] = _teams().ask(team=team_id)
    return {"referring_team": team, "referrer": user, **named(user, team)}


@cache
def _teams() -> Written[Team]:
    team = UUID(int=0)
    return Written(Team.objects.select_related("organization").filter(pk=team), {team: "%(team)s"})


def target_of(content: ReferralContent, person: PersonDetails) -> tuple[Team, Service | None]:
    """Return the team that will own the referral, and the scheme where one was named.

    :raises Invalid: if both are named, or the one named takes no referrals.
    :raises NoTeamHere: if neither is named, and no team covers where the person lives or is registered.
    """
    if content.service_id is not None:
        if content.team_id is not None:
            raise Invalid({"team": ["Name either a team, or a service that takes direct referrals."]})
        service = (
            Service.objects.select_related("receiving_team__organization")
            .filter(pk=content.service_id, takes_direct_referrals=True, status="active")
            .first()
        )
        if service is None or service.receiving_team is None or not is_receiving(service.receiving_team):
            raise Invalid({"service": ["No service that takes direct referrals has this id. Refer to a team instead."]})
        return service.receiving_team, service
    if content.team_id is None:
        return team_for(postcode=person.postcode, gp_practice_code=person.gp_practice_code).team, None
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
    person = check_person(content.person, today=today)
    referral.owner_team, referral.service = target_of(content, person)
    settle_person(referral, person, actor=actor, at=at, is_draft=content.is_draft)
    referral.is_second_meant = content.send_anyway
    for name in AS_GIVEN:
        setattr(referral, name, getattr(person, name))
    fill_door(referral, source=content.source, method=content.referral_method, family=content.family)
    referral.reason = content.reason.strip()
    referral.planned_discharge_on = content.planned_discharge_on
    referral.discharged_on = content.discharged_on


@dataclass(kw_only=True)
class Hanging:
    """The rows that hang on a referral: read, or judged and not written yet."""

    needs: list[ReferralNeed]
    risks: list[Risk]
    consents: list[Consent]
    """In the order in which they were written, or are to be."""

    def write(self, *, at: dt.datetime) -> None:
        """Write those that are not; the referral is written by now."""
        for row in (*self.needs, *self.risks):
            if row._state.adding:
                row.save(force_insert=True)
        for consent in self.consents:
            if consent._state.adding:
                write_consent(consent, on=local_day(at))


def hanging_on(referral: Referral) -> Hanging:
    """Return what has been written, of needs, risks and consents."""
    needs, risks = referral.needs.order_by("id"), referral.risks.order_by("id")
    return Hanging(needs=list(needs), risks=list(risks), consents=decisions_of(referral))


def judge_content(referral: Referral, content: ReferralContent, *, actor: Actor, at: dt.datetime) -> Hanging:
    """Return the needs, risks and consents that a referrer sends, and what else the person has decided before.

    :raises Invalid: if a need is none of ours, the risks contradict each other, or a consent cannot be right.
    """
    if content.no_known_risks and (content.risks or content.coded_risks):
        raise Invalid({"risks": ["Either name risks or state that none are known."]})
    known = {term.pk: term for term in needs_among([term_id for term_id, _ in content.needs])}
    unknown = [str(term_id) for term_id, _ in content.needs if term_id not in known]
    if unknown:
        raise Invalid({"needs": [f"No need has the id {', '.join(unknown)}: see /api/v1/needs/."]})
    notes = dict(content.needs)
    codes = {term_id: content.need_codes.get(term_id, ("", "")) for term_id in notes}
    for number, (code, display) in enumerate(codes.values()):
        for name, said in problems_of_code(code, display).items():
            raise Invalid({f"needs.{number}.{name}": [said]})
    needs = [
        ReferralNeed(
            referral=referral, term=known[term_id], note=note, code=codes[term_id][0].strip(),
            display=codes[term_id][1].strip(),
        )
        for term_id, note in notes.items()
    ]  # fmt: skip
    risks = [Risk(referral=referral, description=text.strip()) for text in content.risks if text.strip()]
    if content.no_known_risks:
        risks = [Risk(referral=referral, is_none_known=True)]
    risks += made_of(referral, content.coded_risks, today=local_day(at), where="record.risks.")
    consents = decisions_of(referral) if referral.pk else []
    if actor.user is not None:
        consents += _new_consents(referral, content, before=consents, by=actor.user, at=at)
    return Hanging(needs=needs, risks=risks, consents=consents)


def write_more(referral: Referral, content: ReferralContent, *, actor: Actor, at: dt.datetime) -> None:
    """Write what a hospital and a record say of a referral that has been written.

    :raises Invalid: if something of it cannot be right.
    """
    write_discharge(referral, content.discharge, actor=actor, at=at)
    if content.record is not None and actor.user is not None:
        add_version(referral, content.record, user=actor.user, at=at, where="record.")


def _new_consents(
    referral: Referral, content: ReferralContent, *, before: list[Consent], by: User, at: dt.datetime
) -> list[Consent]:
    """Return what is new among the decisions sent; what a draft no longer says that the person agreed to is taken back.

    Names of fields are those of the form: `consent.note`, `consents.0.expires_on`.
    """
    today = local_day(at)
    sent = {"consent": content.consent} if content.consent is not None else {}
    sent |= {f"consents.{number}": each for number, each in enumerate(content.consents)}
    problems = {
        f"{place}.{name}": said for place, each in sent.items() for name, said in problems_with(each, on=today).items()
    }
    if len({each.scope for each in sent.values()}) < len(sent):
        problems["consents"] = ["Give one decision for each purpose and recipient."]
    if problems:
        raise Invalid(problems)
    latest = {given.scope: given for given in map(consent_as_given, before)}
    named = {each.scope for each in sent.values()}
    taken_back = [
        replace(_BLANK, purpose=scope[0], to_service_id=scope[1], to_organization_id=scope[2])
        for scope, earlier in latest.items()
        if earlier.decision == ConsentDecision.GIVEN and scope not in named
    ]
    said_anew = [
        each
        for each in sent.values()
        if each.scope not in latest or _what_matters(latest[each.scope]) != _what_matters(each)
    ]
    return [consent_of(referral, each, by=by, at=at) for each in (*taken_back, *said_anew)]


_BLANK = ConsentDetails(decision=ConsentDecision.WITHDRAWN)


def consent_as_given(row: Consent) -> ConsentDetails:
    """Return a decision as it was given, to compare it or to give it again."""
    return ConsentDetails(**{name: getattr(row, name) for name in (each.name for each in fields(ConsentDetails))})


def _what_matters(details: ConsentDetails) -> tuple[object, ...]:
    return details.decision, details.basis, details.how_given, details.expires_on
