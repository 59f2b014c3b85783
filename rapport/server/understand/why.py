"""Why a reader says what it says, in the words of whoever reads it. What is kept are the names that `core` gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

URGENT_FOR = {
    "despair": gettext_lazy("speaks of not wanting to live"),
    "harm": gettext_lazy("speaks of harm to somebody"),
    "law": gettext_lazy("mentions lawyers, courts or authorities"),
    "press": gettext_lazy("mentions the press"),
    "theft": gettext_lazy("speaks of theft or fraud"),
    "the clock": gettext_lazy("has little time"),
    "private data in the open": gettext_lazy("shows a card, an account or an identity number"),
    "heard far": gettext_lazy("many hear it"),
}
LEVELS = {
    "now": pgettext_lazy("urgency", "Urgent"),
    "soon": pgettext_lazy("urgency", "Soon"),
}
SPAM = {
    "prize": gettext_lazy("a prize"),
    "free": gettext_lazy("something free"),
    "do something": gettext_lazy("a call to act"),
    "hurry": gettext_lazy("hurry"),
    "money": gettext_lazy("quick money"),
    "coins": gettext_lazy("coins and trading"),
    "followers": gettext_lazy("followers for sale"),
    "adult": gettext_lazy("adult content"),
    "write to me": gettext_lazy("“write to me elsewhere”"),
    "small print": gettext_lazy("small print of advertising"),
    "pills": gettext_lazy("pills and casinos"),
    "a link": gettext_lazy("a link"),
    "many links": gettext_lazy("many links"),
    "a shortened link": gettext_lazy("a shortened link"),
    "a number to call": gettext_lazy("a number to call"),
    "an amount": gettext_lazy("an amount of money"),
    "capitals": gettext_lazy("many capitals"),
    "exclamation marks": gettext_lazy("many exclamation marks"),
    "many hashtags": gettext_lazy("many hashtags"),
    "many mentions": gettext_lazy("many mentions"),
}
HINTS = {
    "health": gettext_lazy("health"),
    "belief": gettext_lazy("belief"),
    "politics": gettext_lazy("political opinions"),
    "union": gettext_lazy("membership of a union"),
    "love life": gettext_lazy("love life"),
    "origin": gettext_lazy("origin"),
}


def urgent(level: str | None, reasons: Iterable[str] | None, followers: int | None = None) -> str:
    """“Urgent: speaks of harm to somebody; 40,000 follow its author”; nothing where there is no hurry."""
    if level not in LEVELS:
        return ""
    told = [
        _("%(n)s follow its author") % {"n": number_format(followers, force_grouping=True)}
        if one == "heard far" and followers
        else str(URGENT_FOR.get(one, one))
        for one in reasons or ()
    ]
    return _("%(level)s: %(reasons)s") % {"level": LEVELS[level], "reasons": "; ".join(told)}


def spam(signs: Iterable[str] | None) -> str:
    """“a prize, many capitals”."""
    return ", ".join(str(SPAM.get(one, one)) for one in signs or ())


def protected(kinds: Sequence[str]) -> str:
    """“May speak of health: look before you pass it on”; nothing where nothing hints at it."""
    if not kinds:
        return ""
    what = ", ".join(str(HINTS.get(one, one)) for one in kinds)
    return _("May speak of %(what)s: look before you pass it on") % {"what": what}
