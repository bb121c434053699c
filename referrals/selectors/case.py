"""A referral opened: all that its answer holds in one statement, its timeline in another (docs/adr/0050).

PostgreSQL puts together what is told as it stands. What is judged of it (whose turn it is, what may be done, which
consent counts) is judged in the one place of each rule, from the facts beside it.
"""

import datetime as dt
from functools import cache, lru_cache
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from accounts.models import Team, User
from core.statements import Keyset, beyond_of, direction_of
from referrals.consents import those_that_count
from referrals.models import Consent, ReferralEvent, TeamPolicy
from referrals.selectors.turns import JOIN_LAST_MOVE
from referrals.selectors.visible import ask_of_the_one, text_of_the_one
from referrals.turns import Turn, move_at, turn_of_referral
from services_directory.models import Service


class OpenedReferral(NamedTuple):
    """What is judged of a referral, and what is told of it (`told`). Personal data: yes."""

    id: int
    status: str
    source: str
    version: int
    referring_team_id: UUID
    owner_team_id: UUID
    next_action_on: dt.date | None
    planned_discharge_on: dt.date | None
    reached_at: dt.datetime | None
    failed_tries: int
    asks_to_close_at: dt.datetime | None
    submitted_at: dt.datetime | None
    ended_at: dt.datetime | None
    said_no_at: dt.datetime | None
    grace: int
    moved_at: dt.datetime | None
    why_moved: str | None
    told: dict[str, Any]
    consents: list[dict[str, Any]]
    onward_referrals: list[dict[str, Any]]

    def turn(self, *, on: dt.date, reads_all: bool) -> Turn:
        """Return whose turn it is with it on a day, as `turns.turn_of` does."""
        moved = move_at(self.moved_at, self.why_moved)
        return turn_of_referral(self, on=on, moved=moved, grace=self.grace, reads_all=reads_all)


def open_referral(user: User, reference: str) -> OpenedReferral:
    """Return the one referral with everything that it shows.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    grace = TeamPolicy().breach_working_days
    return OpenedReferral._make(ask_of_the_one(_referral(), user, reference, grace=grace)[0])


def counts_today(opened: OpenedReferral, *, on: dt.date) -> set[int]:
    """Return the ids of those consents of an opened referral that count on a day (`consents.those_that_count`)."""
    return those_that_count(map(_consent, opened.consents), on=on)


def _consent(said: dict[str, Any]) -> Consent:
    service = None
    if said["service_id"] is not None:
        team = Team(organization_id=UUID(said["receiving"])) if said["receiving"] else None
        service = Service(id=UUID(said["service_id"]), receiving_team=team)
    expires_on, organization = said["expires_on"], said["organization_id"]
    return Consent(
        id=said["id"], purpose=said["purpose"], decision=said["decision"], to_service=service,
        to_organization_id=organization and UUID(organization),
        decided_on=dt.date.fromisoformat(said["decided_on"]),
        expires_on=expires_on and dt.date.fromisoformat(expires_on),
    )  # fmt: skip


_PERSON = """json_build_object(
            'first_name', referral.first_name, 'family_name', referral.family_name,
            'date_of_birth', referral.date_of_birth, 'telephone', referral.telephone, 'email', referral.email,
            'preferred_contact', referral.preferred_contact, 'communication_needs', referral.communication_needs,
            'contact', json_build_object(
                'permissions', json_build_object(
                    'email', referral.may_email, 'sms', referral.may_sms, 'telephone', referral.may_telephone,
                    'voicemail', referral.may_voicemail, 'letter', referral.may_letter
                ),
                'telephone_rule', referral.telephone_rule, 'interpreter_language', referral.interpreter_language,
                'needs_bsl_interpreter', referral.needs_bsl_interpreter,
                'information_formats', referral.information_formats
            ),
            'nhs_number', referral.nhs_number, 'nhs_number_status', referral.nhs_number_status,
            'gp_practice_code', referral.gp_practice_code, 'address', referral.address, 'postcode', referral.postcode
        )"""
_DISCHARGE = """json_build_object(
            'trust_ods_code', discharge.trust_ods_code, 'ward', discharge.ward, 'pathway', discharge.pathway,
            'destination', discharge.destination, 'reason_for_stay', discharge.reason_for_stay,
            'package_of_care', discharge.package_of_care, 'mobility_and_equipment', discharge.mobility_and_equipment,
            'falls_history', discharge.falls_history, 'home_access', discharge.home_access, 'carer', discharge.carer,
            'key_contact', discharge.key_contact, 'start_no_earlier_than', discharge.start_no_earlier_than
        )"""
_CONSENT = """json_build_object(
            'id', consent.id, 'purpose', consent.purpose,
            'service_id', consent.to_service_id, 'service', service.name,
            'receiving', receiving.organization_id,
            'organization_id', consent.to_organization_id, 'organization', organization.name,
            'decision', consent.decision, 'basis', consent.basis, 'how_given', consent.how_given, 'note', consent.note,
            'decided_on', consent.decided_on, 'expires_on', consent.expires_on, 'recorded_by', recorder.full_name,
            'recorded_at', consent.recorded_at
        )"""


@cache
def _referral() -> str:
    return f"""
