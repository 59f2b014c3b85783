"""A database in which an older version stored the words for searching: brought up to date, nothing is missed."""

from __future__ import annotations

import pytest
from django.db import connection

from rapport.core.query import parse
from rapport.core.types import Deletion
from rapport.server.listen import search
from rapport.server.prepare import bring_up_to_date
from rapport.server.route.queries import search_messages

TEXTS = ("東京タワーに行った", "เรือช้ามาก", "The ferry was late")
BEFORE = {"東京タワーに行った": "東 京 タ ワ ー に 行 っ た", "เรือช้ามาก": "เ รื อ ช้ า ม า ก"}


@pytest.fixture
def stored_before(hear, says, monkeypatch):
    """One character a word, as it was stored before there were pairs."""
    segment, lexemes = search.segment, search.lexemes
    monkeypatch.setattr(search, "segment", lambda text: BEFORE.get(text, segment(text)))
    monkeypatch.setattr(
        search, "lexemes", lambda text: tuple(sorted(set(BEFORE[text].split()))) if text in BEFORE else lexemes(text)
    )
    hear(*(says(text, after=number, external_id=str(number)) for number, text in enumerate(TEXTS)))
    monkeypatch.setattr(search, "segment", segment)
    monkeypatch.setattr(search, "lexemes", lexemes)
    forget_the_form()
    yield
    forget_the_form()


def forget_the_form() -> None:
    with connection.cursor() as cursor:
        none = {"sqlite": "PRAGMA user_version = 0", "postgresql": "COMMENT ON TABLE rapport_message_words IS NULL"}
        cursor.execute(none[connection.vendor])


def found(user, query: str) -> list[str]:
    return [row.text for row in search_messages(user, parse(query)).rows]


def test_what_was_stored_before_is_found_once_it_is_stored_again(stored_before, ana):
    assert found(ana, "東京") == []
    assert search.renew() == 2
    assert (found(ana, "東京"), found(ana, "ช้า"), found(ana, "late")) == ([TEXTS[0]], [TEXTS[1]], [TEXTS[2]])


def test_it_is_done_once(stored_before, monkeypatch):
    monkeypatch.setattr(search, "AT_ONCE", 1)
    assert (search.renew(), search.renew()) == (2, 0)


def test_what_was_taken_back_does_not_come_back(stored_before, hear, ana):
    hear(deletions=(Deletion("harbour", "0"),))
    assert search.renew() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM rapport_message_words")
        assert cursor.fetchone()[0] == 2


def test_it_is_a_part_of_bringing_the_database_up_to_date(stored_before, ana, monkeypatch):
    ran = []
    monkeypatch.setattr("rapport.server.prepare.call_command", lambda name, **more: ran.append(name))
    bring_up_to_date()
    assert (ran, found(ana, "東京")) == (["migrate"], [TEXTS[0]])
