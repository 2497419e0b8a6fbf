"""Rows of "marked"."""

from __future__ import annotations

from tests.translators.errors.desk import Desk, Rows

row = Rows("marked", backend="marked")
row.builds(
    {
        "a backend inside that only looks up": {"through": {"backend": "parallel", "column": "pt"}},
        "any error of the backend inside": {"through": {"backend": "parallel", "path": "gone.txt"}},
        "`max_cost` with a backend that cannot score": {"max_cost": 0.5},
        "`max_cost` without `compare`": {"max_cost": 0.5, "compare": False},
        "an unknown form": {"form": "tag"},
        "marks of your own that say nothing": {"form": {"open": " ", "close": "]"}},
    }
)


@row("a backend inside that cannot do the languages")
def _(desk: Desk) -> None:
    desk.build({"backend": "marked", "through": {"backend": "embedded"}}, targets=["es"])
