"""Who looks after which place, and what waits at the public door until its code comes back."""

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import Team
from core.history import kept_history
from notifications.enums import Channel
from referrals.enums import AreaKind, ReferralSource
from referrals.models.referral import Referral

_TO_NOBODY = (Channel.IN_APP, Channel.WEBHOOK)
"""Ways that lead to users and to systems."""


@kept_history(from_the_start=True)
class TeamArea(models.Model):
    """One place, or one practice, that a team looks after. Set in data. Personal data: none."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="areas")  # nothing without its team
    kind = models.CharField(max_length=20, choices=AreaKind)
    code = models.CharField(max_length=20, help_text="ODS or GSS code, or the code of one of our neighbourhoods.")
    priority = models.PositiveSmallIntegerField(
        default=100, help_text="Of several that fit the lowest wins, and of equal ones the narrowest."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "kind", "code"], name="team_area_once"),
            models.CheckConstraint(condition=Q(kind__in=AreaKind.values), name="team_area_kind_known"),
            models.CheckConstraint(condition=~Q(code=""), name="team_area_has_a_code"),
        ]
        indexes = [models.Index(fields=["kind", "code"], name="team_area_by_code")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class SelfReferral(models.Model):
    """What somebody wrote at the public door, until the code sent to them comes back. No referral yet.

    Nobody of staff sees it. When it is confirmed the content is emptied, and after a day the row is deleted, whatever
    became of it. The code lies nowhere: it is worked out from `code_reference` and the deployment's secret key, when
    the message is composed and when the code comes back (docs/adr/0023). Personal data: all that was written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=20, choices=ReferralSource)
    content = models.JSONField(help_text="As it was sent and found to be sound. Emptied when it is confirmed.")
    channel = models.CharField(max_length=10, choices=[(c.value, c.label) for c in Channel if c not in _TO_NOBODY])
    address = models.CharField(max_length=254, help_text="Where the code goes.")
    code_reference = models.CharField(max_length=20, unique=True, help_text="Of the message with the present code.")
    code_expires_at = models.DateTimeField()
    codes_sent = models.PositiveSmallIntegerField(default=1)
    wrong_tries = models.PositiveSmallIntegerField(default=0, help_text="At the present code.")
    created_at = models.DateTimeField()
    referral = models.OneToOneField(
        Referral, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )  # a note of a day

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=ReferralSource.STATED), name="self_referral_source_known"),
            models.CheckConstraint(condition=~Q(address=""), name="self_referral_has_an_address"),
            models.CheckConstraint(
                condition=Q(referral__isnull=True) | Q(content={}), name="self_referral_confirmed_keeps_nothing"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="self_referral_by_age"),
            models.Index(fields=["address", "created_at"], name="self_referral_by_address"),
        ]

    def __str__(self) -> str:
        return str(self.id)
