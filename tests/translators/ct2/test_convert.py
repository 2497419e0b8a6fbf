"""Conversion: what is refused, what never runs, and what is left when something dies."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.cache import Cache
from spanferry.data.errors import ConfigError
from spanferry.translators.ct2.convert import converted, facts, key
from spanferry.translators.ct2.source import find
from tests.models.vocabulary import update_json
from tests.translators.ct2.process import BLOCKER, ROOT, environment, finish, start, translate

linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")


@pytest.fixture
def model(trained_model: Path, tmp_path: Path) -> Path:
    """A copy of the trained checkpoint, to spoil."""
    return Path(shutil.copytree(trained_model, tmp_path / "model"))


def _convert(model: Path, cache: Path) -> Path:
    store = Cache(str(cache))
    return converted(find(str(model), None, store), store, "int8", -1, 1)


class _Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.marker),)


def _in_new_format(content: Any) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def test_code_in_pickled_weights_never_runs(model: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    pickle.loads(pickle.dumps(_Evil(marker)))  # it would do harm
    marker.rmdir()
    (model / "model.safetensors").unlink()

    def refused(dump: Callable[[Any], bytes]) -> str:
        folder = Path(shutil.copytree(model, tmp_path / dump.__name__))
        (folder / "pytorch_model.bin").write_bytes(dump({"model.shared.weight": _Evil(marker)}))
        with pytest.raises(ConfigError) as caught:
            _convert(folder, tmp_path / "cache")
        return str(caught.value)

    with ThreadPoolExecutor(2) as pool:
        for text in pool.map(refused, [_in_new_format, pickle.dumps]):
            assert "cannot be converted: UnpicklingError: Weights only load failed" in text
    assert not marker.exists()
    assert list((tmp_path / "cache" / "models").glob("[!.]*")) == []


def test_plain_pickled_weights_are_as_good_as_safetensors(
    model: Path, tmp_path: Path, trained_model: Path, converted_models: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(model / "model.safetensors"), model / "pytorch_model.bin")
    (model / "model.safetensors").unlink()
    folder = _convert(model, tmp_path / "cache")
    same = _convert(trained_model, converted_models)
    assert (folder / "model.bin").read_bytes() == (same / "model.bin").read_bytes()
    assert facts(folder)["model"] == "model"
    assert facts(folder)["type"] == "marian"


def test_broken_weights_and_a_working_folder_full_of_traps(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (model / "model.safetensors").write_bytes(b"\xff" * 1000)
    (tmp_path / "torch.py").write_text("raise SystemExit('a torch.py of the user ran')", "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="'model' cannot be converted: SafetensorError: "):
        _convert(Path("model"), Path("cache"))


def test_a_checkpoint_that_changes_meanwhile_is_not_kept(model: Path, tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    before = find(str(model), None, cache)
    update_json(model / "config.json", {"more": True})
    with pytest.raises(ConfigError, match="changed while they were read; run again"):
        converted(before, cache, "int8", -1, 1)
    assert list((cache.folder / "models").glob("[!.]*")) == []


def test_a_converted_model_is_another_for_other_weights_and_heads(model: Path) -> None:
    source = find(str(model), None, Cache(str(model.parent)))
    made = {key(source, *rest) for rest in
            (("int8", -1, 1), ("float16", -1, 1), ("int8", 0, 1), ("int8", -1, 2))}  # fmt: skip
    assert len(made) == 4
    assert key(source, "int8", -1, 1) in made


@linux
def test_killed_processes_leave_nothing_and_two_at_once_convert_once(
    model: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    models = cache / "models"

    parent = start(model, cache)
    os.kill(_converting(parent, models), signal.SIGKILL)
    kind, text = finish(parent)["error"]
    assert kind == "RetryableError"
    assert "the conversion of" in text
    assert "was killed (signal 9); most often for want of memory" in text
    assert [path for path in models.iterdir() if path.suffix != ".lock"] == []

    parent = start(model, cache)
    child = _converting(parent, models)
    parent.kill()
    parent.communicate()
    end = time.monotonic() + 10
    while _running(child):
        assert time.monotonic() < end, "the child outlives its parent"
        time.sleep(0.02)
    (left,) = models.glob(".*.tmp")
    assert list(left.iterdir()) == []  # it ended at once, not when it was done
    other = models / ".another-0123456789abcdef.0123456789abcdef.tmp"
    other.mkdir()  # of a model that nobody wants any more
    assert list(models.glob("[!.]*")) == []

    both = [start(model, cache) for _ in range(2)]
    first, second = (finish(process) for process in both)
    assert first["texts"] == second["texts"]
    assert all(first["texts"])
    logged = [*first["logged"], *second["logged"]]
    assert sum("translate: converts" in text for text in logged) == 1
    assert list(models.glob(".*.tmp")) == []
    (folder,) = models.glob("[!.]*")

    with (folder / "model.bin").open("r+b") as weights:
        weights.truncate(100_000)
    kind, text = translate(model, cache)["error"]
    assert kind == "ConfigError"
    assert "cannot be loaded on cpu" in text
    assert f"delete the folder {str(folder)!r}, and it is made again" in text


def _converting(parent: subprocess.Popen[str], models: Path) -> int:
    """The conversion's process, as soon as it is at work."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            child = path.parent.name
            try:
                is_child = int(_status(int(child))[1]) == parent.pid
                if is_child and b"convert_child" in path.read_bytes():
                    assert any(models.glob(".*.tmp"))
                    time.sleep(0.5)
                    return int(child)
            except OSError:
                continue
        assert parent.poll() is None, parent.communicate()
        time.sleep(0.01)
    raise AssertionError("no conversion began")


