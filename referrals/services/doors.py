"""Through which door a referral comes, and what the record then says of who referred. Called inside use cases."""

from dataclasses import dataclass
from typing import Any

from accounts.enums import OrganizationKind
from accounts.models import Team, User
from core.errors import Invalid
from referrals.enums import ReferralMethod, ReferralSource
from referrals.models import Referral

_BY_ORGANIZATION = {
    OrganizationKind.GP_PRACTICE: ReferralSource.GP_PRACTICE,
    OrganizationKind.NHS_TRUST: ReferralSource.HOSPITAL,
    OrganizationKind.CHARITY: ReferralSource.CHARITY,
}
SELF_REFERRAL = "Self referral"
"""What stands where the record names a referrer, and there is none but the person."""


@dataclass(frozen=True, kw_only=True)
class FamilyMember:
    """Who asked for the person, and how the person agreed to it."""

    name: str
    relationship: str
    contact: str
    agreement: str


def source_of(team: Team) -> ReferralSource:
    """Return who refers where a professional of this team does: by the kind of their organisation."""
    return _BY_ORGANIZATION.get(OrganizationKind(team.organization.kind), ReferralSource.OTHER_PROFESSIONAL)


def named(user: User, team: Team) -> dict[str, str]:
    """Return a professional as the record names them (field notes 2.3, rule 7)."""
    return {
        "referrer_name": user.full_name,
        "referrer_service": team.name,
        "referrer_organization": team.organization.name,
        "referrer_contact": " · ".join(part for part in (user.email, team.telephone) if part),
    }


def fill_door(referral: Referral, *, source: str, method: str, family: FamilyMember | None) -> None:
    """Set who refers and how: worked out for professionals, as stated where a family member or the person asks.

    The person as given already stands on the referral.

    :raises Invalid: if a professional source is stated, a family member is missing or is there too many, or the way
        does not fit.
    """
    errors: dict[str, list[str]] = {}
    if source and source not in ReferralSource.STATED:
        errors["source"] = ["Only family and self are stated: of a professional we know it from their organisation."]
    if (source == ReferralSource.FAMILY) != (family is not None):
        errors["family"] = ["Say who of the family asks, exactly when the source is family."]
    if family is not None:
        for name, value in vars(family).items():
            if not value.strip():
                errors[f"family.{name}"] = ["This is needed: who they are, and how the person agreed."]
    if source == ReferralSource.SELF:
        method = method or ReferralMethod.SELF_REFERRAL
    if (source == ReferralSource.SELF) != (method == ReferralMethod.SELF_REFERRAL):
        errors["referral_method"] = ["“Self referral” is the way of the person themself, and of nobody else."]
    if errors:
        raise Invalid(errors)
    values: dict[str, Any] = named(referral.referrer, referral.referring_team)
    values |= {
        "source": ReferralSource(source) if source else source_of(referral.referring_team),
        "referral_method": method or ReferralMethod.SECURE_MESSAGING,
        "referrer_relationship": "",
        "agreement": "",
    }
    if family is not None:
        values |= {
            "referrer_name": family.name.strip(), "referrer_service": f"Family ({family.relationship.strip()})",
            "referrer_organization": "None: a family member", "referrer_contact": family.contact.strip(),
            "referrer_relationship": family.relationship.strip(), "agreement": family.agreement.strip(),
        }  # fmt: skip
    if source == ReferralSource.SELF:
        contact = " · ".join(part for part in (referral.email, referral.telephone) if part)
        values |= dict.fromkeys(("referrer_name", "referrer_service", "referrer_organization"), SELF_REFERRAL)
        values["referrer_contact"] = contact or SELF_REFERRAL
    for name, value in values.items():
        setattr(referral, name, value)
