"""The full-text index of what was heard: tokens of our own segmentation, so that every engine means the same words.

It only prefilters; whether a message matches is decided by `core.query`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from rapport.core.query import Query, is_paired, lexemes, segment, to_fts5, to_tsquery
from rapport.server.listen.models import Message


def index(messages: Iterable[tuple[int, str]]) -> None:
    """Put (id, text) pairs into the index, in place of whatever stood there."""
    texts = list(messages)
    forget([key for key, _ in texts])
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            insert = "INSERT INTO rapport_message_words (rowid, words) VALUES (%s, %s)"
            cursor.executemany(insert, [(key, segment(text)) for key, text in texts])
        else:
            insert = "INSERT INTO rapport_message_words (rowid, words) VALUES (%s, array_to_tsvector(%s::text[]))"
            cursor.executemany(insert, [(key, list(lexemes(text))) for key, text in texts])


def forget(keys: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM rapport_message_words WHERE rowid = %s", [(key,) for key in keys])


# -- when the segmentation changes -------------------------------------------------------------------------------------

FORM = 2
"""Of what `segment` gives. It rises when that changes; 2: characters of scripts without spaces in pairs."""

AT_ONCE = 1_000

_READ_FORM = {
    "sqlite": "PRAGMA user_version",
    "postgresql": "SELECT COALESCE(obj_description('rapport_message_words'::regclass), '0')",
}
_WRITE_FORM = {
    "sqlite": f"PRAGMA user_version = {FORM}",
    "postgresql": f"COMMENT ON TABLE rapport_message_words IS '{FORM}'",
}


def renew() -> int:
    """Store again what an older version stored in another form; how many messages that were.

    A search would miss them until then, so it is a part of bringing the database up to date. It may be cut off at any
    place: the form is noted last.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ_FORM[connection.vendor])
        if int(cursor.fetchone()[0]) >= FORM:
            return 0
    renewed = sum(_renew([row for row in rows if is_paired(row[1])]) for rows in _texts())
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_FORM[connection.vendor])
    return renewed


def _texts() -> Iterator[list[tuple[int, str]]]:
    behind = 0
    while rows := list(Message.objects.filter(id__gt=behind).order_by("id").values_list("id", "text")[:AT_ONCE]):
        yield rows
        behind = rows[-1][0]


@transaction.atomic
def _renew(texts: Sequence[tuple[int, str]]) -> int:
    """Only what is in the index already: what was taken back is not."""
    if not texts:
        return 0
    places = ", ".join(["%s"] * len(texts))
    with connection.cursor() as cursor:
        known = f"SELECT rowid FROM rapport_message_words WHERE rowid IN ({places})"  # noqa: S608  # placeholders
        cursor.execute(known, [key for key, _ in texts])
        stored = {key for (key,) in cursor.fetchall()}
    index(row for row in texts if row[0] in stored)
    return len(stored)


def prefilter(messages: QuerySet[Message], query: Query) -> QuerySet[Message]:
    """Fewer messages, among them every one that matches."""
    found = _found(query)
    if found is None:
        return messages
    sql, words = found
    return messages.filter(id__in=RawSQL(sql, (words,)))  # noqa: S611  # and the words are a parameter


def is_rare(query: Query, most: int) -> bool:
    """Whether at most so many messages have the words of the query: then it is quick to look at just those."""
    found = _found(query)
    if found is None:
        return False
    sql, words = found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql} LIMIT {most + 1}) AS found", (words,))  # noqa: S608
        return int(cursor.fetchone()[0]) <= most


def few(query: Query, low: int, most: int) -> list[int] | None:
    """The messages from this id on that have the words of the query; None when that may be more than `most`."""
    found = _found(query)
    if found is None:
        return None
    sql, words = found
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND rowid >= %s LIMIT {most + 1}", (words, low))
        keys = [key for (key,) in cursor.fetchall()]
    return keys if len(keys) <= most else None


def _found(query: Query) -> tuple[str, str] | None:
    """SQL for the messages that have the words, with one parameter; None when no word is needed."""
    if connection.vendor == "sqlite":
        words, condition = to_fts5(query), "words MATCH %s"
    else:
        words, condition = to_tsquery(query), "words @@ %s::tsquery"
    if words is None:
        return None
    return f"SELECT rowid FROM rapport_message_words WHERE {condition}", words  # noqa: S608  # a condition of ours


def take_statistics(now: datetime) -> None:
    """Let SQLite see how large its tables have become: without, it takes every team for a handful of rows."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
