"""The link to a person's own page, which they open without signing in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.history import kept_history
from core.statements import SavedByHand
from referrals.models.referral import Referral


@kept_history(but=["wrong_tries", "opened_at"], unsaid=["token_digest"])
class PersonLink(SavedByHand):
    """One link to the page of the person of one referral, on which they read and say what concerns them.

    Its secret lies nowhere: it is worked out from the referral's reference and the link's last day (`key`), of which
    each referral has one link, when the message is composed or the slip is printed (`core.links`, docs/adr/0043).
    Personal data: when the person opened it, and how often a date of birth was wrong.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="person_links")  # opens nothing else
    token_digest = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="Empty: the service itself, when the referral was sent.",
    )  # fmt: skip
    issued_at = models.DateTimeField()
    expires_on = models.DateField(help_text="The last day on which it works.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When another link took its place.")
    wrong_tries = models.PositiveSmallIntegerField(default=0, help_text="Wrong dates of birth since it was opened.")
    locked_at = models.DateTimeField(null=True, blank=True, help_text="When there had been too many of them.")
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When the right date of birth was last given.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "expires_on"], name="person_link_once_for_its_last_day"),
            models.UniqueConstraint(fields=["referral"], condition=Q(ended_at=None), name="person_link_one_works"),
        ]

    def __str__(self) -> str:
        return f"Link {self.pk} of {self.referral_id}"

    @property
    def key(self) -> str:
        """What its secret is worked out from, and what a pass names. Reads the referral."""
        return f"{self.referral.reference}/{self.expires_on.isoformat()}"
