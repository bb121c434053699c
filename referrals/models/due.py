"""What is due, as the database's own view `referrals_duetask` sees it."""

from django.conf import settings
from django.db import models

from accounts.models import Team
from referrals.enums import TaskKind
from referrals.models.referral import Referral


class DueTask(models.Model):
    """One thing that is due on a day: read from a view (migrations 0009 to 0030), never written.

    One row for each open referral that is in a team's hands, for each question of a provider, signpost to follow up,
    clearance that is waited for, plan and review to hold, and for each task by hand that is not done. Personal data:
    the name, and the title.
    """

    key = models.CharField(max_length=40, primary_key=True, help_text="The kind of its source, and its id.")
    kind = models.CharField(max_length=20, choices=TaskKind)
    due_on = models.DateField()
    referral = models.ForeignKey(Referral, on_delete=models.DO_NOTHING, related_name="+")
    owner_team = models.ForeignKey(Team, on_delete=models.DO_NOTHING, related_name="+")
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+", null=True)
    title = models.CharField(max_length=200, help_text="Of a task by hand.")
    source_id = models.BigIntegerField(
        null=True, help_text="Of the task by hand, the signpost or the request for a clearance."
    )
    onward_reference = models.CharField(max_length=20, help_text="Of the onward referral that a provider asks about.")
    # As the referral has them: to join it once more for three words would cost a third of the whole.
    reference = models.CharField(max_length=20, help_text="The referral's.")
    first_name = models.CharField(max_length=35)
    family_name = models.CharField(max_length=35)

    class Meta:
        managed = False
        db_table = "referrals_duetask"

    def __str__(self) -> str:
        return self.key
