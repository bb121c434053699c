"""The referral, and what it holds about why and how."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Team
from core.history import kept_history
from core.statements import SavedByHand
from referrals.enums import (
    CloseOutcome,
    PreferredContact,
    ReferralMethod,
    ReferralSource,
    ReferralStatus,
)
from referrals.models.as_given import PersonAsGiven
from referrals.models.person import Person
from referrals.pathway import ReferralPathway
from referrals.querysets import BREACH_NOT_TOLD, ReferralQuerySet
from services_directory.models import Service, TaxonomyTerm

NO_HISTORY = (
    "version", "chain_hash", "status", "outcome", "owner", "sent_at", "submitted_at", "ended_at",
    "planned_discharge_on", "discharged_on", "said_no_at", "forgotten_at", "next_action_on", "breach_told_of",
    "reached_at", "failed_tries", "asks_to_close_at", "birth_key", "name_keys", "is_person_settled", "is_second_meant",
)  # fmt: skip
"""What the events say, to whom the audit holds it, or what is worked out from the rest. A draft has no history."""


@kept_history(
    but=NO_HISTORY, once=pgtrigger.Q(old__sent_at__isnull=False, new__forgotten_at__isnull=True)
)  # a draft is a draft
class Referral(SavedByHand, ReferralPathway, PersonAsGiven):
    """One request to a link-worker team, or to a scheme's hub, to support one person.

    Personal data: why the person is referred (special-category), how to reach them, and who referred them. The
    referrer's details are a copy made when it was sent, because the record must say who referred even after they
    move on.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0, help_text="How many events it has: the sequence of the last one.")
    chain_hash = models.CharField(max_length=64, blank=True, help_text="The hash of the last event.")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="referrals")

    # The person as this referrer gave them: what one writes, another does not read.
    first_name = models.CharField(max_length=35)
    family_name = models.CharField(max_length=35)
    gp_practice_code = models.CharField(max_length=6, help_text="ODS code, or V81997, V81998, V81999.")
    address = models.TextField(max_length=180, blank=True, help_text="Up to five lines of 35 characters.")
    postcode = models.CharField(max_length=8, blank=True)
    telephone = models.CharField(max_length=35, blank=True)
    email = models.EmailField(max_length=255, blank=True)
    preferred_contact = models.CharField(max_length=1, choices=PreferredContact, blank=True)
    communication_needs = models.TextField(
        max_length=500, blank=True, help_text="Interpreter, large print, hearing loop, someone who speaks for them."
    )

    source = models.CharField(max_length=20, choices=ReferralSource, help_text="Who refers, for every figure.")
    referral_method = models.CharField(
        max_length=20, choices=ReferralMethod, default=ReferralMethod.SECURE_MESSAGING, help_text="How it came."
    )
    # Neither team has an index of its own: those below begin with it. Beside them a smaller one leads the planner to
    # sort all of a large team's referrals for a page, where the usual team has few.
    referring_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="referrals_made", db_index=False)
    referrer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="referrals_made")
    referrer_name = models.CharField(max_length=70)
    referrer_service = models.CharField(max_length=255)
    referrer_organization = models.CharField(max_length=255)
    referrer_contact = models.CharField(max_length=300)
    referrer_relationship = models.CharField(
        max_length=35, blank=True, help_text="Of a family member to the person: daughter, neighbour."
    )
    agreement = models.CharField(
        max_length=500, blank=True, help_text="How the person agreed to being referred by a family member."
    )
    confirmed_email = models.EmailField(
        max_length=254, blank=True, help_text="Of whoever came by the public door: where they are told what becomes."
    )

    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="referrals_owned", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="caseload", null=True, blank=True
    )
    next_action_on = models.DateField(
        null=True, blank=True, help_text="When somebody must look again. Empty when ended."
    )
    breach_told_of = models.DateField(
        null=True, blank=True, help_text="The due day of which the leads were told that it was breached."
    )
    # Where the team stands with reaching the person: a copy of what its contacts say (selectors.reaching_of).
    reached_at = models.DateTimeField(null=True, blank=True, help_text="When the person was last spoken with.")
    failed_tries = models.PositiveSmallIntegerField(
        default=0, help_text="On how many days, since then, they could not be reached."
    )
    asks_to_close_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last try that the team's policy asks for failed."
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="direct_referrals", null=True, blank=True,
        help_text="The scheme, where the referral goes straight to its hub.",
    )  # fmt: skip

    reason = models.TextField(max_length=4000, blank=True, help_text="Presenting complaint or issue, in words.")
    planned_discharge_on = models.DateField(null=True, blank=True)
    discharged_on = models.DateField(null=True, blank=True)
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When it left its draft. Until then nobody but the referrer's team sees it."
    )
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="When the team's clocks began.")
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=CloseOutcome, blank=True)
    said_no_at = models.DateTimeField(
        null=True, blank=True, help_text="When the person said no thanks on their own page, and has not taken it back."
    )
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text="When what names or describes the person was taken out of it, for good."
    )
    redirected_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="redirected_to", null=True, blank=True
    )

    objects: ClassVar = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            *PersonAsGiven.Meta.constraints,
            models.CheckConstraint(condition=Q(status__in=ReferralStatus.values), name="referral_status_known"),
            models.CheckConstraint(condition=Q(source__in=ReferralSource.values), name="referral_source_known"),
            models.CheckConstraint(
                condition=Q(referral_method__in=ReferralMethod.values)
                & (
                    Q(source=ReferralSource.SELF, referral_method=ReferralMethod.SELF_REFERRAL)
                    | ~Q(source=ReferralSource.SELF) & ~Q(referral_method=ReferralMethod.SELF_REFERRAL)
                ),
                name="referral_method_fits_its_source",
            ),
            models.CheckConstraint(
                condition=Q(source=ReferralSource.FAMILY) & ~Q(referrer_relationship="") & ~Q(agreement="")
                | ~Q(source=ReferralSource.FAMILY) & Q(referrer_relationship="", agreement=""),
                name="referral_by_family_says_who_and_how_agreed",
            ),
            models.CheckConstraint(condition=~Q(gp_practice_code=""), name="referral_names_a_practice_or_its_absence"),
            models.CheckConstraint(condition=~Q(first_name="") & ~Q(family_name=""), name="referral_names_the_person"),
            models.CheckConstraint(
                condition=~Q(status__in=ReferralStatus.SENT) | Q(sent_at__isnull=False),
                name="referral_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=ReferralStatus.TAKEN_ON) | Q(owner__isnull=False),
                name="referral_taken_on_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[*ReferralStatus.ENDED, ReferralStatus.DRAFT]) | Q(next_action_on__isnull=False),
                name="referral_open_has_a_next_action",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ReferralStatus.ENDED, ended_at__isnull=False)
                | Q(status__in=ReferralStatus.OPEN, ended_at__isnull=True),
                name="referral_ended_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReferralStatus.CLOSED) | ~Q(outcome=""), name="referral_closed_has_an_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=CloseOutcome.values), name="referral_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(asks_to_close_at__isnull=True) | Q(failed_tries__gte=1),
                name="referral_asks_to_close_after_a_try",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReferralStatus.DEFERRED) | Q(planned_discharge_on__isnull=False),
                name="referral_deferred_has_a_discharge_date",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(ended_at__isnull=False), name="referral_forgotten_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(redirected_from__isnull=True) | ~Q(redirected_from=F("id")),
                name="referral_not_redirected_to_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_team", "-id"], name="referral_by_owner_team"),
            models.Index(fields=["referring_team", "-id"], name="referral_by_referring_team"),
            # With the names beside it: of some hundred people of one birth key only those are read who may be meant.
            models.Index(fields=["birth_key"], include=["name_keys", "id"], name="referral_by_birth_and_names"),
            models.Index(
                fields=["next_action_on"], condition=Q(status__in=ReferralStatus.SENT), name="referral_due"
            ),
            models.Index(
                fields=["owner_team", "next_action_on", "id"], condition=Q(status__in=ReferralStatus.SENT),
                name="referral_due_of_team",
            ),
            models.Index(
                fields=["next_action_on", "id"], condition=Q(status__in=ReferralStatus.SENT) & BREACH_NOT_TOLD,
                name="referral_breach_not_told",
            ),
            models.Index(
                fields=["ended_at", "id"], condition=Q(forgotten_at__isnull=True), name="referral_ended_not_forgotten"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference


@kept_history()
class ReferralNeed(SavedByHand):
    """One need, coded, with the words used. Personal data: special-category."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="needs")  # part of its referral
    term = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    code = models.CharField(
        max_length=18, blank=True, help_text="SNOMED CT, of the needs and concerns, where the referrer's system has it."
    )
    display = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "term"], name="referral_need_once"),
            models.CheckConstraint(
                condition=Q(code="", display="") | Q(code__regex=r"^[1-9][0-9]{5,17}$"),
                name="referral_need_code_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} of {self.referral_id}"


class Risk(SavedByHand):
    """One risk that whoever meets the person must know, or the statement that none is known. Personal data: yes.

    DAPB4066 makes an entry mandatory (field notes 2.2): an empty list would not say whether anybody asked. A risk is
    ended, once, and not deleted after its referral was sent (field notes 2.3, rule 15): kept so by a trigger.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="risks")  # part of its referral
    is_none_known = models.BooleanField(default=False)
    description = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=18, blank=True, help_text="SNOMED CT, a finding of being at risk.")
    display = models.CharField(max_length=255, blank=True)
    comment = models.CharField(max_length=150, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_none_known=True, description="") | (Q(is_none_known=False) & ~Q(description="")),
                name="risk_is_described_or_none_known",
            ),
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(is_none_known=True, ended_on__isnull=True),
                name="risk_none_known_stated_once",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="risk_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"Risk of {self.referral_id}"
