"""A real Rapport, started as a newcomer would start it, and a real browser.

Two of each may work side by side (`-n 2`): the sample is loaded once, and each has a copy of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.processes import free_port

ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOVED = "UPDATE rapport_channel SET config = replace(config, ?, ?), external_id = replace(external_id, ?, ?)"
ALL_DONE = "SELECT count(*) > 0 AND count(*) = count(last_ok_at) FROM rapport_appointment"
PATIENCE = 400  # seconds; how long it may take is for test_demo.py to judge, and a loaded machine is slow
NOT_OURS = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")
expect.set_options(timeout=30_000)  # what is there is seen at once; on a loaded machine it may take long to be there
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that need no sample go first: one of two works on them while the other loads it."""
    items.sort(key=lambda item: bool({"demo", "loaded"} & set(getattr(item, "fixturenames", ()))))


@dataclass
class Running:
    """A Rapport that runs: where it is, where its data lies, what it printed, and how long it took to be there.

    busy    how much busier than idle the machine was then; a loaded one is no fault of the product's
    """

    url: str
    home: Path
    words: str
    seconds: float
    busy: float
    pid: int

    @property
    def log(self) -> str:
        """What it has written by now."""
        return self.home.with_suffix(".log").read_text()

    @property
    def email(self) -> str:
        return re.search(r"Sign in as (\S+)", self.words)[1]

    @property
    def password(self) -> str:
        return re.search(r"with the password (\S+)", self.words)[1]


@contextmanager
def rapport(home: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """`rapport run`, until it answers; ended by Ctrl-C, after which nothing of it may be left."""
    port, log = free_port(), home.with_suffix(".log")
    started = time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "rapport.cli", "run", "--port", str(port), *arguments],
            env={**os.environ, "RAPPORT_HOME": str(home), "RAPPORT_UNDO_SECONDS": "3", **environment},
            stdout=sink,
            stderr=sink,
            stdin=subprocess.DEVNULL,
        )
    try:
        while "Ctrl-C stops it" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() - started < PATIENCE, log.read_text()
            time.sleep(0.05)
        seconds, busy = time.monotonic() - started, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        yield Running(f"http://127.0.0.1:{port}", home, log.read_text(), seconds, busy, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, log.read_text()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Running:
    """The sample as the first start of all loaded it, its first night's work done, at rest again."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    told = folder / "loaded.json"
    with (folder / "loaded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # who comes second waits, and finds it loaded
        if not told.exists():
            with rapport(folder / "loaded", "--sample") as first:
                rested(first)
                told.write_text(json.dumps(asdict(first), default=str))
    known = json.loads(told.read_text())
    return Running(**known | {"home": Path(known["home"])})


def rested(running: Running) -> None:
    """Wait until the worker has done once what it does every night; what comes in meanwhile would wait for that."""
    until = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(running.home / "rapport.sqlite3", timeout=30)) as database:
        while not database.execute(ALL_DONE).fetchone()[0]:
            assert time.monotonic() < until, running.log
            time.sleep(0.2)


@pytest.fixture(scope="session")
def demo(loaded: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The sample organisation, alive: the second start."""
    home = tmp_path_factory.mktemp("demo") / "var"
    shutil.copytree(loaded.home, home)
    with closing(sqlite3.connect(home / "rapport.sqlite3")) as database, database:
        database.execute(MOVED, (str(loaded.home), str(home)) * 2)  # the folder into which files are dropped
    with rapport(home, "--sample") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs the distribution's Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, demo: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of the administrator of the sample, so that not every test has to sign in."""
    file = tmp_path_factory.mktemp("cookies") / "administrator.json"
    context = browser.new_context(locale="en-GB")
    sign_in(context.new_page(), demo)
    context.storage_state(path=file)
    context.close()
    return file


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens pages; fails the test when a page throws, or breaks its content security policy."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(
        url: str, *, width: int = 1440, theme: str = "light", script: bool = True, cookies: Path | None = None
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            java_script_enabled=script,
            locale="en-GB",
            storage_state=cookies,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda said: troubles.append(f"{page.url}: {said.text}") if _is_ours(said) else None)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


def _is_ours(said) -> bool:
    """What was not found or not reached on purpose is logged too; that is not the page's mistake."""
    return said.type == "error" and not said.text.startswith(NOT_OURS)


def sign_in(page: Page, running: Running, email: str = "") -> Page:
    page.goto(f"{running.url}/accounts/login/")
    page.get_by_label(re.compile("mail", re.I)).fill(email or running.email)
    page.get_by_label(re.compile("password", re.I)).first.fill(running.password)
    page.get_by_role("button", name=re.compile("sign in", re.I)).click()
    page.wait_for_url(re.compile(r"/$"))
    return page


def until(page: Page, script: str, seconds: float = 20) -> None:
    """Wait until the page says that it is so; its content policy does not let Playwright wait inside it."""
    end = time.monotonic() + seconds
    while not page.evaluate(script):
        assert time.monotonic() < end, f"not so after {seconds} seconds: {script}"
        page.wait_for_timeout(100)


def violations(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe-core calls serious or critical on this page. The contrast takes most of the time.

    Without `preload`, which fetches all stylesheets again for a rule that is off (the lock of the orientation).
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    rules = {"color-contrast": {"enabled": contrast}}
    options = {"resultTypes": ["violations"], "preload": False, "rules": rules}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
