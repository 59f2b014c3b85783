"""Counts and answers: how much is said, as the reader takes its tone, and how we answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.server.listen.models import Channel
from rapport.server.measure import queries
from rapport.server.measure.queries import Course
from rapport.server.measure.response import DEFINITIONS
from rapport.server.organise.models import Team
from rapport.server.pages.asking import number
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.figures import Figure, figures, gaps, week_name
from rapport.server.pages.framed import Framed, framed, sent

KEPT_SECONDS = 600
PERIODS = {"12": 12, "52": 52}


@dataclass(frozen=True, slots=True)
class Where:
    """What the address asks for: a period, and perhaps a channel and a team."""

    weeks: int
    channel: Channel | None
    team: Team | None

    def carried(self, **changes: object) -> str:
        """These choices as the query of an address, some of them changed."""
        chosen = {
            "weeks": self.weeks,
            "channel": self.channel.pk if self.channel else "",
            "team": self.team.slug if self.team else "",
        }
        return urlencode({name: value for name, value in (chosen | changes).items() if value})

    def course(self, now: datetime) -> Course:
        """Kept until the counts change: the page and each of its pictures ask for the same."""
        key = f"course:{self.carried()}:{queries.counted()}:{now.date()}"
        return cast(Course, cache.get_or_set(key, lambda: self._course(now), KEPT_SECONDS))

    def _course(self, now: datetime) -> Course:
        return queries.course(now, weeks=self.weeks, channel=self.channel, team=self.team)

    def query(self, course: Course) -> str:
        """Finds the messages of these weeks, in the language of the search box."""
        parts = [f"published:{course.weeks[0].start}..{course.last.end}"]
        if self.channel and '"' not in self.channel.name:
            parts.append(f'channel:"{self.channel.name}"')
        if self.team:
            parts.append(f"team:{self.team.slug}")
        return " ".join(parts)

    def figures(self, course: Course) -> list[Figure]:
        return figures(course, by_team=self.team is not None, query=self.query(course))


def where(request: HttpRequest) -> Where:
    """What an address cannot mean is ignored: a channel may have been closed since the link was kept."""
    return Where(
        PERIODS.get(request.GET.get("weeks", ""), 12),
        Channel.objects.filter(pk=number(request.GET.get("channel", "")) or 0).first(),
        Team.objects.filter(slug=request.GET.get("team", "")).first(),
    )


def counts(request: HttpRequest) -> HttpResponse:
    here = where(request)
    found = here.course(timezone.now())
    context = {
        "periods": [
            {"label": label, "url": f"?{here.carried(weeks=weeks)}", "here": weeks == here.weeks}
            for weeks, label in ((12, _("12 weeks")), (52, _("1 year")))
        ],
        "where": here,
        "channels": list(Channel.objects.order_by("name")),
        "teams": list(Team.objects.order_by("name")),
        "course": found,
        "empty": not any(week.messages or week.waits.asked for week in [*found.weeks, found.running]),
        "first": found.weeks[0].start,
        "until": found.last.end,
        "gaps": gaps(found),
        "charts": [framed_figure(request, figure, found, here) for figure in here.figures(found)],
    }
    return tabbed(request, "course_counts", "course/counts.html", context)


def framed_figure(request: HttpRequest, figure: Figure, found: Course, here: Where) -> Framed:
    def url(form: str, **more: object) -> str:
        return f"{reverse('course_figure', args=[figure.key, form])}?{here.carried(**more)}"

    method = {
        "figure": figure,
        "course": found,
        "where": here,
        "first": found.weeks[0].start,
        "until": found.last.end,
        "messages_url": f"{reverse('search')}?{urlencode({'q': figure.query})}",
        "definition": DEFINITIONS.get(figure.key),
        "gaps": gaps(found),
        "deaf": [(week_name(week), week.deaf_hours) for week in found.deaf()][-6:],
    }
    return framed(request, figure, url, render_to_string("course/_method.html", method), words=gaps(found))


def figure(request: HttpRequest, key: str, form: str) -> HttpResponse:
    here = where(request)
    found = {one.key: one for one in here.figures(here.course(timezone.now()))}
    return sent(request, found.get(key), form)


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/counts/", counts, name="course_counts"),
    path("course/counts/<slug:key>.<slug:form>", figure, name="course_figure"),
]