SELECT referral.id, referral.status, referral.source, referral.version, referral.referring_team_id,
    referral.owner_team_id, referral.next_action_on, referral.planned_discharge_on, referral.reached_at,
    referral.failed_tries, referral.asks_to_close_at, referral.submitted_at, referral.ended_at, referral.said_no_at,
    coalesce(policy.breach_working_days, %(grace)s), moved.occurred_at, moved.reason,
    json_build_object(
        'reference', referral.reference, 'status', referral.status, 'version', referral.version,
        'person', {_PERSON},
        'referring_team', referring.name, 'owner_team', owning.name,
        'owner', CASE WHEN owner.id IS NOT NULL
            THEN json_build_object('id', owner.id, 'full_name', owner.full_name) END,
        'next_action_on', referral.next_action_on, 'outcome', referral.outcome,
        'referrer', json_build_object(
            'name', referral.referrer_name, 'service', referral.referrer_service,
            'organization', referral.referrer_organization, 'contact', referral.referrer_contact,
            'relationship', referral.referrer_relationship, 'agreement', referral.agreement
        ),
        'source', referral.source, 'referral_method', referral.referral_method,
        'service', CASE WHEN scheme.id IS NOT NULL
            THEN json_build_object('id', scheme.id, 'name', scheme.name) END,
        'reason', referral.reason,
        'needs', (
            SELECT coalesce(json_agg(
                json_build_object('term', need.term_id, 'name', term.name, 'note', need.note) ORDER BY need.id
            ), '[]')
            FROM referrals_referralneed AS need JOIN services_directory_taxonomyterm AS term ON term.id = need.term_id
            WHERE need.referral_id = referral.id
        ),
        'risks', (
            SELECT coalesce(json_agg(json_build_object(
                'is_none_known', risk.is_none_known, 'description', risk.description
            ) ORDER BY risk.id), '[]')
            FROM referrals_risk AS risk WHERE risk.referral_id = referral.id AND risk.ended_on IS NULL
        ),
        'planned_discharge_on', referral.planned_discharge_on, 'discharged_on', referral.discharged_on,
        'discharge', CASE WHEN discharge.referral_id IS NOT NULL THEN {_DISCHARGE} END,
        'redirected_from', coalesce(earlier.reference, ''), 'redirected_to', coalesce(later.reference, '')
    ),
    (
        SELECT coalesce(json_agg({_CONSENT} ORDER BY consent.id), '[]')
        FROM referrals_consent AS consent
        JOIN accounts_user AS recorder ON recorder.id = consent.recorded_by_id
        LEFT JOIN accounts_organization AS organization ON organization.id = consent.to_organization_id
        LEFT JOIN services_directory_service AS service ON service.id = consent.to_service_id
        LEFT JOIN accounts_team AS receiving ON receiving.id = service.receiving_team_id
        WHERE consent.referral_id = referral.id
    ),
    (
        SELECT coalesce(json_agg(json_build_object(
            'reference', onward.reference, 'status', onward.status,
            'service', json_build_object('id', service.id, 'name', service.name), 'provider_team', provider.name,
            'sent_at', onward.sent_at, 'ended_at', onward.ended_at, 'outcome', onward.outcome
        ) ORDER BY onward.id), '[]')
        FROM referrals_onwardreferral AS onward
        JOIN services_directory_service AS service ON service.id = onward.service_id
        JOIN accounts_team AS provider ON provider.id = onward.provider_team_id
        WHERE onward.referral_id = referral.id
    )
