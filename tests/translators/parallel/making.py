"""Translators and small bitexts for the tests of `parallel`."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from spanferry.data.records import Record
from spanferry.translators.parallel import ParallelTranslator, ParallelTranslatorSettings

Pairs = Iterable[tuple[str, str]]


def make(*, source: str = "en", target: str = "pt", **settings: Any) -> ParallelTranslator:
    """A translator that is set up."""
    made = ParallelTranslator(
        ParallelTranslatorSettings(**settings), source_language=source, target_language=target
    )
    made.setup()
    return made


def ask(translator: ParallelTranslator, *texts: str) -> list[str | None]:
    """The translation of each text, or the error."""
    records = [Record(f"r{number}", text) for number, text in enumerate(texts)]
    found = translator.translate_records(records, range(len(texts)), "train")
    assert all((item.text.text is None) == bool(item.text.error) for item in found)
    return [item.text.text or item.text.error for item in found]


def write_moses(folder: Path, pairs: Pairs, name: str = "c") -> dict[str, str]:
    """Two files of lines; the settings to read them."""
    made = list(pairs)
    for place, suffix in enumerate(("en", "pt")):
        lines = "".join(f"{pair[place]}\n" for pair in made)
        (folder / f"{name}.{suffix}").write_bytes(lines.encode())
    return {"source_path": str(folder / f"{name}.en"), "path": str(folder / f"{name}.pt")}


def write_jsonl(path: Path, objects: Iterable[Any]) -> str:
    """A file of JSONL."""
    path.write_text("".join(f"{json.dumps(item)}\n" for item in objects), "utf-8")
    return str(path)


def unit(*variants: tuple[str, str]) -> str:
    """A unit of TMX: language and content (XML) of each variant."""
    inner = "".join(f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>' for code, text in variants)
    return f"<tu>{inner}</tu>\n"


def tmx(units: Iterable[str], encoding: str = "UTF-8") -> str:
    """The text of a TMX file."""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4"><header srclang="en"/><body>\n'
        f"{''.join(units)}</body></tmx>\n"
    )


def write_tmx(path: Path, pairs: Pairs, codes: Sequence[str] = ("EN-us", "pt-PT")) -> str:
    """A TMX file of plain texts."""
    units = (unit((codes[0], escape(a)), (codes[1], escape(b))) for a, b in pairs)
    path.write_text(tmx(units), "utf-8")
    return str(path)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as a warning."""
    return [item.getMessage() for item in caplog.records if item.levelno == logging.WARNING]
