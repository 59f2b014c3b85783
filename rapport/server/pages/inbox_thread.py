"""The thread of a conversation: messages, notes and events by time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from rapport.server.listen.models import Message
from rapport.server.organise.models import User
from rapport.server.pages.inbox_events import Event, Events, events, moderated, told
from rapport.server.pages.inbox_forms import SHOWN, Wish
from rapport.server.pages.inbox_moderation import done_of, form, stands
from rapport.server.pages.inbox_rows import Where, at_message
from rapport.server.pages.inbox_said import Beside, Said, note, said
from rapport.server.respond import moderating, queries
from rapport.server.respond.actions import UNDER_WAY
from rapport.server.respond.models import Moderation
from rapport.server.route.models import Conversation
from rapport.server.understand import corrections


def thread(
    talk: Conversation,
    messages: Sequence[Message],
    moderations: Sequence[Moderation],
    user: User,
    where: Where,
    wish: Wish,
) -> list[Said | Events]:
    """Messages, notes and events by time; events that follow on each other share a timeline."""
    beside = Beside.of(messages, corrections.standing(message__placement__conversation=talk), wish.history)
    done = [row for row in moderations if row.state == "done"]
    done_to = done_of(done)
    busy = {row.message_id for row in moderations if row.state in UNDER_WAY}
    placed: list[tuple[datetime, Said | Event]] = [
        (
            row.sort_at,
            _moderated(
                said(row, talk, user, where, wish, beside),
                row,
                None if row.pk in busy else moderating.offered(row, done_to.get(row.pk, ()), user),
                done_to.get(row.pk, ()),
                talk,
                where,
                wish,
            ),
        )
        for row in messages
    ]
    placed += [(row.at, note(row)) for row in talk.notes.select_related("author")]
    placed += [(event.at, event) for event in map(moderated, done)]
    placed += [(event.at, event) for event in events(queries.events(talk, SHOWN))]
    placed += [(event.at, event) for row in messages for event in told(row)]
    if len(messages) == wish.show:  # what is older than the messages shown stands on the earlier page
        placed = [(at, one) for at, one in placed if at >= messages[0].sort_at]
    return _joined(one for _at, one in sorted(placed, key=lambda pair: pair[0]))


def _joined(ordered: Iterable[Said | Event]) -> list[Said | Events]:
    joined: list[Said | Events] = []
    for one in ordered:
        if isinstance(one, Said):
            joined.append(one)
        elif joined and isinstance(joined[-1], Events):
            joined[-1].entries.append(one)
        else:
            joined.append(Events([one]))
    return joined


def said_since(talk: Conversation, at: datetime, user: User, where: Where) -> list[Said]:
    """What was said after that moment, for a page on which the rest stands already."""
    later = [row for row in queries.thread(talk, SHOWN) if row.sort_at > at]
    corrected = corrections.standing(message__in=[row.pk for row in later]) if later else {}
    beside = Beside.of(later, corrected)
    return [said(row, talk, user, where, Wish(), beside) for row in later]


def _moderated(
    shown: Said,
    row: Message,
    choices: Sequence[str] | None,
    done: Sequence[str],
    talk: Conversation,
    where: Where,
    wish: Wish,
) -> Said:
    """What we did to a message on its platform, and what could be done now; no choices while something is under way."""
    shown = replace(shown, taken_off=stands(done))
    if not choices:
        return shown
    if wish.moderate != row.pk:
        return replace(shown, moderate_url=at_message(row, where.talk(talk.pk, moderate=row.pk)))
    return replace(shown, moderating=form(row, choices, talk, where, wish))
