"""Datasets as bitexts, and by id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, DatasetDict, Features, Translation, TranslationVariableLanguages

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.records import Record
from spanferry.translators import base
from tests.translators.parallel.making import ask, make

ROWS: list[dict[str, Any]] = [{"en": "One.", "pt": "Um."}, {"en": "Two.", "pt": "Dois."}]
SEVERAL: list[dict[str, Any]] = [
    {"en": "One.", "pt": ["Um.", "Uma."]},
    {"en": "Two.", "pt": "Dois."},
]


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


def pairs() -> Dataset:
    features = Features({"n": datasets.Value("int32"), "t": Translation(["en", "pt"])})
    return Dataset.from_dict({"n": [1, 2], "t": ROWS}, features=features)


def variable() -> Dataset:
    features = Features({"t": TranslationVariableLanguages(["en", "pt"])})
    return Dataset.from_dict({"t": SEVERAL}, features=features)


def columns(*rows: tuple[str | None, str | None], names: tuple[str, str] = ("en", "pt")) -> Dataset:
    made = rows or (("One.", "Um."), ("Two.", "Dois."))
    return Dataset.from_dict({name: [row[n] for row in made] for n, name in enumerate(names)})


@pytest.mark.parametrize("saved", ["disk", "parquet"])
@pytest.mark.parametrize(
    ("dataset", "settings"),
    [
        (pairs(), {}),
        (pairs(), {"source_field": "t", "field": "t"}),
        (pairs(), {"source_field": "t.en", "field": "t.{target}"}),
        (variable(), {}),
        (columns(), {}),
        (columns(names=("EN_us", "pt-PT")), {}),
        (columns(names=("left", "right")), {"source_field": "left", "field": "right"}),
        (columns(names=("source.text", "pt")), {"source_field": "source.text"}),
    ],
)
def test_columns(tmp_path: Path, dataset: Dataset, settings: dict[str, str], saved: str) -> None:
    if saved == "disk":
        path = tmp_path / "saved"
        dataset.save_to_disk(str(path))
    else:
        path = tmp_path / "c.parquet"
        dataset.to_parquet(str(path))
    translator = make(path=str(path), **settings)
    translator.check({"train": 9, "dev": 1})
    assert ask(translator, "Two.  One.", "Three.") == ["Dois.  Um.", "no_translation"]
    assert translator.info.source == path.name


def test_plain_arrow_without_features(tmp_path: Path) -> None:
    """Another tool wrote the Parquet, in several row groups, with nulls on every level."""
    rows: list[Any] = [{"en": f"Text {n}.", "pt": f"Texto {n}."} for n in range(3000)]
    rows[::7] = [None] * len(rows[::7])
    rows[1], rows[2] = {"en": "No.", "pt": None}, {"en": None, "pt": "Não."}
    table = pa.table({"translation": pa.array(rows)})
    pq.write_table(table, tmp_path / "c.parquet", row_group_size=500)
    translator = make(path=str(tmp_path / "c.parquet"))
    wanted = range(3, 3000, 11)
    assert ask(translator, *(f"Text {n}." for n in wanted)) == [
        f"Texto {n}." if n % 7 else "no_translation" for n in wanted
    ]
    assert ask(translator, "No.") == ["no_translation"]


def test_all_splits_or_one(tmp_path: Path) -> None:
    both = DatasetDict(train=columns(), extra=columns(("One.", "Outra."), ("Six.", "Seis.")))
    both.save_to_disk(str(tmp_path / "saved"))
    path = str(tmp_path / "saved")
    assert ask(make(path=path), "One.", "Six.") == ["Um.", "Seis."]
    extra = make(path=path, split="extra")
    assert ask(extra, "One.", "Two.") == ["Outra.", "no_translation"]
    assert extra.info.revision != make(path=path).info.revision
    with pytest.raises(ConfigError, match=r"translate\.split: .* no split 'test'; it has: train"):
        make(path=path, split="test")


def test_the_revision_follows_the_rows(tmp_path: Path) -> None:
    for name in ("a", "b"):
        columns().save_to_disk(str(tmp_path / name / "saved"))
    first = make(path=str(tmp_path / "a" / "saved")).info.revision
    assert make(path=str(tmp_path / "b" / "saved")).info.revision == first
    columns(("One.", "1.")).save_to_disk(str(tmp_path / "c"))
    assert make(path=str(tmp_path / "c")).info.revision != first


@pytest.mark.parametrize(
    ("dataset", "settings", "wrong"),
    [
        (
            columns(names=("left", "right")),
            {},
            r"no column was found that holds texts in 'en'; name it with translate.source_field: "
            r"the dataset has left \(",
        ),
        (
            pairs(),
            {"field": "pt"},
            r"translate.field 'pt': the dataset has n \(Value",
        ),
        (
            pairs(),
            {"field": "n"},
            r"translate.field 'n' must hold texts, or texts by lang",
        ),
        (pairs(), {"field": "t.es"}, r"translate.field 't.es' must hold texts, or texts by langua"),
        (pairs(), {"field": "n.es"}, r"translate.field 'n.es' must hold texts, or texts by langua"),
        (
            Dataset.from_dict({"a": ROWS, "b": ROWS}),
            {},
            "several columns hold texts in 'en'; name it with translate.source_field: the dataset ",
        ),
        (
            columns(("One.", None), (None, "Dois.")),
            {},
            r"of the dataset '.*' has texts in both 'en' .* and 'pt' \(",
        ),
        (columns(), {"id_field": "en", "field": "x"}, r"translate.field 'x': the dataset has en"),
        (pairs(), {"id_field": "t"}, "'t' must be a column of texts or whole numbers: the dataset"),
    ],
)
def test_refused(tmp_path: Path, dataset: Dataset, settings: dict[str, str], wrong: str) -> None:
    dataset.save_to_disk(str(tmp_path / "saved"))
    with pytest.raises(ConfigError, match=wrong):
        make(path=str(tmp_path / "saved"), **settings).check({"train": 1})


def test_a_language_that_is_not_there(tmp_path: Path) -> None:
    pairs().save_to_disk(str(tmp_path / "saved"))
    path = str(tmp_path / "saved")
    with pytest.raises(ConfigError, match=r"field 't' has no texts in 'fr'; its languages: en,"):
        make(path=path, target="fr", field="t")
    with pytest.raises(ConfigError, match=r"no column .* texts in 'fr'; name it with translate"):
        make(path=path, target="fr")


def with_ids(ids: list[Any], **more: list[Any]) -> Dataset:
    return Dataset.from_dict({"key": ids, "pt": [f"T{one}" for one in ids], **more})


def test_by_id(tmp_path: Path) -> None:
    sides = [{"q": "Quê?"}, None]
    with_ids([7, 8], side_texts=sides).save_to_disk(str(tmp_path / "saved"))
    translator = make(path=str(tmp_path / "saved"), id_field="key")
    translator.check({"whatever": 2})
    records = [Record(one, "x", side_texts={"q": "?"}) for one in ("8", "7", "9")]
    found = translator.translate_records(records, [0, 1, 2], "whatever")
    assert [item.text.text for item in found] == ["T8", "T7", None]
    assert found[1].side_texts == {"q": base.Translation("Quê?")}
    assert found[0].side_texts["q"].error == found[2].text.error == "no_translation"
    with pytest.raises(ConfigError, match=r"file of datasets, .*, for the splits a, b; give a "):
        translator.check({"a": 1, "b": 1})


def test_ids_by_split(tmp_path: Path) -> None:
    both = DatasetDict(train=with_ids(["a"]), dev=with_ids(["a", "b"]))
    both.save_to_disk(str(tmp_path / "saved"))
    translator = make(path=str(tmp_path / "saved"), id_field="key")
    translator.check({"train": 1, "dev": 1})
    found = translator.translate_records([Record("b", "x")], [0], "dev")
    assert found[0].text.text == "Tb"
    with pytest.raises(ConfigError, match=r"has no split 'test' .* source; it has: train, dev"):
        translator.check({"test": 1})


@pytest.mark.parametrize(
    ("ids", "reason", "row"), [(["a", "b", "a"], "duplicate_id", 3), (["a", None], "missing_id", 2)]
)
def test_bad_ids(tmp_path: Path, ids: list[Any], reason: str, row: int) -> None:
    with_ids(ids).save_to_disk(str(tmp_path / "saved"))
    with pytest.raises(InputError) as caught:
        make(path=str(tmp_path / "saved"), id_field="key")
    assert caught.value.reason == reason
    assert caught.value.origin.endswith(f"saved train row {row}")


def test_a_folder_for_each_target(tmp_path: Path) -> None:
    columns(names=("left", "right")).save_to_disk(str(tmp_path / "to-pt"))
    named = {"source_field": "left", "field": "right"}
    assert ask(make(path=str(tmp_path / "to-{target}"), **named), "One.") == ["Um."]
    (tmp_path / "to-es").write_text("Um.\n")
    with pytest.raises(ConfigError, match=r"to-es': field goes with the format jsonl or datasets"):
        make(path=str(tmp_path / "to-{target}"), target="es", **named)


def test_no_such_dataset(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no file '.*'; .*; for a dataset of the hub a"):
        make(path=str(tmp_path / "saved"))
    with pytest.raises(ConfigError, match=r"there is no file '.*nothing'; nothing like it"):
        make(path=str(tmp_path / "nothing"), format="datasets")
