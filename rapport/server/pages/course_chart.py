"""Been, now and going on one axis of time, as one figure: the picture, the same in words, as a table, for machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.server.measure.models import Figure as Row
from rapport.server.measure.whereabouts import Whereabouts, grey, looks, moved, rests_on, value
from rapport.server.pages.course_axis import events
from rapport.server.pages.course_picture import Picture
from rapport.server.pages.course_words import (
    NAMES,
    PARTED,
    PEOPLES,
    changed,
    day_name,
    held,
    interval,
    labels_of,
    likely,
    messages_of,
    points,
    too_few,
    within,
    written,
)
from rapport.server.pages.figures import Figure, percent
from rapport.server.templatetags.rapport import number


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a line, and in words. `query` finds its messages; a point is of so many weeks `together`."""

    found: Whereabouts
    of: str = "net"
    people: bool = False
    parted: bool = False
    query: str = ""
    together: int = 1

    def figure(self) -> Figure:
        weeks = self.found.weeks
        words = written(self.of)
        return Figure(
            key="gps",
            title=self.title(),
            words=self.words(),
            head=[
                _("Week of") if self.together == 1 else _("From"),
                str(self.name),
                _("Between"),
                _("Labels"),
                _("Messages"),
                _("Heard"),
                *([_("By tone"), _("By mix")] if self.parted else []),
            ],
            rows=[
                [
                    date_format(row.start, "DAY"),
                    *self._told(row, words),
                    number(labels_of(row, people=self.people)),
                    messages_of(row),
                    percent(row.weight),
                    *([_change(row, "tone"), _change(row, "mix")] if self.parted else []),
                ]
                for row in weeks
            ],
            raw=self._raw(),
            query=self.query,
            chart=self.picture.track(),
        )

    @property
    def name(self) -> str:
        return str((PEOPLES if self.people else NAMES)[self.of])

    @property
    def picture(self) -> Picture:
        return Picture(self.found, self.of, self.people, self.parted)

    def title(self) -> str:
        """The finding: what has changed and when, or why nobody can tell."""
        if self.parted:
            return _("What changed from week to week: the tone, and the mix of channels")
        if not self.picture.known():
            return _("Not enough labels in any of these weeks")
        if self.together > 1:
            return _("%(name)s, %(n)s weeks at a time") % {"name": self.name, "n": number(self.together)}
        if self.found.change:
            words = {"name": self.name, "what": changed(self.found, self.of).rstrip(".")}
            return _("%(name)s, week by week. %(what)s") % words
        return _("%(name)s, week by week") % {"name": self.name}

    def _told(self, row: Row, words: Any) -> list[str]:
        one = value(row, self.of, people=self.people)
        if one is None:
            return [too_few(row, people=self.people), "–"]
        told = f"{words(one[0])} ({_('no verdict')})" if grey(row) else words(one[0])
        return [told, within(one, words)]

    def _raw(self) -> list[list[Any]]:
        """For machines, under the names that the command line has: the weeks, and the seven days as the last row."""
        rows = [self._columns(row) for row in [*self.found.weeks, *([self.found.seven] if self.found.seven else [])]]
        named = [*rows[0]] if rows else []
        return [named, *([_cell(row[name]) for name in named] for row in rows)]

    def _columns(self, row: Row) -> dict[str, Any]:
        """What people see of a week that has no verdict stands there too, and that it has none."""
        one = value(row, self.of, people=self.people) or (None, None, None)
        always = (None if self.people else looks(row, self.of)) or (None, None, None)
        told = {
            "period": row.period,
            "start": row.start,
            "end": row.end,
            "value": one[0],
            "low": one[1],
            "high": one[2],
        }
        return told | rests_on(row, people=self.people) | {"looks_low": always[1], "looks_high": always[2]}

    # -- in words

    def words(self) -> str:
        """What one sees in it, for those who do not."""
        known, words = self.picture.known(), written(self.of)
        told = [_("On one axis of time, where %(name)s was week by week, where it is now, and where it goes.")]
        told[0] %= {"name": self.name}
        if self.parted:
            told.append(str(PARTED))
        if known:
            lowest, highest = (pick(known, key=lambda one: one[1][0]) for pick in (min, max))
            told.append(
                _("Lowest in the week of %(low_day)s: %(low)s; highest in the week of %(high_day)s: %(high)s.")
                % {
                    "low_day": day_name(lowest[0].start),
                    "low": words(lowest[1][0]),
                    "high_day": day_name(highest[0].start),
                    "high": words(highest[1][0]),
                }
            )
        if lacking := len(self.found.weeks) - len(known):
            told.append(_("Weeks without enough labels: %(n)s of %(all)s.") % self._of_all(lacking))
        if doubtful := sum(grey(row) for row, _one in known):
            told.append(
                _("Weeks of which too little was heard for a verdict: %(n)s of %(all)s.") % self._of_all(doubtful)
            )
        for event in events(self.found):
            told.append(f"{day_name(event.day)}: {event.words.rstrip('.')}.")
        told += [one for one in (self._ahead(), held(self.found.fan(self.of))) if one]
        return " ".join(told)

    def _of_all(self, n: int) -> dict[str, str]:
        return {"n": number(n), "all": number(len(self.found.weeks))}

    def _ahead(self) -> str:
        goal, weeks, words = self.picture.goal, self.found.fan(self.of), written(self.of)
        if not weeks:
            return ""
        odds = (goal.outlook or {}).get("probability") if goal else None
        if goal is None or odds is None:
            return _("It is expected to lie between %(low)s and %(high)s by %(day)s.") % {
                "low": words(weeks[-1]["low"]),
                "high": words(weeks[-1]["high"]),
                "day": day_name(date.fromisoformat(weeks[-1]["end"])),
            }
        return _(
            "It is expected to lie between %(low)s and %(high)s by %(day)s; the goal is %(goal)s: %(odds)s likely."
        ) % {
            "low": words(weeks[-1]["low"]),
            "high": words(weeks[-1]["high"]),
            "day": day_name(date.fromisoformat(weeks[-1]["end"])),
            "goal": words(goal.target),
            "odds": likely(float(odds)),
        }


def _cell(found: Any) -> Any:
    return "" if found is None else found.isoformat() if isinstance(found, datetime) else found


def _change(row: Row, part: str) -> str:
    """Nothing is open of the mix where each channel brought the part that it had brought before."""
    found = moved(row, part)
    if found is None:
        return "–"
    return points(found[0]) if found[1] == found[2] else f"{points(found[0])} ({interval(found, points)})"
