"""The audit record: every action leaves exactly one entry, through `recorded`, in the transaction of the action itself.

Entries form a chain: each carries an HMAC over its own content and the digest before it, with a key that lives in
RAPPORT_HOME and not in the database. So an entry that was changed, removed, inserted or swapped is found, unless the
one who did it also has the key. That the end was cut off is found by the heads that are exported beside the database.
Entries hold ids and hashes of personal text, never the text: erasing a message does not break the chain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from rapport.core.errors import RecordError
from rapport.core.types import Refused
from rapport.server.organise.models import AuditEntry, AuditHead, User

START = "0" * 64


@dataclass
class Entry:
    """What the action tells the record. `refuse` takes everything back, and leaves no entry."""

    action: str
    target: models.Model | str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    refused: bool = False
    unremarkable: bool = False

    def refuse(self, reason: str) -> Refused:
        self.refused = True
        return Refused(reason)

    def silent(self) -> None:
        """Nothing was to be changed: take everything back, and leave no entry."""
        self.refused = True

    def quiet(self) -> None:
        """Keep the change, without an entry: bookkeeping that repeats what the record already says."""
        self.unremarkable = True


@contextmanager
def recorded(action: str, actor: User | str, *, target: models.Model | str = "", **detail: Any) -> Iterator[Entry]:
    """Run the body in one transaction and append one entry to the record at its end.

    `actor` is a member, or the name of a part of the system such as "listener". Nesting is refused, for two entries
    would then stand for one action.
    """
    if transaction.get_connection().in_atomic_block and getattr(transaction.get_connection(), "recording", False):
        raise RecordError(f"{action} was begun inside another recorded action.", sequence=0)
    connection = transaction.get_connection()
    with transaction.atomic():
        connection.recording = True
        try:
            entry = Entry(action, target, dict(detail))
            yield entry
            if entry.refused:
                transaction.set_rollback(True)
            elif not entry.unremarkable:
                _append(entry, actor)
        finally:
            connection.recording = False


def fingerprint(text: str) -> str:
    """Stands for a personal text in the record, and proves it later to whoever still has the text."""
    return hmac.new(_key(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _append(entry: Entry, actor: User | str) -> None:
    head, _ = AuditHead.objects.select_for_update().get_or_create(id=1)
    row = AuditEntry(
        sequence=head.sequence + 1,
        at=timezone.now(),
        actor=f"user:{actor.pk} {actor.name}" if isinstance(actor, User) else f"system:{actor}",
        action=entry.action,
        target=_name(entry.target),
        detail=json.loads(json.dumps(entry.detail, default=str)),
        previous=head.digest,
    )
    row.digest = _digest(row)
    row.save(force_insert=True)
    AuditHead.objects.filter(id=1).update(sequence=row.sequence, digest=row.digest)


def _name(target: models.Model | str) -> str:
    return target if isinstance(target, str) else f"{target._meta.model_name}:{target.pk}"


def _digest(row: AuditEntry) -> str:
    content = [row.sequence, row.at.isoformat(), row.actor, row.action, row.target, row.detail, row.previous]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(_key(), canonical.encode(), hashlib.sha256).hexdigest()


@cache
def _key() -> bytes:
    return settings.HOME.key("record").encode()


# -- verifying -------------------------------------------------------------------------------------------------------


def verify() -> int:
    """Walk the whole chain; the number of entries if it holds. Raises RecordError at the first that is wrong.

    Others may write meanwhile: the chain has to lead through the head that stood before the walk, and to end no further
    than the one that stands after it.
    """
    previous, count = START, 0
    heads = dict(_exported_heads())
    before = _head()
    for row in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2_000):
        count += 1
        if row.sequence != count:
            raise RecordError(f"Entry {count} is missing; the next one there is {row.sequence}.", sequence=count)
        if row.previous != previous:
            raise RecordError(f"Entry {count} does not follow on the one before it.", sequence=count)
        if not hmac.compare_digest(row.digest, _digest(row)):
            raise RecordError(f"Entry {count} was changed after it was written.", sequence=count)
        if heads.pop(count, row.digest) != row.digest:
            raise RecordError(f"Entry {count} is not the one that was exported as the head then.", sequence=count)
        if count == before.sequence and row.digest != before.digest:
            raise RecordError(f"Entry {count} is not the one that the head of the record names.", sequence=count)
        previous = row.digest
    if not before.sequence <= count <= (after := _head()).sequence:
        raise RecordError(f"The record ends at {count}, but its head says {after.sequence}.", sequence=count + 1)
    if heads:
        raise RecordError(f"The record ends at {count}, but a head was exported at {max(heads)}.", sequence=count + 1)
    return count


def _head() -> AuditHead:
    return AuditHead.objects.filter(id=1).first() or AuditHead(sequence=0, digest=START)


def _heads_file() -> Path:
    return settings.HOME.folder("record") / "heads.log"


def export_head(now: datetime) -> None:
    """Append today's head to a file beside the database. Copy that file elsewhere: it is what exposes a cut tail."""
    head = _head()
    if head.sequence:
        with _heads_file().open("a") as stream:
            stream.write(f"{now.isoformat()} {head.sequence} {head.digest}\n")


def _exported_heads() -> Iterator[tuple[int, str]]:
    if _heads_file().exists():
        for line in _heads_file().read_text().splitlines():
            _, sequence, digest = line.split(" ")
            yield int(sequence), digest
