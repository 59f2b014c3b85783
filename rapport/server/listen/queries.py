"""What the pages show about listening: channels, the connectors one may choose, and how much each brief hears."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db.models import Min
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.connectors import contract
from rapport.connectors.contract import Field
from rapport.core import types
from rapport.core.errors import ConnectorError
from rapport.server.counting import counted
from rapport.server.listen import health
from rapport.server.listen.coverage import SEVERITY, STANDINGS, Cell, Hearing, Strip, calendar, hearing, strip, strips
from rapport.server.listen.models import Brief, BriefMatch, Channel, Message, Tally
from rapport.server.listen.preview import begin_of_week

__all__ = ["Cell", "Field", "Hearing", "Strip", "calendar", "hearing", "strip", "strips"]

log = logging.getLogger(__name__)
WEEK = timedelta(days=7)


# -- connectors ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A connector that is installed. `trouble` says why it cannot be used."""

    name: str
    label: str
    fields: tuple[Field, ...] = ()
    answers: bool = False
    trouble: str = ""
    hidden: bool = False
    pushed: tuple[str, ...] = ()  # the sources to which others bring messages

    @property
    def receives(self) -> bool:
        return bool(self.pushed)

    @property
    def signs_in(self) -> bool:
        return any(field.secret for field in self.fields)

    @property
    def words(self) -> str:
        if self.receives:
            return _("Takes what others bring, signed")
        return self.trouble or (_("Listens and answers") if self.answers else _("Listens"))


def connectors_installed() -> list[Choice]:
    """Those that one can connect to; the sample brings its own, which is hidden."""
    return [choice for choice in map(_choice, contract.names()) if not choice.hidden]


def connector(name: str) -> Choice | None:
    """The connector of that name, or None when there is none that works."""
    found = _choice(name) if name in contract.names() else None
    return found if found and not found.trouble else None


def _choice(name: str) -> Choice:
    try:
        loaded = contract.load(name)
    except (ImportError, AttributeError) as error:  # a stranger's connector; the others are still there to choose
        log.warning("The connector %s cannot be loaded: %s", name, error)
        return Choice(name, name, trouble=_("It is installed, but it cannot be loaded: %(error)s") % {"error": error})
    hidden = getattr(loaded, "hidden", False)
    answers = isinstance(loaded, contract.Sends)
    pushed = tuple(source.name for source in loaded.sources if source.way == "push")
    return Choice(name, loaded.label, loaded.fields, answers, hidden=hidden, pushed=pushed)


@dataclass(frozen=True, slots=True)
class Tried:
    """What an example would become: messages, what is taken back, and what is not understood."""

    messages: tuple[types.Message, ...] = ()
    deletions: tuple[types.Deletion, ...] = ()
    rejects: tuple[types.Reject, ...] = ()
    trouble: str = ""


SHOWN = 20


def tried(name: str, answers: Mapping[str, str], example: str) -> Tried:
    """What the connector would make of an example, with these answers. Nothing is stored."""
    found = contract.load(name)
    try:
        page = found.parse(example.encode("utf-8", "surrogatepass"), source="", account=contract.Account(answers))
    except ConnectorError as error:
        return Tried(trouble=str(error))
    return Tried(page.messages[:SHOWN], page.deletions[:SHOWN], page.rejects[:SHOWN])


# -- channels --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A channel as the list of channels shows it."""

    channel: Channel
    strip: Strip
    state: str
    words: str
    trouble: str
    week: str
    tallies: str
    deaf: str = ""

    @property
    def by_hand(self) -> bool:
        return not self.strip.days


def cards(channels: Sequence[Channel], now: datetime, zone: tzinfo) -> list[Card]:
    """Those in trouble first. As many queries for one channel as for all of them."""
    found = strips(channels, now, zone)
    counted = _tallies([channel.pk for channel in channels], now)
    rows = [_card(channel, found[channel.pk], counted.get(channel.pk, {}), zone) for channel in channels]
    return sorted(rows, key=lambda card: -max(SEVERITY[card.state], SEVERITY["delivering"]))


