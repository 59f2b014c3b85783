"""An organisation that is set up as a newcomer would do it, in the browser; then its days are played in the tests.

It is set up once for a module; after that each test runs Rapport anew on the same folder, so that a test may kill it.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Running, rapport

RULES = "refund -> service\n* -> hub\n"
PASSWORD = "four ferries in a row"
T = TypeVar("T")


def until(ask: Callable[[], T | None], *, seconds: float = 120.0, every: float = 0.25) -> T:
    """What `ask` answers, once it answers."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < end, f"nothing came within {seconds:g} s"
        time.sleep(every)
    return answer


@dataclass
class Office:
    """`home` is the folder of its Rapport; `passwords` are those of its people, by their address."""

    home: Path
    passwords: dict[str, str] = field(default_factory=lambda: {"ana@example.org": PASSWORD})

    @contextmanager
    def open(self, **environment: str) -> Iterator[Running]:
        """Rapport runs. Platforms on loopback may be reached, which the administrator has to allow."""
        with rapport(self.home, RAPPORT_PRIVATE_HOSTS="localhost,127.0.0.1", **environment) as running:
            yield running

    # -- setting up ----------------------------------------------------------------------------------------------------

    def set_up(self, browser: Browser, platform: str, answers: Mapping[str, str]) -> None:
        """From nothing to a channel that is open for answers: Ana runs it, Ben is in service, Dora in another team."""
        page = browser.new_context(locale="en-GB").new_page()
        with self.open() as running:
            self.found(page, running)
            self.connect(page, platform, answers)
            self.write_rules(page, running)
            self.add_member(page, running, "Ben", "Service")
            self.add_member(page, running, "Dora", "Product")
        page.context.close()

    def found(self, page: Page, running: Running) -> None:
        """The address that stands on the console leads to the page of the first run."""
        page.goto(re.search(r"http\S+/start/\?token=\S+", running.words)[0])
        page.get_by_label("Name of your organisation").fill("Four Ferries")
        page.get_by_label("Your name").fill("Ana")
        page.get_by_label("Your e-mail address").fill("ana@example.org")
        page.get_by_label("A password").fill(PASSWORD)
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/start/next/")

    def connect(self, page: Page, platform: str, answers: Mapping[str, str]) -> None:
        page.get_by_role("link", name="Connect a channel").click()
        page.get_by_role("link", name=platform).click()
        for label, answer in answers.items():
            page.get_by_label(label).fill(answer)
        page.get_by_role("button", name="Sign in and connect").click()
        page.wait_for_url("**/listen/channels/*/")
        page.get_by_role("button", name="Open for answers").click()
        expect(page.get_by_role("button", name="Stop answering here")).to_be_visible()

    def write_rules(self, page: Page, running: Running) -> None:
        page.goto(f"{running.url}/inbox/rules/")
        page.get_by_label("Rules", exact=True).fill(RULES)
        page.get_by_label("Why do you change them?").fill("Service knows about refunds.")
        page.get_by_role("button", name="Save as a new version").click()
        expect(page.get_by_role("heading", name="Version 1")).to_be_visible()

    def add_member(self, page: Page, running: Running, name: str, team: str) -> None:
        address = f"{name.lower()}@example.org"
        page.goto(f"{running.url}/settings/members/new/")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("E-mail address").fill(address)
        page.get_by_label(team, exact=True).check()
        page.get_by_role("button", name="Add this member").click()
        self.passwords[address] = page.locator("dd code").inner_text()

    # -- working -------------------------------------------------------------------------------------------------------

    def sign_in(self, page: Page, running: Running, name: str) -> Page:
        address = f"{name.lower()}@example.org"
        page.goto(f"{running.url}/accounts/login/")
        page.get_by_label(re.compile("mail", re.I)).fill(address)
        page.get_by_label("Password").fill(self.passwords[address])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{running.url}/")
        return page

    def hidden_from(self, page: Page, running: Running, name: str, talk: str) -> None:
        self.sign_in(page, running, name)
        page.goto(f"{running.url}/inbox/?view=all")
        expect(page.locator(".inbox")).to_be_visible()
        expect(page.locator(".row")).to_have_count(0)
        found = page.goto(talk)
        assert found is not None
        assert found.status == 404

    def hear(self, page: Page, running: Running, words: str, *, seconds: float = 120.0) -> Locator:
        """The row in the list of all that one may see, as soon as it is there."""
        row = page.locator(".row", has_text=words)

        def shown() -> bool:
            page.goto(f"{running.url}/inbox/?view=all")
            return row.count() > 0

        until(shown, seconds=seconds, every=1)
        expect(row).to_have_count(1)
        return row

    def read(self, page: Page, running: Running, words: str) -> Locator:
        """Open the conversation in which somebody says this; what they say there."""
        self.hear(page, running, words).get_by_role("link").click()
        page.wait_for_url(re.compile(r"/inbox/\d+/"))
        said = page.locator(".thread .message--them", has_text=words)
        expect(said).to_have_count(1)
        return said

    def answer(self, page: Page, words: str) -> None:
        """In the open conversation."""
        page.get_by_label(re.compile("^Answer to")).fill(words)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator(".thread .message--us", has_text=words)).to_have_count(1)

    def sent(self, page: Page, words: str, *, seconds: float = 120.0) -> None:
        """Until the page, looked at again, shows the answer as one that has arrived: without a state of its own."""
        answer = page.locator(".thread .message--us", has_text=words)

        def arrived() -> bool:
            page.reload()
            return answer.count() == 1 and answer.locator("[data-state]").count() == 0

        until(arrived, seconds=seconds, every=1)

    def forgets(self, page: Page, running: Running, word: str, talk: str) -> None:
        """Nothing of what was taken back is left: in tables and files, in the conversation, the list and the search."""
        until(lambda: not self.tables(word), seconds=120, every=1)
        until(lambda: not self.files(word), seconds=150, every=1)
        shown = {
            talk: "Its author took this message back.",
            f"{running.url}/inbox/?view=all": "refund",
            f"{running.url}/search/?q=refund": "refund",
        }
        for address, words in shown.items():
            page.goto(address)
            expect(page.locator("main")).to_contain_text(words)
            assert word not in page.content()
        page.goto(f"{running.url}/search/?q={word}")
        expect(page.locator("main")).to_contain_text("Nothing was heard that matches")

    # -- looking at what was kept --------------------------------------------------------------------------------------

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(self._database()) as connection:
            return connection.execute(query, values).fetchall()

    def at_rest(self) -> bool:
        """Nothing is under way any more: whatever was to be sent is sent."""
        return {state for (state,) in self.rows("SELECT DISTINCT state FROM rapport_outgoing")} <= {"sent"}

    def tables(self, word: str) -> bool:
        """Whether any table holds a word."""
        with closing(self._database()) as connection:
            return any(word in line for line in connection.iterdump())

    def files(self, word: str) -> list[str]:
        """The files that hold a word as bytes: the database, its log, whatever lies beside it.

        An index of words may leave the first letters of one to its neighbour, so the rest is looked for.
        """
        found = (file for file in self.home.rglob("*") if file.is_file() and word[2:].encode() in file.read_bytes())
        return [str(file.relative_to(self.home)) for file in found]

    def command(self, *arguments: str) -> str:
        """What `rapport …` prints."""
        command = [sys.executable, "-m", "rapport.cli", *arguments]
        return subprocess.check_output(command, env={**os.environ, "RAPPORT_HOME": str(self.home)}, text=True)

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.home}/rapport.sqlite3?mode=ro", uri=True)
