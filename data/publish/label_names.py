"""Labels under names of their own in a published language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LabelNames:
    """The names that the labels of a corpus have in one language.

    Args:
        names: name by label; all differ. A label that is not among them keeps its own.
        kept: why a label that was to be translated kept its name, as a short reason code.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    def of(self, labels: Sequence[str]) -> list[str]:
        """The names of labels, in the same order, so that the numbers of classes stay."""
        return [self.names.get(label, label) for label in labels]

    def to_json(self) -> dict[str, Any]:
        """The names as JSON values."""
        return {"names": dict(self.names), "kept": dict(self.kept)}


#: Labels under their own names.
UNCHANGED = LabelNames()
