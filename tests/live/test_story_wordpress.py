"""The same story on a real WordPress. The stranger is a visitor who uses the site's own comment form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.live.office import Office, until
from tests.live.wordpress_site import WordPressSite, start_wordpress_site

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]


@dataclass
class Visitor:
    """Cleo, at her browser."""

    site: WordPressSite
    post: int

    def says(self, text: str) -> int:
        return self.site.visitor(text, self.post, name="Cleo")

    def replies(self, comment: int) -> list[Any]:
        return self.site.replies(self.post, comment)


@pytest.fixture(scope="module")
def site(wordpress_site: WordPressSite) -> Iterator[WordPressSite]:
    """One of its own, on which nothing was said yet."""
    with start_wordpress_site() as site:
        yield site


@pytest.fixture(scope="module")
def cleo(site: WordPressSite) -> Visitor:
    return Visitor(site, site.publish("The winter timetable"))


@pytest.fixture(scope="module")
def office(site: WordPressSite, browser, tmp_path_factory) -> Office:
    """Set up from nothing, in the browser: Ana runs it, Ben answers for service, Dora belongs to another team."""
    office = Office(tmp_path_factory.mktemp("wordpress") / "var")
    answers = {
        "Address of the site": site.url,
        "User name": "ferry",
        "Application password": site.passwords["ferry"],
    }
    office.set_up(browser, "WordPress", answers)
    return office


def test_a_comment_is_heard_read_and_routed_and_the_answer_is_seen(office: Office, cleo: Visitor, visit) -> None:
    with office.open() as running:
        question = cleo.says("The ferry was terribly late again, I hate it. I want a refund for order zwfk1.")
        ben = office.sign_in(visit(running.url), running, "Ben")
        said = office.read(ben, running, "zwfk1")
        expect(said.locator("[data-tone=negative]")).to_be_visible()
        expect(ben.locator(".thread", has_text="The winter timetable")).to_be_visible()
        office.hidden_from(visit(running.url), running, "Dora", ben.url)

        office.answer(ben, "We are sorry. Your refund is on its way.")
        office.sent(ben, "We are sorry. Your refund is on its way.")
        reply = the_one_reply(office, cleo, question)
        assert reply["content"]["raw"] == "We are sorry. Your refund is on its way."
        assert reply["author_name"] == "Ferry"
        assert reply["parent"] == question


def the_one_reply(office: Office, cleo: Visitor, question: int) -> Any:
    """What stands under the comment, when nothing that could still be sent is left."""
    assert office.at_rest()
    (reply,) = until(lambda: cleo.replies(question))
    return reply


@pytest.mark.parametrize(
    ("point", "attempts"),
    [("send.before_call", 2), ("send.after_call", 1), ("send.before_receipt", 1), ("send.after_receipt", 1)],
)
def test_a_sender_that_is_killed_sends_once(
    office: Office, cleo: Visitor, visit, tmp_path, point: str, attempts: int
) -> None:
    """An answer that had left is found below the comment; one that had not goes out when two minutes have passed."""
    mark, word = tmp_path / "mark", f"order-{point.replace('.', '-')}"
    with office.open(RAPPORT_CRASH_AT=point, RAPPORT_CRASH_MARK=str(mark)) as running:
        question = cleo.says(f"And where is the refund for {word}?")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, word)
        office.answer(ben, f"It is on its way, {point}.")
        until(mark.exists)
        office.sent(ben, f"It is on its way, {point}.", seconds=240)
        assert the_one_reply(office, cleo, question)["content"]["raw"] == f"It is on its way, {point}."
        assert office.rows("SELECT attempts FROM rapport_outgoing ORDER BY id")[-1] == (attempts,)
        assert mark.read_text() == point
        until(lambda: "ended with -9" in running.log)


@pytest.mark.parametrize("point", ["receive.before_commit", "receive.after_commit"])
def test_a_listener_that_is_killed_hears_once(office: Office, cleo: Visitor, visit, tmp_path, point: str) -> None:
    mark, word = tmp_path / "mark", f"order-{point.replace('.', '-')}"
    with office.open(RAPPORT_CRASH_AT=point, RAPPORT_CRASH_MARK=str(mark)) as running:
        question = cleo.says(f"And where is the refund for {word}?")
        ben = office.sign_in(visit(running.url), running, "Ben")
        until(mark.exists)
        office.hear(ben, running, word, seconds=240)
        named = f"%#comment-{question}"
        assert office.rows("SELECT count(*) FROM rapport_message WHERE external_id LIKE ?", named) == [(1,)]
        assert mark.read_text() == point
        until(lambda: "ended with -9" in running.log)


def test_an_edit_is_shown_and_what_goes_to_the_trash_is_gone_from_everywhere(
    office: Office, cleo: Visitor, visit
) -> None:
    word = "qzxjvorbelkrin"
    with office.open() as running:
        regretted = cleo.says(f"Give me my refund, you {word}!")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, word)
        talk = ben.url
        cleo.site.ask("ana", "POST", f"comments/{regretted}", content=f"Give me my refund, dear {word}!")
        until(lambda: office.rows("SELECT 1 FROM rapport_revision WHERE text LIKE ?", f"%you {word}%"), seconds=180)
        cleo.site.ask("ana", "DELETE", f"comments/{regretted}")
        cleo.says("Please give me my refund for order wvkz9.")
        office.hear(ben, running, "wvkz9")
        office.forgets(ben, running, word, talk)


def test_the_record_of_all_this_holds(office: Office) -> None:
    assert "The record holds" in office.command("audit", "verify")
