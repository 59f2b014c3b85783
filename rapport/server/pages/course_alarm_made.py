"""How an alarm was made: by which method, from which days, labels and messages, and what was known when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.core.measure.change import BETS, FALSE_AMONG, RULER_LIMIT, RULER_SLACK, threshold
from rapport.core.measure.forecast import OFF_COURSE, QUANTILE
from rapport.server.listen.models import Brief, Channel
from rapport.server.measure.carried import BESIDE, LEAST
from rapport.server.measure.models import Alarm, DeskDay
from rapport.server.measure.words import changed
from rapport.server.pages.course import by_reader, query_of
from rapport.server.pages.course_words import as_day, day_name, interval, written
from rapport.server.pages.figures import percent
from rapport.server.templatetags.rapport import number

RULED = timedelta(weeks=4)
"""So long before the ruler rang one looks for what the reader has read."""


@dataclass(frozen=True, slots=True)
class Made:
    """How the alarm itself was made, and how what carries it."""

    alarm: SafeString
    carried: SafeString | str


def made(alarm: Alarm) -> Made:
    found = alarm.found
    context = {
        "alarm": alarm,
        "of": str(found.get("of") or alarm.line.watches),
        "rang": day_name(localdate(alarm.rang_at)),
        "messages_url": _messages_url(alarm),
    }
    context |= {"red": _red, "ruler": _ruler, "course": _course}[alarm.kind](alarm)
    return Made(
        render_to_string("course/_alarm_method.html", context),
        render_to_string("course/_carried_method.html", context | _carried(alarm)) if found.get("carried") else "",
    )


def _messages_url(alarm: Alarm) -> str:
    """Finds what was said in the days that it is about; empty once the line is about something else."""
    if alarm.kind == "red" and "home" not in alarm.found:
        return ""
    first = alarm.began or alarm.day - RULED
    last = as_day(alarm.found.get("until")) or alarm.day
    return f"{reverse('search')}?{urlencode({'q': query_of(alarm.line, (first, last))})}"


# -- the tone has changed --------------------------------------------------------------------------------------------


def _red(alarm: Alarm) -> dict[str, Any]:
    found = alarm.found
    of = str(found.get("of") or alarm.line.watches)
    home = found.get("home") or {}
    return {
        "needed": number(found.get("threshold") or threshold()),
        "among": percent(FALSE_AMONG),
        "bets": ", ".join(number(one, 2) for one in BETS),
        "sample": [*_baseline(found, home, of), *_evidence(alarm, home), *_after(alarm)],
        "weights": _weights(home),
        "words": _words(alarm, home),
        "reader": str(home.get("reader", "")),
        "until": _until(alarm),
    }


def _words(alarm: Alarm, home: Mapping[str, Any]) -> Brief | None:
    """The brief whose words were changed within the days by which the alarm is told."""
    brief = changed([alarm.line]).get(alarm.line.pk) if home else None
    if brief is None or brief.words_at is None:
        return None
    day, last = brief.words_at.astimezone(UTC).date(), as_day(alarm.found.get("until")) or alarm.day
    return brief if date.fromisoformat(home["first"]) <= day <= last else None


def _until(alarm: Alarm) -> str:
    return day_name(until) if (until := as_day(alarm.found.get("until"))) else ""


def _baseline(found: Mapping[str, Any], home: Mapping[str, Any], of: str) -> list[tuple[str, str]]:
    if not home:
        return []
    value = tuple(home["value"])
    told = _("%(days)s: %(sample)s; %(value)s (%(between)s), standard error %(error)s.") % {
        "days": _from_to(home["first"], home["last"]),
        "sample": labels_of(home["labels"], home["messages"]),
        "value": written(of)(value[0]),
        "between": interval(value, written(of)),
        "error": _points(home["error"]),
    }
    tolerance = _points(found.get("tolerance", home["tolerance"]))
    return [(_("Baseline b"), told), (_("Tolerance Δ"), tolerance)]


def _evidence(alarm: Alarm, home: Mapping[str, Any]) -> list[tuple[str, str]]:
    found, rows = alarm.found, []
    days = found.get("days")
    if days is None and home:
        days = DeskDay.objects.filter(day__gt=as_day(home["last"]), day__lte=alarm.day).count()
    if days:
        watched = ngettext("%(n)s day since the baseline", "%(n)s days since the baseline", days)
        rows.append((_("Watched"), watched % {"n": number(days)}))
    if grew := found.get("grew"):
        rows.append((_("Days that rang it"), _sampled(grew)))
    if found.get("evidence"):
        told = _("%(evidence)s, and it had to reach %(needed)s")
        needed = number(found.get("threshold") or threshold())
        rows.append((_("Evidence"), told % {"evidence": number(found["evidence"]), "needed": needed}))
    return rows


def _after(alarm: Alarm) -> list[tuple[str, str]]:
    found = alarm.found
    if not found.get("labels") or not (until := as_day(found.get("until"))):
        return []
    told = f"{_from_to(alarm.day + timedelta(days=1), until)}: {labels_of(found['labels'], found.get('units'))}"
    return [(_("Days that tell its size"), told)]


def _weights(home: Mapping[str, Any]) -> list[tuple[str, float]]:
    places = home.get("places") or {}
    names = dict(Channel.objects.filter(pk__in=[int(key) for key in places]).values_list("pk", "name"))
    told = [(names[int(key)], float(place["weight"])) for key, place in places.items() if int(key) in names]
    return sorted(told, key=lambda one: -one[1])


# -- the others ------------------------------------------------------------------------------------------------------


def _ruler(alarm: Alarm) -> dict[str, Any]:
    return {
        "limit": number(RULER_LIMIT),
        "slack": number(RULER_SLACK, 1),
        "reader": str(alarm.found.get("reader", "")),
        "more": alarm.found.get("more"),
    }


def _course(alarm: Alarm) -> dict[str, Any]:
    rows = []
    if alarm.found.get("evidence"):
        told = _("%(evidence)s, and it had to reach %(needed)s")
        words = {"evidence": number(alarm.found["evidence"], 1), "needed": number(OFF_COURSE)}
        rows.append((_("Evidence"), told % words))
    return {"sample": rows, "quantile": percent(QUANTILE), "needed": number(OFF_COURSE)}


# -- what carries it -------------------------------------------------------------------------------------------------


def _carried(alarm: Alarm) -> dict[str, Any]:
    compared = alarm.found.get("compared") or []
    names = (_("Before"), _("After"))
    return {
        "compared": [(name, _sampled(one)) for name, one in zip(names, compared)],
        "weeks": number(BESIDE.days // 7),
        "least": percent(LEAST),
        "by_reader": any(by_reader(one) for one in alarm.found["carried"]),
    }


# -- words -----------------------------------------------------------------------------------------------------------


def labels_of(labels: int, units: int | None) -> str:
    """ "304 labels of 380 units": a unit is what one author, one thread or one copied text said on a day."""
    told = ngettext("%(n)s label", "%(n)s labels", labels) % {"n": number(labels)}
    return told if units is None else _("%(labels)s of %(units)s units") % {"labels": told, "units": number(units)}


def _sampled(one: Mapping[str, Any]) -> str:
    days = ngettext("%(n)s day", "%(n)s days", one["days"]) % {"n": number(one["days"])}
    return f"{_from_to(one['first'], one['last'])}: {days}, {labels_of(one['labels'], one['units'])}"


def _from_to(first: object, last: object) -> str:
    start, end = (one if isinstance(one, date) else date.fromisoformat(str(one)) for one in (first, last))
    return _("%(start)s to %(end)s") % {"start": day_name(start), "end": day_name(end)}


def _points(share: float) -> str:
    return _("%(n)s points") % {"n": number(100 * share, 1)}
