"""What waits to be forgotten, and who took out what is held on a person."""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from referrals.models import Person, Referral, RetentionProposal, SubjectAccess


def retention_proposals_visible_to(user: User) -> QuerySet[RetentionProposal]:
    """Return the proposals that a user decides: a lead those of the team, the privacy officer all.

    What was never sent is its writer's alone: of that only the privacy officer hears.
    """
    seen = Q(referral__owner_team__in=user.team_ids(Role.LEAD), referral__sent_at__isnull=False)
    if Role.PRIVACY_OFFICER in user.roles():
        seen = Q()
    return (
        RetentionProposal.objects.filter(seen)
        .select_related("referral__owner_team", "decided_by")
        .order_by("due_on", "id")
    )


def get_retention_proposal(user: User, proposal_id: UUID) -> RetentionProposal:
    """Return one proposal.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    proposal = retention_proposals_visible_to(user).filter(pk=proposal_id).first()
    if proposal is None:
        raise NotVisible("There is no such proposal, or it is not yours to see.")
    return proposal


def subject_accesses_visible_to(user: User) -> QuerySet[SubjectAccess]:
    """Return who took out what, the newest first: for privacy officers."""
    rows = SubjectAccess.objects.select_related("made_by").order_by("-made_at", "-id")
    return rows if Role.PRIVACY_OFFICER in user.roles() else rows.none()


def person_who_asks(
    user: User, *, reference: str = "", nhs_number: str = "", date_of_birth: dt.date | None = None
) -> Person:
    """Return the person who asks for what is held on them, by a referral's reference or by number and date of birth.

    :raises NotVisible: if there is nobody like that, or the user is no privacy officer.
    """
    people = Person.objects.none()
    if Role.PRIVACY_OFFICER in user.roles():
        if reference:
            people = Person.objects.filter(referrals__in=Referral.objects.filter(reference=reference))
        elif nhs_number and date_of_birth:
            people = Person.objects.filter(nhs_number=nhs_number, date_of_birth=date_of_birth)
    person = people.order_by("pk").first()
    if person is None:
        raise NotVisible("Nobody is held here by this reference, or by this number and date of birth.")
    return person
