"""The figures of the course: what each finds, the same as a table, how it was made, and how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from rapport.charts.data import Drawable, Panel, Series
from rapport.core.types import Estimate, NotEnough
from rapport.server.measure.queries import TONES, Course, Known, Week
from rapport.server.pages.tags import amount, together
from rapport.server.templatetags.rapport import number

PANELS = 8  # channels drawn apart; the smaller ones are drawn together
HOUR = 3_600
BEFORE = 4  # weeks that the last one is compared with
WHAT = (
    gettext_noop("conversations"),
    gettext_noop("answered conversations"),
    gettext_noop("messages"),
    gettext_noop("weeks heard in full"),
    gettext_noop("moments before the action to compare with"),
    gettext_noop("labels"),
)


@dataclass(frozen=True)
class Figure:
    """One chart with everything that belongs to it.

    title      what it finds, a sentence        words   what one sees in it, for those who do not
    head, rows the same numbers for people      raw     the same numbers for machines: a head and lines
    query      finds the messages behind it     chart   what is to be drawn
    """

    key: str
    title: str
    words: str
    head: list[str]
    rows: list[list[str]]
    raw: list[list[Any]]
    query: str
    chart: Drawable
    uncorrected: bool = False


def figures(course: Course, *, by_team: bool, query: str) -> list[Figure]:
    """`by_team`: only conversations were counted; `query` finds the messages of this period and channel."""
    answers = [_share(course, query), _wait(course, query)]
    return [_begun(course, query), *answers] if by_team else [_volume(course, query), *answers, _tone(course, query)]


# -- words -----------------------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    return together(_("%(n)s %%") % {"n": round(100 * share)})


def lacking(found: NotEnough) -> str:
    return _("not enough: %(have)s of %(need)s %(what)s") % {
        "have": found.have,
        "need": found.need,
        "what": _(found.what),
    }


def between(found: Estimate, words: Callable[[float], str]) -> str:
    if math.isinf(found.high):
        return _("at least %(low)s") % {"low": words(found.low)}
    return _("between %(low)s and %(high)s") % {"low": words(found.low), "high": words(found.high)}


def told(found: Known, words: Callable[[float], str]) -> str:
    if isinstance(found, NotEnough):
        return lacking(found)
    return f"{words(found.value)} ({between(found, words)})"


def week_name(week: Week) -> str:
    return date_format(week.start, "DAY")


def gaps(course: Course) -> str:
    """The weeks of which we missed something, so that nobody takes a gap for a change."""
    deaf = course.deaf()
    if not deaf:
        return _("Every channel was heard in all of these weeks.")
    hours = sum(week.deaf_hours for week in deaf)
    lead = ngettext(
        "In %(n)s week we missed something: %(hours)s hours in all, counted channel by channel.",
        "In %(n)s weeks we missed something: %(hours)s hours in all, counted channel by channel.",
        len(deaf),
    )
    return lead % {"n": len(deaf), "hours": number(hours)}


# -- volume ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """Messages of a week as far as they were heard: None when nobody listened; `partly` when there may be more."""

    n: int | None
    partly: bool = False

    def __str__(self) -> str:
        if self.n is None:
            return _("not heard")
        return at_least(self.n, self.partly)

    @property
    def known(self) -> int | str:
        """For machines: nothing where the number is not the whole."""
        return "" if self.n is None or self.partly else self.n


def at_least(n: int, partly: bool) -> str:
    return _("%(n)s or more") % {"n": number(n)} if partly else number(n)


def _count(week: Week, names: Sequence[str]) -> Count:
    counts = [count for name in names if (count := week.count(name)) is not None]
    partly = any(week.missed.get(name) for name in names)
    return Count(sum(counts), partly) if counts or not names else Count(None, partly=True)


def _panels(course: Course) -> list[tuple[str, list[Count]]]:
    shown = course.channels[: PANELS if len(course.channels) <= PANELS else PANELS - 1]
    rest = course.channels[len(shown) :]
    found = [(name, [_count(week, [name]) for week in course.weeks]) for name in shown]
    if rest:
        others = _("%(n)s others") % {"n": len(rest)}
        found.append((others, [_count(week, rest) for week in course.weeks]))
    return found


def compared(course: Course) -> str:
    """What the last week is compared with: only what was heard in full, and what is left out is named."""
    usual = course.usual()
    if isinstance(usual, NotEnough):
        return _("no usual week to compare with: %(why)s") % {"why": lacking(usual)}
    names = {"n": number(usual.last), "usual": number(usual.median), "weeks": usual.weeks}
    if usual.left_out:
        words = _("where we heard everything %(n)s, against %(usual)s in a usual week; not compared: %(channels)s")
        return words % (names | {"channels": ", ".join(usual.left_out)})
    if usual.weeks < BEFORE:
        return _("in a usual week of the %(weeks)s before that were heard in full: %(usual)s") % names
    return _("in a usual week of the four before: %(usual)s") % names


def _title(course: Course, last: Count) -> str:
    usual = course.usual()
    if isinstance(usual, NotEnough) or usual.left_out:
        return _("Last week %(n)s messages; %(compared)s") % {"n": last, "compared": compared(course)}
    names = {"n": last, "usual": number(usual.median), "weeks": usual.weeks}
    if usual.weeks < BEFORE:
        words = _("Last week %(n)s messages, against %(usual)s in a usual week of the %(weeks)s before heard in full")
        return words % names
    return _("Last week %(n)s messages, against %(usual)s in a usual week of the four before") % names


def _volume(course: Course, query: str) -> Figure:
    panels = _panels(course)
    whole = [_count(week, course.channels) for week in course.weeks]
    title = _title(course, whole[-1])
    names = ", ".join(name for name, _counts in panels[:3])
    return Figure(
        key="volume",
        title=title,
        words=_(
            "Bars for the messages of each week, one row a channel, the largest first: %(names)s. A bar with a broken "
            "outline is a week that was heard in part: there may be more."
        )
        % {"names": names},
        head=[_("Week of"), *(name for name, _counts in panels), _("All"), _("Hours missed")],
        rows=[
            [
                week_name(week),
                *(str(counts[n]) for _name, counts in panels),
                str(whole[n]),
                number(week.deaf_hours),
            ]
            for n, week in enumerate(course.weeks)
        ],
        raw=[
            ["week", *course.channels, "messages", "messages_at_least", "ours", "deaf_hours"],
            *(
                [
                    week.start,
                    *(_count(week, [name]).known for name in course.channels),
                    whole[n].known,
                    week.messages,
                    week.ours,
                    week.deaf_hours,
                ]
                for n, week in enumerate(course.weeks)
            ),
        ],
        query=query,
        chart=_weekly(course, *(_bars(counts, 34, name) for name, counts in panels)),
    )


def _begun(course: Course, query: str) -> Figure:
    counts = [Count(week.waits.asked, bool(week.deaf_hours)) for week in course.weeks]
    last = course.last.waits.asked
    return Figure(
        key="begun",
        title=ngettext("Last week %(n)s conversation began", "Last week %(n)s conversations began", last)
        % {"n": counts[-1]},
        words=_("Bars for the conversations that began in each week; a broken outline where we missed something."),
        head=[_("Week of"), _("Conversations begun"), _("Hours missed")],
        rows=[
            [week_name(week), str(count), number(week.deaf_hours)]
            for week, count in zip(course.weeks, counts, strict=True)
        ],
        raw=[
            ["week", "conversations", "conversations_at_least", "deaf_hours"],
            *(
                [week.start, count.known, count.n, week.deaf_hours]
                for week, count in zip(course.weeks, counts, strict=True)
            ),
        ],
        query=query,
        chart=_weekly(course, _bars(counts, 140)),
    )


def _bars(counts: Sequence[Count], height: int, name: str = "") -> Panel:
    """With a broken outline where a week was heard in part, and none where nobody listened."""
    rows = [{"n": n, "count": count.n, "partly": count.partly, "within": True} for n, count in enumerate(counts)]
    return Panel("bars", rows, height, name, ticks=2)


# -- answering -------------------------------------------------------------------------------------------------------


def _share(course: Course, query: str) -> Figure:
    found = course.whole.share()
    title = (
        capfirst(lacking(found))
        if isinstance(found, NotEnough)
        else _("%(share)s of the conversations have an answer (%(between)s)")
        % {"share": percent(found.value), "between": between(found, percent)}
    )
    weekly = [(week, week.waits.share()) for week in course.weeks]
    shares = points(share for _week, share in weekly)
    return Figure(
        key="answered",
        title=title,
        words=_("A point for the share of each week's conversations that were answered, with its interval as a line."),
        head=[_("Week of"), _("Old enough"), _("Answered"), _("Share answered")],
        rows=[
            [
                week_name(week),
                number(week.waits.settled_asked),
                number(week.waits.settled_answered),
                told(share, percent),
            ]
            for week, share in weekly
        ],
        raw=[
            ["week", "asked", "answered", "share", "low", "high"],
            *(
                [week.start, week.waits.settled_asked, week.waits.settled_answered, *_three(share)]
                for week, share in weekly
            ),
        ],
        query=f"{query} is:answered",
        chart=_weekly(course, Panel("points", shares, 150, format=".0%", lowest=0.0, highest=1.0)),
    )


def _wait(course: Course, query: str) -> Figure:
    found = course.whole.median()
    title = (
        no_median(found)
        if isinstance(found, NotEnough)
        else _("Half of the conversations had their first answer within %(time)s (%(between)s)")
        % {"time": amount(found.value), "between": between(found, amount)}
    )
    weekly = [(week, week.waits.median()) for week in course.weeks]
    waits = points((wait for _week, wait in weekly), HOUR)
    return Figure(
        key="wait",
        title=title,
        words=_("A point for the median time to the first answer in each week, with its interval as a line, in hours."),
        head=[_("Week of"), _("Conversations"), _("Median time to the first answer")],
        rows=[
            [
                week_name(week),
                number(week.waits.asked),
                no_median(wait) if isinstance(wait, NotEnough) else told(wait, amount),
            ]
            for week, wait in weekly
        ],
        raw=[
            ["week", "conversations", "median_seconds", "low_seconds", "high_seconds"],
            *([week.start, week.waits.asked, *_three(wait)] for week, wait in weekly),
        ],
        query=query,
        chart=_weekly(course, Panel("points", waits, 150, label=_("%(n)s h") % {"n": "%s"}, lowest=0.0)),
    )


def no_median(found: NotEnough) -> str:
    if found.what != "answered conversations":
        return lacking(found)
    return _("More than half have no answer yet, so nobody can know the median")


def _three(found: Known) -> tuple[Any, Any, Any]:
    if isinstance(found, NotEnough):
        return "", "", ""
    return found.value, found.low, "" if math.isinf(found.high) else found.high


def points(found: Iterable[Known | None], unit: float = 1.0) -> list[dict[str, Any]]:
    """The rows of points with their intervals; an interval without an end goes as far as the others, and is open."""
    known = [(n, one) for n, one in enumerate(found) if isinstance(one, Estimate)]
    ends = [end for _n, one in known for end in (one.value, one.high) if math.isfinite(end)]
    top = 1.1 * max(ends, default=unit)
    return [
        {
            "n": n,
            "value": one.value / unit,
            "low": one.low / unit,
            "high": min(one.high, top) / unit,
            "open": math.isinf(one.high),
        }
        for n, one in known
    ]


# -- tone ------------------------------------------------------------------------------------------------------------


def _tone(course: Course, query: str) -> Figure:
    shares = course.last.shares()
    title = (
        capfirst(lacking(shares))
        if isinstance(shares, NotEnough)
        else _(
            "Last week the reader took %(negative)s for negative, %(neutral)s for neutral, %(positive)s for positive"
        )
        % {tone: percent(shares[tone]) for tone in TONES}
    )
    return Figure(
        key="tone",
        title=title,
        words=_(
            "Three lines: the shares of negative, neutral and positive messages of each week, as the reader sees them. "
            "They break at weeks that were heard in part; those have a hollow sign each."
        ),
        head=[_("Week of"), _("Read"), _("Negative"), _("Neutral"), _("Positive"), _("Hours missed")],
        rows=[[week_name(week), number(week.read), *_tones(week), number(week.deaf_hours)] for week in course.weeks],
        raw=[
            ["week", "read", *TONES, "deaf_hours"],
            *(
                [week.start, week.read, *(getattr(week, tone) for tone in TONES), week.deaf_hours]
                for week in course.weeks
            ),
        ],
        query=f"{query} tone:negative",
        chart=_weekly(course, _lines(course)),
        uncorrected=True,
    )


def _tones(week: Week) -> list[str]:
    shares = week.shares()
    if isinstance(shares, NotEnough):
        return [lacking(shares), "–", "–"]
    return [f"{number(getattr(week, tone))} ({percent(shares[tone])})" for tone in TONES]


def _lines(course: Course) -> Panel:
    names = {"negative": _("negative"), "neutral": _("neutral"), "positive": _("positive")}
    rows = []
    for n, week in enumerate(course.weeks):
        shares = week.shares()
        for tone in TONES:
            share = None if isinstance(shares, NotEnough) else shares[tone]
            whole = None if week.deaf_hours else share
            rows.append(
                {"n": n, "tone": names[tone], "share": share, "whole": whole, "partly": week.deaf_hours > 0},
            )
    return Panel("tones", rows, 170, format=".0%", lowest=0.0, names=[names[tone] for tone in TONES])


def _weekly(course: Course, *panels: Panel) -> Series:
    """Over one axis of weeks, and under them, on the same axis, whether we heard everything."""
    return Series([week_name(week) for week in course.weeks], panels, [not week.deaf_hours for week in course.weeks])
