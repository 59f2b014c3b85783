"""How long a night takes: figures and alarms of 200 watched lines over a million messages, on one core.

    python -m benchmarks.night                         a million messages, some minutes to lay them down
    python -m benchmarks.night --messages 50000        a short look

The messages lie in the eight weeks that a baseline needs and two days more. Two nights are timed, in processor time of
the one process that does it all: the one in which all lines get their baselines and all their figures at once, which
happens when alarms are switched on, and an ordinary one after it.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.results import Row, table, write
from rapport.core.measure import sampling
from rapport.core.types import NotEnough

LINES, BRIEFS, CHANNELS, LABELS = 200, 160, 5, 500
DAYS = 58
DAY = timedelta(days=1)
FIRST = date(2026, 1, 5)
TARGET = 60.0
PASSWORD = "a password for the benchmark only"  # noqa: S105


def seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


# -- what lies there -------------------------------------------------------------------------------------------------


def found() -> None:
    """The organisation, its channels and briefs, and its lines: briefs, channels, and briefs in a channel."""
    from rapport.server.listen.models import Brief, Channel
    from rapport.server.measure.models import Coder, Line
    from rapport.server.organise.actions import found as founded
    from rapport.server.organise.models import Organisation, User

    ana = founded(name="Nordferry", time_zone="UTC", admin_name="Ana", email="ana@nordferry.example", password=PASSWORD)
    assert isinstance(ana, User), ana
    Organisation.objects.update(labels_a_day=LABELS)
    Coder.objects.create(user=ana, languages=["en"])
    channels = [
        Channel.objects.create(name=f"Channel {n}", connector="files", network="files") for n in range(CHANNELS)
    ]
    briefs = Brief.objects.bulk_create(
        Brief(name=f"Brief {n}", query=f"word{n}", purpose="brand" if n < 20 else "topic") for n in range(BRIEFS)
    )
    pairs: list[tuple[Any, Any]] = [(None, None), *((brief, None) for brief in briefs)]
    pairs += [(None, channel) for channel in channels]
    pairs += [(brief, channel) for brief in briefs for channel in channels]
    Line.objects.bulk_create(
        Line(name=f"Line {n}", brief=brief, channel=channel, tolerance=0.1, position=n)
        for n, (brief, channel) in enumerate(pairs[:LINES])
    )


def rows_of(model: Any, given: dict[str, Any]) -> tuple[str, list[Any], list[int]]:
    """An INSERT with the defaults of a model, the values of one row, and where the given columns stand in it."""
    from django.db import connection

    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and field.name == "id")]
    fields = [*fields, *(field for field in model._meta.concrete_fields if field.name == "id" and "id" in given)]
    plain = model(**{name: value for name, value in given.items() if name != "id"})
    values = [field.get_db_prep_save(field.pre_save(plain, True), connection) for field in fields]
    names = [field.attname for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608  # names of ours
    return statement, values, [names.index(name) for name in given]


def lay_down(messages: int, rng: np.random.Generator) -> Callable[[int], None]:
    """Messages and matches of all days in bulk. What comes back closes the n-th day and codes what was drawn."""
    from django.db import connection, transaction

    from rapport.server.listen.models import Author, Brief, BriefMatch, Channel, Message

    a_day = messages // DAYS
    channels = list(Channel.objects.order_by("pk").values_list("pk", flat=True))
    briefs = np.array(Brief.objects.order_by("pk").values_list("pk", flat=True))
    popular = 1 / np.arange(1, BRIEFS + 1) ** 0.7
    popular /= popular.sum()
    authors = Author.objects.bulk_create(Author(network="files", external_id=f"a{n}") for n in range(a_day))
    people = np.array([author.pk for author in authors])
    truth = rng.choice(3, size=(DAYS, a_day), p=[0.3, 0.45, 0.25])
    channel = rng.choice(CHANNELS, size=(DAYS, a_day), p=[0.4, 0.25, 0.15, 0.12, 0.08])
    given = {"external_id": "", "thread_id": "", "author_id": 0, "channel_id": 0, "published_at": noon(FIRST)}
    given |= {"addressed": False, "network": "files", "text": "It was said", "state": "kept"}
    insert, plain, at = rows_of(Message, given)

    def said(n: int) -> Iterator[list[Any]]:
        day, writes = noon(FIRST + timedelta(days=n)).replace(tzinfo=None), rng.integers(0, len(people), a_day)
        for k in range(a_day):
            row = list(plain)
            name = f"{n}/{k}"
            row[at[0]] = row[at[1]] = name
            row[at[2]], row[at[3]] = int(people[writes[k]]), channels[channel[n, k]]
            row[at[4]], row[at[5]] = day.replace(microsecond=k + 1), k % 3 == 0
            yield row

    match, of_match, place = rows_of(BriefMatch, {"brief_id": 0, "message_id": 0})
    with transaction.atomic(), connection.cursor() as cursor:
        for n in range(DAYS):
            cursor.executemany(insert, said(n))
            wanted = rng.choice(briefs, size=a_day, p=popular)
            pairs = []
            for k, brief in enumerate(wanted.tolist()):
                row = list(of_match)
                row[place[0]], row[place[1]] = brief, n * a_day + k + 1
                pairs.append(row)
            cursor.executemany(match, pairs)
    return lambda n: close(n, np.array(channels)[channel[n]], truth[n], rng)


def close(n: int, channel: np.ndarray, truth: np.ndarray, rng: np.random.Generator) -> None:
    """A closed day as closing leaves it, coded by people who are right."""
    from rapport.server.measure.frames import ROW, keep
    from rapport.server.measure.models import Drawn

    day, first, a_day = FIRST + timedelta(days=n), n * len(truth) + 1, len(truth)
    said = np.where(rng.random(a_day) < 0.7, truth, rng.integers(0, 3, a_day))
    tone = np.where(np.arange(3) == said[:, None], 0.6, 0.2)
    draw = sampling.draw([f"{n}/{k}" for k in range(a_day)], [str(one) for one in channel], tone, LABELS, "salt")
    assert not isinstance(draw, NotEnough)
    rows = np.empty(a_day, ROW)
    rows["message"], rows["channel"], rows["group"] = first + np.arange(a_day), channel, rng.integers(0, a_day, a_day)
    rows["stratum"], rows["number"], rows["tone"] = draw.stratum, draw.number, tone
    closed = keep(rows, day=day, closed_at=noon(day + DAY), reader="tone-1", planned=LABELS)
    Drawn.objects.bulk_create(
        Drawn(
            day=closed,
            message_id=first + at,
            place=place,
            stratum=int(draw.stratum[at]),
            answer=sampling.TONES[truth[at]],
            answered_at=noon(day + DAY),
        )
        for place, at in enumerate(draw.first(LABELS).tolist())
    )


# -- the nights ------------------------------------------------------------------------------------------------------


def night(now: datetime) -> dict[str, float]:
    """Seconds of each part of a night's work."""
    from rapport.server.measure import figures, goals, watching

    took = {}
    for name, work in (("figures", figures.estimate_lines), ("alarms", watching.step), ("goals", goals.look)):
        start = seconds()
        work(now)
        took[name] = seconds() - start
    return took


