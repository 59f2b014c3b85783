"""A stable of processes that cost nothing to lose.

Starting Rapport takes two seconds, most of which is reading code. This process reads all of it once and then forks: a
child is a whole Rapport (worker, archivist, listener, sender; only the pages are missing) within some hundredths of a
second, and may be killed as often as one likes. What it is told and what it answers are lines of JSON.

    with Stable(folder / "var") as stable:
        stable.call("tests.torture.stage:found", connector="mastodon", ...)   # a function in a child of its own
        pid = stable.start(RAPPORT_CRASH_AT="send.after_call", RAPPORT_CRASH_MARK=str(mark))
        stable.kill(pid)                                                      # SIGKILL, and waited for
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

PORT = os.environ.get("RAPPORT_TORTURE_PORT", "")
"""Where there are pages, too, if anywhere."""


class Stable:
    """The tests' side: one at a time, from one thread."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home, self.log = home, home.with_suffix(".log")
        self._lock = threading.Lock()
        self._sink = self.log.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.stable"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._sink,
            env={
                **os.environ,
                "RAPPORT_HOME": str(home),
                "RAPPORT_PRIVATE_HOSTS": "localhost,127.0.0.1",
                "RAPPORT_UNDO_SECONDS": "0",
                "DJANGO_SETTINGS_MODULE": "rapport.server.settings",
                **environment,
            },
        )

    def __enter__(self) -> Stable:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)
        self._sink.close()

    def start(self, **environment: str) -> int:
        return int(self._tell(start=environment))

    def kill(self, pid: int, number: int = signal.SIGKILL) -> int:
        """Kill it and wait for it. The signal that ended it: its own, if it was dead already."""
        return int(self._tell(kill=pid, signal=int(number)))

    def gone(self, pid: int) -> bool:
        """Whether it has ended by itself."""
        return bool(self._tell(gone=pid))

    def call(self, function: str, **arguments: Any) -> Any:
        answer = self._tell(call=function, arguments=arguments)
        if "error" in answer:
            raise AssertionError(f"{function}: {answer['error']}")
        return answer["answer"]

    def _tell(self, **order: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            if line := self._process.stdout.readline():
                return json.loads(line)
        raise AssertionError(f"the stable has burnt down:\n{self.log.read_text(errors='replace')[-3000:]}")


# -- in the process of its own -----------------------------------------------------------------------------------------


def main() -> None:
    """Until nobody talks to us any more."""
    import django

    django.setup()
    _read_everything()
    children: set[int] = set()
    for line in sys.stdin.buffer:
        print(json.dumps(_obey(json.loads(line), children)), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _read_everything() -> None:
    from rapport.connectors import contract

    for module in ("work", "keep.run", "listen.hear", "respond.deliver"):
        importlib.import_module(f"rapport.server.{module}")
    importlib.import_module("tests.torture.stage")
    for name in contract.names():
        contract.load(name)
    # How long an answer may be on its way before its absence is certain. Here the server is a millisecond away.
    for module, name in (("mastodon", "IN_FLIGHT"), ("wordpress", "IN_FLIGHT"), ("email", "RETURNED")):
        api = importlib.import_module(f"rapport.connectors.{module}.api")
        assert hasattr(api, name)
        setattr(api, name, timedelta(seconds=10))


def _obey(order: dict[str, Any], children: set[int]) -> Any:
    if "start" in order:
        children.add(pid := _fork(lambda: _rapport(order["start"])))
        return pid
    if "kill" in order:
        os.kill(order["kill"], order["signal"])
        children.discard(order["kill"])
        return os.waitstatus_to_exitcode(os.waitpid(order["kill"], 0)[1])
    if "gone" in order:  # without taking its end away from who will wait for it
        return os.waitid(os.P_PID, order["gone"], os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return _called(order["call"], order["arguments"])


def _fork(do: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.dup2(2, 1)  # what a child prints is no answer
        do()
        status = 0
    except BaseException:  # noqa: BLE001  # whatever happens, the child must not go on as if it were the parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _rapport(environment: dict[str, str]) -> None:
    from django.conf import settings

    from rapport.server import crashpoint
    from rapport.server.keep.run import run as keep
    from rapport.server.listen.hear import run as hear
    from rapport.server.respond.deliver import run as deliver
    from rapport.server.work import run as work

    os.environ.update(environment)
    settings.ARCHIVE_SECONDS = int(environment.get("RAPPORT_ARCHIVE_SECONDS", settings.ARCHIVE_SECONDS))
    crashpoint._wanted = environment.get("RAPPORT_CRASH_AT", "")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    loops = [work, keep, hear, deliver, *([_doors] if PORT else [])]
    threads = [threading.Thread(target=loop, args=(stop,)) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _doors(stop: threading.Event) -> None:
    """The addresses to which messages are brought, and all other pages, on a server as small as can be."""
    from wsgiref.simple_server import make_server

    from rapport.server.wsgi import application

    with make_server("127.0.0.1", int(PORT), application) as server:
        server.timeout = 0.2
        while not stop.is_set():
            server.handle_request()


def _called(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    module, _, function = name.partition(":")
    reading, writing = os.pipe()

    def do() -> None:
        try:
            answer = {"answer": getattr(importlib.import_module(module), function)(**arguments)}
        except Exception:  # noqa: BLE001  # told to who asked
            answer = {"error": traceback.format_exc()}
        with os.fdopen(writing, "w") as pipe:
            json.dump(answer, pipe, default=str)

    pid = _fork(do)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(said) if said else {"error": "it died"}


if __name__ == "__main__":
    main()
