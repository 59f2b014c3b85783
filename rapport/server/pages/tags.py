"""Template tags and filters: few, and only about how things look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

register = template.Library()

UNITS = (
    (86_400, gettext_noop("%(n)s days")),
    (3_600, gettext_noop("%(n)s h")),
    (60, gettext_noop("%(n)s min")),
    (1, gettext_noop("%(n)s s")),
)


@register.filter
def amount(length: timedelta | float) -> str:
    """How long, for people: "45 min", "2.5 h", "3 days". Two figures are enough."""
    return _amount(length, UNITS)


def amount_open(length: timedelta | float) -> str:
    """How long in opening hours: never in days, for a day of work is not a day of the clock."""
    return _amount(length, UNITS[1:])


def _amount(length: timedelta | float, units: Sequence[tuple[int, str]]) -> str:
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if math.isinf(seconds):
        return _("without end")
    for size, words in units:
        if size == 1 or seconds >= (2 * size if size == 86_400 else size):
            value = round(seconds / size, 1 if seconds < 10 * size else None)
            return together(_(words) % {"n": number_format(value, 0 if value == int(value) else 1, use_l10n=True)})
    raise AssertionError("the last unit takes everything")


@register.filter
def glyph(network: str) -> str:
    """The drawing of a network: what stands before the colon in "files:surveys"."""
    return network.partition(":")[0]


def together(words: str) -> str:
    """A number and its unit, which no line may part."""
    return words.replace(" ", "\u00a0")
