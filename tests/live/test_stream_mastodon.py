"""The streams of a server that is not ours, with a stranger who uses Mastodon.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace

import pytest
from mastodon import Mastodon

from rapport.connectors import batch
from rapport.connectors.contract import Account, Profile
from rapport.connectors.mastodon import connector
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Message, Page

from .mastodon_server import MastodonServer, start_mastodon_server

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


@dataclass
class Ear:
    """Listens as the server does: page by page, on from the last cursor that was stored."""

    account: Account
    wants: Callable[[str], bool] = lambda text: False
    cursor: str = ""
    pages: list[Page] = field(default_factory=list)

    def listen(self, until: Callable[[], object], *acts: Callable[[], object], seconds: float = 20) -> None:
        """Until something is so. What is to happen while it listens happens after the round of asking."""
        end = time.monotonic() + seconds
        waiting = list(acts)
        with closing(connector.stream(self.account, "stream", self.cursor, self.wants)) as pages:
            for page in pages:
                self.pages.append(page)
                self.cursor = page.cursor or self.cursor
                if page.heard_until and waiting:  # only what streams tells until when it was heard
                    waiting.pop(0)()
                elif not waiting and until():
                    return
                assert time.monotonic() < end, self.pages

    @property
    def messages(self) -> list[Message]:
        return [message for page in self.pages for message in page.messages]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def deleted(self) -> set[str]:
        return {deletion.external_id for page in self.pages for deletion in page.deletions}


def ours(server: MastodonServer, stream: str) -> Account:
    account = server.account("ferry")
    return replace(
        account, config={**account.config, "stream": stream}, us=Profile("ferry@127.0.0.1", "ferry@127.0.0.1")
    )


@pytest.fixture(autouse=True)
def quick_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LATEST_SECONDS", 0.5)


@pytest.fixture
def cleo(mastodon_server: MastodonServer) -> Mastodon:
    return mastodon_server.client("cleo")


def ear(server: MastodonServer, stream: str, word: str = "nobody says this") -> Ear:
    """Behind everything that was said so far."""
    ear = Ear(ours(server, stream), lambda text: word in text)
    ear.listen(lambda: True)
    while ear.pages[-1].heard_until is None:
        ear.listen(lambda: ear.pages[-1].heard_until)
    ear.pages.clear()
    return ear


def test_a_mention_is_heard_as_it_happens(mastodon_server: MastodonServer, cleo: Mastodon) -> None:
    listening = ear(mastodon_server, "user")
    listening.listen(lambda: listening.messages, lambda: cleo.status_post("@ferry When does it sail?"))
    (message,) = listening.messages
    assert message.addressed
    assert message.author.handle == "cleo@127.0.0.1"


def test_a_reply_comes_with_what_was_said_before_it(mastodon_server: MastodonServer, cleo: Mastodon) -> None:
    root = mastodon_server.client("ferry").status_post("We sail at ten.")
    listening = ear(mastodon_server, "user")
    answer = "@ferry From which quay?"
    listening.listen(lambda: answer in listening.texts, lambda: cleo.status_post(answer, in_reply_to_id=root.id))
    assert [(message.text, message.context) for message in listening.messages] == [
        ("We sail at ten.", True),
        (answer, False),
    ]


def test_what_is_said_in_public_is_heard_where_a_brief_wants_it(
    mastodon_server: MastodonServer, cleo: Mastodon
) -> None:
    listening = ear(mastodon_server, "public", "timetable")

    def speak() -> None:
        cleo.status_post("Lunch.")
        cleo.status_post("Where is the timetable?")

    listening.listen(lambda: listening.messages, speak)
    assert [(message.text, message.addressed) for message in listening.messages] == [("Where is the timetable?", False)]
    assert sum(page.passed_over for page in listening.pages) == 1


def test_a_hashtag_is_heard_beside_what_is_said_to_us(mastodon_server: MastodonServer, cleo: Mastodon) -> None:
    listening = ear(mastodon_server, "user, #islandferry", "islandferry")

    def speak() -> None:
        cleo.status_post("Late again #islandferry")
        cleo.status_post("@ferry Why?")

    listening.listen(lambda: len(set(listening.texts)) == 2, speak)
    assert set(listening.texts) == {"Late again #islandferry", "@ferry Why?"}


def test_edits_and_deletions_are_told_as_they_happen(mastodon_server: MastodonServer, cleo: Mastodon) -> None:
    listening = ear(mastodon_server, "public", "cancelled")
    post = cleo.status_post("It is cancelled")

    def change() -> None:
        cleo.status_update(post.id, "It sails after all")
        cleo.status_delete(post.id)

    listening.listen(lambda: listening.deleted, change)
    assert listening.deleted == {f"127.0.0.1/{post.id}"}
    kept = {message.external_id for message in listening.messages if message.text == "It sails after all"}
    assert kept <= {f"127.0.0.1/{post.id}"}


def test_an_edit_is_told_though_no_brief_wants_it_any_more(mastodon_server: MastodonServer, cleo: Mastodon) -> None:
    post = cleo.status_post("It is late")
    listening = ear(mastodon_server, "public", "late")
    after = "It was on time"
    listening.listen(lambda: after in listening.texts, lambda: cleo.status_update(post.id, after))
    assert listening.messages[-1].external_id == f"127.0.0.1/{post.id}"
    assert listening.messages[-1].edited_at is not None


@pytest.mark.parametrize(("stream", "text"), [("user", "@ferry number {}"), ("public", "ferry number {}")])
def test_a_reconnect_leaves_no_hole(mastodon_server: MastodonServer, cleo: Mastodon, stream: str, text: str) -> None:
    """The stream repeats nothing; more than two pages were said while nobody listened."""
    listening = ear(mastodon_server, stream, "ferry number")
    said = {text.format(number) for number in range(90)}
    for one in sorted(said):
        cleo.status_post(one)
    listening.listen(lambda: said <= set(listening.texts))
    assert not any(page.missed for page in listening.pages)


def test_favourites_are_not_counted_a_second_time(mastodon_server: MastodonServer, cleo: Mastodon) -> None:
    post = mastodon_server.client("ferry").status_post("We sail again.")
    listening = ear(mastodon_server, "user")
    cleo.status_favourite(post.id)
    listening.listen(lambda: listening.pages[-1].heard_until, lambda: cleo.status_reblog(post.id))
    assert not any(page.tallies for page in listening.pages)
    assert listening.messages == []


def test_a_server_that_goes_away_is_no_silence() -> None:
    with start_mastodon_server() as server:
        listening = ear(server, "user")
        pages = connector.stream(listening.account, "stream", listening.cursor, listening.wants)
        next(page for page in pages if page.heard_until)
    with pytest.raises(ConnectorError) as caught:
        list(pages)
    assert not caught.value.permanent


def test_a_token_that_is_not_accepted_needs_a_person(mastodon_server: MastodonServer) -> None:
    wrong = replace(ours(mastodon_server, "user"), secrets={"token": "wrong"})
    with pytest.raises(NeedsSignIn):
        list(connector.stream(wrong, "stream", "", lambda text: True))


def test_what_is_no_stream_is_refused_before_anything_is_stored(mastodon_server: MastodonServer) -> None:
    with pytest.raises(ConnectorError, match="no stream called 'weather'"):
        connector.check(ours(mastodon_server, "user, weather"))
