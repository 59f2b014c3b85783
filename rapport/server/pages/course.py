"""Course: where we have been, where we are, where we are going, on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.options import has_neighbours
from rapport.server.listen.models import Brief
from rapport.server.measure.figures import REVISED
from rapport.server.measure.goals import foreseen
from rapport.server.measure.models import Alarm, Figure, Line
from rapport.server.measure.whereabouts import (
    NUMBERS,
    Whereabouts,
    after,
    coded_at_all,
    grey,
    lines,
    looks,
    missing,
    value,
    whereabouts,
)
from rapport.server.measure.words import changed
from rapport.server.organise.abilities import may
from rapport.server.pages.asking import number, quoted
from rapport.server.pages.course_axis import events
from rapport.server.pages.course_chart import Drawing
from rapport.server.pages.course_tabs import reached, tabbed
from rapport.server.pages.course_words import (
    PARTED,
    SHORT,
    Sentence,
    arrival,
    day_name,
    held,
    interval,
    labels_of,
    lacks,
    messages_of,
    points,
    sentence,
    size,
    within,
    written,
)
from rapport.server.pages.figures import percent
from rapport.server.pages.framed import Framed, framed, sent
from rapport.server.pages.sparks import spark
from rapport.server.templatetags.rapport import number as digits

PERIODS = (26, 52, 104)
SMALL_WEEKS = 26
MOST_LINES = 24  # small multiples on one page; the list of lines has all
MOST_CARRYING = 5  # of a change; its own page has all
WIDTHS = {"wide": 900, "middle": 640, "narrow": 320}


# -- what the address asks for ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which line, and how one looks at it.

    of      net, negative or positive
    people  of people (authors, threads, copies) instead of messages
    parted  into tone and mix, which are told of messages
    known   as it was known at the end of that day; None: now
    text    the query, of a line that is only asked for
    """

    line: Line
    of: str
    weeks: int = PERIODS[0]
    people: bool = False
    parted: bool = False
    known: date | None = None
    text: str = ""

    @classmethod
    def read(cls, request: HttpRequest, line: Line) -> Asked:
        """What an address cannot mean is ignored."""
        given = request.GET
        of, weeks = given.get("of", ""), number(given.get("weeks", ""))
        return cls(
            line,
            of if of in NUMBERS else "",
            weeks if weeks in PERIODS else PERIODS[0],
            given.get("count") == "people" and given.get("show") != "parts",
            given.get("show") == "parts",
            _day(given.get("known", "")),
            given.get("q", "").strip(),
        )

    def carried(self, **changes: object) -> str:
        """These choices as the query of an address, some of them changed."""
        chosen: dict[str, object] = {
            "line": self.line.pk,
            "q": self.text,
            "of": self.of,
            "weeks": self.weeks if self.weeks != PERIODS[0] else "",
            "count": "people" if self.people else "",
            "show": "parts" if self.parted else "",
            "known": self.known or "",
        }
        return urlencode({name: value for name, value in (chosen | changes).items() if value})

    @property
    def now(self) -> str:
        """The same, as it is known now."""
        return self.carried(known="")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form that asks for a day carries along."""
        return parse_qsl(self.now)

    def shown(self, found: Whereabouts) -> Whereabouts:
        """Goals and the weeks to come are those of messages."""
        return replace(found, goals=[], ahead={}) if self.people else found

    def drawing(self, found: Whereabouts) -> Drawing:
        return Drawing(self.shown(found), self.of, self.people, self.parted, query(found))


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:  # it looks like a date, and is none
        return None
    return found if found and has_neighbours(found) else None


def query(found: Whereabouts) -> str:
    """Finds the messages of a line in the weeks that are shown, in the language of the search box."""
    days = [*found.weeks, *([found.seven] if found.seven else [])]
    return query_of(found.line, (days[0].start, days[-1].end) if days else None)


def query_of(line: Line, days: tuple[date, date] | None) -> str:
    """Finds the messages of a line, from the first of these days to the last."""
    parts = [f"published:{days[0]}..{days[1]}"] if days else []
    if line.channel:
        parts.append(f"channel:{quoted(line.channel.name)}")
    if line.brief:
        parts.append(f"({line.brief.query})")
    elif not line.channel:
        about = [f"({brief.query})" for brief in Brief.objects.filter(active=True) if brief.opens_conversations]
        parts.append(f"({' OR '.join(['addressed:yes', *about])})")
    return " ".join(parts)


# -- the page --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Small:
    """One of the other lines: its own sentence and a little chart."""

    line: Line
    url: str
    words: Sentence
    drawing: SafeString


@dataclass(frozen=True, slots=True)
class Carrying:
    """A channel, a brief or a kind, and how much of the change is its own."""

    name: str
    what: str
    share: str
    meter: int


def course(request: HttpRequest) -> HttpResponse:
    now, open_lines = timezone.now(), lines()
    line = _chosen(request, open_lines)
    if line is None:
        return tabbed(request, "course", "course/none.html", {"may_measure": may(request.user, "measure")})
    asked = Asked.read(request, line)
    (found,) = whereabouts([line], now, weeks=asked.weeks, known=asked.known)
    asked = _default(asked, found)
    _foresee(asked, found)
    others = [one for one in open_lines if one.pk != line.pk]
    known = bool(found.weeks or found.seven)
    context = {
        "page_class": "page--wide",
        "asked": asked,
        "found": found,
        "line": line,
        "words": sentence(asked.shown(found), asked.of, people=asked.people),
        "chart": _chart(request, asked, found) if known else None,
        "coded": known or coded_at_all(),
        "lacking": _lacking(found),
        "beside": PARTED if asked.parted else "",
        "switches": switches(asked),
        "facts": facts(found.seven, asked.of, people=asked.people) if found.seven else [],
        "change": found.change,
        "carrying": carrying(found.change)[:MOST_CARRYING],
        "goal": found.goal(asked.of),
        "arrival": arrival(goal) if (goal := asked.shown(found).goal(asked.of)) else "",
        "events": events(found),
        "question": reverse("question") if may(request.user, "see_all") else "",
        "others": [_small(one, asked) for one in _look(others[:MOST_LINES], now)],
        "more_lines": len(others) > MOST_LINES,
        "may_measure": may(request.user, "measure"),
        "desk": reached("desk"),
        "today": found.day,
    }
    return tabbed(request, "course", "course/course.html", context)


def _chosen(request: HttpRequest, open_lines: list[Line]) -> Line | None:
    """The one that is asked for, closed or not; else the first."""
    key = number(request.GET.get("line", ""))
    named = Line.objects.select_related("brief", "channel").filter(pk=key).first() if key else None
    return named or (open_lines[0] if open_lines else None)


def _default(asked: Asked, found: Whereabouts) -> Asked:
    return asked if asked.of else replace(asked, of=found.of)


def _foresee(asked: Asked, found: Whereabouts) -> None:
    """Without a goal nobody has looked ahead yet, and what was known earlier is looked at as it was then."""
    if not asked.line.closed_at and (asked.known or not found.fan(asked.of)):
        found.ahead[asked.of] = foreseen(asked.line, asked.of, found.day, known=asked.known)


def _look(others: list[Line], now: datetime) -> list[Whereabouts]:
    return whereabouts(others, now, weeks=SMALL_WEEKS) if others else []


def _small(found: Whereabouts, asked: Asked) -> Small:
    url = f"?{asked.carried(line=found.line.pk)}"
    return Small(found.line, url, sentence(found, asked.of), spark(found, asked.of))


def switches(asked: Asked) -> list[tuple[str, list[Choice]]]:
    """What can be chosen, each as a link."""

    def choice(label: str, here: bool, **changes: object) -> Choice:
        return Choice(label, f"?{asked.carried(**changes)}", here)

    return [
        (_("Measure"), [choice(str(SHORT[of]), asked.of == of, of=of) for of in NUMBERS]),
        (
            _("Counted"),
            [
                choice(_("Messages"), not asked.people, count=""),
                choice(_("People"), asked.people, count="people", show=""),
            ],
        ),
        (
            _("Shown"),
            [
                choice(_("The tone"), not asked.parted, show=""),
                choice(_("Tone and mix"), asked.parted, show="parts", count=""),
            ],
        ),
        (
            _("Period"),
            [
                choice(label, asked.weeks == weeks, weeks=weeks)
                for weeks, label in zip(PERIODS, (_("26 weeks"), _("1 year"), _("2 years")), strict=True)
            ],
        ),
    ]


def _lacking(found: Whereabouts) -> str:
    """How many labels are missing, and until when at the pace of the last weeks."""
    seven = found.seven
    if seven is None or value(seven, "net", people=False) is not None:
        return ""
    words = _("%(n)s labels are missing.") % {"n": digits(missing(seven))}
    pace = max(seven.labels, *(row.labels for row in found.weeks[-2:]), 0) if found.weeks else seven.labels
    if not pace:
        return words
    if pace < seven.needed:
        enough = _("At the pace of these weeks seven days never have enough; %(n)s a day would do.")
        return f"{words} {enough % {'n': digits(-(-seven.needed // 7))}}"
    days = -(-missing(seven) * 7 // pace)
    soon = ngettext(
        "At the pace of these weeks they are there tomorrow.",
        "At the pace of these weeks they are there in %(n)s days.",
        days,
    )
    return f"{words} {soon % {'n': digits(days)}}"


def facts(figure: Figure, of: str = "net", *, people: bool = False) -> list[tuple[str, str]]:
    """What a number rests on, and how far it may be off when one looks at it every day. Of people, without what is told
    of messages alone."""
    told = [(_("Labels"), digits(labels_of(figure, people=people))), (_("Messages"), messages_of(figure))]
    if figure.effective and figure.labels and not people:
        told.append((_("A label counts for"), digits(figure.effective / figure.labels, 1)))
    if figure.alpha:
        told.append((_("Coders agree (alpha)"), f"{digits(figure.alpha[0], 2)} ({_alpha(figure.alpha)})"))
    elif figure.net:
        told.append((_("Coders agree (alpha)"), _("not known: two coded too few of the same messages")))
    if not people and (unclear := figure.shares.get("uncodable")):
        told.append((_("Nobody could code"), f"{percent(unclear[0])} ({within(unclear, percent)})"))
    told += [(_("Heard"), percent(figure.weight)), *lacks(figure)]
    if figure.late:
        told.append((_("Came late"), digits(figure.late)))
    if not people and figure.missing and (carried := figure.made.get("carried")):
        name = _("Net tone, with what was not heard as last heard")
        told.append((name, f"{points(carried[0])} ({interval((carried[0], carried[1], carried[2]), points)})"))
    if not people and not grey(figure) and (always := looks(figure, of)):
        days = digits((figure.end - figure.start).days + 1)
        name = _("However often one looks at these %(n)s days") % {"n": days}
        told.append((name, interval(always, written(of))))
    return told


def _alpha(found: list[float]) -> str:
    return interval((found[0], found[1], found[2]), lambda n: digits(n, 2))


def carrying(alarm: Alarm | None) -> list[Carrying]:
    """What carries a change, the largest part first."""
    if alarm is None:
        return []
    names = {"channel": _("channel"), "brief": _("brief"), "kind": _("kind")}
    found = alarm.found.get("carried") or []
    return [
        Carrying(
            _(one["name"]) if one["by"] == "kind" else one["name"],
            " · ".join([names.get(one["by"], one["by"]), *_how_far(one)]),
            percent(one["share"]),
            round(100 * min(max(one["share"], 0), 1)),
        )
        for one in found
    ]


def _how_far(one: Mapping[str, Any]) -> list[str]:
    """By how much its part of the number changed, as far as labels tell; or that the reader counts."""
    if by_reader(one):
        return [_("as the reader counts")]
    change = one.get("change") or []
    return (
        [f"{size('negative')(change[0])} ({interval((change[0], change[1], change[2]), points)})"]
        if len(change) == 3
        else []
    )


def by_reader(one: Mapping[str, object]) -> bool:
    """Too few labels tell it; the reader's own counts stand in."""
    return one.get("told_by") == "reader"


