"""Runs the commands of the compose file, without Docker: `make docker-check`.

The server's entry point and health check and the worker's command are taken from the file, with its
environment; only host and port are others, so that nothing is in the way of a real server.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.dockerfile import compose

COMPOSED = compose()["services"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a container sees, as far as it matters here."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    image = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    return {**kept, **image, "PATH": path, "HOME": str(home), **more}


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def port(tmp_path: Path) -> Iterator[str]:
    """A server started as the compose file does, once its health check passes."""
    service = COMPOSED["server"]
    usual, port = service["environment"]["PREFECT_SERVER_API_PORT"], free_port()
    settings = {
        name: value.replace(usual, port).replace("0.0.0.0", "127.0.0.1")
        for name, value in service["environment"].items()
    }
    (tmp_path / "server").mkdir()
    env = environment(tmp_path / "server", **settings)
    kind, *health = (word.replace(usual, port) for word in service["healthcheck"]["test"])
    assert kind == "CMD"
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(service["entrypoint"], env=env, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 90
            while subprocess.run(health, env=env, capture_output=True, check=False).returncode:
                if server.poll() is not None or time.monotonic() > end:
                    pytest.fail((tmp_path / "server.log").read_text())
                time.sleep(1)
            yield port
        finally:
            server.terminate()
            server.wait(30)


def ask(port: str, kind: str) -> list[dict[str, str]]:
    """All flows or flow runs that the server knows."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/{kind}/filter",
        data=b"{}", headers={"Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: list[dict[str, str]] = json.load(answer)
    return found


@pytest.mark.timeout(300)
def test_a_build_of_the_worker_is_a_completed_flow_run_of_the_server(
    port: str, tmp_path: Path
) -> None:
    service = COMPOSED["worker"]
    url = service["environment"]["PREFECT_API_URL"]
    host, _, rest = url.removeprefix("http://").partition(":")
    assert host in COMPOSED, "the host is the name of a service"
    url = f"http://127.0.0.1:{rest.replace(rest.split('/')[0], port)}"
    (tmp_path / "work").mkdir()
    done = subprocess.run(
        ["spanferry", *service["command"]],
        cwd=tmp_path / "work", env=environment(tmp_path, PREFECT_API_URL=url),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "work" / "out" / "quickstart").is_dir()
    assert [flow["name"] for flow in ask(port, "flows")] == ["spanferry-build"]
    assert [run["state_name"] for run in ask(port, "flow_runs")] == ["Completed"]
    assert not any(path.name == "prefect.db" for path in (tmp_path / "work").rglob("*"))
