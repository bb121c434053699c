"""Who the person of a referral is and how they may be reached, as its referrer gave them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from referrals.enums import InformationFormat, NhsNumberStatus, Permission, TelephoneRule


def _permission() -> "models.CharField[str, str]":
    return models.CharField(max_length=10, choices=Permission, default=Permission.NOT_ASKED)


class PersonAsGiven(models.Model):
    """The columns of a referral that say who is meant: what one referrer writes, another does not read.

    `Person` joins them. A referrer reads these, and never `Person`, or a match would tell them what another wrote.
    Personal data: identity; what the person needs in order to speak and read.
    """

    date_of_birth = models.DateField()
    nhs_number = models.CharField(max_length=10, blank=True)
    nhs_number_status = models.CharField(max_length=2, choices=NhsNumberStatus)
    birth_key = models.CharField(max_length=8, editable=False, help_text="See referrals.matching.birth_key.")
    name_keys = ArrayField(models.TextField(), editable=False, help_text="See referrals.matching.")
    is_person_settled = models.BooleanField(
        default=False, help_text="Whether the referrer has said whether the person is one who may be known."
    )
    is_second_meant = models.BooleanField(
        default=False, help_text="Whether the referrer wants it beside an open one to the same team."
    )

    may_email = _permission()
    may_sms = _permission()
    may_telephone = _permission()
    may_voicemail = _permission()
    may_letter = _permission()
    telephone_rule = models.CharField(max_length=15, choices=TelephoneRule, blank=True)
    interpreter_language = models.CharField(
        max_length=35, blank=True, help_text="The spoken language to interpret; empty: no interpreter needed."
    )
    needs_bsl_interpreter = models.BooleanField(default=False)
    information_formats = ArrayField(
        models.CharField(max_length=15, choices=InformationFormat), default=list, blank=True
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(telephone_rule="") | Q(telephone_rule__in=TelephoneRule.values),
                name="referral_telephone_rule_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    may_email__in=Permission.values, may_sms__in=Permission.values,
                    may_telephone__in=Permission.values, may_voicemail__in=Permission.values,
                    may_letter__in=Permission.values,
                ),
                name="referral_contact_permissions_known",
            ),
        ]  # fmt: skip