def _status(process: int) -> list[str]:
    """State and parent of a process."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()


def _running(process: int) -> bool:
    try:
        return _status(process)[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["torch", "transformers"], "has to be converted, which needs torch and transformers; run: "
         "pip install 'spanferry[convert]' (a converted folder needs neither)"),
        (["transformers"], "which needs transformers; run: pip install 'spanferry[convert]'"),
        (["ctranslate2"], "translator 'ctranslate2' needs the package 'ctranslate2', which is not "
         "installed; run: pip install 'spanferry[ctranslate2]'"),
    ],
)  # fmt: skip
def test_packages_that_are_missing(
    trained_model: Path, tmp_path: Path, names: list[str], text: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(names=names), "utf-8")
    found = translate(trained_model, tmp_path / "cache", {"PYTHONPATH": str(tmp_path)})
    assert found["error"][0] == "MissingExtraError"
    assert text in found["error"][1]


def test_without_torch_a_converted_model_is_enough(
    trained_model: Path, tmp_path: Path, converted_models: Path
) -> None:
    _convert(trained_model, converted_models)
    blocker = BLOCKER.format(names=["torch", "transformers"])
    (tmp_path / "sitecustomize.py").write_text(blocker, "utf-8")
    found = translate(trained_model, converted_models, {"PYTHONPATH": str(tmp_path)})
    assert all(found["texts"])


_PARENT = """
import json, os, subprocess, sys, time
task = json.dumps({**json.loads(sys.argv[1]), "parent": os.getpid()})
child = subprocess.Popen(
    [sys.executable, "-m", "spanferry.translators.ct2.convert_child", task],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
print(child.pid, flush=True)
time.sleep(0.5)
os.kill(os.getpid(), 9)
"""


@linux
def test_the_child_ends_with_its_parent(trained_model: Path, tmp_path: Path) -> None:
    """And not because nobody reads what it says: this one speaks to nobody."""
    task = {"from": str(trained_model), "to": str(tmp_path / "to"), "weights": "int8",
            "layer": -1, "heads": 1}  # fmt: skip
    parent = subprocess.run(
        [sys.executable, "-c", _PARENT, json.dumps(task)],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert parent.returncode == -signal.SIGKILL
    end = time.monotonic() + 30
    while _running(int(parent.stdout)):
        assert time.monotonic() < end, "the child outlives its parent"
        time.sleep(0.02)
    assert not (tmp_path / "to").exists()
