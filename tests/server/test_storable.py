"""Whatever a platform, or a stranger's connector, makes of a message: the rest of the page is heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rapport.core.errors import ConnectorError
from rapport.core.types import Author, Message, Page, Refused, Reject, Span
from rapport.server.listen import receiving
from rapport.server.listen.models import Message as Row
from rapport.server.listen.models import Quarantined
from rapport.server.work import settle

LONG = "x" * 2_000
SHOWN = {
    "NUL in the text": {"text": "a\0b"},
    "half a pair in the text": {"text": "a\ud800b"},
    "in the name": {"author": Author("harbour", "odd", handle="h\0", name="n\ud800", url="https://e.example/\0")},
    "a long name": {"author": Author("harbour", "odd", handle=LONG, name=LONG, url=f"https://e.example/{LONG}")},
    "in a span": {"spans": (Span(0, 3, "link", "https://e.example/\0\ud800"),)},
    "in the address": {"url": f"https://e.example/\0{LONG}"},
    "in the language": {"language": f"e\0{LONG}"},
}
ASIDE = {
    "a long id": {"external_id": LONG},
    "NUL in an id": {"external_id": "a\0b"},
    "a long thread": {"thread_id": LONG},
    "a long parent": {"parent_id": LONG},
    "a long author": {"author": Author("harbour", LONG)},
    "half a pair in an author": {"author": Author("harbour", "a\ud800")},
    "NUL in a reference": {"ref": {"cid": "a\0"}},
    "half a pair in a reference": {"ref": {"cid": ["a\ud800"]}},
    "the first year": {"published_at": datetime(1, 1, 1, tzinfo=UTC)},
    "the last year": {"published_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)},
}


def heard(channel, odd: Message, good: Message) -> None:
    receiving.receive(Page((odd, good), cursor="here"), channel, "mentions")
    settle("test")
    assert Row.objects.filter(text=good.text, state="routed").exists()
    assert channel.cursors.get(source="mentions").value == "here"
    assert not Row.objects.exclude(trouble="").exists()


@pytest.mark.parametrize("odd", SHOWN.values(), ids=SHOWN)
def test_what_can_be_shown_is_kept_and_shown(channel, says, ana, client, odd):
    heard(channel, replace(says("odd"), **odd), says("A ferry"))
    assert (Row.objects.count(), Quarantined.objects.count()) == (2, 0)
    client.force_login(ana)
    for row in Row.objects.all():
        assert client.get(f"/inbox/{row.placement.conversation_id}/").status_code == 200


@pytest.mark.parametrize("odd", ASIDE.values(), ids=ASIDE)
def test_what_cannot_be_kept_is_put_aside_with_a_reason(channel, says, odd):
    heard(channel, replace(says("odd"), **odd), says("A ferry"))
    row = Quarantined.objects.get()
    assert (Row.objects.count(), bytes(row.raw)) == (1, b"odd")
    assert row.reason


def test_a_page_that_every_database_takes_is_left_as_it_is(says):
    from rapport.server.listen.storable import storable

    page = Page((says("A ferry \U0001f6a2"),))
    assert storable(page) is page


def test_an_address_that_is_a_script_is_no_link(channel, says, ana, client):
    author = Author("harbour", "odd", handle="odd", name="Odd", url="javascript:alert(1)")
    heard(channel, says("A good ferry", author=author, url="javascript:alert(2)"), says("A ferry"))
    row = Row.objects.get(author__external_id="odd")
    client.force_login(ana)
    for address in (f"/inbox/{row.placement.conversation_id}/", f"/people/{row.author.identity.person_id}/"):
        assert b"javascript:" not in client.get(address).content


@pytest.mark.parametrize("trouble", [ValueError("no such field"), ConnectorError("no such field")])
def test_a_connector_that_stumbles_over_what_was_put_aside_says_why(channel, ana, harbour, monkeypatch, trouble):
    def stumble(*given: object, **named: object) -> Page:
        raise trouble

    receiving.receive(Page(rejects=(Reject("post-1", "No text."),)), channel, "mentions")
    monkeypatch.setattr(harbour, "parse", stumble)
    row = Quarantined.objects.get()
    assert receiving.retry_quarantined(row, actor=ana) == Refused("no such field")


def test_what_still_cannot_be_kept_stays_aside(channel, says, ana, harbour, monkeypatch):
    odd = replace(says("odd"), external_id=LONG)
    receiving.receive(Page((odd,)), channel, "mentions")
    monkeypatch.setattr(harbour, "parse", lambda *given, **named: Page((odd,)))
    row = Quarantined.objects.get()
    assert isinstance(receiving.retry_quarantined(row, actor=ana), Refused)
    row.refresh_from_db()
    assert row.state == "waiting"
