"""A translation memory as a leg of another backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data.records import Record
from spanferry.translators.parallel import ParallelTranslator
from spanferry.translators.parallel.settings import ParallelTranslatorSettings
from spanferry.translators.pivot import PivotTranslator


def bitext(folder: Path, name: str, pairs: dict[str, str]) -> dict[str, str]:
    """A Moses bitext, and the settings of a backend that looks texts up in it."""
    (folder / f"{name}.a").write_text("\n".join(pairs) + "\n", "utf-8")
    (folder / f"{name}.b").write_text("\n".join(pairs.values()) + "\n", "utf-8")
    return {
        "backend": "parallel", "format": "moses",
        "source_path": str(folder / f"{name}.a"), "path": str(folder / f"{name}.b"),
    }  # fmt: skip


def test_two_bitexts_make_a_pivot(tmp_path: Path) -> None:
    first = bitext(tmp_path, "en-es", {"Good day.": "Buenos días.", "Cat": "Gato"})
    second = bitext(tmp_path, "es-gl", {"Buenos días.": "Bos días."})
    settings = PivotTranslator.Settings(via="es", first=first, second=second)
    pivot = PivotTranslator(settings, source_language="en", target_language="gl")
    pivot.setup()
    records = [Record("1", "Good day."), Record("2", "Cat")]
    found = pivot.translate_records(records, [0, 1], "train")
    assert [item.text.text for item in found] == ["Bos días.", None]
    assert found[1].text.error == "no_translation"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"column": "text_pt"}, False),
        ({"path": "pt.txt"}, False),
        ({"path": "pt.jsonl"}, False),
        ({"path": "pt.jsonl", "source_field": "en"}, True),
        ({"path": "memory.tmx"}, True),
        ({"path": "pt.txt", "source_path": "en.txt", "format": "moses"}, True),
    ],
)
def test_only_what_is_found_by_its_text_serves_any_text(
    settings: dict[str, str], expected: bool
) -> None:
    made = ParallelTranslator(
        ParallelTranslatorSettings.model_validate(settings),
        source_language="en",
        target_language="pt",
    )
    assert made.by_text is expected
