"""Rows of "pivot and round_trip"."""

from __future__ import annotations

from tests.translators.errors.desk import Desk, Rows

row = Rows("pivot and round_trip", backend="pivot", via="es")
row.builds(
    {
        "no language in between": {"via": "port ugal"},
        "a pivot that is source or target": {"via": "pt"},
        "an unknown backend in a leg": {"first": {"backend": "embeded"}},
        "an unknown setting of a leg": {"first": {"thread": 2}},
        "a leg that is no mapping": {"first": 3},
        "a leg that cannot do its languages": {"first": {"backend": "parallel", "column": "es"}},
    }
)


@row("no `via`")
def _(desk: Desk) -> None:
    desk.build({"backend": "pivot"})


@row("a second leg that only looks up")
def _(desk: Desk) -> None:
    first = {"backend": "embedded"}
    desk.build(
        {"backend": "pivot", "via": "pt", "first": first,
         "second": {"backend": "parallel", "column": "es"}},
        targets=["es"],
    )  # fmt: skip


@row("`translate_labels` where a leg only looks up")
def _(desk: Desk) -> None:
    desk.build(
        {"backend": "round_trip", "forward": {"backend": "parallel", "column": "pt"},
         "backward": {"backend": "embedded"}, "translate_labels": True}
    )  # fmt: skip


@row("any error of a leg")
def _(desk: Desk) -> None:
    desk.build({**row.common, "first": {"backend": "parallel", "path": "gone.txt"},
                "second": {"backend": "parallel", "path": "gone.tmx"}})  # fmt: skip


@row("`min_round_trip` without `round_trip`")
def _(desk: Desk) -> None:
    desk.build({"backend": "embedded"}, filter={"min_round_trip": 0.5})
