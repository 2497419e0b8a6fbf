"""Rows of "Every backend" and "embedded"."""

from __future__ import annotations

import sys

from spanferry.flows.config import config_class
from tests.translators.errors.desk import Desk, Rows

row = Rows("Every backend", backend="embedded")
row.builds(
    {
        "an unknown backend": {"backend": "ctranslate"},
        "an unknown setting": {"thread": 2},
        "a setting left out that has no default": {"backend": "causal_lm"},
        "a value of another kind or size": {"max_tokens": 3},
        "`translate_labels`: neither true nor false nor names": {"translate_labels": "maybe"},
        "`translate_labels`: an empty name": {"translate_labels": {"pt": {"person_name": " "}}},
        "`translate_labels`: no language": {"translate_labels": {"port ugal": {"a": "b"}}},
        "`translate_labels`: a language that is no target": {
            "translate_labels": {"es": {"person_name": "persona"}}
        },
        "`translate_labels`: a label that the source has not": {
            "translate_labels": {"pt": {"person_nam": "pessoa"}}
        },
        "`translate_labels`: one name for two labels": {
            "translate_labels": {"pt": {"person_name": "nome", "place_name": "nome"}}
        },
        "`translate_labels` with a backend that only looks up": {
            "backend": "parallel", "column": "pt", "translate_labels": True,
        },
    }
)  # fmt: skip


@row("no settings but a name")
def _(desk: Desk) -> None:
    desk.build("embedded")


@row("`align: attention` without `links: true`")
def _(desk: Desk) -> None:
    desk.build({"backend": "embedded"}, align={"backend": "attention"})


@row("an unknown backend, nothing like it")
def _(desk: Desk) -> None:
    desk.build({"backend": "xyzzy"})


@row("an extra is not installed")
def _(desk: Desk) -> None:
    desk.monkeypatch.setitem(sys.modules, "openai", None)  # what import takes for "not there"
    desk.build({"backend": "openai", "model": "m", "base_url": "http://localhost:1/v1"})


@row("a plug-in that cannot be imported")
def _(desk: Desk) -> None:
    desk.write("plugin-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: plugin\nVersion: 1\n")
    desk.write(
        "plugin-1.dist-info/entry_points.txt", "[spanferry.translators]\nmine = no_plugin:Mine\n"
    )
    desk.monkeypatch.syspath_prepend(str(desk.folder))
    config_class.cache_clear()
    try:
        desk.build({"backend": "mine"})
    finally:
        config_class.cache_clear()


embedded = Rows("embedded", backend="embedded")


@embedded("languages that it has no model for")
def _(desk: Desk) -> None:
    desk.build({"backend": "embedded"}, targets=["es"])


@embedded("another version of its package")
def _(desk: Desk) -> None:
    from spanferry.translators.embedded import PACKAGE

    head = f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 0.0.1\n"
    desk.write(f"{PACKAGE.replace('-', '_')}-0.0.1.dist-info/METADATA", head)
    desk.monkeypatch.syspath_prepend(str(desk.folder))
    desk.build({"backend": "embedded"})
