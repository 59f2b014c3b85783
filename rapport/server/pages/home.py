"""Home: what needs me now, are we hearing everything, where are we heading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.core.types import NotEnough
from rapport.server.listen import health
from rapport.server.listen.coverage import Cell, strips
from rapport.server.listen.models import Channel
from rapport.server.measure.models import Goal
from rapport.server.measure.queries import Course, Waits, joined
from rapport.server.measure.whereabouts import Whereabouts, lines, whereabouts
from rapport.server.organise.abilities import may
from rapport.server.pages.course import SMALL_WEEKS
from rapport.server.pages.course_counts import Where, framed_figure
from rapport.server.pages.course_words import Sentence, sentence
from rapport.server.pages.figures import at_least, between, compared, gaps, lacking, no_median, percent
from rapport.server.pages.framed import Framed
from rapport.server.pages.needs import needs
from rapport.server.pages.render import me, page
from rapport.server.pages.sparks import spark
from rapport.server.pages.tags import amount
from rapport.server.templatetags.rapport import number

WEEKS = 12  # of which the last five are compared
WAYS = 6


def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    user = me(request)
    channels = hearing(now)
    here = Where(WEEKS, None, None)
    course = here.course(now)
    ways = going(now)
    context = {
        "needs": needs(user, now),
        "channels": [channel for channel in channels if channel.cells],
        "by_hand": ", ".join(channel.name for channel in channels if not channel.cells),
        "may_listen": may(user, "listen"),
        "numbers": headings(course),
        "heard": any(week.messages for week in [*course.weeks, course.running]),
        "ways": ways,
        "chart": None if any(way.known for way in ways) else uncorrected(request, course, here),
        "gaps": gaps(course),
    }
    return page(request, "home", "home/home.html", context)


@dataclass(frozen=True, slots=True)
class Heard:
    """One channel as the strip of fourteen days takes it."""

    name: str
    network: str
    url: str
    cells: tuple[Cell, ...]
    words: str


def hearing(now: datetime) -> list[Heard]:
    channels = list(Channel.objects.exclude(state="closed").order_by("name"))
    found = strips(channels, now, timezone.get_current_timezone())
    return [
        Heard(
            channel.name,
            channel.network,
            reverse("channel", args=[channel.pk]),
            found[channel.pk].days,
            f"{health.deaf(channel)} {found[channel.pk].words}".strip(),
        )
        for channel in channels
    ]


# -- where we are heading --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """Where one line goes, toward one of its goals or with none. `known`: there is a number at all."""

    name: str
    url: str
    words: Sentence
    drawing: SafeString
    known: bool


def going(now: datetime) -> list[Way]:
    """A way for each goal; without any, that of the first line."""
    every = lines()
    aimed = set(Goal.objects.filter(closed_at=None, line__in=every).values_list("line", flat=True))
    chosen = [line for line in every if line.pk in aimed] or every[:1]
    found = whereabouts(chosen, now, weeks=SMALL_WEEKS) if chosen else []
    return [_way(one, of) for one in found for of in dict.fromkeys([goal.of for goal in one.goals] or ["net"])][:WAYS]


def _way(found: Whereabouts, of: str) -> Way:
    url = f"{reverse('course')}?{urlencode({'line': found.line.pk, 'of': of})}"
    words = sentence(found, of)
    return Way(found.line.name, url, words, spark(found, of), bool(words.short))


def uncorrected(request: HttpRequest, course: Course, here: Where) -> Framed:
    """The reader's own shares, as long as people have not coded enough."""
    tone = next(figure for figure in here.figures(course) if figure.key == "tone")
    return framed_figure(request, tone, course, here)


@dataclass(frozen=True, slots=True)
class Heading:
    """One number in a sentence's clothes: what it is, what it was, and on what it rests."""

    label: str
    value: str
    none: str
    interval: str
    sample: str
    method_url: str


def headings(course: Course) -> list[Heading]:
    last, before = course.last.waits, joined(course.weeks[-5:-1])
    return [_messages(course), _answered(last, before), _waited(last, before)]


def _messages(course: Course) -> Heading:
    value = at_least(course.last.messages, bool(course.last.deaf_hours))
    return Heading(
        _("Messages last week"), value, "", compared(course), _set_aside(course.last.noise), _method("volume")
    )


def _set_aside(count: int) -> str:
    return _("and %(n)s set aside as noise") % {"n": number(count)} if count else ""


def _answered(last: Waits, before: Waits) -> Heading:
    share, was = last.share(), before.share()
    sample = _conversations(last.settled_asked)
    label = _("Answered, of last week's conversations")
    if isinstance(share, NotEnough):
        return Heading(label, "", lacking(share), "", "", _method("answered"))
    words = [between(share, percent)]
    if not isinstance(was, NotEnough):
        words.append(_("in the four weeks before %(share)s") % {"share": percent(was.value)})
    return Heading(label, percent(share.value), "", "; ".join(words), sample, _method("answered"))


def _waited(last: Waits, before: Waits) -> Heading:
    wait, was = last.median(), before.median()
    label = _("Half had their first answer within")
    if isinstance(wait, NotEnough):
        return Heading(label, "", no_median(wait), "", "", _method("wait"))
    words = [between(wait, amount)]
    if not isinstance(was, NotEnough):
        words.append(_("in the four weeks before %(time)s") % {"time": amount(was.value)})
    sample = _conversations(last.asked)
    return Heading(label, amount(wait.value), "", "; ".join(words), sample, _method("wait"))


def _conversations(count: int) -> str:
    return ngettext("%(n)s conversation", "%(n)s conversations", count) % {"n": number(count)}


def _method(key: str) -> str:
    return f"{reverse('course_counts')}#{key}-title"


urlpatterns: list[URLPattern | URLResolver] = [path("", home, name="home")]
