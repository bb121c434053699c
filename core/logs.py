"""What is worth a line in the log."""

import logging

EVERY_SECOND = "notifications.deliver_due"


class WithoutTheEverySecond(logging.Filter):
    """Drops what Celery says each second of the task that looks for due messages; its warnings stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or EVERY_SECOND not in record.getMessage()
