"""What every database takes and every page can show: the last look at a page before it is stored.

Our connectors see to it themselves; a stranger's may not. One message that cannot be stored would hold up its channel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from rapport.connectors.values import clean
from rapport.core.types import Message, Page, Reject
from rapport.server.listen import models

_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")  # PostgreSQL takes no NUL, and nothing takes half of a surrogate pair
YEARS = range(1900, 2200)
"""Beside the ends of the calendar nobody can count on or back, nor say what time it is elsewhere."""


def storable(page: Page) -> Page:
    """The same page; texts without what no database takes, and what cannot be stored at all among the rejects."""
    kept: list[Message] = []
    rejects = list(page.rejects)
    for message in page.messages:
        if reason := _why_not(message):
            where, raw = clean(message.external_id)[:300], message.text.encode("utf-8", "replace")
            rejects.append(Reject(where, reason, raw))
        else:
            kept.append(_clean(message))
    deletions = tuple(one for one in page.deletions if not _UNSTORABLE.search(one.network + one.external_id))
    if len(rejects) == len(page.rejects) and kept == list(page.messages) and len(deletions) == len(page.deletions):
        return page
    return replace(page, messages=tuple(kept), rejects=tuple(rejects), deletions=deletions)


def _why_not(message: Message) -> str:
    if message.published_at.year not in YEARS:
        return f"It is said to be of the year {message.published_at.year}."
    for name, value, most in _ids(message):
        if len(value) > most:
            return f"The {name} has {len(value)} characters; at most {most} can be kept."
        if _UNSTORABLE.search(value):
            return f"The {name} has characters that no database keeps."
    told = json.dumps(dict(message.ref), ensure_ascii=False)
    return "What an answer needs has characters that no database keeps." if _is_broken(told) else ""


def _is_broken(told: str) -> bool:
    return "\\u0000" in told or bool(_UNSTORABLE.search(told))


def _ids(message: Message) -> Iterator[tuple[str, str, int]]:
    """What a message is found by: it cannot be cut or changed."""
    yield "network", message.network, _most(models.Message, "network")
    yield "id", message.external_id, _most(models.Message, "external_id")
    yield "id of the thread", message.thread_id, _most(models.Message, "thread_id")
    yield "id of what it answers", message.parent_id, _most(models.Message, "parent_id")
    yield "id of the author", message.author.external_id, _most(models.Author, "external_id")


def _most(model: type[models.Message] | type[models.Author], field: str) -> int:
    return int(getattr(model._meta.get_field(field), "max_length", None) or 0)


def _clean(message: Message) -> Message:
    author = message.author
    told = (message.text, message.url, message.language, author.handle, author.name, author.url)
    spans = (span.kind + span.value for span in message.spans)
    if not any(map(_UNSTORABLE.search, (*told, *spans))):
        return message
    return replace(
        message,
        author=replace(author, handle=clean(author.handle), name=clean(author.name), url=clean(author.url)),
        spans=tuple(replace(span, kind=clean(span.kind), value=clean(span.value)) for span in message.spans),
        text=clean(message.text),
        url=clean(message.url),
        language=clean(message.language),
    )