# -- the chart -------------------------------------------------------------------------------------------------------


def _chart(request: HttpRequest, asked: Asked, found: Whereabouts) -> Framed:
    figure = asked.drawing(found).figure()

    def url(form: str, **more: object) -> str:
        return f"{reverse('line_figure', args=[asked.line.pk, form])}?{asked.carried(line='', **more)}"

    method = {
        "line": asked.line,
        "of": asked.of,
        "figure": found.seven or (found.weeks[-1] if found.weeks else None),
        "known": day_name(asked.known) if asked.known else "",
        "goal": asked.shown(found).goal(asked.of),
        "held": held(asked.shown(found).fan(asked.of)),
        "parted": asked.parted,
        "words": _words(asked),
        "oldest": found.weeks[0] if found.weeks else None,
        "oldest_reader": _reader(found.weeks[0]) if found.weeks else "",
        "revised": digits(REVISED.days // 7),
        "messages_url": f"{reverse('search')}?{urlencode({'q': figure.query})}",
    }
    return framed(request, figure, url, render_to_string("course/_method_line.html", method), widths=WIDTHS)


def _reader(figure: Figure) -> str:
    """What steadied a number, in words."""
    found = figure.made.get("reader") or []
    readers = [found] if isinstance(found, str) else found
    return _("the reader %(reader)s") % {"reader": ", ".join(readers)} if readers else _("labels alone")


def _words(asked: Asked) -> Brief | None:
    """The brief whose words were changed last, as far as that was known."""
    found = changed([asked.line]).get(asked.line.pk)
    later = asked.known and found and found.words_at and found.words_at >= after(asked.known)
    return None if later else found


def line_figure(request: HttpRequest, key: int, form: str) -> HttpResponse:
    line = get_object_or_404(Line.objects.select_related("brief", "channel"), pk=key)
    asked = Asked.read(request, line)
    (found,) = whereabouts([line], timezone.now(), weeks=asked.weeks, known=asked.known)
    asked = _default(asked, found)
    _foresee(asked, found)
    return sent(request, asked.drawing(found).figure(), form, widths=WIDTHS)


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/", course, name="course"),
    path("course/lines/<int:key>.<slug:form>", line_figure, name="line_figure"),
]
