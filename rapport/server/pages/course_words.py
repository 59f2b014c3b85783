"""What a line comes to, in sentences: where it is, since when that is so, and whether it reaches its goal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.core.measure.forecast import FAN
from rapport.core.types import NotEnough
from rapport.server.measure.models import Alarm, Figure, Goal
from rapport.server.measure.whereabouts import Triple, Whereabouts, grey, rises, value, why_not
from rapport.server.pages.figures import lacking, percent
from rapport.server.pages.inbox_correct import language_words
from rapport.server.templatetags.rapport import number

NAMES = {
    "net": gettext_lazy("Net tone"),
    "negative": gettext_lazy("Negative messages"),
    "positive": gettext_lazy("Positive messages"),
}
SHORT = {
    "net": gettext_lazy("Net tone"),
    "negative": gettext_lazy("Negative"),
    "positive": gettext_lazy("Positive"),
}
PEOPLES = {
    "net": gettext_lazy("Net tone of people"),
    "negative": gettext_lazy("Negative people"),
    "positive": gettext_lazy("Positive people"),
}
PARTED = gettext_lazy(
    "By tone: what changed in the channels that have ten labels or more in this week and in the one before, at fixed"
    " weights. By mix: what messages moving between these channels would have added if each channel weighed as much as"
    " it brought. Net tone keeps the weights fixed, so the mix is not in it, and the two do not add up to its change."
)
"""What stands beside the two panels."""
MINUS = "\u2212"

# What is different, by what is watched and whether it went up; of net tone in short where that is what is shown.
DIFFERENT = {
    ("", True): gettext_lazy("Net tone up %(when)s."),
    ("", False): gettext_lazy("Net tone down %(when)s."),
    ("net", True): gettext_lazy("Up %(when)s."),
    ("net", False): gettext_lazy("Down %(when)s."),
    ("negative", True): gettext_lazy("More negative messages %(when)s."),
    ("negative", False): gettext_lazy("Fewer negative messages %(when)s."),
    ("positive", True): gettext_lazy("More positive messages %(when)s."),
    ("positive", False): gettext_lazy("Fewer positive messages %(when)s."),
}


# -- numbers ---------------------------------------------------------------------------------------------------------


def points(tone: float) -> str:
    """Net tone in points, with its sign: +12, −8, 0."""
    whole = round(100 * tone)
    return f"+{whole}" if whole > 0 else f"{MINUS}{-whole}" if whole else "0"


def written(of: str) -> Callable[[float], str]:
    """How a number of this kind is written."""
    return points if of == "net" else percent


def size(of: str) -> Callable[[float], str]:
    """How a difference between two such numbers is written."""

    def words(change: float) -> str:
        return points(change) if of == "net" else _("%(n)s points") % {"n": points(change)}

    return words


def interval(found: Triple, words: Callable[[float], str]) -> str:
    return _("between %(low)s and %(high)s") % {"low": words(found[1]), "high": words(found[2])}


def within(found: Triple, words: Callable[[float], str]) -> str:
    """The interval of a number that rests on labels; it has no width where all were coded and all coders agree."""
    return _("all were coded") if found[1] == found[2] else interval(found, words)


def day_name(day: date) -> str:
    return date_format(day, "LONG_DAY" if day.year == localdate().year else "LONG_DAY_YEAR")


def as_day(text: object) -> date | None:
    """A day as JSON keeps it."""
    return date.fromisoformat(str(text)) if text else None


# -- sentences -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    """`now` is the number with its interval and sample, or why there is none; the others may be empty.

    short    the number alone, or empty where there is none
    alarm    that nothing can ring yet, and until when
    """

    now: str
    change: str = ""
    goal: str = ""
    short: str = ""
    alarm: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.now, self.change, self.goal) if part)


def sentence(found: Whereabouts, of: str = "net", *, people: bool = False) -> Sentence:
    """
    >>> points(0.124), points(-0.08), points(0.001)
    ('+12', '−8', '0')
    """
    goal = found.goal(of)
    now, short = _now(found.seven, of, people)
    return Sentence(now, changed(found, of), aimed(goal) if goal else "", short, waits(found))


def _now(figure: Figure | None, of: str, people: bool) -> tuple[str, str]:
    if figure is None:
        return _("Nothing is known of the last seven days."), ""
    found = value(figure, of, people=people)
    if found is None:
        return f"{capfirst(too_few(figure, people=people))}.", ""
    if grey(figure):
        return _doubtful(figure, of), ""
    words = written(of)
    n = labels_of(figure, people=people)
    labels = ngettext("%(n)s label", "%(n)s labels", n) % {"n": number(n)}
    told = _("%(name)s %(value)s (%(between)s) over 7 days, %(labels)s.") % {
        "name": (PEOPLES if people else NAMES)[of],
        "value": words(found[0]),
        "between": within(found, words),
        "labels": labels,
    }
    return told, words(found[0])


def _doubtful(figure: Figure, of: str) -> str:
    heard = _("We heard only %(share)s of what we usually hear, so there is no verdict.") % {
        "share": percent(figure.weight)
    }
    heard = " ".join([heard, *(f"{name}: {words}." for name, words in lacks(figure))])
    if of != "net" or not figure.bounds:
        return heard
    bounds = _("Net tone lies between %(low)s and %(high)s, whatever the rest said.") % {
        "low": points(figure.bounds[0]),
        "high": points(figure.bounds[1]),
    }
    return f"{heard} {bounds}"


def lacks(figure: Figure) -> list[tuple[str, str]]:
    """What is not in the number, by its reason."""
    found = [(_("Not heard"), ", ".join(figure.missing))] if figure.missing else []
    coded, closed, waiting = figure.made.get("coded") or (0, 0, 0)
    if coded < closed:
        words = _("%(n)s of %(all)s days") % {"n": number(coded), "all": number(closed)}
        if waiting:
            words += ngettext(", %(n)s more is waited for", ", %(n)s more are waited for", waiting) % {
                "n": number(waiting)
            }
        found.append((_("Coded"), words))
    if unread := figure.made.get("unread"):
        found.append((_("Not read"), ", ".join(language_words(one) for one in unread)))
    return found


def labels_of(figure: Figure, *, people: bool) -> int:
    """Of people: those of messages that count for an author, a thread or a copied text."""
    return int(figure.made.get("people_labels", figure.labels)) if people else figure.labels


def too_few(figure: Figure, *, people: bool = False) -> str:
    return lacking(NotEnough(labels_of(figure, people=people), figure.needed, "labels"))


def messages_of(figure: Figure) -> str:
    """How many, and how many authors, threads and copied texts stand behind them, where these are fewer."""
    voices = figure.made.get("voices")
    if voices is None or voices >= figure.messages:
        return number(figure.messages)
    return _("%(messages)s by %(voices)s voices") % {"messages": number(figure.messages), "voices": number(voices)}


def changed(found: Whereabouts, of: str) -> str:
    """Since when it is different, or that no alarm rang; what stands in the way of both. `of`: what is shown."""
    if found.change:
        return since(found.change, found.line.watches, of, found.over)
    watching = found.watching
    if not found.line.watched or watching is None:
        return ""
    if why := why_not(watching):
        return _("No alarm watches it: %(why)s.") % {"why": why.rstrip(".")}
    return _("No change that the alarm would call one.") if watching.red else ""


def waits(found: Whereabouts) -> str:
    """Until when nothing can ring, because the baseline of the alarm is not there yet."""
    kept = found.gathering
    if kept is None:
        return ""
    words = {"day": day_name(kept.until), "n": number(kept.days), "needed": number(kept.needed)}
    if kept.again:
        return _("No alarm until about %(day)s: %(n)s of the %(needed)s days of a new baseline have passed.") % words
    return _("The alarm starts about %(day)s: %(n)s of the %(needed)s days of its baseline have passed.") % words


def since(alarm: Alarm, watches: str, shown: str = "", over: date | None = None) -> str:
    """Since when it is different; or from when until about when it was."""
    watched, up = str(alarm.found.get("of") or watches), rises(alarm)
    when = _("from %(day)s until about %(end)s") if over else _("since %(day)s")
    when %= {"day": day_name(alarm.began or alarm.day), "end": day_name(over) if over else ""}
    if up is None:
        return _("Different %(when)s.") % {"when": when}
    return str(DIFFERENT["" if watched == "net" != shown else watched, up]) % {"when": when}


def aimed(goal: Goal) -> str:
    """The goal and its odds."""
    words = {"goal": named(goal), "day": day_name(goal.by_date)}
    outlook = goal.outlook or {}
    if "ended" in outlook:
        return ended(goal)
    if "probability" in outlook:
        words["share"] = likely(float(outlook["probability"]))
        return _("%(goal)s by %(day)s: %(share)s likely.") % words
    if "need" in outlook:
        words |= {"have": number(outlook["have"]), "need": number(outlook["need"])}
        return _("%(goal)s by %(day)s: nobody can say yet (%(have)s of %(need)s weeks).") % words
    return wanted(goal)


def wanted(goal: Goal) -> str:
    """The goal alone."""
    return _("%(goal)s by %(day)s.") % {"goal": named(goal), "day": day_name(goal.by_date)}


def ended(goal: Goal) -> str:
    """What a goal came to whose day has passed."""
    words = {"goal": named(goal), "day": day_name(goal.by_date)}
    found = (goal.outlook or {}).get("ended")
    if not found:
        return _("%(goal)s by %(day)s: that day has passed, and what its week came to is not known.") % words
    reached = found[0] <= goal.target if goal.of == "negative" else found[0] >= goal.target
    words |= {"value": written(goal.of)(found[0]), "between": interval(found, written(goal.of))}
    if reached:
        return _("%(goal)s by %(day)s: reached; its week came to %(value)s (%(between)s).") % words
    return _("%(goal)s by %(day)s: not reached; its week came to %(value)s (%(between)s).") % words


def named(goal: Goal) -> str:
    """The goal itself: "Goal +20", "Goal: at most 20 % negative"."""
    if goal.of == "net":
        return _("Goal %(value)s") % {"value": points(goal.target)}
    words = _("Goal: at most %(value)s negative") if goal.of == "negative" else _("Goal: %(value)s positive")
    return words % {"value": percent(goal.target)}


def likely(share: float) -> str:
    """Of two thousand simulated courses, none and all are not never and certain."""
    if share < 0.01:
        return _("less than %(share)s") % {"share": percent(0.01)}
    if share > 0.99:
        return _("more than %(share)s") % {"share": percent(0.99)}
    return percent(share)


def held(fan: Sequence[Mapping[str, Any]]) -> str:
    """How many of the intervals held that were made for the farthest of its weeks, as far ahead as it is; nothing where
    there were none yet."""
    there = fan[-1] if fan else {}
    if not there.get("judged"):
        return ""
    told = ngettext(
        "Of the %(judged)s intervals made one week ahead so far, %(held)s held.",
        "Of the %(judged)s intervals made %(weeks)s weeks ahead so far, %(held)s held.",
        len(fan),
    ) % {"judged": number(there["judged"]), "held": number(there["held"]), "weeks": number(len(fan))}
    lacking = FAN * there["judged"] - there["held"]
    if lacking > 2 * math.sqrt(FAN * (1 - FAN) * there["judged"]):
        told += " " + _("That is fewer than promised: what came was not to be foreseen, and they learn from it slowly.")
    return told


def arrival(goal: Goal) -> str:
    """When it would be reached, by the courses that were played."""
    found = (goal.outlook or {}).get("arrival")
    if not found:
        return ""
    middle, low, high = (as_day(one) for one in found)
    if middle is None:
        return _("In most of the courses that were played it is not reached within two years.")
    words = {"middle": day_name(middle), "low": day_name(low) if low else "", "high": day_name(high) if high else ""}
    if high is None:
        return _("Reached around %(middle)s, perhaps from %(low)s on, perhaps not within two years.") % words
    return _("Reached around %(middle)s (between %(low)s and %(high)s).") % words
