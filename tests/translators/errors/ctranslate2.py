"""Rows of "ctranslate2" about settings and languages, with small models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.translator import CTranslate2Translator
from tests.translators.errors.desk import Desk, Rows

row = Rows("ctranslate2", backend="ctranslate2", model="org/model")
row.builds(
    {
        "arithmetic that the device lacks": {"device": "cpu", "compute_type": "float16"},
        "more alternatives than beams": {"n_best": 5, "beam_size": 4},
    }
)


def gpus() -> int:
    """GPUs that CTranslate2 sees."""
    return int(pytest.importorskip("ctranslate2").get_cuda_device_count())


def model_of(desk: Desk, name: str, **more: Any) -> None:
    """A build with the small model of a family, or the `trained` one, on CPU."""
    cache = desk.request.getfixturevalue("converted_models")
    trained = name == "trained"
    model = desk.request.getfixturevalue("trained_model" if trained else "family")
    folder: Path = model if trained else model(name)
    targets = more.pop("targets", ["pt"])
    settings = {"model": str(folder), "cache_path": str(cache), "device": "cpu", **more}
    desk.build({"backend": "ctranslate2", **settings}, targets=targets)


@row("a device that is not there")
def _(desk: Desk) -> None:
    if gpus():
        pytest.skip("there is a GPU")
    desk.build({**row.common, "device": "cuda"})


@row("a GPU that is not there")
def _(desk: Desk) -> None:
    if not gpus():
        pytest.skip("there is no GPU (tests/translators/ct2/test_devices.py has its text)")
    desk.build({**row.common, "device": "cuda", "device_index": [gpus()]})


@row("a language that the model lacks")
def _(desk: Desk) -> None:
    model_of(desk, "marian_multi", targets=["ro"])


@row("a code that the model lacks")
def _(desk: Desk) -> None:
    model_of(desk, "marian_multi", target_code="por_Latn")


@row("a bilingual model of other languages")
def _(desk: Desk) -> None:
    model_of(desk, "marian")


@row("a T5 model without that task")
def _(desk: Desk) -> None:
    model_of(desk, "t5")


@row("a prefix for another family")
def _(desk: Desk) -> None:
    model_of(desk, "trained", targets=["qaa"], prefix="translate English to Portuguese: ")


@row("a tokenizer folder without one")
def _(desk: Desk) -> None:
    (desk.folder / "empty").mkdir()
    model_of(desk, "trained", targets=["qaa"], tokenizer="empty")


@row("a tokenizer folder that is a file")
def _(desk: Desk) -> None:
    model_of(desk, "trained", targets=["qaa"], tokenizer=desk.write("spiece.model", "x"))


@row("a tokenizer that marks blanks in another way")
def _(desk: Desk) -> None:
    from tokenizers import Tokenizer, decoders, models

    tokenizer = Tokenizer(models.WordPiece({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    tokenizer.decoder = decoders.WordPiece()
    (desk.folder / "own").mkdir()
    tokenizer.save(str(desk.folder / "own" / "tokenizer.json"))
    model_of(desk, "trained", targets=["qaa"], tokenizer="own")


@row("a broken tokenizer.json")
def _(desk: Desk) -> None:
    desk.write("own/tokenizer.json", "{}")
    model_of(desk, "trained", targets=["qaa"], tokenizer="own")


@row("a broken SentencePiece file")
def _(desk: Desk) -> None:
    desk.write("own/spiece.model", "no model")
    model_of(desk, "trained", targets=["qaa"], tokenizer="own")


@row("a marker that the model has no sub-word for")
def _(desk: Desk) -> None:
    model: Path = desk.request.getfixturevalue("trained_model")
    cache: Path = desk.request.getfixturevalue("converted_models")
    made = CTranslate2Translator(
        CTranslate2TranslatorSettings(model=str(model), cache_path=str(cache), device="cpu"),
        source_language="en",
        target_language="qaa",
    )
    made.forced().marker("<<")
