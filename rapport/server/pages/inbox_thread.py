"""One open conversation, as it is shown: the thread, what is under way, the person, the composer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.core.understand.private import private_in
from rapport.server.listen import caution
from rapport.server.listen.models import Author, Message, Revision
from rapport.server.organise.abilities import may, refusal
from rapport.server.organise.models import AuditEntry, Team, User
from rapport.server.pages.inbox_correct import Correcting, correctable, corrected_by, correcting
from rapport.server.pages.inbox_forms import snooze_choices
from rapport.server.pages.inbox_rows import Clock, Where, clock, moment
from rapport.server.pages.text import Part, kind_words, parts, web
from rapport.server.respond import moderating, queries
from rapport.server.respond.actions import answerable, why_not
from rapport.server.respond.models import Draft, Moderation, Outgoing
from rapport.server.route.models import Conversation, Note
from rapport.server.understand import corrections, noise
from rapport.server.understand.corrections import Corrected
from rapport.server.understand.private import private_of

SHOWN = 100
"""Messages of a thread that are shown at first; more on demand, up to `MOST`."""
MOST = 1_000
OTHERS = 6
BUSY = ("queued", "sending", "unknown")
"""States of an answer that let no other one out."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a message said before it was edited."""

    parts: list[Part]
    until: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """See `_components/message.html`."""

    id: str
    side: str
    who: str
    at: datetime
    parts: list[Part]
    handle: str = ""
    network: str = ""
    url: str = ""
    by: str = ""
    context: bool = False
    deleted: bool = False
    edited_at: datetime | None = None
    history_url: str = ""
    earlier: list[Earlier] = field(default_factory=list)
    left_out: list[Part] = field(default_factory=list)
    attached: Sequence[str] = ()
    automatic: str = ""
    tone: str = ""
    kind: str = ""
    language: str = ""
    corrected: str = ""
    correct_url: str = ""
    correcting: Correcting | None = None
    state: str = ""
    state_words: str = ""
    taken_off: str = ""
    moderate_url: str = ""
    moderating: Moderating | None = None


@dataclass(frozen=True, slots=True)
class Moderating:
    """The form below a message with which one acts on it on its platform: see `inbox/_moderate.html`."""

    action: str
    back: str
    choices: Sequence[tuple[str, str]]
    chosen: str = ""
    reason: str = ""
    undo: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """See `_components/timeline.html`."""

    icon: str
    words: SafeString
    at: datetime
    quote: str = ""


