"""The firehose of a real server. The strangers use the SDK's own client, and none of our code."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from atproto import Client, client_utils, models

from rapport.connectors.bluesky import connector
from rapport.connectors.bluesky.mark import Mark
from rapport.connectors.contract import Account, Profile
from rapport.core.errors import ConnectorError
from rapport.core.types import Message, Page, Reply

from .bluesky_network import FIREHOSE_SECONDS, BlueskyNetwork

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


@dataclass
class Ear:
    """Listens as the server does: page by page, on from the last cursor that was stored."""

    account: Account
    wants: Callable[[str], bool]
    cursor: str = ""
    pages: list[Page] = field(default_factory=list)

    def listen(self, until: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        with closing(connector.stream(self.account, "stream", self.cursor, self.wants)) as pages:
            for page in pages:
                assert not page.rejects, page.rejects
                self.pages.append(page)
                self.cursor = page.cursor or self.cursor
                if until():
                    return
                assert time.monotonic() < end, self.pages

    @property
    def messages(self) -> list[Message]:
        return [message for page in self.pages for message in page.messages]

    @property
    def heard(self) -> set[str]:
        return {message.external_id for message in self.messages}

    @property
    def deleted(self) -> set[str]:
        return {deletion.external_id for page in self.pages for deletion in page.deletions}


@dataclass
class Pier:
    network: BlueskyNetwork
    ferry: Client
    cleo: Client
    account: Account

    def ear(self, word: str) -> Ear:
        """An ear that wants this word, behind everything that was said so far."""
        ear = Ear(self.account, lambda text: word in text)
        mark = self.cleo.send_post(f"{word}, to begin with").uri
        ear.cursor = Mark(self.host, 1, 1).written()  # from as far back as the server goes
        ear.listen(lambda: mark in ear.heard)
        ear.pages.clear()
        return ear

    @property
    def host(self) -> str:
        return urlsplit(self.network.service_url).netloc


@pytest.fixture(scope="module")
def pier(bluesky_network: BlueskyNetwork) -> Pier:
    ferry, cleo = map(bluesky_network.create_account, ("streamferry", "streamcleo"))
    account = bluesky_network.account(ferry)
    us = Profile(ferry.me.did, ferry.me.handle)
    config = {**account.config, "stream": bluesky_network.service_url}
    return Pier(bluesky_network, ferry, cleo, replace(account, config=config, us=us))


def test_connecting_tries_the_stream_out(pier: Pier) -> None:
    assert connector.check(pier.account).handle == "streamferry.test"
    elsewhere = replace(pier.account, config={**pier.account.config, "stream": f"{pier.network.service_url}/subscribe"})
    with pytest.raises(ConnectorError, match="/subscribe"):
        connector.check(elsewhere)


def test_a_post_is_heard_as_soon_as_it_is_written(pier: Pier) -> None:
    ear = pier.ear("timetable")
    began = time.monotonic()
    uri = pier.cleo.send_post("Where is the timetable? ⛴️", langs=["en"]).uri
    pier.cleo.send_post("Lunch.")
    ear.listen(lambda: uri in ear.heard)
    (message,) = ear.messages
    assert time.monotonic() - began < 5
    assert (message.text, message.language, message.addressed) == ("Where is the timetable? ⛴️", "en", False)
    assert ear.pages[-1].heard_until is not None


def test_what_names_us_is_heard_whatever_the_briefs_say(pier: Pier) -> None:
    ear = pier.ear("nobody says this")
    text = client_utils.TextBuilder().text("Hello ").mention("@streamferry.test", pier.ferry.me.did)
    uri = pier.cleo.send_post(text).uri
    ear.listen(lambda: uri in ear.heard)
    assert ear.messages[-1].addressed


def test_what_is_taken_back_is_told(pier: Pier) -> None:
    ear = pier.ear("regret")
    uri = pier.cleo.send_post("I regret this").uri
    ear.listen(lambda: uri in ear.heard)
    pier.cleo.delete_post(uri)
    ear.listen(lambda: uri in ear.deleted)


def test_an_edit_is_told_though_no_brief_wants_it_any_more(pier: Pier) -> None:
    ear = pier.ear("cancelled")
    uri = pier.cleo.send_post("It is cancelled").uri
    ear.listen(lambda: uri in ear.heard)
    record = models.AppBskyFeedPost.Record(text="It sails after all", created_at=datetime.now(UTC).isoformat())
    pier.cleo.com.atproto.repo.put_record(
        models.ComAtprotoRepoPutRecord.Data(
            repo=pier.cleo.me.did, collection="app.bsky.feed.post", rkey=uri.rpartition("/")[2], record=record
        )
    )
    ear.listen(lambda: any(message.text == "It sails after all" for message in ear.messages))
    assert ear.messages[-1].external_id == uri


def test_nothing_that_was_said_while_we_were_away_is_lost(pier: Pier) -> None:
    ear = pier.ear("meanwhile")
    uris = {pier.cleo.send_post(f"meanwhile {number}").uri for number in range(30)}
    ear.listen(lambda: uris <= ear.heard)
    assert not any(page.missed for page in ear.pages)
    assert len(ear.messages) == 30  # the cursor is exclusive, so nothing came twice


def test_a_cursor_that_is_too_old_is_a_gap_that_is_told(pier: Pier) -> None:
    ear = pier.ear("long ago")
    mark = Mark.read(ear.cursor)
    lost = pier.cleo.send_post("long ago, and nobody listened").uri
    time.sleep(FIREHOSE_SECONDS + 2)
    uri = pier.cleo.send_post("long ago it was").uri
    ear.listen(lambda: uri in ear.heard)
    ((missed,),) = [page.missed for page in ear.pages if page.missed]
    assert int(missed.start.timestamp() * 1_000_000) == mark.at
    assert missed.end > missed.start
    assert lost not in ear.heard


def test_a_server_that_counts_anew_is_heard_from_its_beginning_on(pier: Pier) -> None:
    ear = pier.ear("anew")
    mark = Mark.read(ear.cursor)
    ear.cursor = replace(mark, seq=mark.seq + 1_000_000).written()  # a number that it has not reached
    uri = pier.cleo.send_post("anew we sail").uri
    ear.listen(lambda: uri in ear.heard)
    assert Mark.read(ear.cursor).seq < mark.seq + 1_000_000


def test_another_server_than_before_is_taken_up_by_time(pier: Pier) -> None:
    ear = pier.ear("moved")
    ear.cursor = replace(Mark.read(ear.cursor), host="old.example", seq=7).written()
    uri = pier.cleo.send_post("moved house").uri
    ear.listen(lambda: uri in ear.heard)
    assert Mark.read(ear.cursor).host == pier.host


def test_what_was_heard_over_the_stream_can_be_answered(pier: Pier) -> None:
    ear = pier.ear("when does")
    uri = pier.cleo.send_post("when does it sail?").uri
    ear.listen(lambda: uri in ear.heard)
    pier.network.shown(uri)
    heard = next(message for message in ear.messages if message.external_id == uri)
    reply = Reply("stream-1", "At noon.", datetime.now(UTC), uri, heard.ref, uri, heard.ref)
    receipt = connector.send(pier.account, reply)
    pier.network.shown(receipt.external_id)
    thread = pier.cleo.get_post_thread(uri).thread
    assert [answer.post.record.text for answer in thread.replies or []] == ["At noon."]
