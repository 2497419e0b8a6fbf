"""A private Prefect API server for one run, so that nobody has to start one.

Prefect's own temporary server costs the first run of a machine about 13 s and later ones 7 s, all
of it before the flow can begin, and it leaves 150 lines of noise on standard error. This one is a
child process that is started first of all and boots while the source is read and models load; it
listens on a loopback port behind a random password, keeps its database in a temporary folder that
is copied from a migrated empty one (migrations take 4 to 5 s), runs none of the background
services, sends nothing anywhere, and ends with its parent, even when that is killed.

A Prefect API of the user's own (environment, `.env`, `prefect.toml`, `pyproject.toml`, profile) is
used instead, and then nothing is changed.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanferry.data.errors import SpanferryError

#: Background services of the server: all of them, none is of use to a run that nobody watches.
_SERVICES = (
    "CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "DB_VACUUM", "EVENT_LOGGER", "EVENT_PERSISTER",
    "FOREMAN", "LATE_RUNS", "PAUSE_EXPIRATIONS", "REPOSSESSOR", "SCHEDULER", "TASK_RUN_RECORDER",
    "TRIGGERS",
)  # fmt: skip


@dataclass(slots=True)
class _Server:
    process: subprocess.Popen[bytes]
    folder: Path
    ready: bool = False

    def wait(self) -> None:
        """Block until the server answers."""
        if not self.ready:
            assert self.process.stdout is not None
            if self.process.stdout.readline().strip() != b"ready":
                raise self.failure()
            self.ready = True

    def failure(self) -> SpanferryError:
        """What the server said before it died."""
        said = (self.folder / "server.log").read_text("utf-8", "replace")[-2000:]
        status = self.process.wait(10)
        return SpanferryError(f"the local Prefect server did not start (status {status}):\n{said}")


_server: _Server | None = None


def start() -> None:
    """Start the server and point this process at it; a second call does nothing.

    To be called from the main thread before Prefect is imported. Where Prefect has been imported
    already, or the user has a Prefect API, nothing is started.
    """
    global _server
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if _server is not None or "prefect" in sys.modules or user_has_api():
        return
    if threading.current_thread() is not threading.main_thread():
        return  # the child dies with the thread that made it (see prefect_child)
    folder = Path(tempfile.mkdtemp(prefix="spanferry-prefect-"))
    password = "local:" + secrets.token_hex(16)
    os.environ.update(_client_settings(folder, password))
    os.environ.pop("PREFECT_PROFILE", None)
    os.environ.pop("PREFECT_API_KEY", None)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            # -P: a folder called `data` or `flows` in the working directory must not be imported
            [sys.executable, "-P", "-m", "spanferry.flows.prefect_child",
             str(os.getpid()), str(folder), str(_cache())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            env={**os.environ, **_server_settings(folder, password)},
            start_new_session=True,  # Ctrl-C is for us alone
        )  # fmt: skip
    _server = _Server(process, folder)
    atexit.register(stop)
    assert process.stdout is not None
    port = process.stdout.readline().strip().decode()  # comes at once, long before "ready"
    if not port:
        raise _server.failure()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"


def _client_settings(folder: Path, password: str) -> dict[str, str]:
    loopback = [os.environ.get("NO_PROXY"), "127.0.0.1"]
    return {
        "PREFECT_HOME": str(folder),
        "PREFECT_PROFILES_PATH": str(folder / "profiles.toml"),
        "PREFECT_API_AUTH_STRING": password,
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # never the stock one, even by mistake
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": os.environ.get("PREFECT_LOGGING_LEVEL", "WARNING"),
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_CLIENT_MAX_RETRIES": "2",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "NO_PROXY": ",".join(filter(None, loopback)),  # httpx honours HTTP_PROXY even for loopback
    }


def _server_settings(folder: Path, password: str) -> dict[str, str]:
    return {
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder}/run.db",
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        # private: what Prefect sets for its own temporary server
        "PREFECT__SERVER_EPHEMERAL": "1",
        "PREFECT__SERVER_FINAL": "1",
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _SERVICES},
    }


def _cache() -> str:
    """Folder of the migrated empty database; empty where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 (must not raise)
    return str(Path(base) / "spanferry") if Path(base).is_absolute() else ""


def stop() -> None:
    """End the server and remove its folder; safe to call twice."""
    global _server
    server, _server = _server, None
    if server is None:
        return
    assert server.process.stdin is not None
    server.process.stdin.close()  # end of input: the child leaves
    try:
        server.process.wait(3)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
    shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def session() -> Iterator[None]:
    """Flows run in here: waits for the server, keeps Prefect's chatter off the console."""
    with contextlib.ExitStack() as stack:
        if _server is not None:
            _server.wait()
            from prefect.events.clients import NullEventsClient
            from prefect.events.worker import EventsWorker
            from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

            # nobody reads events: no websocket, and no second of joining threads at the end
            EventsWorker.set_client_override(NullEventsClient)
            stack.enter_context(temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}))
        import prefect  # noqa: F401  (configures logging)

        for handler in logging.getLogger().handlers:
            if not any(isinstance(known, EngineChatter) for known in handler.filters):
                handler.addFilter(EngineChatter())
        yield


class EngineChatter(logging.Filter):
    """Of what Prefect's engine says of runs, keep warnings, retries and failures, a line each.

    Tracebacks go: the exception itself reaches the caller of the flow.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is shown."""
        engine = record.module in ("flow_engine", "task_engine", "task_runners", "engine")
        runs = ("prefect.flow_runs", "prefect.task_runs", "prefect.engine")
        if not engine or record.name not in runs or record.levelno == logging.WARNING:
            return True
        text = str(record.msg)
        if record.name != "prefect.task_runs":
            return False
        failed = record.levelno >= logging.ERROR and text.startswith("Finished in state")
        return failed or (record.levelno == logging.INFO and "Retry %s/%s" in text)


def user_has_api() -> bool:
    """Whether a Prefect API is configured here, in any of the places where Prefect looks."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    with contextlib.suppress(OSError, ValueError):
        lines = Path(".env").read_text("utf-8").splitlines()
        if any(line.strip().startswith("PREFECT_API_URL=") for line in lines):
            return True
    if _toml(Path("prefect.toml")).get("api", {}).get("url"):
        return True
    tool = _toml(Path("pyproject.toml")).get("tool", {}).get("prefect", {})
    if tool.get("api", {}).get("url"):
        return True
    home = os.environ.get("PREFECT_HOME") or os.path.expanduser("~/.prefect")  # noqa: PTH111 (must not raise)
    place = os.environ.get("PREFECT_PROFILES_PATH") or Path(home) / "profiles.toml"
    profiles = _toml(Path(place))
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active", "")
    return bool(profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL"))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
