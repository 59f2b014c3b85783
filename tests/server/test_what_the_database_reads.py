"""Questions that are asked several times a second find their rows without reading those of years."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from rapport.server import flow
from rapport.server.claim import free
from rapport.server.listen.models import Message
from rapport.server.relate.models import Identity
from rapport.server.respond.models import Outgoing

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is worded as SQLite words it"),
]


def plan(rows: QuerySet[Any]) -> str:
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.mark.parametrize("state", [state for state, _ in flow.FLOWS["message"].steps()])
def test_the_worker_finds_what_is_to_do_without_reading_what_is_done(state: str) -> None:
    now = timezone.now()
    due = Message.objects.filter(free(now), state=state, next_try_at__lte=now).order_by("imported", "id")
    assert "SEARCH rapport_message USING INDEX message_work (state=?)" in plan(due)
    assert "TEMP B-TREE" not in plan(due)


@pytest.mark.parametrize("state", ["queued", "sending", "unknown"])
def test_the_sender_finds_what_is_to_send_without_reading_what_was_sent(state: str) -> None:
    due = Outgoing.objects.filter(state=state, send_after__lte=timezone.now())
    assert "USING INDEX outgoing_due (state=?" in plan(due)


def test_answers_in_trouble_are_found_without_reading_those_that_were_sent() -> None:
    troubled = Outgoing.objects.filter(state__in=["failed", "unknown"]).order_by("-id")
    assert "USING INDEX outgoing_due (state=?" in plan(troubled)


def test_what_a_person_wrote_is_counted_in_the_index_alone() -> None:
    told = Identity.objects.filter(person__in=[1]).values("person_id")
    told = told.annotate(count=Count("author__messages"), last=Max("author__messages__published_at"))
    assert "rapport_message USING COVERING INDEX message_author (author_id=?)" in plan(told)
