"""Whether the sample's year shows what was planted in it, and nothing where nothing was.

    python -m benchmarks.sample_year                      one year as planted, twenty ordinary ones
    python -m benchmarks.sample_year --scale 0.3 --years 4 --at-once 1      a short look

Each year is simulated with a known truth, heard and read as real messages are, closed day by day, and coded by people
who err. What the truth is only they know. What goes on beside it (answers, people, rules) is left out here: the coding
desk and the alarms know nothing of it. Every year has a database of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.results import Row, table, write

UNTIL = datetime(2026, 11, 21, 20, tzinfo=UTC)
SEED = 7
CALLED_LATE = timedelta(days=60)
"""An instrument alarm so long after the reader changed is still told of it."""


# -- one year, in a process of its own ---------------------------------------------------------------------------------


def one_year(seed: int, scale: float, planted: bool) -> dict[str, Any]:
    """What rang, what was expected, and where the tone went."""
    import django

    django.setup()
    from rapport.sample import simulate
    from rapport.sample.play import follow, hire, nights
    from rapport.server.measure import coding, frames
    from rapport.server.measure.figures import estimate_lines
    from rapport.server.measure.goals import ahead
    from rapport.server.measure.models import Alarm, Drawn, Figure, Watching
    from rapport.server.prepare import bring_up_to_date

    bring_up_to_date()
    frames.salt = coding.salt = lambda purpose: f"{seed} {purpose}"  # else a secret that every installation makes
    world, truth = simulate(seed, scale, UNTIL, planted=planted)
    crew, line = hire(heard(world), truth, seed=seed), follow(world)
    expected: dict[str, Any] = {}
    for start in nights(world, crew, seed=seed, one_by_one=planted):
        watching = Watching.objects.filter(line=line).first()
        if watching and watching.expected and (watching.baseline or {}).get("since"):
            expected[start.date().isoformat()] = watching.expected
    estimate_lines(UNTIL)
    weeks = Figure.objects.filter(line=line, period="week", current=True).exclude(net=None).order_by("end")
    fan = ahead(line, "net", 4)
    return {
        "seed": seed,
        "messages": sum(not one.ours for one in world.messages),
        "labels": Drawn.objects.exclude(answer="").count(),
        "alarms": [
            {"kind": one.kind, "day": one.day.isoformat(), "began": one.began and one.began.isoformat()}
            for one in Alarm.objects.filter(line=line).order_by("day", "id")
        ],
        "events": {one.slug: [one.start.isoformat(), one.end.isoformat()] for one in truth.events},
        "expected": expected,
        "weeks": [[one.end.isoformat(), *one.net] for one in weeks],
        "true_weeks": {one.start.date().isoformat(): one.mean for one in truth.weeks},
        "ahead": fan.middle.tolist() if hasattr(fan, "middle") else [],
    }


def heard(world: Any) -> dict[str, Any]:
    """The organisation, with all that others said, heard and read by the doors that real messages use."""
    from rapport.sample import load
    from rapport.server.claim import claim
    from rapport.server.listen.models import Message
    from rapport.server.measure.actions import count_days
    from rapport.server.understand.actions import read

    people, channels = load._organisation(world), load._channels(world)
    for brief in world.briefs:
        load.save_brief(None, name=brief.name, query=brief.query, purpose=brief.purpose, actor=load.ACTOR)
    others = replace(world, messages=tuple(one for one in world.messages if not one.ours))
    load._hear(others, channels, lambda share: None)
    waiting = Message.objects.filter(state="heard").order_by("id")
    while keys := claim(waiting, load.ACTOR, now=UNTIL, limit=500):
        read(keys, actor=load.ACTOR)
    if world.reader:
        load._read_earlier(world.reader)
    load._pulses(world, channels)
    load._gaps(world, channels, people)
    count_days(UNTIL, since=date.min)
    return people


# -- all of them -------------------------------------------------------------------------------------------------------


def years(seeds: list[int], scale: float, planted: bool, at_once: int) -> Iterator[dict[str, Any]]:
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda seed: _apart(seed, scale, planted), seeds)


def _apart(seed: int, scale: float, planted: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.sample_year", "--one", str(seed), "--scale", str(scale)]
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "RAPPORT_HOME": home, "DJANGO_SETTINGS_MODULE": "rapport.server.settings"}
        done = subprocess.run(
            [*command, *(["--planted"] if planted else [])], env=env, stdout=subprocess.PIPE, check=True, text=True
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def planted_rows(year: dict[str, Any]) -> Iterator[Row]:
    """What was planted, and what of it was seen."""
    alarms, events = year["alarms"], {slug: _days(*span) for slug, span in year["events"].items()}
    reds = [date.fromisoformat(one["day"]) for one in alarms if one["kind"] == "red"]
    price, silence, reader = events["price"][0], events["silence"], events["reader"][0]
    yield Row("messages by others", year["messages"], "in a year")
    yield Row("labels", year["labels"], "in a year")
    shown = [told for day, told in year["expected"].items() if date.fromisoformat(day) < price]
    late = next((one["late"] for one in reversed(shown[-1]) if one["shift"] == 0.20), None) if shown else None
    after = [(day - price).days for day in reds if day >= price]
    yield Row(
        "days from the price rise to red",
        after[0] if after else math.nan,
        "days",
        "nine of ten by, as shown before, for a change of 20 points",
        late,
        late,
    )
    yield Row("red before the price rise, the outage included", sum(day < price for day in reds), "alarms", target=0)
    yield Row("red in the outage", sum(silence[0] <= day <= silence[1] for day in reds), "alarms", target=0)
    ruler = [date.fromisoformat(one["day"]) for one in alarms if one["kind"] == "ruler"]
    moved = [(day - reader).days for day in ruler if reader <= day <= reader + CALLED_LATE]
    yield Row("days from the change of reader to the instrument alarm", moved[0] if moved else math.nan, "days",
              "it rings within", CALLED_LATE.days, CALLED_LATE.days)  # fmt: skip
    yield Row("red within 60 days of the change of reader, before the price rise",
              sum(reader <= day < min(price, reader + CALLED_LATE) for day in reds), "alarms", target=0)  # fmt: skip
    yield from _mending(year, events["mending"][0])


def _mending(year: dict[str, Any], begun: date) -> Iterator[Row]:
    weeks = [(date.fromisoformat(end), net) for end, net, _, _ in year["weeks"]]
    first = mean(net for end, net in weeks if begun <= end < begun + timedelta(weeks=3))
    last = mean(net for _, net in weeks[-4:])
    yield Row("net tone, last four weeks less the first three of mending", 100 * (last - first), "points",
              target=5, at_least=True)  # fmt: skip
    if year["ahead"]:
        yield Row("net tone four weeks ahead less the first three of mending",
                  100 * (year["ahead"][-1] - first), "points", target=5, at_least=True)  # fmt: skip


def ordinary_rows(found: list[dict[str, Any]]) -> Iterator[Row]:
    """Years in which nothing happened: how many had an alarm all the same."""
    count = len(found)
    luck = 3 * math.sqrt(0.05 * 0.95 / count)
    for kind, target in (("red", 100 * (0.05 + luck)), ("ruler", None), ("amber", None)):
        rang = sum(any(one["kind"] == kind for one in year["alarms"]) for year in found)
        alarms = sum(one["kind"] == kind for year in found for one in year["alarms"])
        words = "5, and what luck may add" if target else ""
        yield Row(f"ordinary years with {kind}", 100 * rang / count, "% of years", words, target, target)
        yield Row(f"{kind} in ordinary years", alarms / count, "a year")
    yield Row("ordinary years", count, "years")
    weeks = [(net, low, high, truth) for year in found for net, low, high, truth in _beside(year)]
    inside = sum(low <= truth <= high for _, low, high, truth in weeks)
    yield Row("weeks whose interval holds the true net tone", 100 * inside / len(weeks), "% of weeks")


def _beside(year: dict[str, Any]) -> Iterator[tuple[float, float, float, float]]:
    for end, net, low, high in year["weeks"]:
        monday = (date.fromisoformat(end) - timedelta(days=6)).isoformat()
        if monday in year["true_weeks"]:
            yield net, low, high, year["true_weeks"][monday]


def _days(start: str, end: str) -> tuple[date, date]:
    return datetime.fromisoformat(start).date(), datetime.fromisoformat(end).date()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--one", type=int)
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.one is not None:
        sys.stdout.write(json.dumps(one_year(given.one, given.scale, given.planted)) + "\n")
        return
    (planted,) = years([SEED], given.scale, True, 1)
    rows = [*planted_rows(planted), *ordinary_rows(list(years(list(range(1, given.years + 1)), given.scale, False,
                                                               given.at_once)))]  # fmt: skip
    write("sample_year", rows, **({"folder": given.folder} if given.folder else {}))
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
