"""Batches, threads that share a model, and what happens when memory runs out."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.cache import Cache
from spanferry.data.errors import ConfigError
from spanferry.translators.ct2.convert import converted
from spanferry.translators.ct2.devices import Plan
from spanferry.translators.ct2.engine import Engine, Job, is_out_of_memory, shared
from spanferry.translators.ct2.source import find
from tests.models.language import pairs
from tests.translators.ct2.process import translate

Tokens = tuple[str, ...]


@pytest.fixture(scope="module")
def folder(trained_model: Path, converted_models: Path) -> Path:
    """The trained model, converted."""
    store = Cache(str(converted_models))
    return converted(find(str(trained_model), None, store), store, "int8", -1, 1)


def _engine(folder: Path, batch_tokens: int = 64, inter: int = 2) -> Engine:
    return Engine(folder, Plan("cpu", (0,), "int8_float32", inter, 1, batch_tokens))


@pytest.fixture(scope="module")
def engine(folder: Path) -> Engine:
    return _engine(folder)


@pytest.fixture(scope="module")
def sources(folder: Path) -> list[Tokens]:
    """Three hundred sources of pieces that the model knows, of many lengths, all different."""
    names = json.loads((folder / "shared_vocabulary.json").read_text("utf-8"))
    words = [name for name in names if name.startswith("▁") and len(name) > 2]
    return [(*words[n : n + 1 + n * 7 % 23], words[-n - 1], "</s>") for n in range(300)]


def _submit(engine: Engine, sizes: list[int] | None = None) -> Any:
    """Hands batches to the model, and notes their sizes."""

    def submit(batch: Sequence[Tokens]) -> list[Any]:
        if sizes is not None:
            sizes.append(max(map(len, batch)) * len(batch))
        found: list[Any] = engine.model.translate_batch(
            [list(tokens) for tokens in batch], asynchronous=True, max_decoding_length=16,
            beam_size=2,
        )  # fmt: skip
        return found

    return submit


def _jobs(sources: Sequence[Tokens]) -> list[Job[Tokens]]:
    return [Job(len(tokens), tokens) for tokens in sources]


def _texts(engine: Engine, sources: Sequence[Tokens]) -> list[tuple[Tokens, str]]:
    return [
        (tokens, " ".join(result.hypotheses[0]))
        for tokens, result in engine.run(_jobs(sources), _submit(engine))
    ]


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 200)), budget=st.integers(1, 400))
def test_batches_lose_nothing_and_keep_to_the_budget(sizes: list[int], budget: int) -> None:
    engine = Engine.__new__(Engine)  # without a model
    engine.batch_tokens = budget
    jobs = [Job(size, number) for number, size in enumerate(sizes)]
    batches = list(engine._batches(iter(jobs)))
    assert [job for batch in batches for job in batch] == jobs
    padded = [max(job.size for job in batch) * len(batch) for batch in batches]
    assert all(
        size <= budget or len(batch) == 1 for size, batch in zip(padded, batches, strict=True)
    )
    # as large as the budget allows
    for batch, following in pairwise(batches):
        both = [*batch, following[0]]
        assert max(job.size for job in both) * len(both) > budget


def test_results_come_in_the_order_of_the_jobs_and_are_those_of_each_alone(
    engine: Engine, sources: list[Tokens]
) -> None:
    sizes: list[int] = []
    found = list(engine.run(iter(_jobs(sources)), _submit(engine, sizes)))
    assert [tokens for tokens, _ in found] == sources
    assert max(sizes) <= engine.batch_tokens
    assert len(sizes) > 30
    for tokens, result in found[:40]:
        (alone,) = _submit(engine)([tokens])
        assert result.hypotheses == alone.result().hypotheses
    assert len({str(result.hypotheses) for _, result in found}) > 250
    assert list(engine.run([], _submit(engine))) == []


def test_jobs_are_taken_while_earlier_ones_are_computed(
    engine: Engine, sources: list[Tokens]
) -> None:
    taken: list[int] = []

    def jobs() -> Any:
        for number, job in enumerate(_jobs(sources)):
            taken.append(number)
            yield job

    results = engine.run(jobs(), _submit(engine))
    next(results)
    first = len(taken)
    next(results)
    # some batches ahead, and not the whole corpus
    assert 1 < first < 100
    assert len(list(results)) == len(sources) - 2
    assert len(taken) == len(sources)


def test_threads_that_share_an_engine_get_their_own_results(
    engine: Engine, sources: list[Tokens]
) -> None:
    expected = dict(_texts(engine, sources))
    begin = threading.Barrier(6)

    def work(number: int) -> list[tuple[Tokens, str]]:
        begin.wait(10)
        return _texts(engine, sources[number::3])

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(work, [0, 1, 2, 0, 1, 2]))
    for number, pairs_ in enumerate(found):
        assert pairs_ == [(tokens, expected[tokens]) for tokens in sources[number % 3 :: 3]]


def test_an_engine_is_loaded_once_and_let_go(folder: Path) -> None:
    plan = Plan("cpu", (0,), "int8_float32", 1, 1, 64)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: shared(folder, plan), range(4)))
    assert len(set(map(id, found))) == 1
    assert shared(folder, Plan("cpu", (0,), "float32", 1, 1, 64)) is not found[0]


def test_other_errors_are_not_taken_for_want_of_memory(
    engine: Engine, sources: list[Tokens]
) -> None:
    def late(batch: Sequence[Tokens]) -> list[Any]:
        # the library finds fault with a source that is too long when it computes
        long = [["▁a"] * 5000 if tokens is sources[7] else list(tokens) for tokens in batch]
        found: list[Any] = engine.model.translate_batch(
            long, asynchronous=True, max_input_length=0, max_decoding_length=4
        )
        return found

    before = engine.batch_tokens
    with pytest.raises((RuntimeError, ValueError), match="position"):
        list(engine.run(_jobs(sources[:20]), late))

    def early(batch: Sequence[Tokens]) -> list[Any]:
        return list(engine.model.translate_batch([["a"]], num_hypotheses=9, asynchronous=True))

    with pytest.raises(ValueError, match="number of hypotheses"):
        list(engine.run(_jobs(sources[:20]), early))
    assert engine.batch_tokens == before


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError("std::bad_alloc"), True),
        (RuntimeError("mkl_malloc: failed to allocate memory"), True),
        (RuntimeError("CUDA failed with error out of memory"), True),
        (RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("CUDA failed with error an illegal memory access was encountered"), False),
        (RuntimeError("No position encodings are defined for positions >= 64"), False),
        (ValueError("out of range"), False),
    ],
)
def test_errors_that_a_smaller_batch_may_mend(error: Exception, is_memory: bool) -> None:
    assert is_out_of_memory(error) is is_memory


def test_batches_in_flight_shrink_the_budget_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = _engine(folder, batch_tokens=1024)
    with caplog.at_level(logging.WARNING, "spanferry"):
        for _ in range(6):  # all were handed over with the old budget
            engine._shrink(1024)
        assert engine.batch_tokens == 512
        engine._shrink(512)
        assert engine.batch_tokens == 256
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        "translate: memory ran out with a batch of 1024 sub-words",
        "translate: memory ran out with a batch of 512 sub-words",
    ]


def test_everything_is_translated_when_memory_runs_out(
    trained_model: Path, converted_models: Path
) -> None:
    """With a limit on the process, a real batch of 32,400 sub-words fails and parts of it do."""
    texts = [pair.source for pair in pairs(600)]
    # a new arena for each thread would take memory by chance
    env = {"MALLOC_ARENA_MAX": "1"}
    more = {"texts": texts, "keep_items": False}
    plenty = translate(trained_model, converted_models, env, **more)
    assert plenty["logged"] == []
    assert plenty["errors"] == [None] * len(texts)
    starved = translate(
        trained_model, converted_models, env, batch_tokens=64_000, memory=48 << 20, **more
    )
    assert starved["errors"] == plenty["errors"]
    assert starved["texts"] == plenty["texts"]
    assert starved["batch_tokens"] < 16_000
    assert any("translate: memory ran out with a batch of" in text for text in starved["logged"])


def test_too_little_memory_is_an_error_and_no_wrong_translation(
    trained_model: Path, converted_models: Path
) -> None:
    """Where nearly nothing is left the library may give wrong translations without an error."""
    more = {"texts": [pair.source for pair in pairs(600)], "keep_items": False}
    found = translate(
        trained_model, converted_models, {"MALLOC_ARENA_MAX": "1"}, batch_tokens=64_000,
        memory=6 << 20, **more,
    )  # fmt: skip
    kind, text = found["error"]
    assert kind == "RetryableError"
    assert "translate: memory ran out with a batch of only" in text
    assert "translate.inter_threads: 1" in text


def test_folders_that_hold_no_model(tmp_path: Path, folder: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ConfigError, match="'empty' cannot be loaded on cpu: ") as caught:
        _engine(empty)
    assert "delete" not in str(caught.value)
    own = tmp_path / "opus-ct2"
    own.mkdir()
    for name in ("config.json", "shared_vocabulary.json"):
        (own / name).write_bytes((folder / name).read_bytes())
    (own / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:1000])
    with pytest.raises(ConfigError, match="'opus-ct2' cannot be loaded on cpu: ") as caught:
        _engine(own)
    assert "delete" not in str(caught.value)  # it is the user's only one
