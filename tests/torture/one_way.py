"""Channels that one can only hear, while we are being killed: a feed, a folder of files, and what is brought to us."""

from __future__ import annotations

import json
import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx

from rapport.connectors.webhook.sign import sign
from tests.processes import free_port
from tests.torture.platforms import Platform

JSON = {"Content-Type": "application/json"}


class Heard(ABC):
    """What is said has a number for a key. Nothing is answered here."""

    connector: str
    answers: dict[str, str]
    environment: dict[str, str]
    ends = "routed"

    def __init__(self) -> None:
        self.number = 0

    def say(self, text: str) -> str:
        self.number += 1
        self.edit(str(self.number), text)
        return str(self.number)

    @abstractmethod
    def edit(self, key: str, text: str) -> None:
        """Say something else under this key; a key that is new says something new."""

    def ours(self) -> list[str]:
        return []


# -- a feed ------------------------------------------------------------------------------------------------------------


class Feed(Heard):
    """A feed that shows everything that was ever said in it."""

    connector, environment, ends = "feeds", dict[str, str](), "kept"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.answers = {"url": url}
        self.entries: dict[str, tuple[str, str, str]] = {}  # what it says, when it was first said, when it was changed

    def edit(self, key: str, text: str) -> None:
        now = datetime.now(UTC).isoformat()
        self.entries[key] = (text, self.entries[key][1] if key in self.entries else now, now)

    def key(self, external_id: str) -> str:
        return external_id.rpartition(":")[2]

    def atom(self) -> str:
        entries = [
            f"<entry><id>urn:said:{key}</id><title>A word</title><summary>{escape(text)}</summary>"
            f"<published>{first}</published><updated>{last}</updated></entry>"
            for key, (text, first, last) in list(self.entries.items())
        ]
        told = f"<id>urn:harbour</id><title>The harbour</title>{''.join(entries)}"
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{told}</feed>'


@contextmanager
def feed() -> Iterator[Platform]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = platform.atom().encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/atom+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform = Feed(f"http://127.0.0.1:{server.server_port}/feed")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# -- files -------------------------------------------------------------------------------------------------------------


class Files(Heard):
    """Every word is a file of its own that is dropped into the folder."""

    connector, environment = "files", dict[str, str]()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.drops = folder, 0
        self.answers = {"name": "harbour", "folder": str(folder), "map": "id=id,text=text,author=who,time=at"}

    def edit(self, key: str, text: str) -> None:
        self.drops += 1
        row = {"id": f"said-{key}", "text": text, "who": "cleo", "at": datetime.now(UTC).isoformat()}
        arriving = self.folder / f".{self.drops}"
        arriving.write_text(json.dumps(row) + "\n")
        arriving.rename(self.folder / f"drop-{self.drops}.jsonl")

    def key(self, external_id: str) -> str:
        return external_id.rpartition("-")[2]


@contextmanager
def files(folder: Path) -> Iterator[Platform]:
    folder.mkdir()
    yield Files(folder)


# -- deliveries --------------------------------------------------------------------------------------------------------


class Webhook(Heard):
    """Somebody who brings each word until it is acknowledged, as those who bring things do."""

    connector, answers = "webhook", {"name": "harbour"}

    def __init__(self, port: int) -> None:
        super().__init__()
        self.environment = {"RAPPORT_TORTURE_PORT": str(port)}
        self.port, self.address, self.secret = port, "", ""
        self.to_bring: queue.Queue[bytes | None] = queue.Queue()

    def opened(self, told: dict[str, str]) -> None:
        self.address, self.secret = f"http://127.0.0.1:{self.port}/hooks/{told['address']}/", told["secret"]

    def edit(self, key: str, text: str) -> None:
        self._tell(key, text=text, edited=datetime.now(UTC).isoformat())

    def take_back(self, key: str) -> None:
        self._tell(key, deleted=True)

    def _tell(self, key: str, **more: Any) -> None:
        self.to_bring.put(json.dumps({"id": f"said-{key}", "author": "cleo", **more}).encode())

    def key(self, external_id: str) -> str:
        return external_id.rpartition("-")[2]

    def bring(self, enough: threading.Event) -> None:
        """One after the other, each until somebody says that they have it."""
        while (body := self.to_bring.get()) is not None:
            while not (enough.is_set() or self._has_it(body)):
                time.sleep(0.05)

    def _has_it(self, body: bytes) -> bool:
        now = str(int(time.time()))
        signed = {"X-Rapport-Timestamp": now, "X-Rapport-Signature": sign(self.secret, now, body)}
        try:
            status = httpx.post(self.address, content=body, headers=JSON | signed, timeout=10).status_code
        except httpx.TransportError:  # nobody is there, or was killed in the middle
            return False
        assert status in (202, 409, 429, 500, 503), status
        return status in (202, 409)  # 409: it has it from an earlier time


@contextmanager
def webhook() -> Iterator[Platform]:
    platform, enough = Webhook(free_port()), threading.Event()
    bringing = threading.Thread(target=platform.bring, args=(enough,))
    bringing.start()
    try:
        yield platform
    finally:
        enough.set()
        platform.to_bring.put(None)
        bringing.join(30)
