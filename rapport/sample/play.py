"""Plays the sample's year at the coding desk: each day closes, people say how its messages sound, alarms go on.

Only these people know the truth, as people who read a message do, and they err as people do. They hand in what they
say through the desk's own actions; the product never sees what they know.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from rapport.sample.cast import MEMBERS
from rapport.sample.rhythm import YEAR
from rapport.sample.world import Truth, World
from rapport.server import many
from rapport.server.listen.models import Channel
from rapport.server.measure import coding, frames, goals, setting, watching
from rapport.server.measure.coders import set_coder
from rapport.server.measure.figures import estimate_lines
from rapport.server.measure.models import Alarm, Annotation, Code, Coder, DeskDay, Drawn, Event, Line
from rapport.server.organise.models import Role, User
from rapport.server.organise.record import recorded

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
CLOSES, CODED, LOOKED = timedelta(hours=28), timedelta(hours=34), timedelta(hours=46)  # after the day began
CODERS = ("luc.delorme@merrowline.example", "nils.aagaard@merrowline.example", "ines.calloway@merrowline.example")
FIRST, SECOND, REPEAT = "first", "second", "repeat"
SEEN = ("language", "twice", *(f"message__{name}" for name in ("network", "external_id", "revision")))
"""Of a drawn message, what those look at who know what it means."""
CODED_AS = ("drawn", "by", "purpose", "answer", "revision", "seconds", "words", "at")

ASKED_AGAIN = 0.2  # how often a coder looks, on a day, whether something is to be coded once more
ANSWERS = ("negative", "neutral", "positive", "uncodable")
HEARS: Mapping[str, tuple[float, float, float, float]] = {
    "negative": (0.87, 0.10, 0.02, 0.01),
    "neutral": (0.04, 0.92, 0.03, 0.01),
    "positive": (0.01, 0.08, 0.90, 0.01),
}
"""What somebody says of a message that is really so: one in ten differs."""

CAREFUL: Mapping[str, tuple[float, float, float, float]] = {
    "negative": (0.98, 0.02, 0.0, 0.0),
    "neutral": (0.01, 0.98, 0.01, 0.0),
    "positive": (0.0, 0.02, 0.98, 0.0),
}
"""What whoever settles a disagreement says, with time to think."""

TOLD = {
    "storm": "Storm Brannoch: no sailings for three days",
    "price": "New fares announced; the ten-trip card goes",
    "app": "The new booking app is out",
    "hiring": "Hiring drive begins",
    "rival": "Norrvik Seaways opens its new route",
    "silence": "Mastodon falls silent; its sign-in has lapsed",
}
"""What people write down about what happened, by the slug of the event."""

ASKED = {
    "storm": ("Storm Brannoch", 'storm OR brannoch OR cancel* OR "no sailings" OR tempête OR temporal OR ausgefallen'),
    "app": ("The new booking app", "app OR apps"),
    "hiring": (
        "Hiring drive",
        'apprentic* OR vacanc* OR "deck crew" OR "galley job" OR "steward job" OR "work experience" OR "to apply" OR '
        "beworben OR maschinenraum OR teilzeit OR matelots OR apprentis OR candidature OR marineros OR prácticas OR "
        "vacante OR dæksfolk OR lærlinge OR ansøgte",
    ),
}
"""What people want to know how much was spoken of: its name and its words, by the slug of the event."""
BESIDE = 28  # days before and after

GOAL = 0.10
SUNDAY = 6
ESTIMATED = 4
"""Figures of the past are as they were known after so many weeks."""

PUT_AWAY = timedelta(days=21)
"""So long an alarm stays open before somebody puts it away."""

Progress = Callable[[float], None]


def quietly(share: float) -> None:
    """Nobody watches the progress."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a drawn message."""

    drawn: Drawn
    answer: str
    purpose: str
    by: User
    seconds: float