@dataclass(slots=True)
class Events:
    entries: list[Event]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An answer that has not safely arrived, and what one can do about it."""

    said: Said
    undo: str = ""
    seconds: int = 0
    retry: str = ""
    retry_label: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Acting:
    """Something about a message that is not done on its platform yet, and what one can do about it."""

    words: str
    reason: str
    state: str
    undo: str = ""
    retry: str = ""
    settle: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Composer:
    """See `_components/composer.html`."""

    mode: str
    action: str
    reply_url: str
    note_url: str
    draft_url: str
    text: str
    version: int
    to: str
    undo: int
    limit: int = 0
    count: int = 0
    checks: Sequence[Check] = ()
    approval: str = ""
    other: str = ""
    refused: str = ""
    preview: str = ""
    caution: str = ""
    caution_url: str = ""
    hide_url: str = ""
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """Everything that the open conversation shows."""

    talk: Conversation
    title: str
    clock: Clock | None
    thread: list[Said | Events]
    earlier_url: str
    under_way: list[UnderWay]
    acting: list[Acting]
    composer: Composer | None
    closed_because: str
    person: Mapping[str, Any]
    colleagues: list[User]
    teams: list[Team]
    snoozes: list[tuple[str, str]]

    @property
    def busy(self) -> bool:
        return bool(self.composer and self.composer.refused)


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


def opened(talk: Conversation, user: User, where: Where, wish: Wish) -> Open:
    messages = queries.thread(talk, wish.show)
    cut = len(messages) > wish.show
    messages = messages[1:] if cut else messages
    draft = queries.draft_of(talk)
    flying = queries.in_flight(talk)
    moderations = queries.moderations(talk)
    closed = _closed(talk, user)
    mode = "note" if closed or wish.mode == "note" else "reply"
    return Open(
        talk=talk,
        title=talk.who or _("Somebody"),
        clock=clock(talk.state, talk.due_at, talk.snoozed_until, timezone.now()),
        thread=_thread(talk, messages, moderations, user, where, wish),
        earlier_url=where.talk(talk.pk, show=min(wish.show * 5, MOST)) if cut and wish.show < MOST else "",
        under_way=under_way(talk, flying, user, where),
        acting=[_acting(row, talk, user, where) for row in moderations if row.state != "done"],
        composer=_warned(
            talk, messages, moderations, _composer(talk, draft, flying, user, where, mode, wish.text), user, where
        )
        if may(user, "answer")
        else None,
        closed_because=closed,
        person=_person(talk, user, where),
        colleagues=_colleagues(talk, user),
        teams=list(Team.objects.filter(closed_at=None).exclude(pk=talk.team_id).order_by("id")),
        snoozes=snooze_choices(timezone.localtime()),
    )


# -- the thread ------------------------------------------------------------------------------------------------------


def _thread(
    talk: Conversation,
    messages: Sequence[Message],
    moderations: Sequence[Moderation],
    user: User,
    where: Where,
    wish: Wish,
) -> list[Said | Events]:
    """Messages, notes and events by time; events that follow on each other share a timeline."""
    revisions = _revisions(messages, wish)
    corrected = corrections.standing(message__placement__conversation=talk)
    done = [row for row in moderations if row.state == "done"]
    last = {row.message_id: row for row in done}
    busy = {row.message_id for row in moderations if row.state in BUSY}
    said: list[tuple[datetime, Said | Event]] = [
        (
            row.sort_at,
            _moderated(
                _said(row, talk, user, where, wish, corrected.get(row.pk, {}), revisions.get(row.pk, [])),
                row,
                None if row.pk in busy else _offered(row, last.get(row.pk), user),
                last.get(row.pk),
                talk,
                where,
                wish,
            ),
        )
        for row in messages
    ]
    said += [(row.at, _note(row)) for row in talk.notes.select_related("author")]
    said += [(event.at, event) for event in map(_event_of, done)]
    said += [(event.at, event) for event in _events(queries.events(talk, SHOWN))]
    said += [(event.at, event) for row in messages for event in _told(row)]
    if len(messages) == wish.show:  # what is older than the messages shown stands on the earlier page
        said = [(at, one) for at, one in said if at >= messages[0].sort_at]
    joined: list[Said | Events] = []
    for _at, one in sorted(said, key=lambda pair: pair[0]):
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
    return [_said(row, talk, user, where, Wish(), corrected.get(row.pk, {})) for row in later]


def _said(
    row: Message,
    talk: Conversation,
    user: User,
    where: Where,
    wish: Wish,
    corrected: Corrected,
    earlier: Sequence[Revision] = (),
) -> Said:
    reading = getattr(row, "reading", None)
    read = corrections.said_of(reading, corrected) if reading else None
    may_correct = may(user, "answer") and correctable(row)
    chosen = may_correct and wish.correct == row.pk
    further = wish.show if wish.show != SHOWN else None
    open_ = wish.uncovered == row.pk
    uncover = where.act(talk.pk, "uncover", row.pk) + f"#message-{row.pk}" if may(user, "answer") else ""
    return Said(
        id=str(row.pk),
        side="us" if row.ours else "them",
        who=str(row.author) if not row.ours else row.author.name or talk.channel.name,
        at=row.sort_at,
        parts=parts(row.text, row.text_spans, private_of(row), uncover=uncover, open=open_),
        handle=_handle(row.author),
        network=row.network,
        url=web(row.url),
        by=getattr(row, "sent_by", None) or "",
        context=row.context,
        deleted=row.removed_at is not None,
        edited_at=None if row.removed_at else getattr(row, "revised_at", None),
        history_url=where.talk(talk.pk, history=row.pk) + f"#message-{row.pk}" if row.revision > 1 else "",
        earlier=[_earlier(one) for one in earlier],
        left_out=_left_out(row),
        attached=[_attached(one) for one in row.ref.get("attachments") or ()],
        automatic=str(AUTOMATIC.get(row.ref.get("automatic", ""), "")) or _noise(row),
        tone=read.tone if read and (read.tone != "neutral" or "tone" in corrected) else "",
        kind=kind_words(read.kinds) if read and not row.ours else "",
        language=read.language if read and read.language != corrections.UNKNOWN else "",
        corrected=corrected_by(corrected),
        correct_url=_at(row, where.talk(talk.pk, correct=row.pk, show=further)) if may_correct and not chosen else "",
        correcting=correcting(
            row.reading,
            corrected,
            user,
            action=_at(row, where.act(talk.pk, "correct", row.pk, show=further)),
            back=_at(row, where.talk(talk.pk, show=further)),
        )
        if chosen
        else None,
    )


def _at(row: Message, address: str) -> str:
    return f"{address}#message-{row.pk}"


# -- acting on a message on its platform -----------------------------------------------------------------------------

CHOICES = {
    "hide": gettext_lazy("Hide it on the site"),
    "show": gettext_lazy("Show it on the site again"),
    "approve": gettext_lazy("Approve it"),
    "report": gettext_lazy("Report it to the platform"),
    "spam": gettext_lazy("Mark it as spam there"),
    "delete": gettext_lazy("Delete it on the site"),
}

DONE = {
    "hide": gettext_lazy("<b>{}</b> hid what {} said on the site"),
    "show": gettext_lazy("<b>{}</b> showed what {} said on the site again"),
    "approve": gettext_lazy("<b>{}</b> approved what {} said"),
    "report": gettext_lazy("<b>{}</b> reported what {} said to the platform"),
    "spam": gettext_lazy("<b>{}</b> marked what {} said as spam on the site"),
    "delete": gettext_lazy("<b>{}</b> deleted what {} said on the site"),
}

STANDS = {
    "hide": gettext_lazy("hidden on the site"),
    "spam": gettext_lazy("marked as spam on the site"),
    "delete": gettext_lazy("deleted on the site"),
    "report": gettext_lazy("reported to the platform"),
}


def _offered(row: Message, last: Moderation | None, user: User) -> list[str]:
    return moderating.offered(row, last.action if last else "", user)


def _moderated(
    said: Said,
    row: Message,
    choices: Sequence[str] | None,
    last: Moderation | None,
    talk: Conversation,
    where: Where,
    wish: Wish,
) -> Said:
    """What we did to a message on its platform, and what could be done now; no choices while something is under way."""
    stands = str(STANDS.get(last.action, "")) if last else ""
    said = replace(said, taken_off=_("By us: %(what)s.") % {"what": stands} if stands else "")
    if not choices:
        return said
    if wish.moderate != row.pk:
        return replace(said, moderate_url=where.talk(talk.pk, moderate=row.pk) + f"#message-{row.pk}")
    form = Moderating(
        action=where.act(talk.pk, "moderate", row.pk) + f"#message-{row.pk}",
        back=where.talk(talk.pk) + f"#message-{row.pk}",
        choices=[(name, str(CHOICES[name])) for name in choices],
        chosen=wish.chosen or choices[0],
        reason=wish.reason,
        undo=settings.UNDO_SECONDS,
    )
    return replace(said, moderating=form)


def _event_of(row: Moderation) -> Event:
    words = format_html(str(DONE[row.action]), row.by.name, str(row.message.author))
    return Event("flag", words, row.done_at or row.created_at, quote=row.reason)


ACTING = {
    "queued": gettext_lazy("%(what)s: in a moment"),
    "held": gettext_lazy("%(what)s: waits. %(trouble)s"),
    "sending": gettext_lazy("%(what)s: being done"),
    "unknown": gettext_lazy("%(what)s: no clear answer came, so it is done again. %(trouble)s"),
    "in doubt": gettext_lazy(
        "%(what)s: no clear answer came, and the platform cannot be asked. It is not done again by itself. %(trouble)s"
    ),
    "failed": gettext_lazy("%(what)s: not done. %(trouble)s"),
}


def acting(talk: Conversation, user: User, where: Where) -> list[Acting]:
    return [_acting(row, talk, user, where) for row in queries.moderations(talk, *queries.IN_FLIGHT)]


def _acting(row: Moderation, talk: Conversation, user: User, where: Where) -> Acting:
    held, in_doubt = row.state == "queued" and row.trouble, moderating.in_doubt(row)
    words = ACTING["held" if held else "in doubt" if in_doubt else row.state]
    told = words % {"what": CHOICES[row.action], "trouble": _(row.trouble) if row.trouble else ""}
    if not may(user, "answer"):
        return Acting(told, row.reason, row.state)
    back = where.act(talk.pk, "take-back", row.pk) if row.state == "failed" or not (held or row.attempts) else ""
    if row.state not in ("queued", "failed"):
        back = ""
    again = where.act(talk.pk, "again", row.pk) if row.state == "failed" or in_doubt else ""
    settle = where.act(talk.pk, "arrived", row.pk) if in_doubt else ""
    return Acting(f"{told.rstrip()} ({row.by.name})", row.reason, row.state, back, again, settle)


def _noise(row: Message) -> str:
    """What addresses us stays here; that it looks like noise is said."""
    mark = getattr(row, "set_aside", None)
    return noise.words(mark) if mark and not mark.cleared_at else ""


AUTOMATIC = {
    "bounce": gettext_lazy("a mail that came back"),
    "auto_reply": gettext_lazy("an automatic reply"),
    "list": gettext_lazy("sent to many"),
    "no_reply": gettext_lazy("nobody reads what is sent there"),
}
"""What a program wrote, in words."""


def _left_out(row: Message) -> list[Part]:
    """What a connector took away from below the words of a person: what they answered, their signature."""
    told = row.ref.get("left_out") or {}
    text = "\n\n".join(str(told[name]) for name in ("signature", "quoted") if told.get(name))
    return parts(text, (), private_in([text])[0]) if text else []


def _attached(told: Mapping[str, Any]) -> str:
    size = int(told.get("size") or 0)
    return f"{told.get('name', '')} ({filesizeformat(size)})" if size else str(told.get("name", ""))


def _handle(author: Author) -> str:
    if not author.handle or author.handle == str(author):
        return ""
    return author.handle if "@" in author.handle else f"@{author.handle}"


def _revisions(messages: Sequence[Message], wish: Wish) -> dict[int, list[Revision]]:
    """Only of the message whose history is asked for."""
    asked = [row.pk for row in messages if row.pk == wish.history and row.removed_at is None]
    return {key: list(Revision.objects.filter(message=key)) for key in asked}


def _earlier(row: Revision) -> Earlier:
    return Earlier(parts(row.text, (), private_in([row.text])[0]), row.replaced_at)


def _note(row: Note) -> Said:
    return Said(f"note-{row.pk}", "note", row.author.name, row.at, parts(row.text))


# -- what was done to it ---------------------------------------------------------------------------------------------

Words = Callable[[str, Mapping[str, Any], Mapping[int, str], Mapping[str, str]], SafeString]


def _assigned(who: str, detail: Mapping[str, Any], users: Mapping[int, str], teams: Mapping[str, str]) -> SafeString:
    to = users.get(detail.get("to") or 0, "")
    if not to:
        return format_html(_("<b>{}</b> put it back"), who)
    if to == who:
        return format_html(_("<b>{}</b> took it"), who)
    return format_html(_("<b>{}</b> gave it to <b>{}</b>"), who, to)


def _handed_over(who: str, detail: Mapping[str, Any], users: Mapping[int, str], teams: Mapping[str, str]) -> SafeString:
    slug = str(detail.get("team", ""))
    return format_html(_("<b>{}</b> handed it over to <b>{}</b>"), who, teams.get(slug, slug))


def _tagged(who: str, detail: Mapping[str, Any], users: Mapping[int, str], teams: Mapping[str, str]) -> SafeString:
    tags = ", ".join(detail.get("tags") or [])
    if not tags:
        return format_html(_("<b>{}</b> took its tags away"), who)
    return format_html(_("<b>{}</b> tagged it <b>{}</b>"), who, tags)


def _plainly(words: Any) -> Words:
    return lambda who, detail, users, teams: format_html(str(words), who)


EVENTS: dict[str, tuple[str, Words]] = {
    "conversation.assigned": ("assign", _assigned),
    "conversation.handed_over": ("forward", _handed_over),
    "conversation.closed": ("check", _plainly(gettext_lazy("<b>{}</b> closed it"))),
    "conversation.reopened": ("undo", _plainly(gettext_lazy("<b>{}</b> opened it again"))),
    "conversation.snoozed": ("snooze", _plainly(gettext_lazy("<b>{}</b> snoozed it"))),
    "conversation.tagged": ("tag", _tagged),
}


def _told(row: Message) -> Iterator[Event]:
    """What its place in this conversation has to say, on networks that keep no threads."""
    if row.ref.get("apart"):
        words = _("It names another conversation, in which its writer had no part. So it stands by itself.")
        yield Event("info", format_html("{}", words), row.sort_at)
    if (row.ref.get("returned") or {}).get("failed"):
        yield Event("alert", format_html("{}", _("Our answer could not be delivered. It came back.")), row.sort_at)


def _events(entries: Sequence[AuditEntry]) -> Iterator[Event]:
    if not entries:
        return
    users = dict(
        User.objects.filter(pk__in=[entry.detail.get("to") or 0 for entry in entries]).values_list("pk", "name")
    )
    teams = dict(Team.objects.values_list("slug", "name"))
    for entry in entries:
        icon, words = EVENTS[entry.action]
        yield Event(icon, words(entry.actor.partition(" ")[2] or entry.actor, entry.detail, users, teams), entry.at)


# -- what is under way -----------------------------------------------------------------------------------------------

STATES = {
    "queued": gettext_lazy("leaves in a moment"),
    "held": gettext_lazy("waits: %(trouble)s"),
    "sending": gettext_lazy("on its way"),
    "failed": gettext_lazy("not sent: %(trouble)s"),
    "unknown": gettext_lazy(
        "We do not know whether it arrived: %(trouble)s We keep asking; you can look there yourself."
    ),
}


def under_way(talk: Conversation, rows: Sequence[Outgoing], user: User, where: Where) -> list[UnderWay]:
    if not rows:
        return []
    ours = Author.objects.filter(network=talk.network, external_id=talk.channel.external_id).first()
    return [_under_way(row, talk, str(ours or talk.channel), user, where) for row in rows]


def _under_way(row: Outgoing, talk: Conversation, us: str, user: User, where: Where) -> UnderWay:
    said = Said(
        id=f"answer-{row.pk}",
        side="us",
        who=us,
        by=row.by.name,
        at=row.created_at,
        parts=parts(row.text),
        state=row.state,
        state_words=str(STATES[row.state]) % {"trouble": _(row.trouble)} if row.state in STATES else row.state,
    )
    if not may(user, "answer"):
        return UnderWay(said)
    back = where.act(talk.pk, "undo", row.pk)
    again = where.act(talk.pk, "retry", row.pk)
    if row.state == "queued":
        left = max(0, round((row.send_after - timezone.now()).total_seconds()))
        if reason := why_not(talk):
            said = replace(said, state_words=str(STATES["held"]) % {"trouble": reason})
        elif row.attempts:
            said = replace(said, state_words=_("tried %(n)d times, the next try is at %(time)s. %(trouble)s") % {
                "n": row.attempts, "time": moment(row.send_after, timezone.now()), "trouble": _(row.trouble),
            })  # fmt: skip
        return UnderWay(said, undo=back, seconds=left)
    if row.state == "failed":
        return UnderWay(said, undo=back, retry=again, retry_label=_("Try again"))
    if row.state == "unknown":
        found = where.act(talk.pk, "found", row.pk)
        return UnderWay(said, retry=again, retry_label=_("It is not there: send again"), found=found)
    return UnderWay(said)


# -- the composer ----------------------------------------------------------------------------------------------------


def _closed(talk: Conversation, user: User) -> str:
    """Why there is nothing to answer with here, or nothing."""
    if no := refusal(user, "answer"):
        return no.reason
    if reason := why_not(talk):
        return reason
    return "" if answerable(talk) else _("There is no message left to answer: it was taken back.")


def composer(talk: Conversation, user: User, where: Where) -> Composer:
    """The composer as it would stand there now."""
    return _composer(talk, queries.draft_of(talk), queries.in_flight(talk), user, where, "reply", None)


def _composer(
    talk: Conversation,
    draft: Draft,
    flying: Sequence[Outgoing],
    user: User,
    where: Where,
    mode: str,
    typed: str | None,
) -> Composer:
    reply = mode == "reply"
    text = typed if typed is not None else draft.text if reply else ""
    length = queries.length(talk.channel, text) if reply else None
    busy = next((row for row in flying if row.state in BUSY), None)
    return Composer(
        mode=mode,
        action=where.act(talk.pk, "send" if reply else "note"),
        reply_url=where.talk(talk.pk),
        note_url=where.talk(talk.pk, mode="note"),
        draft_url=where.act(talk.pk, "draft") if reply else "",
        text=text,
        version=draft.version,
        to=talk.who or _("them"),
        undo=settings.UNDO_SECONDS,
        limit=length.limit if length else 0,
        count=length.count if length else 0,
        checks=checks(talk, text) if reply else (),
        other=draft.by.name if reply and draft.by and queries.is_writing(draft, user) else "",
        refused=_already(busy, user) if reply and busy else "",
    )


def _warned(
    talk: Conversation,
    messages: Sequence[Message],
    moderations: Sequence[Moderation],
    plain: Composer,
    user: User,
    where: Where,
) -> Composer:
    """With the caution of the channel; where a message holds private data, with what can be done about it."""
    if plain.mode != "reply":
        return plain
    last = {row.message_id: row.action for row in moderations if row.state == "done"}
    exposed = exposing(row for row in reversed(messages) if last.get(row.pk) not in OUT_OF_SIGHT)
    words = caution.words(talk.channel, language_of(exposed) or talk.language)
    if exposed is None:
        return replace(plain, caution=words)
    busy = any(row.message_id == exposed.pk and row.state in BUSY for row in moderations)
    hides = not busy and "hide" in moderating.offered(exposed, last.get(exposed.pk, ""), user)
    return replace(
        plain,
        caution=words,
        caution_url=where.act(talk.pk, "caution", exposed.pk) if words and words not in plain.text else "",
        hide_url=where.talk(talk.pk, moderate=exposed.pk) + f"#message-{exposed.pk}" if hides else "",
        exposed=True,
    )


def _without(text: str, address: str) -> str:
    """Our own address is not private."""
    return text.replace(address, "") if address else text


OUT_OF_SIGHT = ("hide", "spam", "delete")
"""After these nobody reads it on the platform any more."""


def exposing(messages: Iterable[Message]) -> Message | None:
    """The first of these messages that is of others and holds private data, if any does."""
    theirs = (row for row in messages if not (row.ours or row.context or row.removed_at))
    return next((row for row in theirs if private_of(row)), None)


def language_of(row: Message | None) -> str:
    reading = getattr(row, "reading", None)
    return reading.language if reading and reading.language != "und" else ""


def _already(busy: Outgoing, user: User) -> str:
    if busy.by == user:
        return _("Your answer is under way.")
    return _("%(who)s has an answer under way here.") % {"who": busy.by.name}


def checks(talk: Conversation, text: str, refused: str = "") -> list[Check]:
    """What an answer has to pass, and whether it does."""
    found = [Check("failed", refused)] if refused else []
    if not text.strip():
        return [*found, Check("open", _("not empty"))]
    if length := queries.length(talk.channel, text):
        fits = length.count <= length.limit
        over = length.count - length.limit
        long = ngettext("%(n)d character too long for %(channel)s", "%(n)d characters too long for %(channel)s", over)
        words = _("fits %(channel)s") if fits else long
        found.append(Check("passed" if fits else "failed", words % {"channel": talk.channel.name, "n": over}))
    if queries.private(_without(text, caution.address(talk.channel))):
        found.append(Check("failed", _("contains private data, which everybody could read")))
    else:
        found.append(Check("passed", _("no private data")))
    return found


# -- the person, and who could take it -------------------------------------------------------------------------------


def _person(talk: Conversation, user: User, where: Where) -> dict[str, Any]:
    person = talk.person
    accounts = Author.objects.filter(identity__person=person).order_by("id")[:20]
    here = next((account for account in accounts if account.network == talk.network), None)
    others = Conversation.objects.visible_to(user).filter(person=person).exclude(pk=talk.pk).select_related("team")
    said = ngettext("%(n)d message", "%(n)d messages", person.messages) % {"n": person.messages}
    return {
        "name": person.name or talk.who,
        "url": reverse("person", args=[person.pk]),
        "handle": _handle(here) if here else "",
        "network": talk.network,
        "facts": [
            (_("First heard"), date_format(timezone.localtime(person.first_heard_at), "DAY_YEAR")),
            (_("Last heard"), date_format(timezone.localtime(person.last_heard_at), "DAY_YEAR")),
            (_("Said"), said),
            (_("Channel"), talk.channel.name),
            (_("Team"), talk.team.name),
        ],
        "about": person.about,
        "others": [
            {
                "text": row.preview or row.who,
                "url": where.talk(row.pk),
                "at": row.last_at,
                "words": f"{_STATE_WORDS.get(row.state, row.state)}, {row.team.name}",
            }
            for row in others.order_by("-last_at")[:OTHERS]
        ],
    }


_STATE_WORDS = {
    "open": gettext_lazy("open"),
    "waiting": gettext_lazy("answered"),
    "snoozed": gettext_lazy("snoozed"),
    "closed": gettext_lazy("closed"),
}


def _colleagues(talk: Conversation, user: User) -> list[User]:
    """Who else of its team could have it."""
    team = User.objects.filter(memberships__team=talk.team_id, is_active=True).exclude(pk=user.pk)
    return [colleague for colleague in team if may(colleague, "answer")]
