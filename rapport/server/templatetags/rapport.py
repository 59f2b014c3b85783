"""What templates need to show a thing and have no business working out: icons, initials, dates, numbers."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from django import template
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

register = template.Library()

THIN_SPACE = "\u2009"
HUES = 6


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One drawing out of icons.svg. With a label it speaks; without one it is decoration."""
    sprite = static("rapport/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, sprite, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name)


@register.filter
def initials(name: object) -> str:
    """First letters of the first and the last word; "?" when there is no letter at all."""
    words = [word.lstrip("@#") for word in str(name).split()]
    letters = [word[0] for word in words if word and word[0].isalnum()]
    return (letters[0] + letters[-1] if len(letters) > 1 else "".join(letters) or "?").upper()


@register.filter
def hue(name: object) -> int:
    """Which of the six quiet tints stands for this name: always the same one."""
    return zlib.crc32(str(name).encode("utf-8", "surrogatepass")) % HUES


@register.filter
def number(value: float | int | None, decimals: int = 0) -> str:
    """Digits in groups of three with a thin space between; an en dash when there is no number."""
    if value is None:
        return "–"
    whole, _point, fraction = f"{value:,.{decimals}f}".replace(",", THIN_SPACE).replace("-", "−").partition(".")
    return whole + get_format("DECIMAL_SEPARATOR") + fraction if fraction else whole


@register.filter
def when(at: datetime | None, form: str = "long") -> SafeString | str:
    """A `<time>`: relative within a day, absolute after; the full date is in its title.

    `form` is "long" ("12 min ago") or "short" ("12 min", for lists).
    """
    if at is None:
        return ""
    here = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        date_format(here, "DATETIME_FORMAT") if form == "long" else f"{here:%Y-%m-%d %H:%M}",  # lists have fifty
        _words(here, timezone.localtime(), form),
    )


def _words(at: datetime, now: datetime, form: str) -> str:
    gap = now - at
    ahead = gap < timedelta(0)
    minutes = int(abs(gap).total_seconds() // 60)
    if minutes >= 24 * 60:
        return _date(at, now)
    if minutes < 1:
        return pgettext("moment", "now")
    amount = (
        pgettext("duration", "%(n)d min") % {"n": minutes}
        if minutes < 60
        else pgettext("duration", "%(n)d h") % {"n": minutes // 60}
    )
    if ahead:
        return pgettext("moment", "in %(amount)s") % {"amount": amount}
    return amount if form == "short" else pgettext("moment", "%(amount)s ago") % {"amount": amount}


def _date(at: datetime, now: datetime) -> str:
    return date_format(at, "DAY") if at.year == now.year else date_format(at, "DAY_YEAR")


@register.filter
def undo_url(message: Message) -> str:
    """Where a notice is undone. An action says so by `extra_tags="undo:/the/url"`."""
    return _tagged(message, "undo")


@register.filter
def undo_seconds(message: Message) -> str:
    """How long a notice stays, and undoing is possible: `extra_tags="undo:/the/url seconds:10"`; empty: until one goes.

    What went well is read in eight seconds. What went wrong stays.
    """
    return _tagged(message, "seconds") or ("8" if message.level_tag == "success" else "")


def _tagged(message: Message, name: str) -> str:
    for tag in (message.extra_tags or "").split():
        key, _colon, value = tag.partition(":")
        if key == name:
            return value
    return ""
