"""The style sheet of the pictures. Colours are written out twice, for light and for dark ground:
viewers that know no media queries (and no variables) show the light ones."""

from __future__ import annotations

_LIGHT = {
    ".ground": "fill:#ffffff",
    "text": "fill:#1c2430",
    ".faint": "fill:#6b7684",
    ".stripe": "fill:#f3f5f8",
    ".grid": "stroke:#dfe4ea",
    ".fifth": "stroke:#b9c2cd",
    ".frame": "stroke:#8a95a3",
    ".shade": "fill:#5b7fb5",
    ".link": "fill:#0b5394",
    ".right": "fill:#0b5394",
    ".false": "fill:#d1520b",
    ".sure": "stroke:#111820",
    ".possible": "stroke:#5d6876",
}
_DARK = {
    ".ground": "fill:#12161c",
    "text": "fill:#e6eaf0",
    ".faint": "fill:#97a2b0",
    ".stripe": "fill:#191f27",
    ".grid": "stroke:#28303a",
    ".fifth": "stroke:#475260",
    ".frame": "stroke:#6c7886",
    ".shade": "fill:#6f93c9",
    ".link": "fill:#6fb7ff",
    ".right": "fill:#6fb7ff",
    ".false": "fill:#ff8f4a",
    ".sure": "stroke:#ffffff",
    ".possible": "stroke:#a8b3c1",
}
_SHAPE = (
    "text{font-family:'DejaVu Sans','Noto Sans','Segoe UI',Arial,sans-serif;white-space:pre}"
    ".title{font-weight:bold}"
    ".grid,.fifth,.frame{fill:none;stroke-width:1}"
    ".sure{fill:none;stroke-width:1.6}.possible{fill:none;stroke-width:1.3}"
)


def style_sheet() -> str:
    """The text of the `style` element."""
    return f"{_SHAPE}{_rules(_LIGHT)}@media (prefers-color-scheme:dark){{{_rules(_DARK)}}}"


def _rules(colours: dict[str, str]) -> str:
    return "".join(f"{name}{{{rule}}}" for name, rule in colours.items())
