"""What people type and choose in the inbox, read into what the actions take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

MORNING, AFTERNOON = time(9), time(14)

SHOWN = 100
"""Messages of a thread that are shown at first; more on demand, up to `MOST`."""

MOST = 1_000


def snooze_choices(here: datetime) -> list[tuple[str, str]]:
    """The times to come back at, as (value, words); `here` is now in the reader's zone."""
    choices = [("hour", _("In one hour"))]
    if here.time() < AFTERNOON:
        choices.append(("afternoon", _("This afternoon, 14:00")))
    choices.append(("tomorrow", _("Tomorrow, 9:00")))
    if here.weekday() != 6:  # on a Sunday, tomorrow is Monday
        choices.append(("monday", _("Monday, 9:00")))
    return choices


def snooze_until(chosen: str, here: datetime) -> datetime | None:
    """The time that was chosen: one of the choices, or a date (nine in the morning). None when it is neither."""
    today = here.date()
    match chosen:
        case "hour":
            return here + timedelta(hours=1)
        case "afternoon":
            return _at(today, AFTERNOON)
        case "tomorrow":
            return _at(today + timedelta(days=1), MORNING)
        case "monday":
            return _at(today + timedelta(days=7 - today.weekday()), MORNING)
    try:
        return _at(date.fromisoformat(chosen), MORNING)
    except ValueError:
        return None


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def words(text: str) -> list[str]:
    """Tags, written with commas between them."""
    return [word.strip() for word in text.split(",") if word.strip()]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address, or the form that was refused, asks of the conversation."""

    mode: str = "reply"
    text: str | None = None
    history: int | None = None
    uncovered: int | None = None
    moderate: int | None = None
    chosen: str = ""
    reason: str = ""
    correct: int | None = None
    show: int = SHOWN
