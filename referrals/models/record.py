"""What is known of the person beside who they are and how to reach them: one version after another. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from referrals.enums import EthnicCategory, RecordSection, StatedGender
from referrals.models.referral import Referral


class RecordVersion(models.Model):
    """The record of a referral's person, as whoever wrote it last left it. The highest number counts.

    It is the referral's and not the person's: what one practice writes, another does not read (docs/adr/0009).
    Append-only, kept so by a trigger. Personal data: special-category.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="record_versions")
    number = models.PositiveIntegerField()
    preferred_name = models.CharField(max_length=70, blank=True)
    title = models.CharField(max_length=35, blank=True)
    name_suffix = models.CharField(max_length=35, blank=True, help_text="OBE, MBE, BSc …")
    alias = models.CharField(max_length=70, blank=True, help_text="Another name by which the person is known.")
    pronouns = models.CharField(max_length=35, blank=True)
    gender = models.CharField(max_length=1, choices=StatedGender, blank=True)
    ethnic_category = models.CharField(max_length=2, choices=EthnicCategory, blank=True)
    relevant_contacts = models.TextField(
        max_length=2000, blank=True, help_text="Carers, next of kin and others, with how to reach them."
    )
    gp_name = models.CharField(max_length=70, blank=True)
    gp_practice_name = models.CharField(max_length=150, blank=True)
    supported_by = models.CharField(max_length=150, blank=True, help_text="Who helped to write “About me”.")
    is_pregnant = models.BooleanField(default=False)
    expected_delivery_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="record_version_numbered_once"),
            models.CheckConstraint(
                condition=Q(gender="") | Q(gender__in=StatedGender.values), name="record_gender_known"
            ),
            models.CheckConstraint(
                condition=Q(ethnic_category="") | Q(ethnic_category__in=EthnicCategory.values),
                name="record_ethnic_category_known",
            ),
            models.CheckConstraint(
                condition=Q(is_pregnant=True) | Q(expected_delivery_on__isnull=True),
                name="record_delivery_expected_of_a_pregnancy",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Record {self.number} of {self.referral_id}"


class RecordEntry(models.Model):
    """One entry of one version of a record: a code, words, or both. What its topic may hold is in ENTRY_RULES.

    Append-only, kept so by a trigger. Personal data: special-category.
    """

    version = models.ForeignKey(RecordVersion, on_delete=models.PROTECT, related_name="entries")
    section = models.CharField(max_length=30, choices=RecordSection)
    code = models.CharField(max_length=18, blank=True, help_text="SNOMED CT.")
    display = models.CharField(max_length=255, blank=True, help_text="The name of the code, as the sender has it.")
    text = models.TextField(max_length=4000, blank=True)
    comment = models.CharField(max_length=150, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(section__in=RecordSection.values), name="record_entry_section_known"),
            models.CheckConstraint(condition=~Q(code="") | ~Q(text=""), name="record_entry_says_something"),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__regex=r"^[1-9][0-9]{5,17}$"), name="record_entry_code_form"
            ),
            models.CheckConstraint(condition=~Q(code="") | Q(display=""), name="record_entry_display_is_of_a_code"),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="record_entry_ends_after_it_starts",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.section} of {self.version_id}"