@dataclass(slots=True)
class Crew:
    """Those who code, who settles where two disagree, and what they know."""

    coders: list[Coder]
    judge: User
    truth: Truth
    rng: Random
    earlier: deque[tuple[datetime, Said]] = field(default_factory=deque)

    def says(self) -> Iterator[Said]:
        """Of all that lies on the desk of the day that closed last, from the front of its queue."""
        queue = Drawn.objects.filter(day=DeskDay.objects.only("pk").first(), answer="").order_by("place")
        for drawn in queue.select_related("message").only("message", *SEEN):
            able = [one.user for one in self.coders if drawn.language in ("", *one.languages)]
            for user, purpose in zip(self.rng.sample(able, len(able)), (FIRST, SECOND)[: 1 + drawn.twice]):
                yield self._said(drawn, purpose, user)

    def code(self, now: datetime) -> list[Said]:
        """At the desk: each message by itself, and now and then one of weeks ago once more."""
        told = [*self.says(), *self._repeats(now)]
        for said in told:
            coding.code(
                said.drawn,
                said.answer,
                revision=said.drawn.message.revision,
                actor=said.by,
                handed_at=now - timedelta(seconds=said.seconds),
                now=now,
            )
        return told

    def _repeats(self, now: datetime) -> Iterator[Said]:
        for coder in self.coders:
            task = coding.next_for(coder.user, now) if self.rng.random() < ASKED_AGAIN else None
            if task and task.purpose == REPEAT:
                yield self._said(task.drawn, REPEAT, coder.user)

    def hand_in(self, now: datetime) -> list[Said]:
        """The same at once, for a whole year of it: what the desk would have kept, and one entry in the record."""
        told = list(self.says())
        self.earlier += [(now, said) for said in told if said.purpose == FIRST and not said.drawn.twice]
        told += self._again(now)
        with recorded("sample.coded", "sample", codes=len(told)):
            rows = (
                (
                    said.drawn.pk,
                    said.by.pk,
                    said.purpose,
                    said.answer,
                    said.drawn.message.revision,
                    said.seconds,
                    "",
                    now,
                )
                for said in told
            )
            many.create(Code, CODED_AS, rows)
            first = {said.drawn.pk: said.answer for said in told if said.purpose == FIRST}
            many.update(Drawn, {key: {"answer": answer, "answered_at": now} for key, answer in first.items()})
        return told

    def _again(self, now: datetime) -> Iterator[Said]:
        """Some of what lies a week behind, as the desk hands it out once more."""
        while self.earlier and self.earlier[0][0] <= now - coding.REPEAT_AFTER:
            _, said = self.earlier.popleft()
            if self.rng.random() < coding.REPEATS:
                yield self._said(said.drawn, REPEAT, said.by)

    def settle(self, told: Iterable[Said], now: datetime) -> None:
        """Where two of these have not said the same."""
        answers: dict[int, set[str]] = {}
        for said in told:
            answers.setdefault(said.drawn.pk, set()).add(said.answer)
        if all(len(each) == 1 for each in answers.values()):
            return
        for one in coding.disagreements(self.judge):
            coding.settle(one.drawn, self._says(one.drawn, CAREFUL), actor=self.judge, now=now)

    def _said(self, drawn: Drawn, purpose: str, user: User) -> Said:
        seconds = min(self.rng.lognormvariate(2.1, 0.5), coding.MOST_SECONDS)
        return Said(drawn, self._says(drawn, HEARS), purpose, user, seconds)

    def _says(self, drawn: Drawn, chances: Mapping[str, tuple[float, ...]]) -> str:
        message = drawn.message
        tone = self.truth.meanings[message.network, message.external_id].tone
        return self.rng.choices(ANSWERS, chances[tone])[0]


