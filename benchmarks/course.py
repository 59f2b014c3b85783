"""The course page over ten million archived messages: of lines that are followed, and of any query that is asked.

    make bench-course
    python -m benchmarks.course --keep FOLDER              keeps the ten million for the next run
    python -m benchmarks.course --messages 300000          a short look

Sixty weeks of messages lie in the archive, closed day by day with the product's own draw, and coded. The database holds
the frozen days, what was coded, and the figures of the lines that the product makes of them; the rows of the other
messages are left out, for the pages look at none of them. The server is `rapport web`, and who asks it has signed in.
What a page costs is measured at the browser's end: until the last byte was read.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import numpy as np

from benchmarks.archive import WORDS, posts
from benchmarks.people import Person
from benchmarks.processes import Watch, free_port, processor_seconds, running, wait_for
from benchmarks.results import Row, table, write

ROOT = Path(__file__).parents[1]
WEEKS, LINES, LABELS, CHANNELS = 60, 12, 40, 5
DAY = timedelta(days=1)
LAST = datetime.now(UTC).date() - DAY
FIRST = LAST - timedelta(days=7 * WEEKS - 1)
PAGE_MS, QUESTION_MS = 300.0, 1_500.0
EMAIL, PASSWORD = "ana@nordferry.example", "a password for the benchmark only"
RARE = 3_000
VOCABULARY = np.array([*WORDS * 60, *(f"w{n}" for n in range(RARE) for _ in range(1 + 30 // (1 + n)))])
"""Thirty-four words that are in every third message, and three thousand of which most are in one of a hundred."""

QUESTIONS = (
    "ferry",
    "ferry AND late",
    "delay OR refund",
    "ferry -late",
    '"ticket office"',
    "harbour NEAR/5 closed",
    "storm* AND (price OR queue)",
    "w0",
    "w7 OR w8 OR w9",
    "w250",
    "w2500",
    'channel:"Channel 3" AND crew',
    "language:en AND coffee",
    "addressed:yes",
    "tone:negative AND island",
    "kind:question AND bike",
    "author:person7* AND ferry",
    "-late -delay -refund",
    "(ferry OR boat*) AND (late OR delay OR storm) -kind",
    "nobodysaidthis",
)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


# -- the past ----------------------------------------------------------------------------------------------------------


def lay_down(home: Path, messages: int) -> None:
    """Make a home with that many messages in its archive. In a process of its own: `RAPPORT_HOME` says where."""
    import django

    django.setup()
    from django.db import transaction

    from rapport.server.keep.words import archive
    from rapport.server.listen.models import Author, Channel
    from rapport.server.listen.numbers import salt
    from rapport.server.measure.models import Coder, Line
    from rapport.server.organise.actions import found
    from rapport.server.organise.models import Organisation, User
    from rapport.server.prepare import bring_up_to_date

    bring_up_to_date()
    ana = found(name="Nordferry", time_zone="UTC", admin_name="Ana", email=EMAIL, password=PASSWORD)
    assert isinstance(ana, User), ana
    Organisation.objects.update(labels_a_day=LABELS)
    Coder.objects.create(user=ana, languages=["en"])
    for n in range(CHANNELS):
        Channel.objects.create(pk=n + 1, name=f"Channel {n}", connector="files", network="harbour")
    Author.objects.bulk_create(
        Author(pk=n + 1, network="harbour", external_id=f"did:{n}", handle=f"person{n}.example") for n in range(1_000)
    )
    Line.objects.bulk_create(Line(name=f"Line {n}", position=n, watched=False, tolerance=0.1) for n in range(LINES))
    rng, secret, kept = np.random.default_rng(5), salt("draw"), archive()
    a_day, next_id = messages // (7 * WEEKS), 1
    for n in range(7 * WEEKS):
        day = FIRST + n * DAY
        start = noon(day) - timedelta(hours=12)
        rows = posts(rng, next_id, a_day, n + 1, start=start, days=1, words=VOCABULARY, salt=secret)
        rows = rows.with_columns(channel_id=rows["channel_id"] + 1)
        kept.append(n + 1, rows, after=n)
        with transaction.atomic():
            close(day, rows, rng)
        next_id += a_day
        if n % 60 == 59:
            kept.tidy()
            print(f"{next_id - 1:,} messages of {messages:,}", flush=True)
    kept.tidy()
    draw_lines(ana)


def close(day: date, rows: object, rng: np.random.Generator) -> None:
    """A closed day as closing leaves it, coded by people who agree with chance as the reader states it."""
    import polars as pl

    from rapport.core.measure import sampling
    from rapport.core.types import NotEnough
    from rapport.server.listen.models import Message
    from rapport.server.listen.numbers import name, salt
    from rapport.server.measure.frames import ROW, keep
    from rapport.server.measure.models import Drawn

    assert isinstance(rows, pl.DataFrame)
    tone = rows.select("negative", "neutral", "positive").to_numpy()
    names = [name("harbour", one) for one in rows["external_id"]]
    draw = sampling.draw(names, rows["channel"].to_list(), tone, LABELS, salt("draw"))
    assert not isinstance(draw, NotEnough)
    frozen = np.empty(rows.height, ROW)
    frozen["message"], frozen["channel"], frozen["group"] = rows["id"], rows["channel_id"], np.arange(rows.height)
    frozen["stratum"], frozen["number"], frozen["tone"] = draw.stratum, draw.number, tone
    at = draw.first(LABELS)
    answers = (rng.random((len(at), 1)) > np.cumsum(tone[at], axis=1)[:, :2]).sum(axis=1)
    closed = keep(
        frozen,
        day=day,
        closed_at=noon(day + DAY),
        reader="bench",
        planned=LABELS,
        strata={"last": int(rows["id"][-1])},
    )
    Message.objects.bulk_create(
        Message(
            pk=row["id"],
            network="harbour",
            external_id=row["external_id"],
            thread_id=row["external_id"],
            author_id=row["id"] % 1_000 + 1,
            channel_id=row["channel_id"],
            text="",
            published_at=row["published"],
            left_at=noon(day + DAY),
            state="kept",
            archived=1,
            unarchived=False,
        )
        for row in rows[at.tolist()].iter_rows(named=True)
    )
    Drawn.objects.bulk_create(
        Drawn(
            day=closed,
            message_id=int(frozen["message"][one]),
            place=place,
            stratum=int(draw.stratum[one]),
            answer=sampling.TONES[answer],
            answered_at=noon(day + DAY),
        )
        for place, (one, answer) in enumerate(zip(at.tolist(), answers.tolist()))
    )


def draw_lines(ana: object) -> None:
    """The figures of every line, a goal with its fan, and what happened: the first line is about all messages, the
    others about every second, every third ... of them."""
    from rapport.server.measure import goals, setting
    from rapport.server.measure.figures import Span, figure_of, week_of
    from rapport.server.measure.lines import Given, asked
    from rapport.server.measure.models import Annotation, DeskDay, Figure, Goal, Line
    from rapport.server.measure.question import night_over
    from rapport.server.organise.models import User

    assert isinstance(ana, User)
    last_id, now = DeskDay.objects.order_by("-day")[0].strata["last"], noon(LAST + DAY)
    spans = sorted({week_of(FIRST + n * DAY) for n in range(7 * WEEKS)}, key=lambda one: one.end)
    spans += [Span("seven", LAST - (n + 6) * DAY, LAST - n * DAY) for n in range(35)]
    for n, line in enumerate(Line.objects.order_by("position")):
        found = asked(FIRST, LAST, np.arange(1, last_id + 1, n + 1), 1.0)
        night = night_over(Span("all", FIRST, LAST), Given(found), now)
        Figure.objects.bulk_create(figure_of(line, span, night) for span in spans)
        goal = setting.set_goal(None, line=line, of="net", target=0.05, by_date=LAST + 90 * DAY, actor=ana)
        assert isinstance(goal, Goal), goal
        Annotation.objects.create(day=LAST - 100 * DAY, text="A price rise was announced", line=line, by=ana)
    goals.look(now + DAY)


# -- asking ------------------------------------------------------------------------------------------------------------


def timed(person: Person, url: str) -> float:
    """Milliseconds until the last byte; it has to be a page."""
    start = time.monotonic()
    answer = person.client.get(url)
    took = 1_000 * (time.monotonic() - start)
    assert answer.status_code == 200, f"{url}: {answer.status_code}"
    return took


def pages(lines: int, chance: Random) -> list[str]:
    """The course of a line in every way that one can look at it."""
    ways = product(range(1, lines + 1), ("net", "negative", "positive"), ("", "people"), (26, 52))
    found = [f"/course/?{urlencode({'line': n, 'of': of, 'count': count, 'weeks': w})}" for n, of, count, w in ways]
    return chance.sample(found, min(100, len(found)))


def questions(weeks: int) -> list[str]:
    return [f"/course/question/?{urlencode({'q': one, 'weeks': weeks})}" for one in QUESTIONS]


def p95(took: Sequence[float]) -> float:
    return sorted(took)[int(0.95 * (len(took) - 1))]


def measured(home: Path, environment: dict[str, str]) -> Iterator[Row]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = environment | {"RAPPORT_SITE_URL": address, "PYTHONPATH": str(ROOT)}
    command = {"web": ["rapport.cli", "web", "--port", str(port)]}
    with running(command, environment, home / "logs") as processes, Watch(processes) as watch:
        wait_for(f"{address}/health/")
        person = Person(address, EMAIL, PASSWORD, Random(1))
        person.sign_in()
        asked = pages(LINES, Random(2))
        timed(person, asked[0])
        took = [timed(person, url) for url in asked]
        bare = [timed(person, "/health/") for _ in range(50)]
        yield Row(
            "a line's page, p50",
            round(statistics.median(took), 1),
            "ms",
            "the health page",
            round(statistics.median(bare), 1),
        )
        yield Row("a line's page, p95", round(p95(took), 1), "ms", "the health page", round(p95(bare), 1), PAGE_MS)
        drawn = [timed(person, f"/course/lines/{n}.svg?width=wide") for n in range(1, 11)]
        yield Row("its chart, the first time, p95", round(p95(drawn), 1), "ms")
        for weeks in (26, 52):
            first = timed(person, f"/course/question/?{urlencode({'q': 'warm', 'weeks': weeks})}")
            before = processor_seconds(processes["web"])
            took = [timed(person, url) for url in questions(weeks)]
            used = (processor_seconds(processes["web"]) - before) / len(took)
            if weeks == 26:
                yield Row("the first question of a new process", round(first, 1), "ms")
            yield Row(
                f"any query over {weeks} weeks, p50",
                round(statistics.median(took), 1),
                "ms",
                "processor time",
                round(1_000 * used, 1),
            )
            yield Row(
                f"any query over {weeks} weeks, p95", round(p95(took), 1), "ms", "a limit", QUESTION_MS, QUESTION_MS
            )
        yield Row("memory of the server at most", round(watch.total.rss), "MB")


def scanned(home: Path) -> float:
    """Milliseconds to look for a word in all texts, as one would without a draw."""
    import polars as pl

    from rapport.archive import Archive

    start = time.monotonic()
    text = pl.col("text").str.to_lowercase()
    Archive(home / "archive").collect(
        lambda rows: rows.filter(text.str.contains("ferry", literal=True)).select(pl.len())
    )
    return 1_000 * (time.monotonic() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, help="a folder in which the messages stay for the next run")
    parser.add_argument("--lay-down", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.lay_down:
        lay_down(Path(os.environ["RAPPORT_HOME"]), given.messages)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = (given.keep or Path(folder)).resolve() / f"course-{given.messages}"
        environment = {"RAPPORT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "rapport.server.settings"}
        if not (home / "laid").exists():
            home.mkdir(parents=True)
            command = [sys.executable, "-m", "benchmarks.course", "--lay-down", "--messages", str(given.messages)]
            subprocess.run(command, env={**os.environ, **environment}, check=True, cwd=ROOT)
            (home / "laid").write_text(json.dumps({"last": LAST.isoformat()}))
        rows = [*measured(home, environment), Row("looking for a word in all texts", round(scanned(home), 1), "ms")]
    print(table(rows))
    if given.messages == 10_000_000:
        write("course", rows)


if __name__ == "__main__":
    main()
