"""Where imported records come from."""

import uuid

from django.db import models


class Feed(models.Model):
    """One published directory that is imported here: a file or an address. Personal data: none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    source = models.TextField(help_text="The file or the address that it was last read from.")
    licence = models.TextField(blank=True, help_text="Under which licence it is published, where it says so.")
    is_kept_here = models.BooleanField(
        default=False,
        help_text="Whether it was only the beginning: its listings are edited here, like our own.",
    )
    last_imported_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
