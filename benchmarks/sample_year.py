"""Whether the sample's year shows what was planted in it, and nothing where nothing was.

    make bench-sample                                     three planted years, twenty ordinary ones: half an hour
    python -m benchmarks.sample_year --planted 1 --scale 0.3 --ordinary 4      a short look
    python -m benchmarks.sample_year --keep var/years     goes on where it was interrupted

Each year is simulated with a known truth, heard and read as real messages are, closed day by day, and coded by people
who err, each message through the desk's own actions. What the truth is only they know. What goes on beside it (answers,
people, rules) is left out here: the coding desk and the alarms know nothing of it. Every year has a database of its
own. Only what is played as by default is written down.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from benchmarks.results import Row, table, write

UNTIL = datetime(2026, 11, 21, 20, tzinfo=UTC)
PLANTED, ORDINARY = range(7, 107), range(1, 101)
"""The seeds of years with and without events, in the order in which they are played."""

CALLED_LATE = timedelta(days=60)
"""An instrument alarm so long after the reader changed is still told of it."""

SET_AFTER = timedelta(weeks=26)
"""So long into an ordinary year somebody sets the goal that all stays as it is."""

FORESEEN = 8
"""Weeks ahead in which a slow improvement is to show."""

LOOKS = 6
"""The newest so many looks at a goal count, one a week."""

PLAYED = ("planted", "scale", "ordinary", "ordinary_scale")

WEEK = timedelta(weeks=1)


# -- one year, in a process of its own ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Year:
    seed: int
    scale: float
    planted: bool

    @property
    def name(self) -> str:
        return f"{'planted' if self.planted else 'ordinary'}-{self.scale:g}-{self.seed}"

    def play(self) -> dict[str, Any]:
        """What rang, what was expected, and where the tone went."""
        import django

        django.setup()
        from rapport.sample import simulate
        from rapport.sample.play import LOOKED, SUNDAY, follow, hire, nights
        from rapport.server.measure import coding, frames, goals
        from rapport.server.measure.figures import estimate_lines
        from rapport.server.measure.models import Alarm, Drawn, Figure, Goal, Watching
        from rapport.server.prepare import bring_up_to_date

        bring_up_to_date()
        # else a secret that every installation makes
        frames.salt = coding.salt = lambda purpose: f"{self.seed} {purpose}"
        world, truth = simulate(self.seed, self.scale, UNTIL, planted=self.planted)
        crew, line = hire(heard(world), truth, seed=self.seed), follow(world)
        expected: dict[str, Any] = {}
        looks: list[Any] = []
        target, set_on = self._goal(truth)
        for start in nights(world, crew, seed=self.seed, one_by_one=True):
            watching = Watching.objects.filter(line=line).first()
            if watching and watching.expected and (watching.baseline or {}).get("since"):
                expected[start.date().isoformat()] = watching.expected
            if start <= set_on < start + timedelta(days=1):
                estimate_lines(start + timedelta(days=1))
                _set_goal(line, target, crew.judge, start + timedelta(days=1))
            if self.planted and start.weekday() == SUNDAY and start > set_on:
                estimate_lines(start + LOOKED)
                goals.look(start + LOOKED, seed=self.seed)
                looks += Goal.objects.filter(line=line).values_list("outlook", flat=True)
        estimate_lines(UNTIL)
        goals.look(UNTIL, seed=self.seed)
        weeks = Figure.objects.filter(line=line, period="week", current=True).exclude(net=None).order_by("end")
        return {
            "seed": self.seed,
            "messages": sum(not one.ours for one in world.messages),
            "labels": Drawn.objects.exclude(answer="").count(),
            "alarms": [
                {
                    "kind": one.kind,
                    "day": one.day.isoformat(),
                    "began": one.began and one.began.isoformat(),
                    "rang_at": one.rang_at.isoformat(),
                }
                for one in Alarm.objects.filter(line=line).order_by("day", "id")
            ],
            "events": {one.slug: [one.start.isoformat(), one.end.isoformat()] for one in truth.events},
            "expected": expected,
            "weeks": [[one.end.isoformat(), *one.net, *true] for one, true in zip(weeks, _true(weeks, truth))],
            "true_weeks": {one.start.date().isoformat(): [one.mean, one.expected] for one in truth.weeks},
            "goal": {"set_on": set_on.date().isoformat(), "target": target, "looks": looks},
        }

    def _goal(self, truth: Any) -> tuple[float, datetime]:
        """As the sample sets it two weeks into mending; in an ordinary year, that all stays as it truly is."""
        from rapport.sample.play import GOAL

        for event in truth.events:
            if event.slug == "mending":
                return GOAL, event.start + 2 * WEEK
        said = sum(one.count for one in truth.weeks)
        return sum(one.expected * one.count for one in truth.weeks) / said, UNTIL - 52 * WEEK + SET_AFTER


def _true(figures: Sequence[Any], truth: Any) -> Iterator[list[float]]:
    """What each of these numbers is about, by the messages of its days with the weights of its channels: their true net
    tone, and what such coders call it on average."""
    from rapport.sample.story import SIGN
    from rapport.server.listen.models import Channel, Message
    from rapport.server.measure import frames
    from rapport.server.measure.models import DeskDay

    keys, called = dict(Channel.objects.values_list("name", "pk")), _called()
    worth = {}
    for key, network, external in Message.objects.values_list("pk", "network", "external_id"):
        tone = truth.meanings[network, external].tone
        worth[key] = (SIGN[tone], called[tone])
    for figure in figures:
        days = DeskDay.objects.filter(day__gte=figure.start, day__lte=figure.end)
        rows = np.concatenate([frames.rows(day) for day in days])
        each = np.array([worth[message] for message in rows["message"].tolist()], dtype=float)
        parts = {
            name: each[rows["channel"] == keys[name]].mean(axis=0)
            for name in figure.made["channels"]
            if name not in figure.missing and (rows["channel"] == keys[name]).any()
        }
        weights = [figure.made["channels"][name] for name in parts]
        yield np.average(list(parts.values()), axis=0, weights=weights).tolist()


def _called() -> dict[str, float]:
    """By true tone. One of ten goes to two coders, and where they disagree somebody settles it."""
    from rapport.sample.play import ANSWERS, CAREFUL, HEARS
    from rapport.sample.story import SIGN
    from rapport.server.measure.frames import TWICE

    signs = np.array([SIGN.get(answer, 0) for answer in ANSWERS], dtype=float)
    found = {}
    for tone, chances in HEARS.items():
        one = np.array(chances)
        both = one**2 @ signs + (1 - (one**2).sum()) * float(np.array(CAREFUL[tone]) @ signs)
        found[tone] = float((1 - TWICE) * (one @ signs) + TWICE * both)
    return found


def _set_goal(line: Any, target: float, actor: Any, now: datetime) -> None:
    from rapport.server.measure import setting
    from rapport.server.measure.models import Goal

    by = (UNTIL + 8 * WEEK).date()
    made = setting.set_goal(None, line=line, of="net", target=target, by_date=by, actor=actor, now=now)
    assert isinstance(made, Goal), made


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


def played(years: Sequence[Year], at_once: int, keep: Path) -> Iterator[dict[str, Any]]:
    """What each found, in the order of the years; what lies in the folder is not played again."""
    keep.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda year: _apart(year, keep), years)


def _apart(year: Year, keep: Path) -> dict[str, Any]:
    file = keep / f"{year.name}.json"
    if not file.exists():
        command = [sys.executable, "-m", "benchmarks.sample_year", "--one", str(year.seed), "--scale", str(year.scale)]
        with tempfile.TemporaryDirectory() as home:
            env = {**os.environ, "RAPPORT_HOME": home, "DJANGO_SETTINGS_MODULE": "rapport.server.settings"}
            done = subprocess.run(
                [*command, *(["--planted", "1"] if year.planted else [])],
                env=env, stdout=subprocess.PIPE, check=True, text=True,
            )  # fmt: skip
        file.write_text(done.stdout.splitlines()[-1] + "\n")
    found: dict[str, Any] = json.loads(file.read_text())
    return found


# -- what was planted --------------------------------------------------------------------------------------------------


def planted_rows(year: Mapping[str, Any]) -> Iterator[Row]:
    """What was planted in one year, and what of it was seen."""
    for row in _seen(year):
        yield replace(row, metric=f"{row.metric}, seed {year['seed']}")


def _seen(year: Mapping[str, Any]) -> Iterator[Row]:
    events = {slug: _days(*span) for slug, span in year["events"].items()}
    price, silence, reader = events["price"][0], events["silence"], events["reader"][0]
    reds, rulers = _rang(year, "red"), _rang(year, "ruler")
    yield Row("messages by others", year["messages"], "in a year")
    yield Row("labels", year["labels"], "in a year")
    late = _shown(year, price)
    after = [(day - price).days for day in reds if day >= price]
    words = "nine of ten by, as shown before, for a change of 20 points"
    yield Row("days from the price rise to red", after[0] if after else math.nan, "days", words, late, late)
    rang = [datetime.fromisoformat(one["rang_at"]).date() for one in year["alarms"] if one["kind"] == "red"]
    waited = [(at - price).days for at, day in zip(rang, reds) if day >= price]
    yield Row("days from the price rise until red rang", waited[0] if waited else math.nan, "days")
    yield Row("red before the price rise", sum(day < price for day in reds), "alarms", target=0)
    yield Row("red in the outage", sum(silence[0] <= day <= silence[1] for day in reds), "alarms", target=0)
    moved = [(day - reader).days for day in rulers if reader <= day <= reader + CALLED_LATE]
    yield Row("days from the change of reader to the instrument alarm", moved[0] if moved else math.nan, "days",
              "it rings within", CALLED_LATE.days, CALLED_LATE.days)  # fmt: skip
    told = min(price, reader + CALLED_LATE)
    yield Row("red after the change of reader", sum(reader <= day < told for day in reds), "alarms", target=0)
    yield Row("instrument alarms, but for the change of reader", len(rulers) - len(moved), "alarms")
    yield from _mending(year, events["mending"][0])


def _rang(year: Mapping[str, Any], kind: str) -> list[date]:
    return [date.fromisoformat(one["day"]) for one in year["alarms"] if one["kind"] == kind]


def _shown(year: Mapping[str, Any], price: date) -> float | None:
    """By when nine of ten would ring, as it stood on the page on the last day before."""
    shown = [told for day, told in sorted(year["expected"].items()) if date.fromisoformat(day) < price]
    late = next((one["late"] for one in shown[-1] if one["shift"] == 0.20), None) if shown else None
    return None if late is None else float(late)


def _mending(year: Mapping[str, Any], begun: date) -> Iterator[Row]:
    """The tone goes up until the end. Whether the forecasts of the last weeks go up as well, and by how much."""
    weeks = [(date.fromisoformat(end), net) for end, net, *_ in year["weeks"]]
    first = mean(net for end, net in weeks if begun <= end < begun + 3 * WEEK)
    last = mean(net for _, net in weeks[-4:])
    yield Row("net tone, last four weeks less the first three of mending", 100 * (last - first), "points",
              target=5, at_least=True)  # fmt: skip
    looks = [one for one in year["goal"]["looks"] if len(one.get("fan", ())) >= FORESEEN]
    if not looks:
        return
    fans = [[week["middle"] for week in one["fan"]] for one in looks[-LOOKS:]]
    yield Row("net tone four weeks ahead of the last look less the first three of mending", 100 * (fans[-1][3] - first),
              "points", target=5, at_least=True)  # fmt: skip
    true = 100 * _slope(year, begun) * (FORESEEN - 1)
    rises = [100 * (fan[FORESEEN - 1] - fan[0]) for fan in fans]
    yield Row(f"rise of net tone foreseen from the first to the {FORESEEN}th week ahead, mean of last looks",
              mean(rises), "points", "the truth in as many weeks of mending", true, 1, at_least=True)  # fmt: skip
    yield Row("likely to reach the goal, last look", 100 * looks[-1]["probability"], "%",
              "first look", 100 * looks[0]["probability"])  # fmt: skip


def _slope(year: Mapping[str, Any], begun: date) -> float:
    """Of the true tone, a week, over the weeks of mending."""
    told = [one for monday, (_, one) in sorted(year["true_weeks"].items()) if date.fromisoformat(monday) >= begun]
    middle, height = (len(told) - 1) / 2, mean(told)
    off = [n - middle for n in range(len(told))]
    return sum(x * (y - height) for x, y in zip(off, told)) / sum(x * x for x in off)


# -- ordinary years ----------------------------------------------------------------------------------------------------

RATES = {"red": 5.0, "ruler": 5.0, "course": 5.0, "amber": None}
"""Of years with an alarm that nothing called for, in per cent, as promised: red within a year; the ruler once in twenty
years; off course while one is on plan. Amber only asks for labels."""


def ordinary_rows(found: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Years in which nothing happened: how many had an alarm all the same."""
    count = len(found)
    yield Row("ordinary years", count, "years")
    for kind, rate in RATES.items():
        rang = sum(bool(_rang(year, kind)) for year in found)
        most = None if rate is None else _most(rate / 100, count)
        words = "" if rate is None else f"{rate:g} % of years, and what luck may add"
        yield Row(f"ordinary years with {kind}", rang, "years", words, most, most)
        yield Row(f"{kind} in an ordinary year", sum(len(_rang(year, kind)) for year in found) / count, "alarms")
    weeks = [tuple(one) for year in found for one in year["weeks"]]
    yield Row("weeks with a number, ordinary years", len(weeks), "weeks")
    for words, at, least in (
        ("what such coders call it on average", 5, _least(0.95, len(weeks))),
        ("the true net tone", 4, None),
    ):
        name, inside = f"weeks whose interval holds {words}", sum(one[2] <= one[at] <= one[3] for one in weeks)
        yield Row(name, 100 * inside / len(weeks), "% of weeks", "promised", 95.0, least, at_least=True)


