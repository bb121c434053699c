"""What is asked of whoever opens a link to a provider's pages, where the team works by email link."""

import uuid

from django.db import models

from accounts.models import Team


class TeamLinkCode(models.Model):
    """A code that was sent to a team's inbox, and whether it came back: then somebody could see the team's pages.

    The code lies nowhere: it is worked out from `code_reference` and the deployment's secret key (docs/adr/0023).
    Kept for a year, because it says when a link opened to somebody. Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="link_codes")
    reference = models.CharField(max_length=20, help_text="Of the onward referral whose link was opened.")
    code_reference = models.CharField(max_length=20, unique=True, help_text="Of the message with the code.")
    sent_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When the code came back.")

    class Meta:
        indexes = [models.Index(fields=["team", "sent_at"], name="team_link_code_by_team")]

    def __str__(self) -> str:
        return str(self.id)
