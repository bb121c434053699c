"""Take the mails that came back: from standard input, as a mail server pipes one, or from a Maildir."""

import logging
import mailbox
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import dsn, receipts

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Note which messages did not arrive, and mark the addresses at which nothing does. Twice is harmless."""

    help = (
        "Takes mails that came back (delivery status notifications): one from standard input, or all that are new in "
        "a Maildir. Those taken are filed as read; a mail of another kind is filed with a flag, for somebody to read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maildir", type=Path, help="The Maildir to which mail to our sender's address comes.")

    def handle(self, *args: Any, maildir: Path | None, **options: Any) -> None:
        if maildir is None:
            self.stdout.write(f"Did not arrive: {self._take(sys.stdin.buffer.read())[1]}.")
            return
        if not (maildir / "new").is_dir():
            raise CommandError(f"{maildir} is no Maildir.")
        box = mailbox.Maildir(maildir, create=False)
        did_not_arrive = others = 0
        for key in sorted(box.keys()):
            mail = box.get_message(key)
            if mail.get_subdir() != "new":
                continue
            try:
                is_ours, count = self._take(box.get_bytes(key))
            except Exception:
                # One that cannot be read must not keep all behind it from being taken: it is left for somebody.
                logger.exception("A mail that came back could not be read.")
                is_ours, count = False, 0
            did_not_arrive += count
            others += not is_ours
            mail.set_subdir("cur")
            mail.set_flags("S" if is_ours else "F")
            box[key] = mail
        self.stdout.write(f"Did not arrive: {did_not_arrive}. Mails of another kind: {others}.")

    def _take(self, content: bytes) -> tuple[bool, int]:
        """Return whether the mail tells of a message of ours, and of how many it told something new."""
        found = dsn.read(content)
        at = timezone.now()
        return bool(found), sum(receipts.take(each.told, message_id=each.message_id, at=at) for each in found)
