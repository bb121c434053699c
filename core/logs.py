"""What is worth a line in the log, and what must not be in one."""

import logging
import re

EVERY_SECOND = "notifications.deliver_due"


class WithoutTheEverySecond(logging.Filter):
    """Drops what Celery says each second of the task that looks for due messages; its warnings stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or EVERY_SECOND not in record.getMessage()


class WithoutSignatures(logging.Filter):
    """Takes the signature out of a signed link (`core.signed_links`): who reads the log may not answer with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/check/" in said:
            record.msg, record.args = re.sub(r"(/check/[^/\s]+/)[^/\s?]+", r"\1...", said), ()
        return True