def measured(messages: int) -> list[Row]:
    from rapport.server.measure.models import Figure, Watching

    rng = np.random.default_rng(7)
    started = time.monotonic()
    found()
    close_one = lay_down(messages, rng)
    print(f"{messages:,} messages lie there after {time.monotonic() - started:.0f} s")
    for n in range(DAYS - 1):
        close_one(n)
    print(f"closed and coded after {time.monotonic() - started:.0f} s")
    first = night(noon(FIRST + (DAYS - 1) * DAY))
    close_one(DAYS - 1)
    usual = night(noon(FIRST + DAYS * DAY))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    watched = Watching.objects.exclude(baseline=None).count()
    return [
        Row("a usual night", round(sum(usual.values()), 1), "s", "of it alarms", round(usual["alarms"], 1), TARGET),
        Row(
            "the night that begins all alarms",
            round(sum(first.values()), 1),
            "s",
            "of it alarms",
            round(first["alarms"], 1),
            TARGET,
        ),
        Row("lines with a baseline", watched, "lines", "lines", LINES),
        Row("figures that were made", Figure.objects.count(), "figures"),
        Row("memory at most", round(peak), "MB"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"RAPPORT_HOME": home, "DJANGO_SETTINGS_MODULE": "rapport.server.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        rows = measured(options.messages)
    print(table(rows))
    if options.messages == 1_000_000:
        write("night", rows)


if __name__ == "__main__":
    main()
