"""A process that translates with the backend, for tests that kill it, starve it or cut it off.

`python -m tests.translators.ct2.process JSON` prints one line of JSON: what it made of the texts,
or the error; and what was logged.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
TEXTS = ("The old boat leaves at dawn.", "Nobody saw the letter, it seems.", "Rain again!")
#: What is not taken over from the tests' own environment.
_OWN = ("HF_", "SPANFERRY_", "TRANSFORMERS_")
#: A sitecustomize.py that hides packages from a process and its children; format with `names`.
BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


def command(model: str | Path, cache: Path, **more: Any) -> list[str]:
    """The command line of a process.

    Args:
        more: `texts`; `target`, the language; `memory`, bytes that it may still take once the
            model is loaded; other settings of the backend.
    """
    task = json.dumps({"model": str(model), "cache_path": str(cache), **more})
    return [sys.executable, "-m", "tests.translators.ct2.process", task]


def environment(**more: str) -> dict[str, str]:
    """Variables of a process that is offline unless told otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    return {**kept, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **more}


def start(
    model: str | Path, cache: Path, env: Mapping[str, str] | None = None, **more: Any
) -> subprocess.Popen[str]:
    """Start a process."""
    # small stacks: a thread's counts as memory that is taken (see `memory`)
    shell = ["sh", "-c", 'ulimit -s 1024; exec "$@"', "sh"]
    return subprocess.Popen(
        [*shell, *command(model, cache, **more)], cwd=ROOT, env=environment(**(env or {})),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a process printed."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = json.loads(out.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def translate(
    model: str | Path, cache: Path, env: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """Run a process to its end."""
    return finish(start(model, cache, env, **more))


def within_mount(mount: str, folder: Path, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that sees something else mounted; the test is skipped where none may mount.

    Args:
        mount: shell commands; `$0` is `folder`.
    """
    import pytest

    probe = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs none "$0"', str(folder)]
    try:
        allowed = subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("mounting in a user namespace is not allowed here")
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$@"', str(folder), *argv],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip


def _main(task: dict[str, Any]) -> dict[str, Any]:
    from spanferry.data.errors import SpanferryError
    from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
    from spanferry.translators.ct2.translator import CTranslate2Translator

    logged: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("spanferry").addHandler(handler)
    logging.getLogger("spanferry").setLevel(logging.INFO)
    texts, target = task.pop("texts", TEXTS), task.pop("target", "qaa")
    memory = task.pop("memory", None)
    found: dict[str, Any] = {"logged": logged}
    try:
        backend = CTranslate2Translator(
            CTranslate2TranslatorSettings(**task), source_language="en", target_language=target
        )
        found["info"] = [backend.info.revision, backend.info.source]
        backend.setup()
        if memory is not None:
            backend.translate(texts[-1:])  # threads and libraries have taken theirs
            _limit(memory)
        done = backend.translate(texts)
        found["texts"] = [translation.text for translation in done]
        found["errors"] = [translation.error for translation in done]
        found["batch_tokens"] = backend._model().engine.batch_tokens
    except SpanferryError as error:
        found["error"] = [error.__class__.__name__, str(error)]
    return found


def _limit(memory: int) -> None:
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    print(json.dumps(_main(json.loads(sys.argv[1]))))
