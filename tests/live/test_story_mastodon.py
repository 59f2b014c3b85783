"""The same story on mastodon-mock, a Mastodon server imitated by others. The stranger's client is Mastodon.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from mastodon import Mastodon
from playwright.sync_api import expect

from tests.live.mastodon_server import MastodonServer, start_mastodon_server
from tests.live.office import Office, until

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]


@dataclass
class Stranger:
    """Cleo, with her own client; and the account of the ferries, to see what the server made of our answers."""

    client: Mastodon
    ferries: Mastodon

    def mention(self, text: str) -> str:
        return str(self.client.status_post(f"@ferry {text}", language="en").id)

    def replies(self, post: str) -> list[Any]:
        return self.client.status_context(post).descendants


@pytest.fixture(scope="module")
def server(mastodon_server: MastodonServer) -> Iterator[MastodonServer]:
    """One of its own, on which nothing was said yet."""
    with start_mastodon_server() as server:
        yield server


@pytest.fixture(scope="module")
def cleo(server: MastodonServer) -> Stranger:
    return Stranger(server.client("cleo"), server.client("ferry"))


@pytest.fixture(scope="module")
def office(server: MastodonServer, browser, tmp_path_factory) -> Office:
    """Set up from nothing, in the browser: Ana runs it, Ben answers for service, Dora belongs to another team."""
    office = Office(tmp_path_factory.mktemp("mastodon") / "var")
    office.set_up(browser, "Mastodon", {"Server": server.url, "Access token": "ferry-token"})
    return office


def test_a_mention_is_heard_read_and_routed_and_the_answer_is_seen(office: Office, cleo: Stranger, visit) -> None:
    with office.open() as running:
        question = cleo.mention("The ferry was terribly late again, I hate it. I want a refund for order zwfk1.")
        ben = office.sign_in(visit(running.url), running, "Ben")
        said = office.read(ben, running, "zwfk1")
        expect(said.locator("[data-tone=negative]")).to_be_visible()
        expect(said.locator(".message__text")).to_have_attribute("lang", "en")
        office.hidden_from(visit(running.url), running, "Dora", ben.url)

        office.answer(ben, "We are sorry. Your refund is on its way.")
        office.sent(ben, "We are sorry. Your refund is on its way.")
        reply = the_one_reply(office, cleo, question)
        assert "We are sorry. Your refund is on its way." in reply.content
        assert reply.account.username == "ferry"
        assert [one.status.id for one in cleo.client.notifications(types=["mention"])] == [reply.id]

        (key,) = office.rows("SELECT idempotency_key FROM rapport_outgoing ORDER BY id")[-1]
        assert cleo.ferries.status_post("The server knows this key", idempotency_key=key).id == reply.id


def the_one_reply(office: Office, cleo: Stranger, question: str) -> Any:
    """What the stranger sees under the question, when nothing that could still be sent is left."""
    assert office.at_rest()
    (reply,) = until(lambda: cleo.replies(question))
    assert str(reply.in_reply_to_id) == question
    return reply


def test_favourites_and_follows_are_counted_and_nothing_of_them_is_stored(
    office: Office, cleo: Stranger, visit
) -> None:
    ours = cleo.ferries.status_post("We sail to qyvzurmland again.")
    with office.open() as running:
        cleo.client.status_favourite(ours.id)
        cleo.client.account_follow(ours.account.id)
        counted = [("favourite", 1), ("follow", 1)]
        until(lambda: office.rows("SELECT kind, sum(count) FROM rapport_tally GROUP BY kind ORDER BY kind") == counted)
        ana = office.sign_in(visit(running.url), running, "Ana")
        ana.goto(f"{running.url}/listen/")
        ana.get_by_role("link", name="Mastodon").first.click()
        expect(ana.locator("main")).to_contain_text("Reactions")
        assert not office.tables("qyvzurmland")


@pytest.mark.parametrize(
    ("point", "attempts"), [("send.before_call", 2), ("send.after_call", 1), ("send.before_receipt", 1)]
)
def test_a_sender_that_is_killed_sends_once(
    office: Office, cleo: Stranger, visit, tmp_path, point: str, attempts: int
) -> None:
    """An answer that had left is found among our own posts; one that had not goes out when two minutes have passed."""
    mark, word = tmp_path / "mark", f"order-{point.replace('.', '-')}"
    with office.open(RAPPORT_CRASH_AT=point, RAPPORT_CRASH_MARK=str(mark)) as running:
        question = cleo.mention(f"And where is the refund for {word}?")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, word)
        office.answer(ben, f"It is on its way, {point}.")
        until(mark.exists)
        office.sent(ben, f"It is on its way, {point}.", seconds=180)
        assert f"It is on its way, {point}." in the_one_reply(office, cleo, question).content
        assert office.rows("SELECT attempts FROM rapport_outgoing ORDER BY id")[-1] == (attempts,)
        assert mark.read_text() == point
        until(lambda: "ended with -9" in running.log)


@pytest.mark.parametrize("point", ["receive.before_commit", "receive.after_commit"])
def test_a_listener_that_is_killed_hears_once(office: Office, cleo: Stranger, visit, tmp_path, point: str) -> None:
    mark, word = tmp_path / "mark", f"order-{point.replace('.', '-')}"
    with office.open(RAPPORT_CRASH_AT=point, RAPPORT_CRASH_MARK=str(mark)) as running:
        question = cleo.mention(f"And where is the refund for {word}?")
        ben = office.sign_in(visit(running.url), running, "Ben")
        until(mark.exists)
        office.hear(ben, running, word)
        heard = office.rows("SELECT count(*) FROM rapport_message WHERE external_id = ?", f"127.0.0.1/{question}")
        assert heard == [(1,)]
        assert mark.read_text() == point
        until(lambda: "ended with -9" in running.log)


def test_what_the_stranger_takes_back_is_gone_from_everywhere(office: Office, cleo: Stranger, visit) -> None:
    word = "qzxjvorbelkrin"
    with office.open() as running:
        regretted = cleo.mention(f"Give me my refund, you {word}!")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, word)
        talk = ben.url
        assert office.tables(word)
        assert office.files(word)
        cleo.client.status_delete(regretted)
        cleo.mention("Please give me my refund for order wvkz9.")
        office.hear(ben, running, "wvkz9")
        office.forgets(ben, running, word, talk)


def test_the_record_of_all_this_holds(office: Office) -> None:
    assert "The record holds" in office.command("audit", "verify")
