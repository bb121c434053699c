"""What is known of a person's health."""

import datetime as dt
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import OrganizationKind
from accounts.models import User
from core.errors import Invalid
from core.statements import ask
from referrals.enums import ReferralSource
from referrals.models import Clearance, Observation, Referral
from referrals.selectors.visible import ask_of_the_one, text_of_the_one
from services_directory.selectors import locate
from services_directory.suitability.dates import PartialDate
from services_directory.suitability.facts import Answer, ClearanceGiven, Facts
from services_directory.suitability.kinds import Answered


def observations_of(referral: Referral) -> QuerySet[Observation]:
    """Return what was recorded of a person's health, the newest first; `counts` says which answer holds now."""
    later = Observation.objects.filter(
        Q(observed_on__gt=OuterRef("observed_on")) | Q(observed_on=OuterRef("observed_on"), pk__gt=OuterRef("pk")),
        referral=OuterRef("referral"),
        code=OuterRef("code"),
    )
    return referral.observations.select_related("recorded_by").annotate(counts=~Exists(later)).order_by("-id")


def clearances_of(referral: Referral) -> QuerySet[Clearance]:
    """Return what professionals decided about a person, the newest first."""
    return referral.clearances.select_related("recorded_by", "service").order_by("-id")


def facts_for(user: User, reference: str) -> Facts:
    """Return what is known of the person of a referral, to judge services by; in four queries.

    :raises NotVisible: if there is no such referral, or none that the user may see; it does not say which.
    """
    ((referral_id, postcode, practice, born, source, kind, not_before),) = ask_of_the_one(_known(), user, reference)
    return _facts(
        referral_id, postcode=postcode, practice=practice, born=born, source=source, kind=kind, not_before=not_before
    )  # fmt: skip


def facts_of(referral: Referral) -> Facts:
    """Return what is known of the person of a referral that the caller was allowed to read."""
    discharge = getattr(referral, "discharge", None)
    return _facts(
        referral.pk, postcode=referral.postcode, practice=referral.gp_practice_code,
        born=referral.date_of_birth, source=referral.source, kind=referral.referring_team.organization.kind,
        not_before=discharge.start_no_earlier_than if discharge else None,
    )  # fmt: skip


def _facts(
    referral_id: Any,
    *,
    postcode: str,
    practice: str,
    born: dt.date,
    source: str,
    kind: str,
    not_before: dt.date | None,
) -> Facts:
    # By hand: a search for a person is to cost twice a search at most, and rows of a model would be half of that.
    answers = {code: _answer(*said) for code, *said in ask(_ANSWERS, [referral_id])}
    clearances = [ClearanceGiven(**dict(zip(_DECIDED, row, strict=True))) for row in ask(_CLEARANCES, [referral_id])]
    return Facts(
        date_of_birth=born,
        gp_practice_code=practice,
        referral_source=_said_of(source, kind),
        start_no_earlier_than=not_before,
        answers=answers,
        clearances=tuple(clearances),
        **_areas_of(postcode),
    )


@cache
def _known() -> str:
    return f"""
SELECT referral.id, referral.postcode, referral.gp_practice_code, referral.date_of_birth, referral.source,
    organization.kind, discharge.start_no_earlier_than
FROM referrals_referral AS referral
JOIN accounts_team AS referring ON referring.id = referral.referring_team_id
JOIN accounts_organization AS organization ON organization.id = referring.organization_id
LEFT JOIN referrals_discharge AS discharge ON discharge.referral_id = referral.id
WHERE referral.id = ({text_of_the_one()})
"""  # noqa: S608 - of words of this module, and `text_of`


_ANSWERS = """
SELECT DISTINCT ON (code) code, answer, observed_on, recorded_at, value, second_value, choice, occurred
FROM referrals_observation WHERE referral_id = %s ORDER BY code, observed_on DESC, id DESC
"""
"""Of each question the answer that counts."""
_DECIDED = (
    "code", "is_cleared", "professional_name", "professional_role", "decided_on", "recorded_at", "service_id"
)  # fmt: skip
_CLEARANCES = f"SELECT {', '.join(_DECIDED)} FROM referrals_clearance WHERE referral_id = %s ORDER BY id"  # noqa: S608 - names
_SOURCES = {
    ReferralSource.GP_PRACTICE.value: "gp",
    ReferralSource.HOSPITAL.value: "health_professional",
    ReferralSource.CHARITY.value: "charity",
    ReferralSource.FAMILY.value: "family",
    ReferralSource.SELF.value: "self",
}
"""Who refers, in the words of the rules."""


def _said_of(source: str, kind: str) -> str:
    """Another professional is a social prescriber where link workers are; else the rules have no word for them."""
    if source == ReferralSource.OTHER_PROFESSIONAL and kind == OrganizationKind.LINK_WORKER_HOST:
        return "social_prescriber"
    return _SOURCES.get(source, "")


def _answer(
    answer: str, observed_on: dt.date, recorded_at: dt.datetime, value: Any, second: Any, choice: str, occurred: str
) -> Answer:
    return Answer(
        answer=Answered(answer), observed_on=observed_on, recorded_at=recorded_at, value=value, second_value=second,
        choice=choice, occurred=PartialDate.read(occurred) if occurred else None,
    )  # fmt: skip


def _areas_of(postcode: str) -> dict[str, str]:
    """Return the areas that a postcode lies in; none where it is not known, is no place (ZZ99), or is missing."""
    try:
        place = locate(postcode)
    except Invalid:
        return {}
    return {name: getattr(place, name) for name in ("local_authority", "neighbourhood", "lsoa", "ward")}
