"""Receiving: what arrives is stored together with the place up to which we have heard, or not at all."""

from __future__ import annotations

import hashlib
import hmac
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from rapport.connectors import contract
from rapport.connectors.values import clean
from rapport.core import types
from rapport.core.errors import ConnectorError
from rapport.core.query import document
from rapport.core.types import Page, Refused
from rapport.server import flow, many
from rapport.server.claim import LET_GO
from rapport.server.crashpoint import crashpoint
from rapport.server.listen import gaps, poison, search, sign_in
from rapport.server.listen.accounts import account_of
from rapport.server.listen.matching import current
from rapport.server.listen.models import (
    RECHECK,
    Author,
    BriefMatch,
    Channel,
    Cursor,
    Message,
    Pulse,
    Quarantined,
    Revision,
    Sighting,
    Tally,
    Tombstone,
    among,
)
from rapport.server.listen.storable import storable
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded

log = logging.getLogger(__name__)
MOST = 100  # of what is tried again in one go
BATCH = 500  # of what has been kept long enough


@dataclass
class Heard:
    """What became of one page."""

    new: int = 0
    revised: int = 0
    known: int = 0
    removed: int = 0
    let_go: int = 0
    rejected: int = 0
    buried: int = 0  # taken back earlier, and so not stored again
    ids: list[int] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.new or self.revised or self.removed or self.rejected)

    def add(self, other: Heard) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def counts(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if name != "ids" and value}


# -- receiving -------------------------------------------------------------------------------------------------------


def receive(
    page: Page,
    channel: Channel,
    source: str,
    *,
    actor: User | str = "listener",
    holder: str = "",
    imported: bool = False,
    earlier: Callable[[Heard], None] | None = None,
    now: datetime | None = None,
) -> Heard:
    """Store a page: messages, revisions, deletions, rejects, tallies, pulse and cursor in one transaction.

    `holder` is the name under which the cursor is leased; a page from a listener that lost its lease is dropped whole,
    for another one is already at it. `earlier` marks what was said earlier and is brought back. That is no listening,
    so neither pulse nor cursor know of it; it is called within the transaction, and undoes all when it raises.
    """
    now = now or timezone.now()
    with recorded("page.received", actor, target=channel, source=source) as entry:
        cursor = Cursor.objects.select_for_update().filter(channel=channel, source=source).first()
        if holder and (cursor is None or cursor.leased_by != holder):
            entry.silent()
            return Heard()
        heard = _stored(page, channel, source, now=now, imported=imported)
        if source != RECHECK and earlier is None:  # looking again at what we have is not listening
            _count(page, heard, channel, source, now)
        if page.missed and earlier is None:
            entry.detail["missed"] = gaps.note_missed(page.missed, channel, source, now)
        if earlier is not None:
            earlier(heard)
        elif cursor is not None and (moved := _moved(cursor, page, now)):
            Cursor.objects.filter(pk=cursor.pk).update(**moved)
        if heard.anything or page.missed:
            entry.detail |= heard.counts()
        else:
            entry.quiet()
        if heard.anything:  # a crash at which nothing is at stake proves nothing
            crashpoint("receive.before_commit")
    if heard.anything:
        crashpoint("receive.after_commit")
    return heard


def _moved(cursor: Cursor, page: Page, now: datetime) -> dict[str, Any]:
    """What the page changes about the cursor. A stream that brings something is well: its next pause is a short one."""
    moved: dict[str, Any] = {}
    if page.cursor and cursor.value != page.cursor:
        moved |= {"value": page.cursor, "saved_at": now}
    if page.heard_until is not None and page.heard_until != cursor.heard_until:
        moved["heard_until"] = page.heard_until
    if cursor.way == "stream" and cursor.tries:
        moved["tries"] = 0
    return moved


def _stored(page: Page, channel: Channel, source: str, *, now: datetime, imported: bool) -> Heard:
    """The page, without what cannot be stored: that is set aside, to be tried again."""
    heard = Heard()

    def set_aside(item: types.Message | types.Deletion, error: Exception) -> None:
        log.error("%s, %s: %s could not be stored.", channel, source, item.external_id, exc_info=error)
        _set_aside(item, error, channel, source, now)
        heard.rejected += 1

    for part in poison.sift(page, lambda part: _store(part, channel, source, now=now, imported=imported), set_aside):
        heard.add(part)
    return heard


