"""Whether a person is known already, and to whom that may be said."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from core.signed_links import signature_of
from core.statements import ask, constants, text_of
from referrals.enums import ReferralStatus
from referrals.matching import Comparison, Identity, Strength, birth_key, compare, names_to_look_for
from referrals.models import AddressRecord, Person, PersonMerge, Referral
from referrals.selectors.visible import referrals_visible_to

MOST_CANDIDATES = 500
"""Rows of one birth key and a shared name that are compared at most, the newest first. A million people have some
forty of a birth day; the number is for 1 January, and for the commonest names."""
MOST_OFFERED = 5
MOST_FOUND = 50
_ORDER = [Strength.CERTAIN, Strength.LIKELY, Strength.WEAK]
_PURPOSE = "person-offered"


@dataclass(frozen=True, kw_only=True)
class Match:
    """A person who may be the one that is meant, and on what the descriptions agree."""

    person_id: UUID
    comparison: Comparison

    @property
    def strength(self) -> Strength:
        return self.comparison.strength


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a referrer is told of a match: nothing but what they sent themselves, and what they see anyway."""

    token: str
    agrees_on: list[str]
    references: list[str]

    def as_dict(self) -> dict[str, Any]:
        return {"token": self.token, "agrees_on": self.agrees_on, "references": self.references}


def known_people(identity: Identity, *, besides: UUID | None = None) -> list[Match]:
    """Return the people who may be meant, the strongest match first; one query and a bounded number of comparisons.

    Compared is what the referrals say that were sent: a draft is its writer's alone (docs/adr/0009), and what was
    entered in error says nothing of anybody. The best comparison of a person counts.
    """
    rows = ask(_candidates(), {
        "birth_key": birth_key(identity.date_of_birth), "besides": besides or UUID(int=0),
        "names": names_to_look_for(identity.first_name, identity.family_name),
    })  # fmt: skip
    best: dict[UUID, Match] = {}
    for person_id, first, family, born, postcode, number, number_now in rows:
        known = Identity(
            first_name=first, family_name=family, date_of_birth=born, postcode=postcode, nhs_number=number_now or number
        )
        match = Match(person_id=person_id, comparison=compare(identity, known))
        if match.strength is Strength.NONE:
            continue
        if person_id not in best or _rank(match) < _rank(best[person_id]):
            best[person_id] = match
    return sorted(best.values(), key=lambda match: (_rank(match), match.person_id))


@cache
def _candidates() -> str:
    birth, name, besides = "b", "n", UUID(int=1)
    # By their ids, which are in the index with the names: else each who was born that day would be read, from anywhere.
    described = Referral.objects.filter(birth_key=birth, name_keys__overlap=[name]).values("id")
    rows = (
        Referral.objects.filter(id__in=described, sent_at__isnull=False)
        .exclude(status=ReferralStatus.ENTERED_IN_ERROR)
        .exclude(person=besides)
        .order_by("-id")
        .values_list(
            "person_id", "first_name", "family_name", "date_of_birth", "postcode", "nhs_number", "person__nhs_number"
        )[:MOST_CANDIDATES]
    )
    asked = {birth: "%(birth_key)s", name: "%(names)s", besides: "%(besides)s"}
    text = text_of(rows, asked | constants([ReferralStatus.ENTERED_IN_ERROR]))
    return text.replace("ARRAY[%(names)s]", "%(names)s")  # Django names each member; how many there are differs


def likely_people(identity: Identity, *, besides: UUID | None = None) -> list[Match]:
    """Return the people about whom a referrer is asked: the likely ones, neither certain nor weak."""
    return [match for match in known_people(identity, besides=besides) if match.strength is Strength.LIKELY]


def offers_to(user: User, identity: Identity, matches: Iterable[Match]) -> list[Offer]:
    """Return what the user may be told of matches, at most MOST_OFFERED; one query.

    References are of referrals that the user sees anyway, and of nobody else's.
    """
    shown = list(matches)[:MOST_OFFERED]
    seen: dict[UUID, list[str]] = {}
    visible = referrals_visible_to(user).filter(person__in=[match.person_id for match in shown], sent_at__isnull=False)
    for person_id, reference in visible.values_list("person_id", "reference"):
        seen.setdefault(person_id, []).append(reference)
    return [
        Offer(
            token=token_of(user, identity, match.person_id),
            agrees_on=match.comparison.agrees_on,
            references=seen.get(match.person_id, []),
        )
        for match in shown
    ]


def token_of(user: User, identity: Identity, person_id: UUID) -> str:
    """Return what stands for a match towards one user who described a person in one way.

    A signature of all three and nothing else: nothing can be read from it, and two descriptions that lead to the same
    person do not show that they do. It lies nowhere: whoever brings it back describes the person again.
    """
    parts = (user.pk, person_id, identity.date_of_birth, identity.nhs_number, identity.postcode)
    names = names_to_look_for(identity.first_name, identity.family_name)
    digest = hashlib.sha256("\x1f".join([*map(str, parts), *names]).encode()).hexdigest()
    return signature_of(digest, purpose=_PURPOSE)


