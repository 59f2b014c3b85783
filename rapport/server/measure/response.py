"""How we answer: each measure defined once, here. Pages, the command line and files take it from nowhere else."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.core.measure.response import share_answered
from rapport.core.types import Estimate
from rapport.server.listen.models import Channel, Message
from rapport.server.measure.queries import WEEK, Course, Known
from rapport.server.organise.abilities import Somebody, may
from rapport.server.organise.models import Function, Membership, Team, User


@dataclass(frozen=True, slots=True)
class Definition:
    """`unit`: share (between 0 and 1) or seconds. `parts`: what it is also told by, as the head of a column."""

    name: Promise
    words: Promise
    unit: str = "share"
    parts: Promise | str = ""


DEFINITIONS = {
    "answered": Definition(
        gettext_lazy("Share answered"),
        gettext_lazy(
            "Conversations that began in these weeks and have a first answer from us, divided by all that began in "
            "them and are at least two days old. One that somebody closed without an answer counts as not answered."
        ),
    ),
    "wait": Definition(
        gettext_lazy("Time to the first human answer"),
        gettext_lazy(
            "From the first message that was for us to our first answer, by the clock, nights and weekends included: "
            "the time within which half of the conversations had one. What still waits is counted in; what somebody "
            "closed without an answer waits without end. Rapport sends nothing by itself, so every answer that it "
            "sent was pressed by a person; of one that a platform sent by itself nobody can tell."
        ),
        "seconds",
    ),
    "open_wait": Definition(
        gettext_lazy("Time to the first human answer, in opening hours"),
        gettext_lazy(
            "The same wait, counted only while the team that has the conversation is open, by the opening hours and "
            "closed days that are set today. Where none are set it is the time by the clock."
        ),
        "seconds",
    ),
    "within": Definition(
        gettext_lazy("Share within the promise"),
        gettext_lazy(
            "Conversations that began in these weeks and had their first answer within the time that their team "
            "promises today, divided by all that are at least two days and that time old. The time is counted in the "
            "opening hours of the team, as the clock in the inbox does: what is asked on Friday night may be answered "
            "on Monday. Where no hours are set it is the time by the clock."
        ),
    ),
    "dialogue": Definition(
        gettext_lazy("Dialogue"),
        gettext_lazy(
            "Of all that we said in these weeks, what we said in threads in which somebody else had spoken before. "
            "The rest is broadcast."
        ),
        parts=gettext_lazy("Channel"),
    ),
    "by": Definition(
        gettext_lazy("Who answers"),
        gettext_lazy(
            "Of what we said in dialogue in these weeks, by the function of whoever sent it from here: that of the "
            "conversation's team when they belong to it, else that of their first team by name. What was written on "
            "the platform itself bears no name."
        ),
        parts=gettext_lazy("Function"),
    ),
    "by_house": Definition(
        gettext_lazy("Who answers: ourselves or an agency"),
        gettext_lazy(
            "The same messages, by whom the sender works for: ourselves, or the agency that is named with the member "
            "today."
        ),
        parts=gettext_lazy("Works for"),
    ),
    "by_person": Definition(
        gettext_lazy("Who answers: each person"),
        gettext_lazy(
            "The same messages, by who sent them from here. The page and its file show it to those who see every "
            "conversation."
        ),
        parts=gettext_lazy("Person"),
    ),
}
ELSEWHERE, OURSELVES = "elsewhere", "ourselves"
PERSONAL = "by_person"
"""The measure that names employees; see `shown_to`."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number. `of`: the channel, function, agency or member (by address) that it is about, as machines name it;
    empty: everything."""

    key: str
    of: str
    label: str
    found: Known

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.key]

    def row(self) -> dict[str, str | float | int]:
        """As machines read it, with what it means: the same in a file and on the command line. What is not known, or
        has no end, is empty."""
        known = self.found if isinstance(self.found, Estimate) else None
        return {
            "measure": self.key,
            "of": self.of,
            "value": known.value if known else "",
            "low": known.low if known else "",
            "high": known.high if known and math.isfinite(known.high) else "",
            "n": known.n if known else self.found.have,  # type: ignore[union-attr]
            "unit": self.definition.unit,
            "definition": str(self.definition.words),
        }


def measures(course: Course, *, channel: Channel | None = None, team: Team | None = None) -> list[Measure]:
    """All of them for these whole weeks."""
    whole = course.whole
    return [
        Measure("answered", "", "", whole.share()),
        Measure("wait", "", "", whole.median()),
        Measure("open_wait", "", "", whole.median_open()),
        Measure("within", "", "", whole.within()),
        *_dialogue(course, channel, team),
        *_by(course, channel, team),
    ]


def shown_to(user: Somebody, found: Iterable[Measure]) -> list[Measure]:
    """What each employee answers is for those who see every conversation anyway."""
    return [one for one in found if one.key != PERSONAL or may(user, "see_all")]


def staff() -> str:
    """Changes whenever another team, agency or name is a member's."""
    rows = User.objects.order_by("pk", "memberships__team").values_list("pk", "name", "works_for", "memberships__team")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]