def hire(people: Mapping[str, User], truth: Truth, *, seed: int) -> Crew:
    """Those of the organisation who code, and the administrator, who settles."""
    boss = next(user for user in people.values() if user.role == Role.ADMINISTRATOR)
    spoken = {member.email: member.languages for member in MEMBERS}
    coders = [set_coder(people[email], languages=spoken[email], actor=boss) for email in CODERS]
    set_coder(boss, languages=spoken[boss.email], actor=boss)  # whoever looks at the sample finds something to code
    return Crew([one for one in coders if isinstance(one, Coder)], boss, truth, Random(seed))


# -- the year ----------------------------------------------------------------------------------------------------------


def play(world: World, truth: Truth, people: Mapping[str, User], *, seed: int, progress: Progress = quietly) -> None:
    """Every day that is over closes; all but the last, which waits for whoever looks at the sample, get coded."""
    crew, line = hire(people, truth, seed=seed), follow(world)
    for start in nights(world, crew, seed=seed):
        if start.weekday() == SUNDAY and start.isocalendar().week % ESTIMATED == 0:
            estimate_lines(start + LOOKED)
            goals.look(start + LOOKED, seed=seed)
        _live(start, line, crew, world.until)
        progress((start - world.messages[0].heard_at) / YEAR)
    estimate_lines(world.until)
    goals.look(world.until, seed=seed)


def nights(world: World, crew: Crew, *, seed: int, one_by_one: bool = False) -> Iterator[datetime]:
    """The beginnings of days, after each has closed and was coded, and the alarms have seen it.

    one_by_one   each message through the desk's own actions, as people would: several times as slow
    """
    start = _first(world)
    while start + CLOSES <= world.until:
        frames.close_day(start.date(), start + CLOSES)
        if start + DAY + CLOSES <= world.until:  # the newest that is closed waits for whoever looks at the sample
            told = (crew.code if one_by_one else crew.hand_in)(start + CODED)
            crew.settle(told, start + LOOKED)
            watching.step(start + LOOKED, seed=seed)
            yield start
        start += DAY


def _first(world: World) -> datetime:
    """The first whole day."""
    return world.messages[0].heard_at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY


def follow(world: World) -> Line:
    """What is said about us, with an alarm, and where most of it is said, without one."""
    busiest = Channel.objects.filter(name="Bluesky").first()
    Line.objects.create(name="Bluesky", channel=busiest, watched=False, position=1, made_at=_first(world))
    return Line.objects.create(name="About us", made_at=_first(world))


def _live(start: datetime, line: Line, crew: Crew, until: datetime) -> None:
    """What people do about it: they say what happened, put alarms away that are dealt with, and set a goal."""
    now, boss = start + LOOKED, crew.judge
    for event in crew.truth.events:
        if event.slug in TOLD and start <= event.start < start + DAY:
            Annotation.objects.create(day=start.date(), text=TOLD[event.slug], by=boss, at=now)
        if event.slug in ASKED and start <= event.start < start + DAY:
            name, query = ASKED[event.slug]
            days = {"starts": event.start.date(), "ends": (event.end - DAY).date(), "before": BESIDE, "after": BESIDE}
            # Nobody looks yet: what was said around it is counted once Rapport runs.
            Event.objects.create(name=name, query=query, **days, made_by=boss, made_at=now)
        if event.slug == "mending" and start <= event.start + 2 * WEEK < start + DAY:
            setting.set_goal(
                None, line=line, of="net", target=GOAL, by_date=(until + 8 * WEEK).date(), actor=boss, now=now
            )
    for alarm in Alarm.objects.filter(closed_at=None, day__lt=(start - PUT_AWAY).date()):
        Alarm.objects.filter(pk=alarm.pk).update(closed_at=now, closed_by=boss, annotation=_reason(alarm))


def _reason(alarm: Alarm) -> Annotation | None:
    """What was written down about the days around which it began."""
    began = alarm.began or alarm.day
    near = Annotation.objects.filter(day__range=(began - WEEK, alarm.day)).exclude(by=None)
    return near.order_by("-day").first() if alarm.kind == "red" else None
