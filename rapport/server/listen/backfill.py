"""Bringing back what was said before we listened, or while we could not: page by page, behind everything else.

Each page is stored together with the place where it ended, so a backfill that is cut off goes on where it was. It
spends what the plan leaves for it (see `core.listen.budget`), and waits while any source of a channel is overdue.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, NeedsSignIn, RateLimited
from rapport.core.types import Page, Refused
from rapport.server import flow
from rapport.server.alive import at_work
from rapport.server.claim import LET_GO, claim, free
from rapport.server.listen import gaps, receiving, sign_in
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import Backfill, Channel, Cursor, Gap
from rapport.server.listen.receiving import Heard
from rapport.server.organise import notices
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
PAGES = 5
"""Stored in one go; then another backfill has its turn."""
TRIES = 8
OVERDUE = timedelta(seconds=20)
"""While a source has waited for so long, nothing is brought back."""
LONGEST = timedelta(days=3_650)


class Interrupted(Exception):
    """Somebody paused or stopped it, or another listener is at it: the page at hand is not stored."""


# -- what people do --------------------------------------------------------------------------------------------------


def sources(channel: Channel) -> tuple[str, ...]:
    """Of which of its sources a platform can be asked what was said earlier."""
    found = _connector(channel)
    return found.earlier if found else ()


def _connector(channel: Channel) -> contract.BringsBack | None:
    try:
        found = contract.load(channel.connector)
    except LookupError:
        return None
    return found if isinstance(found, contract.BringsBack) else None


def begin(
    channel: Channel, source: str, since: datetime, until: datetime, *, actor: User, gap: Gap | None = None
) -> Backfill | Refused:
    """Ask for what was said between two moments. The listener counts it first, where that can be done."""
    if no := refusal(actor, "listen"):
        return no
    if source not in sources(channel):
        words = gettext("%(channel)s cannot be asked for what was said earlier.")
        return Refused(words % {"channel": channel.name})
    until = min(until, timezone.now())
    if not timedelta() < until - since <= LONGEST:
        return Refused(gettext("Choose a time that is over, and that lasted ten years at most."))
    part = gap is not None and gap.source != source
    with recorded("backfill.begun", actor, target=channel, source=source, since=since, until=until) as entry:
        Channel.objects.select_for_update().get(pk=channel.pk)
        if Backfill.objects.filter(_unfinished(), channel=channel, source=source).exists():
            return entry.refuse(gettext("Something is being brought back there already; wait until that is done."))
        row = Backfill.objects.create(
            channel=channel, source=source, since=since, until=until, gap=gap, incomplete=part, started_by=actor
        )
        entry.target = row
        return row


def begin_gap(gap: Gap, *, actor: User) -> Backfill | Refused:
    """Ask for what a gap is missing. Where nobody can be asked, that is noted as what was done."""
    if gap.end is None:
        return Refused(gettext("This gap has not ended yet; what is missing can be asked for when it has."))
    can = sources(gap.channel)
    if gap.source in can:
        return begin(gap.channel, gap.source, gap.start, gap.end, actor=actor, gap=gap)
    if can:  # of a whole stream, at least what was said to us
        return begin(gap.channel, can[0], gap.start, gap.end, actor=actor, gap=gap)
    if no := refusal(actor, "listen"):
        return no
    words = gettext_noop("The platform cannot be asked for what was said earlier.")
    done = gaps.settle(gap, "impossible", outcome=words, actor=actor)
    return done if isinstance(done, Refused) else Refused(gettext(words))


def set_state(row: Backfill, state: str, *, actor: User) -> Backfill | Refused:
    """Pause it, let it go on (or say yes to what it costs), or stop it."""
    if no := refusal(actor, "listen"):
        return no
    with recorded(f"backfill.{state}", actor, target=row):
        row = Backfill.objects.select_for_update().get(pk=row.pk)
        changes: dict[str, Any] = {"state": flow.advance("backfill", row.state, state)}
        if state == "running":
            changes |= {"trouble": "", "tries": 0, "next_at": timezone.now()}
        if state == "stopped":
            changes["ended_at"] = timezone.now()
            if row.gap and row.new:
                gaps.note_settled(row.gap, "partly", gettext_noop("Somebody stopped bringing it back."), row.new)
        Backfill.objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db()
    return row


def _unfinished() -> Q:
    return Q(state__in=["waiting", "counted", "running", "paused"])


# -- the loop --------------------------------------------------------------------------------------------------------


def run(stop: threading.Event) -> None:
    with at_work("backfill", Backfill.objects.all()) as worker:
        while not stop.is_set():
            try:
                busy = turn(worker, stop.is_set)
            except Exception:  # the single turn that catches everything
                log.exception("Bringing back stumbled; it goes on in five seconds.")
                connection.close()
                stop.wait(5)
                continue
            if not busy:
                stop.wait(1)


def turn(worker: str, stopped: Callable[[], bool] = lambda: False) -> bool:
    """A few pages of the backfill that has waited longest. True when there was one."""
    now = timezone.now()
    due = Backfill.objects.filter(state__in=["waiting", "running"], channel__state="listening", next_at__lte=now)
    if not due.exists() or _overdue(now):
        return False
    keys = claim(due.order_by("next_at", "id"), worker, now=now, limit=1, lease=LEASE)
    if not keys:
        return False
    row = Backfill.objects.select_related("channel__owner", "gap", "started_by").get(pk=keys[0])
    try:
        _count(row, worker) if row.state == "waiting" else _bring(row, worker, stopped)
    except Interrupted:
        Backfill.objects.filter(pk=row.pk, leased_by=worker).update(**LET_GO)
    except ConnectorError as error:
        log.warning("%s, %s: bringing back: %s", row.channel.name, row.source, error)
        _failed(row, error, worker)
    except Exception as error:  # a connector may be a stranger's: its mistake stops this, and nothing else
        log.exception("%s, %s: bringing back stumbled.", row.channel.name, row.source)
        _failed(row, ConnectorError(f"The connector stumbled: {type(error).__name__}: {error}"), worker)
    return True


def _overdue(now: datetime) -> bool:
    late = Cursor.objects.filter(free(now), way="ask", channel__state="listening", next_at__lt=now - OVERDUE)
    return late.exists()


def _count(row: Backfill, worker: str) -> None:
    connector = _asked(row)
    account = account_of(row.channel, "backfill")
    estimate = connector.count(account, row.source, row.since, row.until)
    state = "counted" if getattr(connector, "charges", False) else "running"
    with recorded("backfill.counted", "listener", target=row, estimate=estimate) as entry:
        mine = Backfill.objects.filter(pk=row.pk, leased_by=worker, state="waiting")
        state = flow.advance("backfill", "waiting", state)
        if not mine.update(state=state, estimate=estimate, next_at=timezone.now(), tries=0, trouble="", **LET_GO):
            entry.silent()


def _bring(row: Backfill, worker: str, stopped: Callable[[], bool]) -> None:
    connector, account = _asked(row), account_of(row.channel, "backfill")
    pages = connector.bring_back(account, row.source, row.since, row.until, row.place)
    for number, page in enumerate(pages, start=1):
        _store(page, row, worker)
        if number >= PAGES or stopped():
            Backfill.objects.filter(pk=row.pk, leased_by=worker).update(next_at=timezone.now(), **LET_GO)
            return
    _done(row, worker)


def _asked(row: Backfill) -> contract.BringsBack:
    if (found := _connector(row.channel)) is None:
        raise ConnectorError(f"{row.channel.connector} cannot be asked for what was said earlier.", permanent=True)
    return found


def _store(page: Page, row: Backfill, worker: str) -> None:
    """The page, and how far we have come with it, or neither."""
    row.reached = _reached(page, row)

    def saved(heard: Heard) -> None:
        mine = Backfill.objects.filter(pk=row.pk, leased_by=worker, state="running")
        changes: dict[str, Any] = {"place": page.cursor, "reached": row.reached, "tries": 0, "trouble": ""}
        if page.missed:
            changes["incomplete"] = True
        counts = {"heard": F("heard") + sum(not one.context for one in page.messages), "new": F("new") + heard.new}
        if not mine.update(**changes, **counts, leased_until=timezone.now() + LEASE):
            raise Interrupted

    receiving.receive(page, row.channel, row.source, actor="listener", imported=True, earlier=saved)


def _reached(page: Page, row: Backfill) -> datetime | None:
    said = [message.published_at for message in page.messages if not message.context]
    known = [row.reached] if row.reached else []
    return max(row.since, min([*said, *known])) if said or known else None


def _done(row: Backfill, worker: str) -> None:
    with recorded("backfill.done", "listener", target=row) as entry:
        fresh = Backfill.objects.select_for_update().get(pk=row.pk)
        if fresh.leased_by != worker or fresh.state != "running":
            entry.silent()
            return
        now = timezone.now()
        state = flow.advance("backfill", fresh.state, "done")
        Backfill.objects.filter(pk=row.pk).update(state=state, reached=row.since, ended_at=now, **LET_GO)
        entry.detail |= {"heard": fresh.heard, "new": fresh.new}
        if row.gap:
            done, words = _outcome(fresh)
            gaps.note_settled(row.gap, done, words, fresh.new, {"n": fresh.new})
        notices.tell(
            _told(row),
            "brought_back",
            place(row.channel),
            channel=row.channel.name,
            new=fresh.new,
            start=row.since.isoformat(),
            end=row.until.isoformat(),
        )


def _outcome(row: Backfill) -> tuple[str, str]:
    if row.incomplete:
        return "partly", gettext_noop("Brought back as far as the platform goes: %(n)d new messages.")
    return "backfilled", gettext_noop("Brought back: %(n)d new messages.")


def _failed(row: Backfill, error: ConnectorError, worker: str) -> None:
    """Wait and try again where that can help; a refused sign-in waits until somebody signs in."""
    with recorded("backfill.failed", "listener", target=row, trouble=str(error)[:300]) as entry:
        fresh = Backfill.objects.select_for_update().get(pk=row.pk)
        if fresh.leased_by != worker or fresh.state not in ("waiting", "running"):
            entry.silent()
            return
        now, waits = timezone.now(), isinstance(error, RateLimited | NeedsSignIn)
        tries = fresh.tries if waits else fresh.tries + 1
        wait = error.retry_after or min(15 * 2**tries, 1800)
        changes: dict[str, Any] = {"trouble": str(error)[:500], "tries": tries, **LET_GO}
        if not waits and (error.permanent or tries >= TRIES):
            changes |= {"state": flow.advance("backfill", fresh.state, "failed"), "ended_at": now}
            detail = {"channel": row.channel.name, "trouble": str(error)[:300]}
            notices.tell(_told(row), "not_brought_back", place(row.channel), **detail)
        else:
            entry.quiet()
            changes["next_at"] = now + timedelta(seconds=wait)
        Backfill.objects.filter(pk=row.pk).update(**changes)
        if isinstance(error, NeedsSignIn):
            sign_in.shut_out(row.channel, str(error), now)


def _told(row: Backfill) -> Sequence[User]:
    starter = row.started_by
    return [starter] if starter and starter.is_active else sign_in.owners(row.channel)


def place(channel: Channel) -> str:
    """Where one sees it."""
    return f"/listen/channels/{channel.pk}/#earlier"