def _store(page: Page, channel: Channel, source: str, *, now: datetime, imported: bool) -> Heard:
    page, heard = storable(page), Heard()
    _quarantine(page.rejects, channel, source, heard)
    _remove(page, channel, source, heard, now)
    incoming = {(m.network, m.external_id): m for m in page.messages}  # the last of a page's repetitions wins
    stored = {
        (row.network, row.external_id): row for row in Message.objects.filter(among(incoming)).select_for_update()
    }
    buried = _buried(incoming)
    authors = _authors([m.author for m in incoming.values()])
    us = set(Channel.objects.exclude(external_id="").values_list("network", "external_id"))
    standing = current()
    new: list[tuple[Message, tuple[int, ...]]] = []
    seen: list[Message] = []
    for key, message in incoming.items():
        if key in buried:
            heard.buried += 1
        elif row := stored.get(key):
            _again(row, message, heard, now, current=imported or source == RECHECK)
            seen.append(row)
        else:
            author = authors[message.author.network, message.author.external_id]
            ours = (message.author.network, message.author.external_id) in us
            briefs = () if ours else standing.matching(document(message, channel=channel.name))
            wanted = message.addressed or channel.addressed or message.context or ours or channel.keep_all or briefs
            if not wanted:
                heard.let_go += 1
                continue
            new.append((_row(message, channel, author, ours=ours, imported=imported, now=now), briefs))
    rows = Message.objects.bulk_create([row for row, _ in new])
    heard.new = len(rows)
    heard.ids = [row.id for row in rows]
    search.index((row.id, row.text) for row in rows)
    many.add(
        [BriefMatch(message=row, brief_id=brief) for row, (_, briefs) in zip(rows, new) for brief in briefs],
        over=("brief", "message"),
    )
    sighted = [*rows, *seen] if source != RECHECK else rows
    many.add(
        [Sighting(message=row, channel=channel, source=source, seen_at=now) for row in sighted],
        over=("message", "channel", "source"),
    )
    return heard


def _row(
    message: types.Message, channel: Channel, author: Author, *, ours: bool, imported: bool, now: datetime
) -> Message:
    return Message(
        network=message.network,
        external_id=message.external_id,
        author=author,
        channel=channel,
        text=message.text,
        spans=_spans(message),
        url=message.url[:1000],
        thread_id=message.thread_id or message.external_id,
        parent_id=message.parent_id,
        language_hint=message.language[:20],
        ref=dict(message.ref),
        published_at=message.published_at,
        heard_at=now,
        edited_at=message.edited_at,
        content_hash=message.content_hash(),
        addressed=(message.addressed or channel.addressed) and not (message.context or ours),
        context=message.context,
        ours=ours,
        imported=imported,
        next_try_at=now,
    )


def _spans(message: types.Message) -> list[list[Any]]:
    return [[span.start, span.end, span.kind, span.value] for span in message.spans]


def _again(row: Message, message: types.Message, heard: Heard, now: datetime, *, current: bool) -> None:
    """A message that we have: an edit is a revision; a context message that now addresses us is one for us.

    `current`: this is how the platform shows it now, not one of the things that happened to it.
    """
    changed: dict[str, Any] = {}
    if row.removed_at:
        heard.known += 1
        return
    if row.content_hash == message.content_hash():
        _date(row, message)
    elif current or not _is_stale(row, message):
        Revision.objects.create(
            message=row,
            number=row.revision,
            text=row.text,
            spans=row.spans,
            content_hash=row.content_hash,
            replaced_at=now,
        )
        changed |= {
            "text": message.text,
            "spans": _spans(message),
            "content_hash": message.content_hash(),
            "revision": row.revision + 1,
            "edited_at": message.edited_at or row.edited_at,
            "ref": dict(message.ref),
        }
        search.index([(row.id, message.text)])
        heard.revised += 1
    if message.addressed and not row.addressed and not row.ours:
        changed |= {"addressed": True, "context": False}
    if not changed:
        heard.known += 1
        return
    if row.left_at:  # its text was in the archive only; it is read anew, and so it comes back
        if message.content_hash() != changed.get("content_hash", row.content_hash):
            heard.known += 1  # with these words it would not
            return
        changed |= {"text": message.text, "spans": _spans(message), "left_at": None}
        search.index([(row.id, message.text)])
    changed |= {"state": flow.advance("message", row.state, "heard"), "next_try_at": now, "tries": 0, **LET_GO}
    Message.objects.filter(pk=row.pk).update(**changed)


