"""How a channel is: what its platform still allows, what its sources are called, whether its sign-in works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.core.listen.budget import KEPT_BACK
from rapport.server.listen.budget import allowance
from rapport.server.listen.models import RECHECK, Budget, Channel

BUCKETS: dict[str, Promise] = {
    "calls": gettext_lazy("%(left)s of %(limit)s calls left until %(when)s"),
    "posts": gettext_lazy("%(left)s of %(limit)s posts left until %(when)s"),
    "points_hour": gettext_lazy("%(left)s of %(limit)s points for writing left until %(when)s"),
    "points_day": gettext_lazy("%(left)s of %(limit)s points for writing in a day left until %(when)s"),
    "sign_ins": gettext_lazy("%(left)s of %(limit)s sign-ins left until %(when)s"),
    "sign_ins_day": gettext_lazy("%(left)s of %(limit)s sign-ins in a day left until %(when)s"),
}
OTHER = gettext_lazy("%(left)s of %(limit)s (%(bucket)s) left until %(when)s")
"""What a platform counts; the names are those that the connectors give."""

SOURCES: dict[str, Promise] = {
    RECHECK: gettext_lazy("Looking again at what was heard"),
    "notifications": gettext_lazy("What is said to us"),
    "mentions": gettext_lazy("What is said to us"),
    "search": gettext_lazy("Searching for our words"),
    "stream": gettext_lazy("The stream"),
    "comments": gettext_lazy("The comments"),
    "deliveries": gettext_lazy("What others bring"),
    "inbox": gettext_lazy("The folders of the mailbox"),
    "idle": gettext_lazy("The mailbox, as it fills"),
    "entries": gettext_lazy("The entries of the feed"),
    "folder": gettext_lazy("The folder"),
}

_DAY = timedelta(days=1)
_SHORT = KEPT_BACK["listen"]


def source_name(source: str) -> str:
    """What a source is, in words; a stranger's connector keeps its own name."""
    return str(SOURCES.get(source, source))


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit: a bar with words. `share` between 0 and 1; `short` when the plan holds some back."""

    words: str
    share: float
    short: bool


def budgets(channel: Channel, now: datetime, zone: tzinfo) -> Sequence[Left]:
    return [_left(row, now, zone) for row in channel.budgets.all() if row.limit or row.resets_at > now]


def _number(value: float) -> str:
    return number_format(int(value), use_l10n=True, force_grouping=True)


def _left(row: Budget, now: datetime, zone: tzinfo) -> Left:
    when = date_format(row.resets_at.astimezone(zone), "H:i" if row.resets_at - now < _DAY else "DAY_TIME")
    if not row.limit:
        return Left(_("The platform asks us to wait until %(when)s") % {"when": when}, 0, True)
    here = allowance(row).at(now)
    if row.resets_at <= now:
        when = _("the next call, which begins a new count")
    numbers = {"left": _number(here.remaining), "limit": _number(here.limit), "when": when, "bucket": row.bucket}
    share = here.remaining / here.limit
    return Left(str(BUCKETS.get(row.bucket, OTHER)) % numbers, share, share <= _SHORT)


# -- whether one can speak to us there -------------------------------------------------------------------------------


def deaf(channel: Channel) -> str:
    """Why nobody can speak to us there, in words; nothing where they can."""
    if not channel.deaf:
        return ""
    return _("Nobody can speak to us there: %(why)s") % {"why": _(channel.deaf)}


DEAF = (gettext_lazy("Comments are switched off on the posts that came last."),)
"""What our connectors say of it, so that it is said in every language."""


# -- signing in ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignIn:
    """Whether the sign-in of a channel works: alive is one with which a real call succeeded lately."""

    works: bool
    words: str


def sign_in(channel: Channel, standing: str, now: datetime, zone: tzinfo) -> SignIn:
    """`standing`: one of `coverage.STANDINGS`."""
    if channel.state == "needs_sign_in":
        return SignIn(False, _("The platform refuses it: %(trouble)s") % {"trouble": channel.trouble})
    if channel.missing:
        scopes = ", ".join(channel.missing)
        words = _("It lacks what the platform calls %(scopes)s. Sign in again with credentials that have it.")
        return SignIn(False, words % {"scopes": scopes})
    if channel.last_ok_at is None:
        return SignIn(True, _("It worked when the channel was connected; nothing has been fetched yet."))
    words = _("It last worked %(when)s.") % {"when": _ago(channel.last_ok_at, now, zone)}
    return SignIn(standing == "delivering" or channel.state != "listening", words)


def _ago(at: datetime, now: datetime, zone: tzinfo) -> str:
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute ago")
    if minutes < 60:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", minutes // 60) % {"n": minutes // 60}
    return date_format(at.astimezone(zone), "DAY_TIME")