def person_behind(token: str, user: User, identity: Identity) -> UUID | None:
    """Return the likely match that a token stands for, or None if there is none such (any more)."""
    for match in likely_people(identity):
        if hmac.compare_digest(token_of(user, identity, match.person_id).encode(), token.encode()):
            return match.person_id
    return None


def referrals_of_person_called(
    user: User, *, nhs_number: str = "", identity: Identity | None = None
) -> QuerySet[Referral]:
    """Return the referrals that were sent and that the user sees anyway, of the person with this NHS number, or of whom
    the description fits as far as `known_people` says; at most MOST_FOUND, the newest first.

    It never says whether somebody is known elsewhere.
    """
    visible = referrals_visible_to(user).filter(sent_at__isnull=False)
    if nhs_number:
        visible = visible.filter(Q(person__nhs_number=nhs_number) | Q(nhs_number=nhs_number))
    elif identity is not None:
        visible = visible.filter(person__in=[match.person_id for match in known_people(identity)])
    else:
        visible = visible.none()
    return visible[:MOST_FOUND]


def is_certainly_known(identity: Identity) -> bool:
    """Whether NHS number and date of birth are those of a person of whom a referral was sent."""
    if not identity.nhs_number:
        return False
    sent = Referral.objects.filter(sent_at__isnull=False, person__nhs_number=identity.nhs_number)
    born = Q(person__date_of_birth=identity.date_of_birth) | Q(date_of_birth=identity.date_of_birth)
    return sent.filter(born).exists()


def referred_already(user: User, nhs_number: str) -> QuerySet[Referral]:
    """Return what the user sees anyway of what was sent about the person with this NHS number, the newest first."""
    return referrals_visible_to(user).filter(person__nhs_number=nhs_number, sent_at__isnull=False)


def open_referrals_like(referral: Referral) -> QuerySet[Referral]:
    """Return the open referrals of the same person to the same team and scheme that were sent before this one."""
    return _open_ones(
        person=referral.person_id, team=referral.owner_team_id, service=referral.service_id, besides=referral.pk or 0
    )


def is_one_open_like(referral: Referral) -> bool:
    """Whether there is any."""
    asked = {"person": referral.person_id, "team": referral.owner_team_id, "besides": referral.pk or 0}
    return bool(
        ask(_is_one_open(for_a_scheme=referral.service_id is not None), asked | {"service": referral.service_id})
    )


def _open_ones(*, person: UUID, team: UUID, service: UUID | None, besides: int) -> QuerySet[Referral]:
    rows = Referral.objects.filter(person=person, owner_team=team, service=service, status__in=ReferralStatus.SENT)
    return rows.exclude(pk=besides).order_by("-id")


@cache
def _is_one_open(*, for_a_scheme: bool) -> str:
    person, team, service = (UUID(int=number) for number in range(3))
    rows = _open_ones(person=person, team=team, service=service if for_a_scheme else None, besides=0)
    asked = {person: "%(person)s", team: "%(team)s", service: "%(service)s", 0: "%(besides)s"}
    return text_of(rows.values("id")[:1], asked | constants(ReferralStatus.SENT))


def addresses_of(referral: Referral) -> QuerySet[AddressRecord]:
    """Return where the person of a referral lived, stays or has letters sent, the newest first."""
    return referral.addresses.select_related("recorded_by").order_by("-id")


# --- For leads -------------------------------------------------------------------------------------------


def led_referrals(user: User) -> QuerySet[Referral]:
    """Return the referrals that were sent to the teams which the user leads, the newest first."""
    teams = user.team_ids(Role.LEAD)
    return Referral.objects.filter(owner_team__in=teams, sent_at__isnull=False).order_by("-id")


def get_led_person(user: User, person_id: UUID) -> Person:
    """Return a person of whom a team that the user leads owns a referral.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    person = Person.objects.filter(pk=person_id, referrals__in=led_referrals(user)).distinct().first()
    if person is None:
        raise NotVisible("There is nobody with this id, or they are not yours to see.")
    return person


def get_merge(person: Person, merge_id: int) -> PersonMerge:
    """Return a merge into a person that the user may see (`get_led_person`).

    :raises NotVisible: if there is none with this id.
    """
    merge = PersonMerge.objects.select_related("kept", "merged").filter(pk=merge_id, kept=person, undoes=None).first()
    if merge is None:
        raise NotVisible("There is no such merge, or it is not yours to see.")
    return merge


def merges_of(person: Person) -> QuerySet[PersonMerge]:
    """Return the merges into a person that the user may see (`get_led_person`), and their undoing, the newest first."""
    return PersonMerge.objects.filter(kept=person).select_related("recorded_by", "undone_by").order_by("-id")


def _rank(match: Match) -> int:
    return _ORDER.index(match.strength)