def _most(rate: float, years: int) -> int:
    """More years than this have an alarm with a chance below one in a thousand, if the rate is kept."""
    chances = [math.comb(years, n) * rate**n * (1 - rate) ** (years - n) for n in range(years + 1)]
    return next(n for n in range(years + 1) if sum(chances[n + 1 :]) < 0.001)


def _least(share: float, count: int) -> float:
    """In per cent; fewer has a chance below one in a hundred, if the share is kept."""
    return round(100 * (share - 2.33 * math.sqrt(share * (1 - share) / count)), 1)


def _days(start: str, end: str) -> tuple[date, date]:
    return datetime.fromisoformat(start).date(), datetime.fromisoformat(end).date()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planted", type=int, default=3, help="years with events")
    parser.add_argument("--scale", type=float, default=1.0, help="of these; 1 is 20,000 messages or more")
    parser.add_argument("--ordinary", type=int, default=20, help="years without")
    parser.add_argument("--ordinary-scale", type=float, default=0.3)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder of the years that were played")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        found = Year(given.one, given.scale, given.planted == 1).play()
        sys.stdout.write(json.dumps(found) + "\n")
        return
    planted = [Year(seed, given.scale, True) for seed in PLANTED[: given.planted]]
    ordinary = [Year(seed, given.ordinary_scale, False) for seed in ORDINARY[: given.ordinary]]
    with nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory() as keep:
        every = list(played([*planted, *ordinary], given.at_once, Path(keep)))
    rows = [row for year in every[: len(planted)] for row in planted_rows(year)]
    rows += ordinary_rows(every[len(planted) :]) if ordinary else []
    if all(getattr(given, name) == parser.get_default(name) for name in PLAYED):
        write("sample_year", rows)
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
