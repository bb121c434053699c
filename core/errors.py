"""What the domain may say no with. Adapters translate: `core.problems` to RFC 9457, pages to sentences.

Each class is one kind of answer; `code` is stable and public, `detail` is a sentence that says what to do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError

FieldErrors = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """An anticipated refusal. Nothing has been changed when one is raised."""

    code = "refused"
    title = "Refused"

    def __init__(self, detail: str, *, code: str | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra
        if code is not None:
            self.code = code


class Invalid(DomainError):
    """What was given cannot be right; `errors` says which field and why."""

    code = "invalid"
    title = "Some of what you sent is not right"

    def __init__(
        self, errors: FieldErrors, detail: str = "Correct the fields named in errors, and send again."
    ) -> None:
        super().__init__(detail, errors={field: list(messages) for field, messages in errors.items()})


class NotVisible(DomainError):
    """It does not exist for the person asking."""

    code = "not_found"
    title = "Not found"


class NotPermitted(DomainError):
    """It is visible, but not theirs to do."""

    code = "not_permitted"
    title = "You may not do this"


class Conflict(DomainError):
    """The request is well formed and allowed, but the moment is wrong."""

    code = "conflict"
    title = "Not possible now"


class Stale(DomainError):
    """Somebody changed it since the asker read it."""

    code = "stale"
    title = "It has changed since you read it"


class TooOften(DomainError):
    """It has been asked too often. `wait` is the seconds after which it may be asked again."""

    code = "too_often"
    title = "Too often"

    def __init__(self, detail: str, *, wait: int) -> None:
        super().__init__(detail)
        self.wait = wait


class KeyReused(DomainError):
    """An idempotency key came back with another body."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"


OF_ONE_ROW = (
    DatabaseError, DomainError, ObjectDoesNotExist, ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
)  # fmt: skip
"""What goes wrong with one row of many that a task goes through: a refusal, or a bug that only this row meets. It must
not stop the clock for all behind it. Not here: the end of a worker's time, which ends the whole run."""
