"""A whole build through a server that has a bad day."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest

from spanferry.data.errors import ConfigError
from spanferry.flows.load import load_config
from spanferry.flows.run import build
from spanferry.translators.base import Usage
from tests.conftest import Command
from tests.flows.corpora import PAIRS, write_corpus
from tests.servers.backend import good_start
from tests.servers.chat import Act, ChatServer, Request, completion, cut, error, in_turn, reply

PORTUGUESE = {source.replace("[", "").replace("]", ""): target for source, target in PAIRS}


def translated(request: Request) -> Act:
    """The corpus's own translations."""
    items = {number: PORTUGUESE[text] for number, text in request.sentences.items()}
    return Act(body=completion(request, json.dumps(items)))


def settings(server: ChatServer) -> str:
    """The translator's settings as `--set` takes them."""
    given = {"backend": "openai", "model": "stub", "base_url": server.url, "backoff": 0.01}
    return f"translate={json.dumps(given | {'sentences_per_request': 2})}"


def test_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spanferry: Command) -> None:
    monkeypatch.chdir(tmp_path)
    bad_day = in_turn(
        error(503, "loading"), translated, reply(lambda items: "Sure!"), cut(30),
        error(429, "slow down", {"Retry-After": "0"}), *[translated] * 100,
    )  # fmt: skip
    write_corpus(tmp_path, 25)
    with good_start(bad_day) as server:
        spanferry("build", "build.yaml", "--set", settings(server))
        rows = datasets.load_dataset("out/names", split="train")
        by_id = {row["id"]: row for row in rows}
        assert len(by_id) == 25
        assert by_id["r1"]["text"] == "O prefeito do Porto encontrou Bob. (1)"
        assert [span["text"] for span in by_id["r3"]["spans"]] == ["Anna", "Pedro", "Roma"]
        told = [
            Usage(**usage)
            for file in Path("out/names.work/pt/translate").glob("*.parquet")
            for usage in pq.read_table(file)["translation_usage"].to_pylist()
            if usage
        ]
        assert sum(told, Usage()) == Usage(*server.told) != Usage()
        sent = len(server.requests)
        assert build(load_config(Path("build.yaml"), [settings(server)])).units == 0
        assert len(server.requests) == sent


def test_a_wrong_key_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path, 3)
    with ChatServer(error(401, "who are you?")) as server:
        config = load_config(Path("build.yaml"), [settings(server)])
        with pytest.raises(ConfigError, match=r"the server wants a key.*401: who are you\?"):
            build(config)
        assert len(server.requests) == 1
