"""How listings are kept: what was changed by whom, and what waits for a directory editor."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Team
from services_directory.enums import ChangeKind, ChangeSide, ProposalStatus
from services_directory.models.services import Service


class ListingProposal(models.Model):
    """One change that a provider proposes to who may be referred, or one new listing; it waits for an editor.

    Personal data: who proposed and who decided, at work.
    """

    reference = models.CharField(max_length=20, unique=True)
    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        help_text="Empty while the proposal is a new listing that is not approved.",
    )
    is_new_listing = models.BooleanField(default=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", help_text="Whose proposal it is.")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    before = models.JSONField(default=dict, help_text="By field, as it was when the change was proposed.")
    after = models.JSONField(help_text="By field, as it would be.")
    status = models.CharField(max_length=10, choices=ProposalStatus, default=ProposalStatus.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(max_length=2000, blank=True, help_text="Why it was declined.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProposalStatus.values), name="proposal_status_known"),
            models.CheckConstraint(
                condition=Q(status=ProposalStatus.PENDING, decided_at__isnull=True)
                | (~Q(status=ProposalStatus.PENDING) & Q(decided_at__isnull=False)),
                name="proposal_decided_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=ProposalStatus.DECLINED) | ~Q(reason=""), name="proposal_declined_has_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(is_new_listing=True) | Q(service__isnull=False), name="proposal_is_of_a_listing"
            ),
            models.UniqueConstraint(
                fields=["service"], condition=Q(status=ProposalStatus.PENDING), name="proposal_pending_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ListingChange(models.Model):
    """One change of one listing. Triggers refuse every change and removal of a row (migration `keeping`).

    What contact persons are called is in no row. Personal data: who acted; the email of a service or organisation,
    or whom an address names, where that is a person at work.
    """

    service = models.ForeignKey(
        Service,
        on_delete=models.DO_NOTHING,  # the history of a listing outlives it
        db_constraint=False,
        db_index=False,  # the index below has it
        related_name="changes",
    )
    version = models.PositiveIntegerField(help_text="Of the listing, after it.")
    kind = models.CharField(max_length=12, choices=ChangeKind)
    is_new = models.BooleanField(default=False, help_text="Whether the listing came into being by it.")
    side = models.CharField(max_length=10, choices=ChangeSide)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    actor_name = models.CharField(max_length=100, help_text="A person's name, or the feed's.")
    occurred_at = models.DateTimeField()
    changes = models.JSONField(default=dict, help_text='By field: {"before": …, "after": …}. Empty for a new listing.')
    proposal = models.ForeignKey(
        ListingProposal, on_delete=models.PROTECT, related_name="changes", null=True, help_text="That it carried out."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="listing_change_kind_known"),
            models.CheckConstraint(condition=Q(side__in=ChangeSide.values), name="listing_change_side_known"),
        ]
        indexes = [models.Index(fields=["service", "-id"], name="listing_change_latest_first")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.service_id}, version {self.version}"
