"""The organisation's own reader of tone: how far it is, how its trial went, and the switch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from rapport.core.types import Estimate, NotEnough, Refused
from rapport.core.understand import tone
from rapport.core.understand.trial import FEWEST_OF_ONE, Comparison
from rapport.server.learn import heads
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.figures import between, percent
from rapport.server.pages.labelling import progress
from rapport.server.pages.render import me, only
from rapport.server.templatetags.rapport import number
from rapport.server.understand.heads import changes, comparison_of
from rapport.server.understand.models import Head

STATES = {
    "lost": gettext_lazy("not shown to be better"),
    "beside": gettext_lazy("reads beside the default"),
    "on": gettext_lazy("its word counts"),
    "off": gettext_lazy("switched off"),
    "passed": gettext_lazy("replaced by a newer one"),
}


@dataclass(frozen=True, slots=True)
class Own:
    """See `settings/_own.html`. `sentence`: where things stand; `figures`: of the trial, each for `stat.html`."""

    progress: str
    sentence: str
    figures: Sequence[dict[str, str]] = ()
    right: Sequence[tuple[str, str]] = ()
    beside: Sequence[str] = ()
    turn_on: str = ""
    turn_off: str = ""
    history: dict[str, Any] | None = None
    rulers: Sequence[tuple[str, datetime]] = ()


def own_reader(user: User, now: datetime) -> Own:
    told = heads.labels()
    rulers = [(version, since) for version, since in reversed(changes("tone"))][:10]
    row = heads.shown()
    if row is None:
        return Own(progress(told), _waiting(told), rulers=rulers)
    found = comparison_of(row)
    live = row.state in ("beside", "on")
    return Own(
        progress(told),
        _sentence(row, told, now),
        _figures(found),
        _right(found),
        _beside(row) if live else (),
        reverse("switch_reader_on", args=[row.pk]) if may(user, "readers") and _ready(row, now) else "",
        reverse("switch_reader_off", args=[row.pk]) if may(user, "readers") and row.state == "on" else "",
        _history(heads.history()),
        rulers,
    )


def _ready(row: Head, now: datetime) -> bool:
    """Whether `switch_on` would refuse it is for that action to say; this is for the button."""
    ripe = row.state == "off" or (row.state == "beside" and now >= row.made_at + heads.BESIDE)
    return ripe and row.default == tone.version()


def _waiting(told: int) -> str:
    if told < heads.needed():
        return _(
            "People’s labels teach a reader of your own. The default reader stays until one is shown to be better."
        )
    words = _("One is tried in the coming night. Among the later labels each tone needs at least %(n)s.")
    return words % {"n": number(FEWEST_OF_ONE)}


def _sentence(row: Head, told: int, now: datetime) -> str:
    day = _day(row.changed_at)
    if row.default != tone.version():
        return _(
            "It was taught on top of another version of the default reader, so it is silent until it is taught anew."
        )
    if row.state == "beside" and now >= row.made_at + heads.BESIDE:
        words = _("It won its trial on %(day)s, and has had its two weeks beside the default. It can be switched on.")
        return words % {"day": day}
    if row.state == "beside":
        words = _("It won its trial on %(day)s. Until %(until)s both read each new message; the default’s word counts.")
        return words % {"day": day, "until": _day(row.made_at + heads.BESIDE)}
    if row.state == "on":
        who = row.changed_by.name if row.changed_by else ""
        return _("%(who)s switched it on, on %(day)s. Its word counts for what was read since.") % {
            "who": who,
            "day": day,
        }
    if row.state == "off":
        return _("It was switched off on %(day)s. The default’s word counts.") % {"day": day}
    need = heads.needed()
    if told < need:
        words = _("Tried on %(day)s, and not shown to be better. It is tried again from %(need)s labels on.")
        return words % {"day": day, "need": number(need)}
    return _("Tried on %(day)s, and not shown to be better. It is tried again in the coming night.") % {"day": day}


def _figures(found: Comparison) -> list[dict[str, str]]:
    sample = _("%(n)s labels that it had not seen") % {"n": number(found.n)}
    return [
        _stat(_("Default reader, macro-F1"), found.default, percent, sample),
        _stat(_("Your own, macro-F1"), found.head, percent, sample),
        _stat(_("Your own is better by"), found.gain, points, sample) | {"interval": between(found.gain, _signed)},
    ]


def _stat(label: str, one: Estimate, words: Callable[[float], str], sample: str) -> dict[str, str]:
    return {"label": label, "value": words(one.value), "interval": between(one, words), "sample": sample}


def _right(found: Comparison) -> list[tuple[str, str]]:
    neither = found.n - found.both_right - found.only_default_right - found.only_head_right
    counts = [
        (_("Both right"), found.both_right),
        (_("Only your own right"), found.only_head_right),
        (_("Only the default right"), found.only_default_right),
        (_("Neither right"), neither),
    ]
    return [(words, number(n)) for words, n in counts]


def _beside(row: Head) -> list[str]:
    read, same = heads.agreement(row)
    if not read:
        return [_("No message was read by both yet.")]
    words = _("Both read %(read)s messages, and say the same of %(share)s of them.")
    lines = [words % {"read": number(read), "share": percent(same / read)}]
    since = heads.since(row)
    if isinstance(since, NotEnough):
        words = _("Who is right is told by labels drawn since: %(have)s of %(need)s so far.")
        return [*lines, words % {"have": number(since.have), "need": number(since.need)}]
    words = _("On %(n)s labels drawn since, only your own was right %(own)s times, only the default %(default)s times.")
    told = {"n": number(since.n), "own": number(since.only_head_right), "default": number(since.only_default_right)}
    gain = {"gain": points(since.gain.value), "between": between(since.gain, _signed)}
    return [*lines, words % told, _("Macro-F1 is higher by %(gain)s, %(between)s.") % gain]


def _history(rows: Sequence[Head]) -> dict[str, Any]:
    """For `_components/table.html`."""
    heads_ = [_("Tried"), _("Labels"), _("Better by"), _("Now"), _("Version")]
    cells = []
    for row in rows:
        gain = comparison_of(row).gain
        labels = _("%(drawn)s drawn, %(chosen)s corrections") % {
            "drawn": number(row.drawn),
            "chosen": number(row.chosen),
        }
        better = f"{points(gain.value)} ({between(gain, _signed)})"
        values = [_day(row.made_at), labels, better, _state(row), row.version or "–"]
        cells.append({"cells": [{"value": value, "label": head} for head, value in zip(heads_, values, strict=True)]})
    return {"columns": [{"label": head} for head in heads_], "rows": cells}


def _state(row: Head) -> str:
    words = str(STATES.get(row.state, row.state))
    if row.changed_by:
        return _("%(what)s, by %(who)s on %(day)s") % {
            "what": words,
            "who": row.changed_by.name,
            "day": _day(row.changed_at),
        }
    return words


def points(share: float) -> str:
    """A difference of shares: "+4.1 points"."""
    return _("%(n)s points") % {"n": _signed(share)}


def _signed(share: float) -> str:
    words = number_format(round(abs(100 * share), 1), 1)
    return f"−{words}" if share < 0 else f"+{words}"


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


@require_POST
@only("readers")
def switch_on(request: HttpRequest, key: int) -> HttpResponse:
    return _switched(request, heads.switch_on(get_object_or_404(Head, pk=key), actor=me(request)))


@require_POST
@only("readers")
def switch_off(request: HttpRequest, key: int) -> HttpResponse:
    return _switched(request, heads.switch_off(get_object_or_404(Head, pk=key), actor=me(request)))


def _switched(request: HttpRequest, done: Head | Refused) -> HttpResponse:
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    elif done.state == "on":
        messages.success(request, _("Your own reader’s word counts from now on."))
    else:
        messages.success(request, _("The default reader’s word counts again."))
    return redirect("settings_reader", reader="tone")


urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/readers/tone/own/<int:key>/on/", switch_on, name="switch_reader_on"),
    path("settings/readers/tone/own/<int:key>/off/", switch_off, name="switch_reader_off"),
]
