"""From the first run to an answered conversation, on a real Bluesky network. The stranger's client is the SDK's own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from atproto import Client, client_utils, models
from playwright.sync_api import expect

from tests.live.bluesky_network import BlueskyNetwork
from tests.live.office import Office, until

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]


@dataclass
class Stranger:
    """Cleo, with her own client."""

    client: Client
    ferries: Client

    def mention(self, text: str) -> str:
        words = client_utils.TextBuilder().mention(f"@{self.ferries.me.handle}", self.ferries.me.did).text(f" {text}")
        return self.client.send_post(words, langs=["en"]).uri

    def replies(self, uri: str) -> list[models.AppBskyFeedDefs.PostView]:
        thread = self.client.get_post_thread(uri).thread
        return [reply.post for reply in thread.replies or []]


@pytest.fixture(scope="module")
def cleo(bluesky_network: BlueskyNetwork) -> Stranger:
    return Stranger(*map(bluesky_network.create_account, ("cleo-story", "fourferries")))


@pytest.fixture(scope="module")
def office(bluesky_network: BlueskyNetwork, cleo: Stranger, browser, tmp_path_factory) -> Office:
    """Set up from nothing, in the browser: Ana runs it, Ben answers for service, Dora belongs to another team."""
    office = Office(tmp_path_factory.mktemp("bluesky") / "var")
    answers = {
        "Server": bluesky_network.service_url,
        "Handle": cleo.ferries.me.handle,
        "App password": bluesky_network.app_password(cleo.ferries, "story"),
    }
    office.set_up(browser, "Bluesky", answers)
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
        assert reply.record.text == "We are sorry. Your refund is on its way."
        assert reply.author.did == cleo.ferries.me.did
        assert reply.record.reply.parent.uri == reply.record.reply.root.uri == question


def the_one_reply(office: Office, cleo: Stranger, question: str) -> models.AppBskyFeedDefs.PostView:
    """What the stranger sees under the question, when nothing that could still be sent is left."""
    assert office.at_rest()
    (reply,) = until(lambda: cleo.replies(question))
    written = cleo.ferries.com.atproto.repo.list_records(
        {"repo": cleo.ferries.me.did, "collection": "app.bsky.feed.post", "limit": 100}
    )
    assert [one.uri for one in written.records if one.value.reply.parent.uri == question] == [reply.uri]
    return reply


@pytest.mark.parametrize(
    ("point", "attempts"),
    [("send.before_call", 2), ("send.after_call", 1), ("send.before_receipt", 1), ("send.after_receipt", 1)],
)
def test_a_sender_that_is_killed_sends_once(
    office: Office, cleo: Stranger, visit, tmp_path, point: str, attempts: int
) -> None:
    """An answer that had left is found under its key, and only one that had not is sent again."""
    mark, word = tmp_path / "mark", f"order-{point.replace('.', '-')}"
    with office.open(RAPPORT_CRASH_AT=point, RAPPORT_CRASH_MARK=str(mark)) as running:
        question = cleo.mention(f"And where is the refund for {word}?")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, word)
        office.answer(ben, f"It is on its way, {point}.")
        until(mark.exists)
        office.sent(ben, f"It is on its way, {point}.")
        assert the_one_reply(office, cleo, question).record.text == f"It is on its way, {point}."
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
        assert office.rows("SELECT count(*) FROM rapport_message WHERE external_id = ?", question) == [(1,)]
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

        cleo.client.delete_post(regretted)
        cleo.mention("Please give me my refund for order wvkz9.")
        office.hear(ben, running, "wvkz9")
        office.forgets(ben, running, word, talk)


def test_the_record_of_all_this_holds(office: Office) -> None:
    assert "The record holds" in office.command("audit", "verify")