def _is_stale(row: Message, message: types.Message) -> bool:
    """Whether these are the words from before an edit that we know of: a stream that rewinds tells them once more, and
    of two sources one is behind. Where edits bear no date, words that were replaced once do not come back this way."""
    if row.edited_at:
        return message.edited_at is None or message.edited_at < row.edited_at
    return Revision.objects.filter(message=row, content_hash=message.content_hash()).exists()


def _date(row: Message, message: types.Message) -> None:
    """An edit that changed nothing still dates the words: what is older than it is stale."""
    if message.edited_at and (row.edited_at is None or message.edited_at > row.edited_at):
        Message.objects.filter(pk=row.pk).update(edited_at=message.edited_at)


def _authors(authors: Iterable[types.Author]) -> dict[tuple[str, str], Author]:
    wanted = {(a.network, a.external_id): a for a in authors}
    known = {(row.network, row.external_id): row for row in Author.objects.filter(among(wanted))}
    new: list[Author] = []
    for key, author in wanted.items():
        fresh: dict[str, str | int | None] = {
            "handle": author.handle[:300],
            "name": author.name[:300],
            "url": author.url[:1000],
            "followers": author.followers,
        }
        row = known.get(key)
        if row is None:
            new.append(Author(network=author.network, external_id=author.external_id, **fresh))
        elif changed := {name: value for name, value in fresh.items() if value and getattr(row, name) != value}:
            Author.objects.filter(pk=row.pk).update(**changed)
    return known | {(row.network, row.external_id): row for row in Author.objects.bulk_create(new)}


# -- what was taken back ---------------------------------------------------------------------------------------------


@cache
def _grave_key() -> bytes:
    return settings.HOME.key("record").encode()


def grave(network: str, external_id: str) -> str:
    """The name under which a message that was taken back is remembered."""
    return hmac.new(_grave_key(), f"{network}\0{external_id}".encode(), hashlib.sha256).hexdigest()


