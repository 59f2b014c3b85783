"""Share of voice: how much of the talk is about us, week by week, counted in messages or in people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Brief, Purpose
from rapport.server.measure import voice
from rapport.server.measure.models import VoiceWeek
from rapport.server.measure.queries import Known
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.drawings import shares as drawn_shares
from rapport.server.pages.figures import Figure, between, lacking, percent, told
from rapport.server.pages.framed import framed, sent
from rapport.server.templatetags.rapport import number

PERIODS = {"12": 12, "52": 52}
MOST = 8
"""Brands that are drawn; the table has all of them."""


def _asked(request: HttpRequest) -> tuple[int, bool]:
    """Weeks, and whether people are counted rather than messages."""
    return PERIODS.get(request.GET.get("weeks", ""), 12), request.GET.get("count") == "people"


def _carried(weeks: int, people: bool, **more: object) -> str:
    return urlencode({"weeks": weeks, **({"count": "people"} if people else {}), **more})


def page(request: HttpRequest) -> HttpResponse:
    count, people = _asked(request)
    rows = voice.weeks(timezone.now(), count)
    last = next((row for row in reversed(rows) if row.brands), None)
    rivals = Brief.objects.filter(active=True, purpose=Purpose.RIVAL).exists()

    def url(form: str, **more: object) -> str:
        return f"{reverse('course_voice_figure', args=[form])}?{_carried(count, people, **more)}"

    enough = any(row.people if people else row.messages for row in rows)
    figure = figure_of(rows, people=people) if last and enough else None
    told_by = {"last": last, "people": people, "hours": percent(voice.LIVE), "messages_url": _messages(rows)}
    method = render_to_string("course/_voice_method.html", told_by)
    context = {
        "periods": [
            {"label": label, "url": f"?{_carried(weeks, people)}", "here": weeks == count}
            for weeks, label in ((12, _("12 weeks")), (52, _("1 year")))
        ],
        "counted": [
            {"label": label, "url": f"?{_carried(count, which)}", "here": which == people}
            for which, label in ((False, _("Messages")), (True, _("People")))
        ],
        "last": last,
        "rivals": rivals,
        "whole": _whole(rows, last, people=people) if last else [],
        "charts": [framed(request, figure, url, method)] if figure else [],
        "method": method,
    }
    return tabbed(request, "course_voice", "course/voice.html", context)


def _messages(rows: Sequence[VoiceWeek]) -> str:
    """Finds what was said of us and of the rivals in these weeks."""
    briefs = Brief.objects.filter(active=True, purpose__in=[*voice.OURS, Purpose.RIVAL])
    said = " OR ".join(f"({brief.query})" for brief in briefs)
    weeks = f"published:{rows[0].week}..{rows[-1].week + timedelta(days=6)} " if rows else ""
    return f"{reverse('search')}?{urlencode({'q': f'{weeks}({said})' if said else weeks})}"


def _whole(rows: Sequence[VoiceWeek], last: VoiceWeek, *, people: bool) -> list[tuple[str, str, str, str, str]]:
    """(whose, share, interval, why there is none, of how many) of all these weeks together, those among the same
    rivals."""
    found = voice.whole([row for row in rows if row.brands == last.brands], people=people)
    names = [(key, _("us") if key == voice.US else name) for key, name in last.brands]
    if isinstance(found, NotEnough):
        return [(name, "", "", lacking(found), "") for _key, name in names]
    counted = _("of %(n)s people") if people else _("of %(n)s mentions")
    sample = counted % {"n": number(next(iter(found.values())).n)}
    return [
        (name, percent(found[key].value), between(found[key], percent), "", sample)
        if key in found
        else (name, percent(0), "", "", sample)
        for key, name in names
    ]


def figure(request: HttpRequest, form: str) -> HttpResponse:
    count, people = _asked(request)
    rows = voice.weeks(timezone.now(), count)
    return sent(request, figure_of(rows, people=people) if any(row.brands for row in rows) else None, form)


# -- the figure ------------------------------------------------------------------------------------------------------


def share(row: VoiceWeek, key: str, *, people: bool) -> Known | None:
    """A brand's share in a week; None where it was not listened for."""
    if key not in dict(row.brands):
        return None
    found = row.people if people else row.messages
    if key not in found:
        return NotEnough(row.groups, row.needed, "people")
    value, low, high = found[key]
    n = row.groups if people else row.mentions
    return Estimate(value, low, high, n, "share")


def figure_of(rows: Sequence[VoiceWeek], *, people: bool) -> Figure:
    last = next(row for row in reversed(rows) if row.brands)
    names = {key: _("us") if key == voice.US else name for key, name in last.brands}
    labels = [date_format(row.week, "DAY") for row in rows]
    # Among other rivals the same talk is another share.
    alike = [row if [key for key, _name in row.brands] == list(names) else VoiceWeek(week=row.week) for row in rows]
    shares = {key: [share(row, key, people=people) for row in alike] for key in names}
    drawn = [(names[key], shares[key]) for key in list(names)[:MOST]]
    counted = _("people") if people else _("messages")
    return Figure(
        key="voice",
        title=_title(shares[voice.US], alike, people=people),
        words=_("A panel for us and for each rival: a point for the share of each week, with its interval as a line."),
        head=[_("Week of"), *names.values(), _("Counted: %(what)s") % {"what": counted}],
        rows=[
            [
                label,
                *(_cell(shares[key][n]) for key in names),
                number(alike[n].groups if people else alike[n].mentions) if alike[n].brands else "–",
            ]
            for n, label in enumerate(labels)
        ],
        raw=[
            ["week", "brand", "counted", "share", "low", "high", "n"],
            *(
                [rows[n].week, names[key], "people" if people else "messages", one.value, one.low, one.high, one.n]
                for n in range(len(rows))
                for key in names
                if isinstance(one := shares[key][n], Estimate)
            ),
        ],
        query="",
        chart=drawn_shares(drawn, labels),
    )


def _cell(found: Known | None) -> str:
    return _("other rivals, or none") if found is None else told(found, percent)


def _title(ours: Sequence[Known | None], rows: Sequence[VoiceWeek], *, people: bool) -> str:
    known = [(row, one) for row, one in zip(rows, ours, strict=True) if isinstance(one, Estimate)]
    if not known:
        return _("In none of these weeks enough people spoke")
    row, found = known[-1]
    week = date_format(row.week, "DAY")
    words = (
        _("In the week of %(week)s, %(share)s of the people spoke about us (%(between)s)")
        if people
        else _("In the week of %(week)s, %(share)s of the messages were about us (%(between)s)")
    )
    return words % {"week": week, "share": percent(found.value), "between": between(found, percent)}


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/voice/", page, name="course_voice"),
    path("course/voice/voice.<slug:form>", figure, name="course_voice_figure"),
]
