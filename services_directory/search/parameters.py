"""What stands in the text of a statement for a value: nothing that a person typed becomes part of the text."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Parameters:
    """The parameters of a statement, by name."""

    values: dict[str, Any] = field(default_factory=dict)

    def value(self, value: object, cast: str = "") -> str:
        """Keep a parameter; return what stands for it in the text."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s{cast}"
