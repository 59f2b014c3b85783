"""The figures of the course: what each finds, the same as a table, how it was made, and how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from rapport.core.types import Estimate, NotEnough
from rapport.server.measure.queries import TONES, Course, Known, Week
from rapport.server.pages.charts import Spec
from rapport.server.pages.tags import amount, together
from rapport.server.templatetags.rapport import number

PANELS = 8  # channels drawn apart; the smaller ones are drawn together
AXIS = 46  # room for the numbers at the left, the same for every panel so that the weeks stand below each other
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
Colours = Any


@dataclass(frozen=True)
class Figure:
    """One chart with everything that belongs to it.

    title      what it finds, a sentence        words   what one sees in it, for those who do not
    head, rows the same numbers for people      raw     the same numbers for machines: a head and lines
    query      finds the messages behind it     spec    draws it, for a width and colours
    """

    key: str
    title: str
    words: str
    head: list[str]
    rows: list[list[str]]
    raw: list[list[Any]]
    query: str
    spec: Callable[[int, Colours], Spec]
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
        spec=lambda width, c: _stacked(
            course, width, c, [_bars(course, name, counts, width, c) for name, counts in panels]
        ),
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
        spec=lambda width, c: _stacked(course, width, c, [_bars(course, "", counts, width, c, height=140)]),
    )


def _bars(course: Course, name: str, counts: Sequence[Count], width: int, c: Colours, *, height: int = 34) -> Spec:
    """Bars; with a broken outline where a week was heard in part, and none where nobody listened."""
    weeks = [
        {"week": week_name(week), "n": count.n, "partly": count.partly}
        for week, count in zip(course.weeks, counts, strict=True)
    ]
    broken = {"fillOpacity": 0.18, "stroke": c["accent"], "strokeDash": [3, 2], "strokeWidth": 1.2}
    return {
        **(
            {
                "title": {
                    "text": name,
                    "anchor": "start",
                    "fontSize": 12,
                    "fontWeight": 500,
                    "color": c["text"],
                    "offset": 2,
                }
            }
            if name
            else {}
        ),
        "width": width - AXIS,
        "height": height,
        "data": {"values": weeks},
        "layer": [
            {"transform": [{"filter": "!datum.partly"}], "mark": {"type": "bar", "color": c["accent"]}},
            {
                "transform": [{"filter": "datum.partly && datum.n != null"}],
                "mark": {"type": "bar", "color": c["accent"], **broken},
            },
        ],
        "encoding": {
            "x": _weeks(course, width, axis=None),
            "y": {
                "field": "n",
                "type": "quantitative",
                "axis": {"title": None, "tickCount": 2, "minExtent": AXIS, "maxExtent": AXIS},
            },
        },
    }


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
        spec=lambda width, c: _stacked(
            course,
            width,
            c,
            [_points(course, [share for _week, share in weekly], width, c, 1, {"domain": [0, 1]}, {"format": ".0%"})],
        ),
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
    hours = {"labelExpr": "'{}'".format(_("%(n)s h") % {"n": "' + datum.label + '"})}
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
        spec=lambda width, c: _stacked(
            course,
            width,
            c,
            [_points(course, [wait for _week, wait in weekly], width, c, HOUR, {"domainMin": 0}, hours)],
        ),
    )


def no_median(found: NotEnough) -> str:
    if found.what != "answered conversations":
        return lacking(found)
    return _("More than half have no answer yet, so nobody can know the median")


def _three(found: Known) -> tuple[Any, Any, Any]:
    if isinstance(found, NotEnough):
        return "", "", ""
    return found.value, found.low, "" if math.isinf(found.high) else found.high


def _points(
    course: Course, found: Sequence[Known], width: int, c: Colours, unit: float, scale: Spec, axis: Spec
) -> Spec:
    """Points with their intervals. Weeks without enough data stay empty; an interval without an end gets an arrow."""
    ends = [one.high for one in found if isinstance(one, Estimate) and math.isfinite(one.high)]
    values = [one.value for one in found if isinstance(one, Estimate)]
    top = 1.1 * max([*ends, *values], default=1.0) / unit
    lines = [
        {
            "week": week_name(week),
            "value": one.value / unit,
            "low": one.low / unit,
            "high": min(one.high / unit, top),
            "open": math.isinf(one.high),
        }
        for week, one in zip(course.weeks, found, strict=True)
        if isinstance(one, Estimate)
    ]
    x = _weeks(course, width, axis=None)
    y = {
        "type": "quantitative",
        "scale": scale,
        "axis": {"title": None, "minExtent": AXIS, "maxExtent": AXIS, **axis},
    }
    arrow = {"type": "point", "shape": "triangle-up", "filled": True, "size": 40, "color": c["accent"]}
    return {
        "width": width - AXIS,
        "height": 150,
        "data": {"values": lines},
        "layer": [
            {
                "mark": {"type": "rule", "color": c["accent"], "opacity": 0.45, "strokeWidth": 2},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "transform": [{"filter": "datum.open"}],
                "mark": arrow,
                "encoding": {"x": x, "y": {"field": "high", **y}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 46, "color": c["accent"], "opacity": 1},
                "encoding": {"x": x, "y": {"field": "value", **y}},
            },
        ],
    }


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
        spec=lambda width, c: _stacked(course, width, c, [_lines(course, width, c)]),
        uncorrected=True,
    )


def _tones(week: Week) -> list[str]:
    shares = week.shares()
    if isinstance(shares, NotEnough):
        return [lacking(shares), "–", "–"]
    return [f"{number(getattr(week, tone))} ({percent(shares[tone])})" for tone in TONES]


SIGN_ROOM = 26  # pixels
SHAPES = {"negative": "triangle-down", "neutral": "square", "positive": "triangle-up"}


def _lines(course: Course, width: int, c: Colours) -> Spec:
    names = {"negative": _("negative"), "neutral": _("neutral"), "positive": _("positive")}
    every = math.ceil(SIGN_ROOM * len(course.weeks) / (width - AXIS))  # a sign on every week would hide the lines
    values = []
    for n, week in enumerate(reversed(course.weeks)):
        shares = week.shares()
        for tone in TONES:
            share = None if isinstance(shares, NotEnough) else shares[tone]
            values.append(
                {
                    "week": week_name(week),
                    "tone": names[tone],
                    "share": share,
                    "whole": None if week.deaf_hours else share,
                    "sign": n % every == 0,
                    "partly": week.deaf_hours > 0,
                }
            )
    domain = [names[tone] for tone in TONES]
    by_tone = {
        "x": _weeks(course, width, axis=None),
        "y": {
            "field": "share",
            "type": "quantitative",
            "scale": {"domainMin": 0},
            "axis": {"title": None, "format": ".0%", "minExtent": AXIS, "maxExtent": AXIS},
        },
        "color": {"field": "tone", "scale": {"domain": domain, "range": [c[tone] for tone in TONES]}, "sort": None},
    }
    shapes = {"field": "tone", "scale": {"domain": domain, "range": [SHAPES[tone] for tone in TONES]}, "sort": None}
    return {
        "width": width - AXIS,
        "height": 170,
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {**by_tone, "y": {**by_tone["y"], "field": "whole"}},
            },
            {
                "transform": [{"filter": "datum.sign && datum.whole != null"}],
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {**by_tone, "shape": shapes},
            },
            {
                "transform": [{"filter": "datum.partly && datum.share != null"}],
                "mark": {"type": "point", "filled": False, "size": 60, "opacity": 1},
                "encoding": {**by_tone, "shape": shapes},
            },
        ],
    }


# -- the axis and what we missed, below every chart ------------------------------------------------------------------


def _weeks(course: Course, width: int, *, axis: Spec | None) -> Spec:
    names = [week_name(week) for week in course.weeks]
    return {"field": "week", "type": "ordinal", "scale": {"domain": names}, "axis": axis}


def _stacked(course: Course, width: int, c: Colours, panels: list[Spec]) -> Spec:
    """Panels over one axis of weeks, and under them, on the same axis, whether we heard everything."""
    names = [week_name(week) for week in course.weeks]
    every = max(1, math.ceil(len(names) / max(1, (width - AXIS) // 64)))
    ticks = names[::-every][::-1]
    ticks_axis = {"values": ticks, "labelAngle": 0, "title": None, "labelOverlap": False}
    x = _weeks(course, width, axis=ticks_axis)
    strip = {
        "width": width - AXIS,
        "height": 14,
        "data": {"values": [{"week": week_name(week), "missed": week.deaf_hours > 0} for week in course.weeks]},
        "layer": [
            {
                "transform": [{"filter": "!datum.missed"}],
                "mark": {
                    "type": "point",
                    "shape": "square",
                    "filled": True,
                    "opacity": 1,
                    "size": 30,
                    "color": c["neutral"],
                },
                "encoding": {"x": x, "y": {"value": 7}},
            },
            {
                "transform": [{"filter": "datum.missed"}],
                "mark": {"type": "text", "text": "×", "fontSize": 17, "fontWeight": "bold", "color": c["negative"]},
                "encoding": {"x": x, "y": {"value": 7}},
            },
        ],
    }
    return {
        "vconcat": [*panels, strip],
        "spacing": 10,
        "resolve": {"scale": {"x": "shared", "color": "independent", "shape": "independent"}},
    }
