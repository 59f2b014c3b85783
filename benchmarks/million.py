"""Fill an empty Rapport with a past: a million messages, as the product would have stored them one by one.

Hearing, reading and routing a million messages by the doors takes hours; this takes minutes. It is honest as long as
the rows are the same, so everything that decides is the product's own (the reader, the matcher of the briefs, the
ownership rules, the fold of a conversation, the digest of the record), and only the writing is done in bulk. A test
lets the product fold what was loaded once more, and nothing may change.

    python -m benchmarks.million FOLDER --messages 1000000
    python -m benchmarks.million FOLDER --check
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.past.fill import Fill
from benchmarks.past.made import BRIEFS, RULES, TEAMS, account
from benchmarks.past.plan import CHANNELS, YEARS, plan
from rapport.core import understand

PASSWORD = "a password for the benchmark only"  # noqa: S105  # of people who exist for some minutes


# -- the load --------------------------------------------------------------------------------------------------------


def load(messages: int, *, seed: int = 11, tell: Callable[[str], None] = print) -> None:
    """Fill the database of RAPPORT_HOME, which must be empty. Writes `benchmark.json` beside it at the end."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    started = time.monotonic()
    call_command("migrate", verbosity=0)
    until = datetime.now(UTC).replace(microsecond=0)
    people = _found(until)
    found = plan(messages, seed, until)
    tell(f"planned {messages:,} messages in {len(found.kept):,} threads")
    database = sqlite3.connect(settings.HOME.database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name LIKE 'message%'"
        " OR type = 'index' AND sql IS NOT NULL AND tbl_name LIKE 'rapport_%' AND sql NOT LIKE '%UNIQUE%'"
    ).fetchall()
    for name, _ in indexes:
        database.execute(f'DROP INDEX "{name}"')
    database.execute("BEGIN")
    fill = Fill(database, found, until, people)
    fill.authors()
    for count in fill.messages():
        if count % 100_000 == 0:
            tell(f"{count:,} messages after {time.monotonic() - started:.0f} s")
    fill.conversations()
    fill.record()
    database.execute("COMMIT")
    for _, statement in indexes:
        database.execute(statement)
    tell(f"indexes stand after {time.monotonic() - started:.0f} s")
    _afterwards()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    facts = {
        "messages": messages,
        "conversations": int((~found.kept).sum()),
        "people": people,
        "password": PASSWORD,
        "seconds": round(time.monotonic() - started),
        "bytes": settings.HOME.database.stat().st_size,
    }
    (settings.HOME.path / "benchmark.json").write_text(json.dumps(facts, indent=1))
    tell(f"loaded in {facts['seconds']} s, {facts['bytes'] / 1e6:,.0f} MB")


def _found(until: datetime) -> dict[str, str]:
    """The organisation, its 25 people, its channels, briefs and rules, all by the doors. E-mail address -> role."""
    from django.conf import settings

    from rapport.server.listen.actions import connect, save_brief
    from rapport.server.listen.models import Channel, Cursor
    from rapport.server.organise.actions import add_member, found
    from rapport.server.organise.models import Team, User
    from rapport.server.route.actions import save_rules

    founder = found(
        name="Nordferry", time_zone="Europe/Copenhagen", admin_name="Person 0", email="p0@nordferry.example",
        password=PASSWORD,
    )  # fmt: skip
    assert isinstance(founder, User), founder
    people = {founder.email: "administrator"}
    teams = {team.slug: team for team in Team.objects.all()}
    assert {*teams} == {*TEAMS}, teams
    spokes = TEAMS[1:]
    for number in range(1, 25):
        role = "hub" if number <= 2 else "lead" if number <= 8 else "member"
        slug = "hub" if role == "hub" else spokes[number % len(spokes)]
        email = f"p{number}@nordferry.example"
        member = add_member(
            email=email, name=f"Person {number}", role=role, teams=[teams[slug]], password=PASSWORD, actor=founder
        )
        assert isinstance(member, User), member
        people[email] = role
    for number, (name, network, _) in enumerate(CHANNELS):
        channel = Channel.objects.create(
            name=name, connector="sample", network=network, handle=f"@nordferry@{network}", keep_all=True, answers=True,
            external_id=account(number, number), created_at=until - timedelta(days=YEARS * 365),
        )  # fmt: skip
        Cursor.objects.create(channel=channel, source="mentions", every_seconds=60)
    folder = settings.HOME.folder("drop")
    box = connect("Dropped files", "files", {"folder": str(folder), "name": "dropped"}, actor=founder)
    assert isinstance(box, Channel), box
    for name, purpose, query in BRIEFS:
        save_brief(None, name=name, query=query, purpose=purpose, actor=founder)
    save_rules(RULES, reason="The rules of the benchmark", actor=founder)
    return people


def _afterwards() -> None:
    """What the timetable has done many times by now: counted the days and the answers, looked at the tables."""
    from rapport.server import timetable

    while timetable.turn("benchmark"):
        pass


# -- is it what the product would have stored? -------------------------------------------------------------------------


def check(most: int = 2_000) -> list[str]:
    """Let the product read, own, count and fold some of it once more, and walk the record; what differs, in words."""
    import django

    django.setup()
    from rapport.server import models
    from rapport.server.organise.record import verify
    from rapport.server.relate.actions import refresh as count
    from rapport.server.route.actions import current_rules, refresh
    from rapport.server.route.documents import RELATED, document

    verify()
    rows = list(models.Message.objects.select_related(*RELATED).order_by("id")[:most])
    readings = understand.read([row.text for row in rows], languages=[row.language_hint for row in rows])
    stored = [(row.reading.language, row.reading.tone, tuple(row.reading.kinds)) for row in rows]
    read = [(reading.language, reading.tone.label, reading.kinds) for reading in readings.items]
    wrong = [f"message {row.pk}: {was} is read as {now}" for row, was, now in zip(rows, stored, read) if was != now]
    rules, _ = current_rules()
    first = [row for row in rows if row.state == "routed" and row.thread_id == row.external_id]
    wrong += [
        f"message {row.pk} belongs to line {line}"
        for row in first
        if (line := rules.owner(document(row)).line) != row.placement.conversation.rule_line
    ]
    for model, again in ((models.Conversation, refresh), (models.Person, count)):
        keys = list(model.objects.order_by("id").values_list("id", flat=True)[:most])
        before = list(model.objects.filter(pk__in=keys).order_by("id").values())
        again(keys)
        after = list(model.objects.filter(pk__in=keys).order_by("id").values())
        wrong += [f"{was} becomes {now}" for was, now in zip(before, after) if was != now]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill an empty Rapport with a past.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true", help="compare what is there with what the product makes of it")
    options = parser.parse_args()
    os.environ["RAPPORT_HOME"] = str(options.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "rapport.server.settings"
    if options.check:
        print("\n".join(check()) or "It is what the product would have stored.")
    else:
        load(options.messages)


if __name__ == "__main__":
    main()
