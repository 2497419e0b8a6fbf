"""Every reason code of single records that the README lists is given by a test, and none else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from spanferry.flows.load import load_config
from spanferry.flows.run import build
from tests.translators.errors.apertium import modes, scripted
from tests.translators.errors.desk import Desk
from tests.translators.errors.table import README, reasons

HERE = "errors/test_reasons.py"
FAILING = "test_openai_failures.py::test_a_sentence_that_fails_leaves_its_neighbours_alone"
#: (section, code) -> the test that has it happen.
TESTS = {
    ("Every backend", "too_long"): "test_text.py::test_too_long",
    ("Every backend", "empty_translation"): "test_text.py::test_errors_belong_to_one_record",
    ("Every backend", "repetition"): "test_text.py::test_errors_belong_to_one_record",
    ("Every backend", "no_translation"): "parallel/test_checks.py::test_warning_names_ids",
    (
        "ctranslate2",
        "length_limit",
    ): "ct2/test_translator.py::test_output_that_never_ends_is_a_reason",
    ("ctranslate2", "out_of_memory"): f"{HERE}::test_one_sentence_for_which_memory_runs_out",
    (
        "causal_lm",
        "length_limit",
    ): "causal_lm/test_translator.py::test_output_that_does_not_end_is_a_reason",
    ("apertium", "engine_failed"): f"{HERE}::test_one_text_at_which_the_engine_breaks",
    ("apertium", "unknown_words"): "apertium/test_translator.py::"
    "test_unknown_words_give_a_reason_where_that_is_asked_for",
    ("openai", "bad_reply"): FAILING,
    ("openai", "length_limit"): FAILING,
    ("openai", "refused"): FAILING,
    ("openai", "too_long"): FAILING,
    ("openai", "bad_request"): FAILING,
    ("parallel", "no_translation"): "parallel/test_checks.py::test_warning_names_ids",
    ("parallel", "bad_encoding"): "parallel/test_moses.py::test_lines_that_are_no_utf8",
}


def test_every_reason_is_tested() -> None:
    assert reasons() == TESTS.keys()


@pytest.mark.parametrize(("section", "code"), TESTS)
def test_the_tests_are_there(section: str, code: str) -> None:
    file, _, name = TESTS[section, code].partition("::")
    text = (Path(__file__).parents[1] / file).read_text("utf-8")
    assert re.search(rf"^def {name}\(", text, re.MULTILINE)
    assert f'"{code}"' in text


def test_the_code_gives_no_other_reason() -> None:
    listed = {code for _, code in reasons()}
    for path in README.parent.rglob("*.py"):
        for code in re.findall(r'error="([a-z_]+)"', path.read_text("utf-8")):
            assert code in listed, path


@pytest.mark.timeout(1200)  # it may have to train the model
def test_one_sentence_for_which_memory_runs_out(request: pytest.FixtureRequest) -> None:
    """What the engine gives for it on a GPU is None (see `Engine.run`)."""
    pytest.importorskip("ctranslate2")
    trained_model, converted_models = map(
        request.getfixturevalue, ("trained_model", "converted_models")
    )
    from spanferry.translators.ct2.decoding import Sentence
    from tests.translators.ct2.conftest import translator

    made = translator(trained_model, converted_models, "en", "qaa", {"device": "cpu"})
    decoder = made._decoder(made._model())
    assert decoder.read(Sentence(0, ("</s>",), 0), None).error == "out_of_memory"


def test_one_text_at_which_the_engine_breaks(desk: Desk) -> None:
    text = scripted(desk, 'b"bear" in text and sys.exit(3)')
    rows = [{"id": a, "text": f"The {a} slept."} for a in ("dog", "bear", "cat")]
    desk.write("animals.jsonl", "".join(f"{json.dumps(one)}\n" for one in rows))
    path = desk.configure(
        {"backend": "apertium", "data_path": modes(desk, "eng-spa", text=text), "processes": 1},
        targets=["es"], source={"path": "animals.jsonl", "language": "en"},
        filter={"identical_to_source": False},
    )  # fmt: skip
    counts = build(load_config(path)).published.summary.total()
    assert counts.published == 2
    assert counts.rejected == {"translate": {"engine_failed": 1}}
