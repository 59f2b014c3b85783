"""The last step of a deletion: the words go from the database's files too, not only from its tables.

SQLite overwrites a row that is changed or deleted (`secure_delete`). But the index of words only notes that an entry is
void until its parts are merged, and the log of changes holds old pages until it is emptied. Both are done here, for
everything that was taken back within the minute, because it costs seconds where millions of messages are indexed.
PostgreSQL is left to its own vacuum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from rapport.server import flow
from rapport.server.claim import LET_GO, held
from rapport.server.listen.models import Message
from rapport.server.organise.record import recorded

PAGES = 500  # merged in one go, a fraction of a second in which nobody else can write
PATIENCE_MILLISECONDS = 1_000  # for those who are reading; meanwhile nobody can write


def next_time(now: datetime) -> datetime:
    """When what is taken back now is erased: on the full minute, together with the rest of the minute."""
    return (now + timedelta(seconds=70)).replace(second=0, microsecond=0)


def rewrite(keys: Sequence[int], *, actor: str) -> None:
    if connection.vendor == "sqlite":
        _merge_index()
        if not _empty_log():
            later = next_time(timezone.now())
            Message.objects.filter(pk__in=keys, leased_by=actor).update(next_try_at=later, **LET_GO)
            return
    with recorded("messages.erased", actor) as entry:
        rows = held(Message.objects.filter(state="removed"), keys, actor)
        entry.detail["messages"] = list(rows.values_list("pk", flat=True))
        rows.update(state=flow.advance("message", "removed", "erased"), tries=0, **LET_GO)


def _merge_index() -> None:
    """Write the index anew, a piece at a time; a merge that has nothing left to do changes fewer than two rows."""
    statement = "INSERT INTO rapport_message_words (rapport_message_words, rank) VALUES ('merge', %s)"
    with connection.cursor() as cursor:
        cursor.execute(statement, (-PAGES,))  # a negative number begins: everything is to become one part
        changed = 2
        while changed >= 2:
            before = _changes()
            cursor.execute(statement, (PAGES,))
            changed = _changes() - before


def _changes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        return int(cursor.fetchone()[0])


def _empty_log() -> bool:
    """Write the log back into the database and cut it off. False when somebody was reading all the time."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MILLISECONDS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return not cursor.fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