FROM referrals_referral AS referral
JOIN accounts_team AS referring ON referring.id = referral.referring_team_id
JOIN accounts_team AS owning ON owning.id = referral.owner_team_id
LEFT JOIN accounts_user AS owner ON owner.id = referral.owner_id
LEFT JOIN referrals_teampolicy AS policy ON policy.team_id = referral.owner_team_id
LEFT JOIN services_directory_service AS scheme ON scheme.id = referral.service_id
LEFT JOIN referrals_discharge AS discharge ON discharge.referral_id = referral.id
LEFT JOIN referrals_referral AS earlier ON earlier.id = referral.redirected_from_id
LEFT JOIN referrals_referral AS later ON later.redirected_from_id = referral.id
{JOIN_LAST_MOVE}
WHERE referral.id = ({text_of_the_one()})
"""  # noqa: S608 - of words of this module, and `text_of`


class TimelineEvent(NamedTuple):
    """One thing that happened. Personal data: who acted, and what was said."""

    sequence: int
    kind: str
    onward_referral: str
    service: str
    from_status: str
    to_status: str
    actor: str
    occurred_at: dt.datetime
    reason: str
    outcome: str
    note: str
    snomed_code: str
    hash: str


class SideFacts(NamedTuple):
    """Whose a referral is: what decides which of its notes a reader sees."""

    source: str
    referring_team_id: UUID
    owner_team_id: UUID


class Timeline(Keyset[TimelineEvent]):
    """What happened to a referral that the user may see, to be paged by the sequence; read when a page is taken."""

    model: ClassVar = ReferralEvent

    def __init__(self, user: User, reference: str) -> None:
        self._user, self._reference = user, reference
        self._referral: SideFacts | None = None

    @property
    def referral(self) -> SideFacts:
        """Whose the referral is, once a page was read."""
        assert self._referral is not None, "no page was read"  # noqa: S101 - a mistake of ours
        return self._referral

    def read(self, *, limit: int, order: str, lookup: str | None, beyond: Any) -> list[TimelineEvent]:
        """Read the first events in an order, beyond a sequence.

        :raises NotVisible: if there is no such referral, or none that the user may see.
        """
        text = _timeline(limit=limit, order=order, lookup=lookup)
        rows = ask_of_the_one(text, self._user, self._reference, beyond=beyond)
        self._referral = SideFacts._make(rows[0][:3])
        return [TimelineEvent._make(row[3:]) for row in rows if row[3] is not None]


@lru_cache(maxsize=64)
def _timeline(*, limit: int, order: str, lookup: str | None) -> str:
    direction = direction_of(order)
    return f"""
SELECT referral.source, referral.referring_team_id, referral.owner_team_id,
    event.sequence, event.kind, coalesce(onward.reference, ''), coalesce(service.name, ''), event.from_status,
    event.to_status, event.actor_name, event.occurred_at, event.reason, event.outcome, event.note, event.snomed_code,
    event.hash
FROM referrals_referral AS referral
LEFT JOIN LATERAL (
    SELECT * FROM referrals_referralevent WHERE referral_id = referral.id AND {beyond_of(lookup)}
    ORDER BY sequence {direction} LIMIT {limit}
) AS event ON true
LEFT JOIN referrals_onwardreferral AS onward ON onward.id = event.onward_referral_id
LEFT JOIN services_directory_service AS service ON service.id = onward.service_id
WHERE referral.id = ({text_of_the_one()})
ORDER BY event.sequence {direction}
"""  # noqa: S608 - of words of this module, numbers, and `text_of`
