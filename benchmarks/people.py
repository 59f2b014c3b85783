"""People at work: signed in once, looking at lists, opening conversations, writing, with time to think in between.

They do what a browser with script does: a row of the list is fetched as the fragment that htmx asks for, the next page
too, a draft is saved while they write, and the page asks every fifteen seconds what is new.
"""

from __future__ import annotations

import html
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import httpx

THINK_SECONDS = 5.0
POLL_SECONDS = 15.0

ROW = re.compile(r'class="row__link[^"]*" href="([^"]+)"')
NEXT = re.compile(r'class="list__more" hx-get="([^"]+)"')
NEWBAR = re.compile(r'id="newbar" hx-get="([^"]+)"')
NOW = re.compile(r'id="now" hx-get="([^"]+)"')
VIEW = re.compile(r'href="(/inbox/\?view=[^"&]+)"')
DRAFT = re.compile(r'hx-post="([^"]+)"')
VERSION = re.compile(r'name="version" value="(\d*)"')
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SEARCHES = ("suitcase", "late tone:negative", "refund* OR money", '"night boat" kind:question', "ka*", "is:open van")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `at` is monotonic; `seconds`: until the last byte was read; `trouble`: empty when all went well."""

    kind: str
    at: float
    seconds: float
    trouble: str = ""


@dataclass
class Person:
    address: str
    email: str
    password: str
    chance: Random
    asked: list[Asked] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    open: str = ""  # the page of the open conversation
    open_url: str = ""
    next_url: str = ""
    polls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.address, timeout=30, follow_redirects=True)

    def sign_in(self) -> None:
        form = self.client.get("/accounts/login/").text
        given = {"login": self.email, "password": self.password, "csrfmiddlewaretoken": _one(FORM_TOKEN, form)}
        answer = self.client.post("/accounts/login/", data=given, headers={"Referer": self.address})
        assert answer.status_code == 200, answer.status_code
        assert "/accounts/login/" not in str(answer.url), f"{self.email} could not sign in"

    def work(self, stop: threading.Event) -> None:
        """Act, think, act; ask what is new in between. Ends within a request of being told."""
        stop.wait(self.chance.random() * THINK_SECONDS)
        self.look_at_a_list("/inbox/")
        poll_at = time.monotonic() + POLL_SECONDS
        while not stop.is_set():
            act_at = time.monotonic() + THINK_SECONDS * self.chance.uniform(0.5, 1.5)
            while poll_at < act_at:
                if stop.wait(max(poll_at - time.monotonic(), 0)):
                    return
                self.poll()
                poll_at += POLL_SECONDS
            if stop.wait(max(act_at - time.monotonic(), 0)):
                return
            act = self.chance.choices(ACTS, WEIGHTS)[0]
            act(self)

    # -- what one does -----------------------------------------------------------------------------------------------

    def look_at_a_list(self, url: str = "") -> None:
        page = self._get("list, whole page", url or self.chance.choice(self.views))
        self._read_list(page)

    def read_on(self) -> None:
        if not self.next_url:
            return self.look_at_a_list()
        page = self._get("list, next page", self.next_url, fragment="list__more")
        self.rows += _all(ROW, page)
        self.next_url = next(iter(_all(NEXT, page)), "")
        return None

    def open_one(self) -> None:
        if not self.rows:
            return self.look_at_a_list("/inbox/?view=all")
        self.open_url = self.chance.choice(self.rows)
        self._read_conversation(self._get("conversation, fragment", self.open_url, fragment="conversation"))
        return None

    def open_by_its_address(self) -> None:
        """A link from a colleague, or Back: the whole page."""
        if not self.rows:
            return self.look_at_a_list("/inbox/?view=all")
        self.open_url = self.chance.choice(self.rows)
        page = self._get("conversation, whole page", self.open_url)
        self._read_list(page)
        self._read_conversation(page)
        return None

    def search(self) -> None:
        query = self.chance.choice(SEARCHES)
        self._read_list(self._get("search", str(httpx.URL("/inbox/", params={"view": "all", "q": query}))))

    def write(self) -> None:
        """Save a draft, as the page does while one types."""
        where = _all(DRAFT, self.open)
        if not where:
            return self.open_one()
        text = f"Thank you for writing, we look into it at once ({self.chance.randint(1, 999)})."
        given = {"text": text, "mode": "reply", "version": next(iter(_all(VERSION, self.open)), "0")}
        answer = self._ask("draft", lambda: self._post(where[0], given, fragment="checks"), well=(200, 409))
        if version := _all(VERSION, answer):
            self.open = VERSION.sub(f'name="version" value="{version[0]}"', self.open)
        return None

    def finish(self) -> None:
        """Press a button: take it, or close it and go on to the next."""
        if not self.open:
            return self.open_one()
        action = self.chance.choice(("assign", "close"))
        path, _, query = html.unescape(self.open_url).partition("?")
        given = {"to": "me", "csrfmiddlewaretoken": self.client.cookies["rapport_csrf"]}
        page = self._ask("button", lambda: self._post(f"{path}{action}/?{query}", given))
        self._read_list(page)
        self._read_conversation(page)
        return None

    def poll(self) -> None:
        for url in self.polls:
            self._get("poll", url, fragment="now")

    def ask_every_second(self, stop: threading.Event) -> None:
        """What somebody does who asks for one page alone, and does not sign in."""
        while not stop.wait(1):
            self._get("bare", "/")

    # -- how a browser asks ------------------------------------------------------------------------------------------

    def _get(self, kind: str, url: str, fragment: str = "") -> str:
        return self._ask(kind, lambda: self.client.get(html.unescape(url), headers=_htmx(fragment)))

    def _post(self, url: str, given: dict[str, str], fragment: str = "") -> httpx.Response:
        headers = {"Referer": self.address, "X-CSRFToken": self.client.cookies["rapport_csrf"]} | _htmx(fragment)
        return self.client.post(html.unescape(url), data=given, headers=headers)

    def _ask(self, kind: str, ask: Callable[[], httpx.Response], well: tuple[int, ...] = (200,)) -> str:
        at, trouble, text = time.monotonic(), "", ""
        try:
            answer = ask()
            text = answer.text
            if answer.status_code not in well:
                trouble = f"{answer.status_code} for {answer.url}"
            elif "/accounts/login/" in str(answer.url):
                trouble = "signed out"
        except httpx.HTTPError as error:
            trouble = f"{type(error).__name__}: {error}"
        self.asked.append(Asked(kind, at, time.monotonic() - at, trouble))
        return "" if trouble else text

    def _read_list(self, page: str) -> None:
        self.rows = _all(ROW, page)
        self.views = _all(VIEW, page) or self.views
        self.next_url = next(iter(_all(NEXT, page)), "")
        self.polls = _all(NEWBAR, page)

    def _read_conversation(self, page: str) -> None:
        self.open = page
        self.polls = [*(url for url in self.polls if "/new/" in url), *_all(NOW, page)]


ACTS = (
    Person.open_one,
    Person.look_at_a_list,
    Person.read_on,
    Person.write,
    Person.search,
    Person.open_by_its_address,
    Person.finish,
)
WEIGHTS = (48, 18, 8, 10, 6, 5, 5)


def _htmx(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target} if target else {}


def _all(pattern: re.Pattern[str], page: str) -> list[str]:
    return pattern.findall(page)


def _one(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    assert found, f"{pattern.pattern} is not on the page any more"
    return found[1]
