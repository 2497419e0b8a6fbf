"""Requests in flight over all threads of the process, and calls that end before they are done."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.translators.base import Usage
from spanferry.translators.openai_server.gate import Gate, StoppedError, gate_of
from tests.servers.backend import backend, good_start
from tests.servers.chat import Act, Request, error, slow, upper


def test_the_limit_holds_over_shards_and_targets() -> None:
    with good_start(slow(0.02)) as server:
        one = backend(server, concurrency=3)
        other = backend(server, concurrency=3)  # as for another target language
        texts = [[f"Sentence {shard}-{n}." for n in range(12)] for shard in range(4)]
        with ThreadPoolExecutor(4) as shards:
            done = list(shards.map(lambda n: (one, other)[n % 2].translate(texts[n]), range(4)))
        assert [[r.text for r in part] for part in done] == [
            [text.upper() for text in part] for part in texts
        ]
        assert len(server.requests) == 48
        assert server.most == 3
        told = [result.usage for part in done for result in part if result.usage]
        assert sum(told, Usage()) == Usage(*server.told)


def test_requests_do_go_out_together() -> None:
    together = threading.Barrier(6, timeout=10)

    def behave(request: Request) -> Act:
        together.wait()
        return upper(request)

    with good_start(behave) as server:
        backend(server, concurrency=6, timeout=20).translate([f"Number {n}." for n in range(12)])
        assert server.most == 6


def test_the_smallest_limit_counts_for_as_long_as_somebody_wants_it() -> None:
    url = "http://gate.test/v1"
    gate = gate_of(url, 8)
    assert gate_of(url, 2) is gate
    assert gate_of(url, 5).limit == 2
    assert gate_of("http://other.test/v1", 5).limit == 5
    del gate
    gc.collect()
    assert gate_of(url, 7).limit == 7


def test_all_threads_wait_when_the_server_asks_for_it() -> None:
    first = threading.Event()

    def behave(request: Request) -> Act:
        if not first.is_set():
            first.set()
            return error(429, "busy", {"Retry-After": "0.5"})(request)
        return upper(request)

    with good_start(behave) as server:
        backend(server, concurrency=1).translate(["One.", "Two.", "Three."])
    start = server.requests[0].when
    assert all(request.when - start >= 0.5 for request in server.requests[1:])


def test_a_gate_lets_go_of_those_that_are_to_stop() -> None:
    gate = Gate()
    gate.join(1)
    stop = threading.Event()
    with gate.passing(threading.Event()), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: gate.passing(stop).__enter__())
        stop.set()
        with pytest.raises(StoppedError):
            waiting.result(timeout=5)
    with gate.passing(threading.Event()):
        pass  # its place is free again


def test_what_was_paid_for_is_kept_for_the_next_try() -> None:
    texts = [f"Sentence {n}." for n in range(10)]
    down = True

    def behave(request: Request) -> Act:
        if down and "7" in request.sentences["1"]:
            return error(503, "worker lost")(request)
        return upper(request)

    with good_start(behave) as server:
        made = backend(server, concurrency=1, retries=1)
        with pytest.raises(RetryableError, match="worker lost"):
            made.translate(texts)
        assert len(server.requests) == 7 + 2
        down = False
        results = made.translate(texts)
        assert len(server.requests) == 9 + 3  # 7, 8 and 9
        assert [result.text for result in results] == [text.upper() for text in texts]
        assert sum((r.usage for r in results if r.usage), Usage()) == Usage(*server.told)
        made.translate(texts)
        assert len(server.requests) == 12 + 10  # kept for one try, it is no cache


def test_tokens_of_a_sentence_that_broke_off_are_not_forgotten() -> None:
    down = True

    def behave(request: Request) -> Act:
        if len(request.sentences) == 2:
            return replace(upper(request), body=upper(request).body | {"choices": [
                {"message": {"content": "What?"}, "finish_reason": "stop"}]})  # fmt: skip
        return (error(500, "oops") if down else upper)(request)

    with good_start(behave) as server:
        made = backend(server, sentences_per_request=2, retries=0)
        with pytest.raises(RetryableError):
            made.translate(["One.", "Two."])
        before = server.told
        assert before[0] > 0
        down = False
        results = made.translate(["One.", "Two."])
        assert sum((r.usage for r in results if r.usage), Usage()) == Usage(*server.told)
        assert server.told[0] > 2 * before[0]


def test_a_failure_ends_the_call_at_once() -> None:
    def behave(request: Request) -> Act:
        if "Number 0." in request.sentences.values():
            return error(401, "no more")(request)
        return error(500, "busy")(request)

    with good_start(behave) as server:
        made = backend(server, concurrency=4, backoff=30, max_wait=60)
        with pytest.raises(ConfigError, match="no more"):  # and not half a minute later
            made.translate([f"Number {n}." for n in range(50)])
        assert len(server.requests) <= 8


def test_the_first_step_is_kept_when_the_second_fails() -> None:
    texts = ["Mail bob@x.org now.", "Plain words."]
    down = True

    def behave(request: Request) -> Act:
        repair = request.sentences["1"] not in texts
        return (error(503, "gone") if down and repair else upper)(request)

    with good_start(behave) as server:
        made = backend(server, concurrency=1, retries=0)
        with pytest.raises(RetryableError):
            made.translate(texts)
        assert [r.sentences["1"] for r in server.requests[:2]] == texts
        before = len(server.requests)
        down = False
        results = made.translate(texts)
        assert "bob@x.org" in (results[0].text or "")
        assert results[1].text == "PLAIN WORDS."
        assert not any(r.sentences["1"] in texts for r in server.requests[before:])
        assert sum((r.usage for r in results if r.usage), Usage()) == Usage(*server.told)
