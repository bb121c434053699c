"""Who opened the record of a person: one row for each time."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from referrals.enums import AccessPurpose, AccessReason, Unusual, Visitor
from referrals.models.person import Person
from referrals.models.referral import Referral

WORDS_LENGTH = 200


_UNCHECKED: dict[str, Any] = {
    "on_delete": models.PROTECT,
    "related_name": "+",
    "db_constraint": False,
    "db_index": False,
}
"""A key that no constraint checks: the row it points to is read in the same statement, and is never deleted. A check
would take a lock on it, for which a reader would wait while somebody takes a step.
"""


class RecordAccess(models.Model):
    """One record that was opened: who read it, when, by which page or route, in which request, and why if that was
    unusual. Append-only, kept so by a trigger; written by `services.access` alone. Kept for as long as the record.

    Personal data: who reads about whom; `words` may say something of the person, and are forgotten with them.
    """

    at = models.DateTimeField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, **_UNCHECKED)
    visitor = models.CharField(max_length=10, choices=Visitor, blank=True, help_text="Empty: an account's own sign-in.")
    person = models.ForeignKey(Person, null=True, blank=True, **_UNCHECKED)
    referral = models.ForeignKey(Referral, null=True, blank=True, **_UNCHECKED)
    route = models.CharField(max_length=100, help_text="The method, and the name of the page or route.")
    request_id = models.CharField(max_length=36, blank=True)
    purpose = models.CharField(max_length=20, choices=AccessPurpose, default=AccessPurpose.CARE)
    unusual = models.CharField(max_length=20, choices=Unusual, blank=True)
    reason = models.CharField(max_length=20, choices=AccessReason, blank=True)
    words = models.CharField(max_length=WORDS_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unusual="") | ~Q(reason="") | ~Q(visitor="") | Q(purpose=AccessPurpose.LISTED),
                name="access_unusual_says_why",
            ),
            models.CheckConstraint(
                condition=Q(reader__isnull=False) | Q(visitor=Visitor.PERSON), name="access_names_its_reader"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="access_of_person"),
            models.Index(fields=["at"], condition=~Q(unusual=""), name="access_unusual"),
            BrinIndex(fields=["at"], autosummarize=True, name="access_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.route} by {self.reader_id or self.visitor}"
