"""The server process of `prefect_server`: arguments are the parent's pid, its folder, the cache."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(parent: int, folder: Path, cache: str) -> None:
    """Serve until the parent closes our input, or dies."""

    def leave(signal_: int = 0, frame: FrameType | None = None) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        leave()  # it died before the line above

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        leave()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    # the protocol is named because asyncio sets TCP_NODELAY on such sockets only; without it each
    # request takes 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    print(listener.getsockname()[1], flush=True)
    _serve(listener, folder / "run.db", cache)
    leave()


def _serve(listener: socket.socket, database: Path, cache: str) -> None:
    import prefect
    import uvicorn

    template = Path(cache) / f"prefect-{prefect.__version__}.db" if cache else None
    if template is not None and template.is_file():
        shutil.copyfile(template, database)
        template = None
    from prefect.server.api.server import create_app

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if template is not None:
                _keep(database, template)
            print("ready", flush=True)

    config = uvicorn.Config(create_app(), lifespan="on", log_level="error", access_log=False)
    Server(config).run(sockets=[listener])


def _keep(database: Path, template: Path) -> None:
    """Copy the database, migrated and still empty, for the next run."""
    try:
        template.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=template.parent)
        os.close(handle)
        with sqlite3.connect(database) as source, sqlite3.connect(name) as copy:
            source.backup(copy)
        Path(name).replace(template)
    except (OSError, sqlite3.Error) as error:
        print("the database is not kept:", error, file=sys.stderr)  # costs the next run 5 s


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
