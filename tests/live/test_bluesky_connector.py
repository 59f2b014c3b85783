"""The Bluesky connector against a real network. The strangers use the SDK's own client, and none of our code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from atproto import Client, client_utils, models
from atproto.exceptions import BadRequestError

from rapport.connectors.bluesky import connector
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Absent, Message, Reply

from .bluesky_network import BlueskyNetwork

Post = models.AppBskyFeedPost.CreateRecordResponse
pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


@dataclass
class Ear:
    """Listens as the server does: asks again from the cursor that came with the last page."""

    account: Account
    source: str = "notifications"
    cursor: str = ""
    messages: list[Message] = field(default_factory=list)
    tallies: Counter[str] = field(default_factory=Counter)

    def listen(self) -> list[Message]:
        heard = []
        for page in connector.fetch(self.account, self.source, self.cursor):
            self.cursor = page.cursor
            self.tallies.update(page.tallies)
            heard += page.messages
            assert not page.rejects
        self.messages += heard
        return heard

    def hear(self, network: BlueskyNetwork, uri: str) -> Message:
        """Listen until it was said."""

        def heard() -> Message | None:
            self.listen()
            return next((one for one in self.messages if one.external_id == uri and not one.context), None)

        return network.wait_for(heard)


@dataclass
class Harbour:
    """A ferry operator on Bluesky, and two strangers."""

    network: BlueskyNetwork
    ferry: Client
    cleo: Client
    dora: Client
    account: Account

    def ear(self, source: str = "notifications") -> Ear:
        """One that has heard everything so far."""
        ear = Ear(self.account, source)
        ear.listen()
        ear.messages.clear()
        ear.tallies.clear()
        return ear

    def say(self, who: Client, text: str, *answered: object, embed: object = None) -> Post:
        """Post, answer (the first and the last post of a thread, or one that is both) or quote; wait to be seen."""
        post = who.send_post(text, reply_to=answering(*answered) if answered else None, embed=embed, langs=["en"])
        self.network.shown(post.uri)
        return post

    def mention(self, who: Client, before: str, after: str = "") -> str:
        text = (
            client_utils.TextBuilder().text(before).mention(f"@{self.ferry.me.handle}", self.ferry.me.did).text(after)
        )
        return who.send_post(text, langs=["en"]).uri


@pytest.fixture(scope="module")
def harbour(bluesky_network: BlueskyNetwork) -> Harbour:
    ferry, cleo, dora = map(bluesky_network.create_account, ("islandferry", "cleo-a", "dora-a"))
    return Harbour(bluesky_network, ferry, cleo, dora, bluesky_network.account(ferry))


def answering(*posts: object) -> models.AppBskyFeedPost.ReplyRef:
    """Root and parent, or one that is both."""
    first, last = models.create_strong_ref(posts[0]), models.create_strong_ref(posts[-1])
    return models.AppBskyFeedPost.ReplyRef(root=first, parent=last)


def reply_to(message: Message, text: str, key: str) -> Reply:
    return Reply(
        idempotency_key=key,
        text=text,
        created_at=datetime.now(UTC),
        parent_id=message.external_id,
        parent_ref=message.ref,
        thread_id=message.thread_id,
        parent_handle=message.author.handle,
        language="en",
    )


def replies_seen_by(client: Client, uri: str) -> list[str]:
    return [reply.post.record.text for reply in client.get_post_thread(uri).thread.replies or []]


# -- signing in --------------------------------------------------------------------------------------------------------


def test_an_app_password_says_who_we_are(harbour: Harbour) -> None:
    profile = connector.check(harbour.account)
    assert (profile.external_id, profile.handle) == (harbour.ferry.me.did, "islandferry.test")


def test_a_wrong_password_needs_a_person(harbour: Harbour) -> None:
    with pytest.raises(NeedsSignIn, match="Invalid identifier or password"):
        connector.check(replace(harbour.account, secrets={"password": "aaaa-bbbb-cccc-dddd"}))


def test_a_session_is_kept_and_used_again(harbour: Harbour) -> None:
    Ear(harbour.account).listen()
    session = harbour.account.secrets["session"]
    # Without the password nobody could sign in again.
    Ear(replace(harbour.account, secrets={"session": session})).listen()
    assert harbour.account.secrets["session"] == session


def test_a_session_that_the_server_no_longer_takes_is_replaced(harbour: Harbour) -> None:
    handle, did, access, refresh, server = harbour.account.secrets["session"].split(":::")
    head, payload, _ = access.split(".")
    forged = ":::".join([handle, did, f"{head}.{payload}.AAAA", refresh, server])
    harbour.account.secrets["session"] = forged
    Ear(harbour.account).listen()
    assert harbour.account.secrets["session"] != forged


def test_a_withdrawn_app_password_needs_a_person(harbour: Harbour) -> None:
    password = harbour.network.app_password(harbour.ferry, "withdrawn")
    account = replace(harbour.account, secrets={"password": password}, keep=lambda secrets: None)
    assert connector.check(account).handle == "islandferry.test"
    harbour.ferry.com.atproto.server.revoke_app_password({"name": "withdrawn"})
    with pytest.raises(NeedsSignIn):
        Ear(account).listen()


# -- hearing -----------------------------------------------------------------------------------------------------------


def test_a_mention_by_a_stranger_is_heard(harbour: Harbour) -> None:
    ear = harbour.ear()
    uri = harbour.mention(harbour.cleo, "⛴️ Ça va, ", "? The 7:40 was late.")
    message = ear.hear(harbour.network, uri)
    assert message.addressed
    assert message.author.handle == "cleo-a.test"
    assert [(message.text[s.start : s.end], s.kind) for s in message.spans] == [("@islandferry.test", "mention")]


def test_a_reply_is_heard_after_what_it_answers(harbour: Harbour) -> None:
    ear = harbour.ear()
    sailing = harbour.say(harbour.ferry, "Sailings to the islands resume at noon.")
    doubt = harbour.say(harbour.dora, "Is the noon one full already?", sailing)
    echo = harbour.say(harbour.cleo, "They said so at the harbour.", sailing, doubt)
    message = ear.hear(harbour.network, echo.uri)
    assert (message.thread_id, message.parent_id) == (sailing.uri, doubt.uri)
    heard = [one.external_id for one in ear.messages]
    assert heard == [sailing.uri, doubt.uri, echo.uri]
    assert [one.context for one in ear.messages] == [True, False, False]


def test_a_thread_with_a_hole_still_shows_how_it_began(harbour: Harbour) -> None:
    sailing = harbour.say(harbour.ferry, "The evening boat takes bicycles.")
    doubt = harbour.say(harbour.dora, "How many?", sailing)
    echo = harbour.say(harbour.cleo, "I'd like to know too.", sailing, doubt)
    harbour.dora.delete_post(doubt.uri)
    harbour.network.wait_for(lambda: not harbour.cleo.get_posts([doubt.uri]).posts)
    ear = Ear(harbour.account)
    ear.hear(harbour.network, echo.uri)
    heard = [one.external_id for one in ear.messages]
    assert doubt.uri not in heard
    assert heard.index(sailing.uri) < heard.index(echo.uri)


def test_a_quote_is_heard_after_what_it_quotes(harbour: Harbour) -> None:
    ear = harbour.ear()
    sailing = harbour.say(harbour.ferry, "Dogs travel free in May.")
    embed = models.AppBskyEmbedRecord.Main(record=models.create_strong_ref(sailing))
    quote = harbour.say(harbour.dora, "At last.", embed=embed)
    message = ear.hear(harbour.network, quote.uri)
    assert message.addressed
    assert message.ref["quotes"] == sailing.uri
    assert [(one.external_id, one.context) for one in ear.messages] == [(sailing.uri, True), (quote.uri, False)]


def test_a_like_is_counted_and_never_stored(harbour: Harbour) -> None:
    sailing = harbour.say(harbour.ferry, "Coffee on board is on us today.")
    ear = harbour.ear()
    harbour.cleo.like(sailing.uri, sailing.cid)
    harbour.dora.repost(sailing.uri, sailing.cid)
    harbour.network.wait_for(lambda: ear.listen() or len(ear.tallies) == 2)
    assert ear.tallies == {"like": 1, "repost": 1}
    assert ear.messages == []


def test_what_was_heard_is_not_heard_again(harbour: Harbour) -> None:
    ear = Ear(harbour.account)
    ear.hear(harbour.network, harbour.mention(harbour.cleo, "Once, "))
    cursor = ear.cursor
    assert ear.listen() == []
    assert ear.cursor == cursor


def test_a_post_by_a_clock_that_is_an_hour_slow_is_heard(harbour: Harbour) -> None:
    ear = harbour.ear()
    ear.hear(harbour.network, harbour.mention(harbour.dora, "On time, "))
    uri = write_posts(harbour, "Late, ", [datetime.now(UTC) - timedelta(hours=1)])[0]
    assert ear.hear(harbour.network, uri).addressed


def test_a_flood_is_heard_whole_and_in_order_though_many_share_a_moment(harbour: Harbour) -> None:
    """The platform gives 100 at a time, and its own cursor skips what shares the moment of the hundredth."""
    ear = harbour.ear()
    began = datetime.now(UTC)
    moments = [began + timedelta(milliseconds=10 * (number // 7)) for number in range(147)]
    uris = write_posts(harbour, "Me too, ", moments)
    harbour.network.wait_for(lambda: len(harbour.ferry.get_posts(uris[-25:]).posts) == 25)
    ear.hear(harbour.network, uris[-1])
    assert sorted(one.external_id for one in ear.messages) == sorted(uris)
    times = [one.published_at for one in ear.messages]
    assert times == sorted(times)


def write_posts(harbour: Harbour, before: str, moments: list[datetime]) -> list[str]:
    """Mentions by Dora in one go, each with its own idea of when it was written."""
    text = client_utils.TextBuilder().text(before).mention("@islandferry.test", harbour.ferry.me.did)
    posts = [
        models.AppBskyFeedPost.Record(
            text=text.build_text(), facets=text.build_facets(), created_at=moment.isoformat(timespec="milliseconds")
        )
        for moment in moments
    ]
    create = models.ComAtprotoRepoApplyWrites.Create
    done = harbour.dora.com.atproto.repo.apply_writes(
        models.ComAtprotoRepoApplyWrites.Data(
            repo=harbour.dora.me.did,
            writes=[create(collection="app.bsky.feed.post", value=post) for post in posts],
        )
    )
    return [one.uri for one in done.results]


def test_a_post_that_names_us_without_a_mention_is_found_by_search(harbour: Harbour) -> None:
    harbour.account.config["search"] = "Island Ferries Ltd, nobody says this"
    try:
        ear = harbour.ear("search")
        uri = harbour.cleo.send_post("I'd never go with Island Ferries Ltd again.").uri
        assert not ear.hear(harbour.network, uri).addressed
        assert ear.listen() == []
    finally:
        del harbour.account.config["search"]


# -- taking back -------------------------------------------------------------------------------------------------------


def look_again(harbour: Harbour, uri: str) -> tuple[list[str], list[str]]:
    page = connector.recheck(harbour.account, [uri])
    return [one.external_id for one in page.messages], [one.external_id for one in page.deletions]


def test_a_post_that_was_taken_back_is_noticed(harbour: Harbour) -> None:
    uri = harbour.mention(harbour.cleo, "I regret this, ")
    harbour.network.wait_for(lambda: look_again(harbour, uri) == ([uri], []))
    harbour.cleo.delete_post(uri)
    harbour.network.wait_for(lambda: look_again(harbour, uri) == ([], [uri]))


def test_a_stranger_who_blocks_us_has_taken_nothing_back(harbour: Harbour) -> None:
    eve = harbour.network.create_account("eve-a")
    uri = harbour.mention(eve, "Never again, ")
    harbour.network.wait_for(lambda: look_again(harbour, uri) == ([uri], []))
    block = models.AppBskyGraphBlock.Record(subject=harbour.ferry.me.did, created_at=eve.get_current_time_iso())
    eve.app.bsky.graph.block.create(eve.me.did, block)
    harbour.network.wait_for(lambda: not harbour.ferry.get_posts([uri]).posts)
    assert look_again(harbour, uri) == ([], [])


def test_what_we_just_wrote_is_not_taken_for_taken_back(harbour: Harbour) -> None:
    """It is on our server at once, and in the AppView some tenths of a second later."""
    uri = harbour.ferry.send_post("Just written.").uri
    assert look_again(harbour, uri)[1] == []


# -- answering ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def heard(harbour: Harbour) -> Message:
    return harbour.ear().hear(harbour.network, harbour.mention(harbour.cleo, "When does the next boat go, ", "?"))


def test_the_stranger_sees_our_answer_once_however_often_we_send_it(harbour: Harbour, heard: Message) -> None:
    reply = reply_to(
        heard, "At noon, @cleo-a.test and @nobody-here.test: https://example.org/noon #ferry ⛴️", "answer-1"
    )
    first = connector.send(harbour.account, reply)
    assert connector.send(harbour.account, reply) == first
    seen = harbour.network.wait_for(lambda: replies_seen_by(harbour.cleo, heard.external_id))
    assert seen == [reply.text]


def test_links_tags_and_people_in_our_answer_are_what_they_look_like(harbour: Harbour, heard: Message) -> None:
    text = "⛴️ At noon, @cleo-a.test and @nobody-here.test: https://example.org/noon #ferry"
    receipt = connector.send(harbour.account, reply_to(heard, text, "answer-2"))
    post = harbour.network.wait_for(lambda: harbour.cleo.get_posts([receipt.external_id]).posts)[0].record
    marked = [text.encode()[facet.index.byte_start : facet.index.byte_end].decode() for facet in post.facets]
    assert marked == ["@cleo-a.test", "https://example.org/noon", "#ferry"]
    assert post.facets[0].features[0].did == harbour.cleo.me.did
    assert post.langs == ["en"]


def test_an_answer_in_a_thread_keeps_its_beginning(harbour: Harbour) -> None:
    ear = harbour.ear()
    began = harbour.say(harbour.dora, "Does anybody know the boats here?")
    uri = harbour.cleo.send_post(
        client_utils.TextBuilder().text("Ask ").mention("@islandferry.test", harbour.ferry.me.did),
        reply_to=answering(began),
    ).uri
    message = ear.hear(harbour.network, uri)
    receipt = connector.send(harbour.account, reply_to(message, "We do.", "answer-3"))
    post = harbour.network.wait_for(lambda: harbour.dora.get_posts([receipt.external_id]).posts)[0].record
    assert (post.reply.root.uri, post.reply.parent.uri) == (began.uri, uri)


def test_only_what_was_sent_is_found(harbour: Harbour, heard: Message) -> None:
    reply = reply_to(heard, "In an hour.", "answer-4")
    assert isinstance(connector.find_sent(harbour.account, reply), Absent)
    assert connector.find_sent(harbour.account, reply).conclusive
    receipt = connector.send(harbour.account, reply)
    assert connector.find_sent(harbour.account, reply) == receipt


def test_an_answer_to_our_answer_is_heard(harbour: Harbour, heard: Message) -> None:
    ear = harbour.ear()
    receipt = connector.send(harbour.account, reply_to(heard, "At one.", "answer-5"))
    harbour.network.shown(receipt.external_id)
    ours = models.ComAtprotoRepoStrongRef.Main(uri=receipt.external_id, cid=receipt.ref["cid"])
    root = models.ComAtprotoRepoStrongRef.Main(**receipt.ref["root"])
    thanks = harbour.cleo.send_post("Thanks.", reply_to=models.AppBskyFeedPost.ReplyRef(root=root, parent=ours))
    message = ear.hear(harbour.network, thanks.uri)
    assert (message.thread_id, message.parent_id) == (heard.external_id, receipt.external_id)


FAMILY = "👩‍👩‍👧‍👦"  # one grapheme of 25 bytes; a post may have 3,000


@pytest.mark.parametrize("text", ["a" * 300, "e\u0301" * 300, FAMILY * 120], ids=["plain", "accents", "families"])
def test_what_we_let_pass_the_platform_takes(harbour: Harbour, text: str) -> None:
    assert connector.length(text) == connector.limit
    assert harbour.ferry.send_post(text).uri


@pytest.mark.parametrize("text", ["a" * 301, "e\u0301" * 301, FAMILY * 121], ids=["plain", "accents", "families"])
def test_what_the_platform_refuses_we_refuse(harbour: Harbour, heard: Message, text: str) -> None:
    with pytest.raises(BadRequestError, match="too big"):
        harbour.ferry.send_post(text)
    with pytest.raises(ConnectorError, match="300 characters at most"):
        connector.send(harbour.account, reply_to(heard, text, "too long"))


# -- what was said earlier ---------------------------------------------------------------------------------------------


def test_what_was_said_earlier_is_counted_and_brought_back(harbour: Harbour) -> None:
    since = datetime.now(UTC)
    said = [harbour.mention(harbour.cleo, "Earlier, ", f", number {number}") for number in range(30)]
    harbour.network.shown(said[-1])
    until = datetime.now(UTC) + timedelta(seconds=5)

    def counted() -> bool:
        return connector.count(harbour.account, "notifications", since, until) == len(said)

    harbour.network.wait_for(counted)
    pages = list(connector.bring_back(harbour.account, "notifications", since, until, ""))
    brought = [message.external_id for page in pages for message in page.messages if not message.context]
    assert sorted(brought) == sorted(said)
    rest = connector.bring_back(harbour.account, "notifications", since, until, pages[0].cursor)
    again = {message.external_id for page in [pages[0], *rest] for message in page.messages}
    assert again >= set(said)


# -- moderating --------------------------------------------------------------------------------------------------------

WHY = "It says where Kim lives."


def test_a_report_reaches_the_moderation_service_with_our_reason(harbour: Harbour, heard: Message) -> None:
    connector.moderate(harbour.account, heard.external_id, heard.ref, "report", WHY)
    named = replace(harbour.account, config={**harbour.account.config, "moderation": harbour.network.moderation})
    connector.moderate(named, heard.external_id, heard.ref, "report", "Again, to a service that we name.")
    told = harbour.network.reports(heard.external_id)
    us = harbour.ferry.me.did
    assert sorted(told) == [(us, "Again, to a service that we name."), (us, WHY)]


def test_a_reply_below_our_post_is_hidden_and_shown_again(harbour: Harbour) -> None:
    ear = harbour.ear()
    began = harbour.say(harbour.ferry, "The winter timetable is out")
    said = harbour.say(harbour.cleo, "Kim lives at Quay Street 3", began)
    message = ear.hear(harbour.network, said.uri)
    assert "hide" in connector.possible(harbour.ferry.me.did, message.ref)

    def hidden() -> list[str] | None:
        """What the AppView says to a stranger, once it knows of a gate."""
        gate = harbour.dora.get_posts([began.uri]).posts[0].threadgate
        return [*(gate.record.hidden_replies or ())] if gate and gate.record else None

    for _ in range(2):
        connector.moderate(harbour.account, said.uri, message.ref, "hide", WHY)
    assert harbour.network.wait_for(hidden) == [said.uri]
    connector.moderate(harbour.account, said.uri, message.ref, "show", WHY)
    harbour.network.wait_for(lambda: hidden() == [])


def test_what_stands_below_no_post_of_ours_is_not_hidden(harbour: Harbour, heard: Message) -> None:
    assert connector.possible(harbour.ferry.me.did, heard.ref) == ("report",)
    with pytest.raises(ConnectorError, match="below a post of ours"):
        connector.moderate(harbour.account, heard.external_id, heard.ref, "hide", WHY)
