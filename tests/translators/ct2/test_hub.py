"""Models from the Hub, over a real socket; the client is a process of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.servers.hub import HubServer, Mood
from tests.translators.ct2.process import BLOCKER, TEXTS, translate

NAME, CONVERTED, LLAMA = "org/tiny-en-qaa", "org/converted", "org/llama"
Client = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def hub(trained_model: Path, folder: Path) -> Iterator[HubServer]:
    """A server with the trained model as people upload them: both kinds of weights, and more."""
    repository = Path(shutil.copytree(trained_model, folder / "repository"))
    (repository / "pytorch_model.bin").write_bytes(b"the same again" * 1000)
    (repository / "README.md").write_text("# A model\n", "utf-8")
    (repository / "onnx").mkdir()
    (repository / "onnx" / "model.safetensors").write_bytes(b"something else")
    llama = folder / "llama"
    llama.mkdir()
    (llama / "config.json").write_text('{"model_type": "llama"}', "utf-8")
    (llama / "model.safetensors").write_bytes(b"many gigabytes")
    with HubServer({NAME: repository, LLAMA: llama}) as server:
        yield server


@pytest.fixture
def client(hub: HubServer, folder: Path, request: pytest.FixtureRequest) -> Iterator[Client]:
    """`client(name, ...)`: translate with a model of the server."""

    def run(
        name: str,
        home: str = "huggingface",
        env: Mapping[str, str] | None = None,
        cache: Path = folder / "cache",
        offline: str = "0",
        **more: Any,
    ) -> Any:
        env = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": offline, "HF_HOME": str(folder / home),
               "HF_HUB_ETAG_TIMEOUT": "1", **(env or {})}  # fmt: skip
        return translate(name, cache, env, **more)

    yield run
    hub.mood, hub.cut_files = "good", False


def test_download_convert_and_go_on_without_the_server(
    hub: HubServer, client: Client, folder: Path
) -> None:
    first = client(NAME)
    assert first["info"][1].startswith(f"{NAME}@{hub.commit(NAME)[:12]}, CTranslate2 ")
    assert first["info"][0].startswith(hub.commit(NAME))
    assert len(first["texts"]) == len(TEXTS)
    assert all(first["texts"])
    assert "model.safetensors" in hub.downloads
    assert not {"pytorch_model.bin", "README.md"} & set(hub.downloads)
    assert len(hub.downloads) == len(set(hub.downloads))
    hub.mood = "cut"
    again = client(NAME)
    assert again["texts"] == first["texts"]
    assert again["info"] == first["info"]
    assert any("going on with commit" in text for text in again["logged"])
    offline = client(NAME, offline="1")
    assert offline["texts"] == first["texts"]
    assert offline["logged"] == []
    # a cache that others share: the converted model is a repository of its own
    (converted,) = (folder / "cache" / "models").glob("tiny-en-qaa-*")
    hub.repositories[CONVERTED] = converted
    hub.mood = "good"
    ready = client(CONVERTED)
    assert ready["texts"] == first["texts"]
    assert not any("converts" in text for text in ready["logged"])


def test_a_model_of_another_kind_is_refused_before_its_weights_come(
    hub: HubServer, client: Client
) -> None:
    hub.downloads.clear()
    kind, text = client(LLAMA)["error"]
    assert kind == "ConfigError"
    assert "is of type 'llama'" in text
    assert hub.downloads == ["config.json"]


def test_weights_that_could_not_be_converted_do_not_come(
    hub: HubServer, client: Client, tmp_path: Path
) -> None:
    hub.downloads.clear()
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(names=["torch"]), "utf-8")
    found = client(NAME, "new", {"PYTHONPATH": str(tmp_path)}, cache=tmp_path)
    assert found["error"][0] == "MissingExtraError"
    assert "config.json" in hub.downloads
    assert "model.safetensors" not in hub.downloads


def test_ids_and_revisions_that_are_not_there(client: Client) -> None:
    kind, text = client("org/no-such-model")["error"]
    assert kind == "ConfigError"
    assert "'org/no-such-model' is neither a folder here nor a model on the Hub" in text
    kind, text = client(NAME, revision="v9")["error"]
    assert kind == "ConfigError"
    assert f"translate.revision: '{NAME}' has no branch, tag or commit 'v9'" in text
    kind, text = client("org/a..b")["error"]
    assert kind == "ConfigError"
    assert "nor a Hub id" in text


@pytest.mark.parametrize(
    ("mood", "kind", "said"),
    [
        ("gated", "ConfigError", "is gated: accept its terms on its page and set HF_TOKEN"),
        ("error", "RetryableError", "the Hub cannot be reached (HfHubHTTPError: "),
        ("cut", "RetryableError", "the Hub cannot be reached (RemoteProtocolError: "),
        ("silent", "RetryableError", "the Hub cannot be reached (ReadTimeout"),
    ],
)
def test_a_server_that_misbehaves(
    hub: HubServer, client: Client, mood: Mood, kind: str, said: str
) -> None:
    hub.mood = mood
    error = client(NAME, home="empty", revision="another")["error"]
    assert error[0] == kind
    assert said in error[1]


@pytest.mark.slow
@pytest.mark.skipif(
    "SPANFERRY_SLOW" not in os.environ,
    reason="the Hub's library tries again for half a minute; SPANFERRY_SLOW=1 runs it",
)
def test_a_download_that_is_cut_off_is_tried_again(
    hub: HubServer, client: Client, folder: Path
) -> None:
    shutil.rmtree(folder / "cache", ignore_errors=True)
    hub.cut_files = True
    kind, text = client(NAME, home="cut")["error"]
    assert kind == "RetryableError"
    assert f"'{NAME}'" in text
    assert not any((folder / "cache" / "models").glob("tiny*"))
    hub.mood = "cut"  # what came is not taken for the whole
    kind, text = client(NAME, home="cut")["error"]
    assert kind == "RetryableError"
