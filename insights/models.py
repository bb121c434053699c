"""Figures counted at night, so that a page of them costs the same whatever the history's length, and audits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Organization, Team
from referrals.enums import ReferralSource
from services_directory.models import Service, TaxonomyTerm


class UptakeCount(models.Model):
    """What became of the onward referrals of one month: one programme, one team on each side, one neighbourhood.

    Personal data: none by itself, but a count of one is a person: `selectors` suppresses small numbers for all who
    do not see the referrals themselves.
    """

    month = models.DateField(help_text="The first day of the month in which they were sent.")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=20, choices=ReferralSource)
    referring_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    provider_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    # A copy of the name: neighbourhoods may be drawn anew at any time.
    neighbourhood = models.CharField(
        max_length=100, blank=True, db_default="", help_text="Of the home. Empty: outside all of ours."
    )
    referred = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    started = models.PositiveIntegerField()
    completed = models.PositiveIntegerField()
    left_early = models.PositiveIntegerField()
    counted_at = models.DateTimeField(help_text="When it was first counted so: a row that stays as it was is kept.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "month",
                    "service",
                    "source",
                    "referring_team",
                    "owner_team",
                    "provider_team",
                    "neighbourhood",
                ],
                name="uptake_counted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted__lte=models.F("referred"), started__lte=models.F("accepted"))
                & models.Q(started__gte=models.F("completed") + models.F("left_early")),
                name="uptake_narrows_at_each_stage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.service_id}"


class UptakeTotal(models.Model):
    """The same over all teams, for those who read everybody's: told apart by one thing, so a few thousand rows, however
    many were referred. Made from `UptakeCount`, in the same count.

    Personal data: as above.
    """

    BY = ("programme", "referring_organization", "source", "neighbourhood")

    by = models.CharField(max_length=25, choices=[(each, each) for each in BY])
    month = models.DateField(help_text="The first day of the month in which they were sent.")
    source = models.CharField(max_length=20, choices=ReferralSource)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", null=True)
    neighbourhood = models.CharField(max_length=100, blank=True, db_default="")
    referred = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    started = models.PositiveIntegerField()
    completed = models.PositiveIntegerField()
    left_early = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["by", "month"], name="uptake_total_by_month")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by__in=["programme", "referring_organization", "source", "neighbourhood"]),
                name="uptake_total_by_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} by {self.by}"


class JourneyTotal(models.Model):
    """How far the referrals of one month have come, over all teams, told apart by one thing (`insights.counting`).

    Each stage has those in it that came further; of programmes (a referral is counted once for each) those that come
    before the offer hold the same as it. Personal data: as above.
    """

    by = models.CharField(max_length=20, help_text="One of `journeys.BY`.")
    key = models.CharField(max_length=100, blank=True, help_text="Of the group.")
    month = models.DateField(help_text="The first day of the month in which they were sent.")
    referred = models.PositiveIntegerField()
    reached = models.PositiveIntegerField()
    agreed = models.PositiveIntegerField()
    offered = models.PositiveIntegerField()
    started = models.PositiveIntegerField()
    weeks_12 = models.PositiveIntegerField()
    finished = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "month", "key"], name="journey_total_counted_once"),
            models.CheckConstraint(
                condition=models.Q(
                    reached__lte=models.F("referred"), agreed__lte=models.F("reached"), offered__lte=models.F("agreed"),
                    started__lte=models.F("offered"), weeks_12__lte=models.F("started"),
                    finished__lte=models.F("weeks_12"),
                ),
                name="journey_total_narrows",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} by {self.by}"


class WaitTotal(models.Model):
    """How many waits of one sort that ended in one month took how many working days, over all teams, told apart by one
    thing. A count for each number of days can be added up, and has every median in it.

    Personal data: as above.
    """

    by = models.CharField(max_length=20, help_text="One of `waits.BY`.")
    wait = models.CharField(max_length=20, help_text="One of `waits.WAITS`.")
    key = models.CharField(max_length=100, blank=True, help_text="Of the group.")
    month = models.DateField(help_text="The first day of the month in which they ended.")
    days = ArrayField(models.IntegerField(), help_text="Working days, each once.")
    counts = ArrayField(models.PositiveIntegerField(), help_text="How many waits took so many.")
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "wait", "month", "key"], name="wait_total_counted_once"),
            models.CheckConstraint(
                condition=models.Q(days__len=models.F("counts__len")), name="wait_total_has_a_count_for_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.wait} by {self.by}"


class AnswerTotal(models.Model):
    """How one service answered what was sent to it in one month, and within how many working days.

    Personal data: as above.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(help_text="The first day of the month in which they were sent.")
    sent = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    declined = models.PositiveIntegerField()
    expired = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    days = ArrayField(models.IntegerField(), help_text="As of a `WaitTotal`.")
    counts = ArrayField(models.PositiveIntegerField())
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "service"], name="answer_total_counted_once"),
            models.CheckConstraint(
                condition=models.Q(days__len=models.F("counts__len")), name="answer_total_has_a_count_for_each"
            ),
            models.CheckConstraint(
                condition=models.Q(sent__gte=models.F("answered") + models.F("expired") + models.F("waiting"))
                & models.Q(declined__lte=models.F("answered")),
                name="answer_total_is_part_of_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.service_id}"


class NeedGap(models.Model):
    """A need that people of one neighbourhood were referred with, and had nothing for near their home.

    Personal data: none by itself, but a count of one is a person: `gaps.presented` suppresses small numbers.
    """

    term = models.ForeignKey(TaxonomyTerm, on_delete=models.CASCADE, related_name="+")  # counted anew each night
    # A copy of the name: neighbourhoods may be drawn anew at any time.
    neighbourhood = models.CharField(max_length=100, blank=True, help_text="Empty: outside all of ours.")
    asked = models.PositiveIntegerField()
    nothing_near = models.PositiveIntegerField()
    comes_to_people = models.BooleanField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "neighbourhood"], name="gap_counted_once"),
            models.CheckConstraint(
                condition=models.Q(nothing_near__gte=1, nothing_near__lte=models.F("asked")),
                name="gap_is_part_of_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} in {self.neighbourhood}"


class PopulationCount(models.Model):
    """How many people of one group live here, as somebody else has counted them: what equity is looked at against.

    No personal data: a count that is published, of everybody. `services.load_population` writes it, whole.
    """

    dimension = models.CharField(max_length=20, help_text="A way to group that is of equity (`dimensions.EQUITY`).")
    group = models.CharField(max_length=60, help_text="The key of a group of that dimension.")
    count = models.PositiveIntegerField()
    source = models.CharField(max_length=200, help_text="Who counted them, where, as a reader may look it up.")
    as_of = models.DateField(help_text="Of which day the count is.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dimension", "group"], name="population_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.group}"


class SummaryKind(models.TextChoices):
    """To whom a summary is written, and about how long a time."""

    PROVIDER_WEEK = "provider_week", "The week of a provider"
    LEAD_WEEK = "lead_week", "The week of a link-worker team"
    COMMISSIONER_MONTH = "commissioner_month", "The month, for commissioners"


class Summary(models.Model):
    """What a team is told of a week or a month that has ended. Made once; append-only, kept so by a trigger.

    `figures` is a list of groups: by what (`by`, `key`, `name`), and a number for each figure of its kind, null where
    it is not known or too small to show. Personal data: none by itself; a commissioner's holds no small number at all.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=SummaryKind)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day.")
    figures = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "kind", "starts_on"], name="summary_made_once"),
            models.CheckConstraint(condition=models.Q(kind__in=SummaryKind.values), name="summary_kind_known"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="summary_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["team", "-ends_on", "-id"], name="summary_of_team")]

    def __str__(self) -> str:
        return self.reference


class IntegrityRun(models.Model):
    """One audit of the whole database that came to its end; append-only, kept so by a trigger.

    Personal data: none; references only.
    """

    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    referrals = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    messages_failed = models.PositiveBigIntegerField(help_text="Given up and shown: each is somebody's task.")
    counts = models.JSONField(help_text="Of each rule, how many break it.")
    references = models.JSONField(help_text="Of each rule, the first that break it.")
    anchored_to = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="The last event that its anchor covers."
    )
    anchor = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        help_text="The digest of the events since the anchor before, and of that anchor.",
    )
    history_to = models.JSONField(
        null=True, help_text="By table, the last row of history that its other anchor covers."
    )
    history_anchor = models.CharField(
        max_length=64, blank=True, db_default="", help_text="The same digest, of the histories of what was changed."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__gte=models.F("begun_at")), name="integrity_run_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["-begun_at", "-id"], name="integrity_run_latest")]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M}"

    @property
    def is_whole(self) -> bool:
        """Whether no rule was broken."""
        return not any(self.counts.values())