def _buried(keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    graves = {grave(*key): key for key in keys}
    found = Tombstone.objects.filter(key__in=list(graves)).values_list("key", flat=True)
    return {graves[key] for key in found}


def _remove(page: Page, channel: Channel, source: str, heard: Heard, now: datetime) -> None:
    """Honour deletions: of what we have, and of what may yet come by another way.

    A stream tells of everything that anybody takes back, hundreds a minute. Of that, only what we have is buried.
    """
    wanted = {(d.network, d.external_id) for d in page.deletions}
    if not wanted and not page.departures:
        return
    rows = Message.objects.filter(among(wanted)).only("network", "external_id")
    there = {(row.network, row.external_id): row.pk for row in rows if (row.network, row.external_id) in wanted}
    there |= {(row.network, row.external_id): row.pk for row in _said_by(page.departures)}
    streamed = Cursor.objects.filter(channel=channel, source=source, way="stream").exists()
    buried = there.keys() if streamed else wanted | there.keys()
    _bury(sorted(buried), "deleted upstream", now)
    poison.erase([*page.deletions, *page.departures])
    keys = list(Message.objects.filter(pk__in=there.values(), removed_at=None).values_list("pk", flat=True))
    heard.removed = _take_back(keys, now)
    heard.ids += keys


def let_go(channel: Channel, before: datetime, now: datetime) -> int:
    """What was heard on a channel before a certain time goes, for its platform allows no longer keeping; one batch."""
    old = Message.objects.filter(channel=channel, ours=False, removed_at=None, published_at__lt=before)
    rows = list(old.filter(heard_at__lt=before).only("network", "external_id")[:BATCH])
    if not rows:
        return 0
    with recorded("messages.outlived", "worker", target=channel, before=before.isoformat()) as entry:
        _bury(((row.network, row.external_id) for row in rows), "kept long enough", now)
        entry.detail["messages"] = _take_back([row.pk for row in rows], now)
        return len(rows)


def _bury(keys: Iterable[tuple[str, str]], reason: str, now: datetime) -> None:
    graves = [Tombstone(key=grave(*key), reason=reason, at=now) for key in keys]
    Tombstone.objects.bulk_create(graves, ignore_conflicts=True)


def _take_back(keys: Sequence[int], now: datetime) -> int:
    """The words go from the message, its revisions, its reading and the index; the fact stays."""
    Revision.objects.filter(message__in=keys).delete()
    BriefMatch.objects.filter(message__in=keys).delete()
    search.forget(keys)
    return Message.objects.filter(pk__in=keys).update(
        text="",
        spans=[],
        ref={},
        content_hash="",
        language_hint="",
        state="taken_back",
        removed_at=now,
        unarchived=True,
        next_try_at=now,
        **LET_GO,
    )


def _said_by(departures: Sequence[types.Departure]) -> list[Message]:
    """Messages of accounts that are gone."""
    gone = {(one.network, one.external_id) for one in departures}
    if not gone:
        return []
    authors = [row.pk for row in Author.objects.filter(among(gone)) if (row.network, row.external_id) in gone]
    return list(Message.objects.filter(author__in=authors).only("network", "external_id"))


# -- what could not be understood ------------------------------------------------------------------------------------


def _quarantine(rejects: Sequence[types.Reject], channel: Channel, source: str, heard: Heard) -> None:
    heard.rejected = len(rejects)
    for reject in rejects:
        digest = hashlib.sha256(reject.where.encode("utf-8", "replace") + b"\0" + reject.raw).hexdigest()
        row, created = Quarantined.objects.get_or_create(
            channel=channel,
            source=source,
            digest=digest,
            defaults={
                "where": clean(reject.where)[:300],
                "reason": clean(reject.reason)[:500],
                "raw": reject.raw[: poison.MAX_RAW],
            },
        )
        if not created:
            Quarantined.objects.filter(pk=row.pk).update(tries=F("tries") + 1)


def _set_aside(
    item: types.Message | types.Deletion, error: Exception, channel: Channel, source: str, now: datetime
) -> None:
    raw = poison.written(item)
    fresh = {
        "where": clean(item.external_id)[:300],
        "reason": clean(f"{type(error).__name__}: {error}")[:500],
        "raw": raw[: poison.MAX_RAW],
        "form": "message",
        "state": "trying" if len(raw) <= poison.MAX_RAW else "waiting",  # half a message cannot be tried again
        "next_try_at": poison.next_try(1, now),
    }
    digest = hashlib.sha256(raw).hexdigest()
    Quarantined.objects.get_or_create(channel=channel, source=source, digest=digest, defaults=fresh)


def try_again(now: datetime) -> None:
    """What could not be stored gets its second and its third try; then it waits for a person."""
    due = Quarantined.objects.filter(state="trying", next_try_at__lte=now).select_related("channel")
    for row in due.order_by("next_try_at")[:MOST]:
        with recorded("quarantined.tried", "worker", target=row) as entry:
            done = _tried(poison.read(bytes(row.raw)), row)
            if isinstance(done, Heard):
                _settle(row, "received")
                entry.detail |= done.counts()
                continue
            tries = row.tries + 1
            entry.detail["state"] = flow.advance(
                "quarantined", row.state, "waiting" if tries >= poison.TRIES else "trying"
            )
            Quarantined.objects.filter(pk=row.pk).update(
                state=entry.detail["state"], tries=tries, next_try_at=poison.next_try(tries, now), reason=done.reason
            )


def _tried(page: Page, row: Quarantined) -> Heard | Refused:
    try:
        with transaction.atomic():
            return _store(page, row.channel, row.source, now=timezone.now(), imported=False)
    except poison.NOT_THE_ITEM:
        raise
    except Exception as error:  # the same item, the same reason
        log.exception("%s, %s: %s could not be stored.", row.channel, row.source, row.where)
        return Refused(clean(f"{type(error).__name__}: {error}")[:500])


def retry_quarantined(row: Quarantined, *, actor: User) -> Heard | Refused:
    """Try it once more, for instance with a newer connector."""
    if no := refusal(actor, "listen"):
        return no
    with recorded("quarantined.retried", actor, target=row) as entry:
        try:
            page = storable(_page_of(row))
        except Exception as error:  # a connector may be a stranger's: that it stumbled may be why this lies here
            log.exception("%s, %s: the connector stumbled over %s.", row.channel, row.source, row.where)
            return entry.refuse(str(error) or type(error).__name__)
        if page.rejects or not (page.messages or page.deletions):
            return entry.refuse(page.rejects[0].reason if page.rejects else gettext("There is still no message in it."))
        done = _tried(page, row)
        if isinstance(done, Refused):
            return entry.refuse(done.reason)
        _settle(row, "received")
        entry.detail |= done.counts()
        return done


def _page_of(row: Quarantined) -> Page:
    if row.form == "message":
        return poison.read(bytes(row.raw))
    connector = contract.load(row.channel.connector)
    return connector.parse(bytes(row.raw), source=row.source, account=account_of(row.channel))


def _settle(row: Quarantined, state: str) -> None:
    """It needs its payload no more."""
    Quarantined.objects.filter(pk=row.pk).update(state=flow.advance("quarantined", row.state, state), raw=b"")


def dismiss_quarantined(row: Quarantined, *, actor: User) -> Refused | None:
    if no := refusal(actor, "listen"):
        return no
    with recorded("quarantined.dismissed", actor, target=row, where=row.where):
        _settle(row, "dismissed")
    return None


def forget_payloads(now: datetime) -> None:
    """What has lain in quarantine for too long."""
    with recorded("quarantined.expired", "worker") as entry:
        entry.detail["payloads"] = poison.expire(now - timedelta(days=settings.QUARANTINE_DAYS))
        if not entry.detail["payloads"]:
            entry.quiet()


# -- the pulse -------------------------------------------------------------------------------------------------------


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _count(page: Page, heard: Heard, channel: Channel, source: str, now: datetime) -> None:
    pulse, _ = Pulse.objects.get_or_create(channel=channel, source=source, hour=_hour(now))
    behind = max((now - page.heard_until).total_seconds(), 0.0) if page.heard_until else None
    Pulse.objects.filter(pk=pulse.pk).update(
        fetches=F("fetches") + 1,
        heard=F("heard") + heard.new,
        let_go=F("let_go") + heard.let_go + page.passed_over,
        behind_seconds=behind,
    )
    for kind, count in Counter(page.tallies).items():
        tally, _ = Tally.objects.get_or_create(channel=channel, day=now.date(), kind=kind[:40])
        Tally.objects.filter(pk=tally.pk).update(count=F("count") + count)
    well: dict[str, Any] = {"last_ok_at": now}
    others = Cursor.objects.filter(channel=channel, tries__gt=0).exclude(source__in=[source, RECHECK])
    if not others.exists():  # a source that works does not hide one that doesn't
        well |= {"trouble": "", "trouble_since": None}
    if heard.new:
        well["last_heard_at"] = now
    Channel.objects.filter(pk=channel.pk).update(**well)


def _pause(cursor: Cursor) -> float:
    """Seconds until the next attempt: longer each time. Streams break often and are missed at once, so theirs begin
    short; and chance spreads them, or all that lost the same server would be back in the same moment."""
    if cursor.way == "stream":
        return float(min(cursor.every_seconds * 2 ** min(cursor.tries, 6), 300) * random.uniform(0.5, 1.5))  # noqa: S311
    return float(min(15 * 2 ** min(cursor.tries, 7), 1800))


def fetch_failed(
    cursor: Cursor, error: ConnectorError, *, needs_sign_in: bool, now: datetime, actor: str, holder: str = ""
) -> None:
    """Note the trouble where people see it. The cursor stays where it is: nothing is lost."""
    channel = cursor.channel
    wait = error.retry_after or _pause(cursor)
    with recorded("fetch.failed", actor, target=channel, source=cursor.source, trouble=str(error)[:300]) as entry:
        mine = Cursor.objects.filter(pk=cursor.pk, leased_by=holder) if holder else Cursor.objects.filter(pk=cursor.pk)
        if not mine.update(tries=cursor.tries + 1, next_at=now + timedelta(seconds=wait), **LET_GO):
            entry.silent()  # another listener is at it, and will tell what it finds
            return
        if cursor.tries:  # the first failure is news; the ones after it are the same news
            entry.quiet()
        if cursor.source == RECHECK and not needs_sign_in:  # we hear as well as before
            return
        pulse, _ = Pulse.objects.get_or_create(channel=channel, source=cursor.source, hour=_hour(now))
        Pulse.objects.filter(pk=pulse.pk).update(failures=F("failures") + 1, trouble=str(error)[:500])
        Channel.objects.filter(pk=channel.pk).update(trouble=str(error)[:500])
        if needs_sign_in:
            sign_in.shut_out(channel, str(error), now)
        Channel.objects.filter(pk=channel.pk, trouble_since__isnull=True).update(trouble_since=now)
