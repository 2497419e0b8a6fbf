"""An HTTP server that speaks as much of the Hub's API as downloading a model needs.

`GET /api/models/ID/revision/REVISION` and `GET /api/models/ID/tree/REVISION` list a repository;
`/ID/resolve/REVISION/FILE` has its files. A client finds it by the environment variable
`HF_ENDPOINT`, which huggingface_hub reads when it is imported: clients are processes of their own.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

_ROUTES = {
    "info": re.compile(r"/api/models/(?P<id>[^/]+/[^/]+)(?:/revision/(?P<revision>.+))?"),
    "tree": re.compile(r"/api/models/(?P<id>[^/]+/[^/]+)/tree/(?P<revision>[^/]+)"),
    "file": re.compile(r"/(?P<id>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)"),
}
Mood = Literal["good", "error", "cut", "gated", "silent"]


@dataclass(frozen=True)
class Answer:
    """What is sent."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class HubServer:
    """The server; `url` is its address, for HF_ENDPOINT.

    Args:
        repositories: id (`org/name`) to the folder with its files.

    Attributes:
        mood: `error` answers 500, `cut` closes connections, `gated` lets nobody in, `silent`
            never answers.
        cut_files: closes the connection in the middle of every large file.
        downloads: names of the files that were sent.
    """

    def __init__(self, repositories: Mapping[str, Path]) -> None:
        self.repositories = dict(repositories)
        self.mood: Mood = "good"
        self.cut_files = False
        self.downloads: list[str] = []
        self.ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> HubServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No connection is taken from here on."""
        self.ended.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def commit(self, name: str) -> str:
        """The commit that `main` is: a hash of all contents."""
        digest = hashlib.sha1()
        for file in _files(self.repositories[name]):
            digest.update(file.encode() + (self.repositories[name] / file).read_bytes())
        return digest.hexdigest()

    def answer(self, path: str) -> Answer:
        """What a good server says."""
        found = ((route, pattern.fullmatch(path)) for route, pattern in _ROUTES.items())
        route, match = next(((a, b) for a, b in found if b), ("", None))
        if match is None:
            return Answer(404)
        if match["id"] not in self.repositories:
            return _missing("RepoNotFound")
        if self.mood == "gated":
            return Answer(403, b"{}", (("X-Error-Code", "GatedRepo"),))
        commit = self.commit(match["id"])
        if match["revision"] not in {None, "main", commit}:
            return _missing("RevisionNotFound")
        folder = self.repositories[match["id"]]
        if route == "info":
            names = [{"rfilename": file} for file in _files(folder)]
            return _json({"id": match["id"], "sha": commit, "siblings": names, "private": False})
        if route == "tree":
            return _json(
                [
                    {"type": "file", "path": file, "size": (folder / file).stat().st_size,
                     "oid": _etag(folder / file)}
                    for file in _files(folder)
                ]
            )  # fmt: skip
        file = folder / match["file"]
        if not file.is_file():
            return _missing("EntryNotFound")
        headers = (("ETag", f'"{_etag(file)}"'), ("X-Repo-Commit", commit))
        return Answer(200, file.read_bytes(), headers)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(body=True)

            def do_HEAD(self) -> None:
                self._reply(body=False)

            def _reply(self, *, body: bool) -> None:
                path = unquote(urlsplit(self.path).path)
                mood = server.mood
                if mood == "silent":
                    server.ended.wait(60)
                if mood in {"cut", "silent"}:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                answer = Answer(500) if mood == "error" else server.answer(path)
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if not body:
                    return
                if "/resolve/" in path and answer.status == 200:
                    server.downloads.append(path.rpartition("/")[2])
                    if server.cut_files and len(answer.body) > 100_000:
                        self.wfile.write(answer.body[:50_000])
                        self.wfile.flush()
                        self.connection.shutdown(socket.SHUT_RDWR)
                        self.close_connection = True
                        return
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        return Handler


def _files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def _etag(file: Path) -> str:
    return hashlib.sha1(file.read_bytes()).hexdigest()


def _json(content: object) -> Answer:
    return Answer(200, json.dumps(content).encode(), (("Content-Type", "application/json"),))


def _missing(code: str) -> Answer:
    return Answer(404, b"{}", (("X-Error-Code", code), ("X-Error-Message", "not found")))
