"""What the check says of a document."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a document that has it conforms."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing to be said: of which item (its path, entries of a list counted from 1), by which rule, in words."""

    path: str
    rule: str
    severity: Severity
    message: str

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR

    def __str__(self) -> str:
        return f"{self.severity}: {self.path or 'the document'}: {self.rule}: {self.message}"


def error(path: str, rule: str, message: str) -> Finding:
    """Return a finding with which the document does not conform."""
    return Finding(path, rule, Severity.ERROR, message)


def warning(path: str, rule: str, message: str) -> Finding:
    """Return a finding with which the document conforms."""
    return Finding(path, rule, Severity.WARNING, message)