def _ours(course: Course, channel: Channel | None, team: Team | None) -> Any:
    since = datetime.combine(course.weeks[0].start, time(), UTC)
    until = datetime.combine(course.last.start + WEEK, time(), UTC)
    before = Message.objects.filter(
        network=OuterRef("network"),
        thread_id=OuterRef("thread_id"),
        ours=False,
        published_at__lt=OuterRef("published_at"),
    )
    said = Message.objects.filter(
        ours=True, context=False, removed_at=None, published_at__gte=since, published_at__lt=until
    ).annotate(answers=Exists(before))
    if channel:
        said = said.filter(channel=channel)
    return said.filter(placement__conversation__team=team) if team else said


def _dialogue(course: Course, channel: Channel | None, team: Team | None) -> Iterator[Measure]:
    names = dict(Channel.objects.values_list("pk", "name"))
    counts: Counter[tuple[str, bool]] = Counter()
    for key, answers, n in (
        _ours(course, channel, team).order_by().values_list("channel", "answers").annotate(Count("pk"))
    ):
        counts[names[key], answers] += n
    answers, rest = (
        sum(n for (_name, is_answer), n in counts.items() if is_answer is which) for which in (True, False)
    )
    yield Measure("dialogue", "", "", share_answered(answers, answers + rest, what="messages"))
    for name in sorted({name for name, _answers in counts}):
        answers, rest = counts[name, True], counts[name, False]
        yield Measure("dialogue", name, name, share_answered(answers, answers + rest, what="messages"))


def _by(course: Course, channel: Channel | None, team: Team | None) -> Iterator[Measure]:
    said = _ours(course, channel, team).filter(answers=True).order_by()
    sent = said.values_list("sent_as__by", "placement__conversation__team").annotate(Count("pk"))
    found: dict[str, Counter[Named]] = {"by": Counter(), "by_house": Counter(), PERSONAL: Counter()}
    members, functions = User.objects.in_bulk(), _functions()
    for key, of, n in sent:
        for measure, named in _named(members.get(key), of, functions.get(key, {})).items():
            found[measure][named] += n
    for measure, counts in found.items():
        for (of, label), n in counts.most_common():
            yield Measure(measure, of, label, share_answered(n, counts.total(), what="messages"))


Named = tuple[str, str]
"""As machines name it, and as people do."""


def _named(sender: User | None, team: int | None, theirs: Mapping[int | None, str]) -> dict[str, Named]:
    """What one message counts for. `theirs`: the functions of the sender's teams, by name of the team."""
    if sender is None:
        elsewhere = (ELSEWHERE, _("on the platform itself"))
        return {"by": elsewhere, "by_house": elsewhere, PERSONAL: elsewhere}
    function = theirs.get(team) or next(iter(theirs.values()), "none")
    labels = {**dict(Function.choices), "none": _("without a team")}
    house = sender.works_for
    return {
        "by": (function, str(labels[function])),
        "by_house": (house or OURSELVES, house or _("ourselves")),
        PERSONAL: (sender.email, sender.name),
    }


def _functions() -> dict[int, dict[int | None, str]]:
    teams: dict[int, dict[int | None, str]] = {}
    for user, of, function in Membership.objects.order_by("team__name").values_list("user", "team", "team__function"):
        teams.setdefault(user, {})[of] = function
    return teams
