"""Colours that stay apart for colour-blind readers, on light and on dark ground."""

from __future__ import annotations

from collections.abc import Iterable

#: Labels of spans in turn: the colours of Okabe and Ito (2008), "Color Universal Design", without
#: black and yellow, and two more.
LABELS = ("#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#0072b2", "#8c6bb1", "#7f7f00")


def label_colours(labels: Iterable[str]) -> dict[str, str]:
    """A colour a label; the same labels get the same colours."""
    return {label: LABELS[k % len(LABELS)] for k, label in enumerate(sorted(set(labels)))}