def _card(channel: Channel, its: Strip, counted: Mapping[str, int], zone: tzinfo) -> Card:
    state, words = _state(channel, its)
    return Card(channel, its, state, words, _trouble(channel, zone), _week(its), tallied(counted), health.deaf(channel))


def _state(channel: Channel, its: Strip) -> tuple[str, str]:
    """What the dot of a channel says, and the words beside it."""
    if channel.state == "closed":
        return "none", _("Closed")
    if channel.state == "paused":
        return "silent", _("Paused")
    if its.days:
        return STANDINGS[its.standing].state, str(STANDINGS[its.standing].alone)
    return "none", _("Imported by hand")


def _trouble(channel: Channel, zone: tzinfo) -> str:
    """What happened, what it means: nothing is lost, for the cursor stayed where it was."""
    if not channel.trouble:
        return ""
    trouble = f"{channel.trouble.rstrip('.')}."
    lost = _("Nothing is lost: what was said since is fetched when it works again.")
    if channel.trouble_since is None:
        return f"{trouble} {lost}"
    since = _("Since %(when)s.") % {"when": date_format(channel.trouble_since.astimezone(zone), "DAY_TIME")}
    return f"{trouble} {since} {lost}"


def _week(its: Strip) -> str:
    if not its.days:
        return ""
    words = ngettext("%(n)d message this week", "%(n)d messages this week", its.heard) % {"n": its.heard}
    if not its.let_go:
        return words
    return words + _(", %(n)d let go because they match no brief") % {"n": its.let_go}


def _tallies(channels: Iterable[int], now: datetime) -> dict[int, dict[str, int]]:
    """Of the last seven days, by channel and kind."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Tally.objects.filter(channel__in=list(channels), day__gt=(now - WEEK).date())
    for channel, kind, count in rows.values_list("channel_id", "kind", "count"):
        found[channel][kind] += count
    return found


KINDS: dict[str, Callable[[int], str]] = {
    "favourite": lambda n: ngettext("%(n)d favourite", "%(n)d favourites", n),
    "boost": lambda n: ngettext("%(n)d boost", "%(n)d boosts", n),
    "follow": lambda n: ngettext("%(n)d follow", "%(n)d follows", n),
    "like": lambda n: ngettext("%(n)d like", "%(n)d likes", n),
    "repost": lambda n: ngettext("%(n)d repost", "%(n)d reposts", n),
    "windows-1252": lambda n: ngettext("%(n)d line that was not UTF-8", "%(n)d lines that were not UTF-8", n),
}


def tallied(counts: Mapping[str, int]) -> str:
    """ "12 favourites, 3 follows, counted and not stored"; empty when there is nothing."""
    parts = [
        (KINDS[kind](count) if kind in KINDS else f"%(n)d × {kind.replace('%', '%%')}") % {"n": count}
        for kind, count in sorted(counts.items(), key=lambda item: -item[1])
        if count
    ]
    return _("%(what)s, counted and not stored") % {"what": ", ".join(parts)} if parts else ""


# -- briefs ----------------------------------------------------------------------------------------------------------

MOST = 1_000
"""Matches of a brief that are counted in a list."""


def matched_lately(briefs: Iterable[Brief], *, now: datetime, zone: tzinfo) -> dict[int, int]:
    """How many messages of the seven days of a preview each brief matched, up to `MOST`."""
    begin = begin_of_week(now, zone)
    since = Message.objects.filter(published_at__gte=begin, published_at__lte=now).aggregate(low=Min("id"))["low"]
    if since is None:
        return {}
    theirs = {"message__ours": False, "message__context": False, "message__removed_at": None}
    lately = BriefMatch.objects.filter(message__gte=since, message__published_at__range=(begin, now), **theirs)
    return counted({brief.pk: lately.filter(brief=brief) for brief in briefs}, MOST)
