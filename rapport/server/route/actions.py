"""Giving every conversation to the function that owns it, and working on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.core.route import thread as belonging
from rapport.core.route.conversation import Facts, Said, fold
from rapport.core.route.rules import RULE_FIELDS, Rules, parse_rules
from rapport.core.types import Ownership, Refused
from rapport.core.understand.private import mask
from rapport.server import flow, many
from rapport.server.claim import LET_GO, held
from rapport.server.listen.erase import next_time
from rapport.server.listen.models import BriefMatch, Message, Purpose, among
from rapport.server.organise import opening
from rapport.server.organise.abilities import may, refusal
from rapport.server.organise.models import Function, Team, User
from rapport.server.organise.record import fingerprint, recorded
from rapport.server.relate.models import Identity
from rapport.server.route import clocks
from rapport.server.route.documents import document
from rapport.server.route.models import Conversation, Note, Placement, RuleSet, Strand
from rapport.server.understand import corrections, noise
from rapport.server.understand.corrections import Corrected
from rapport.server.understand.models import Reading, SetAside

Thread = tuple[str, str]  # network, thread id
PREVIEW = 160
FOLDED = (
    *("text", "published_at", "heard_at", "removed_at", "left_at", "ours", "context", "placement__conversation"),
    *("author__external_id", "author__handle", "author__name"),
    *("reading__tone", "reading__kinds", "reading__language", "reading__private", "reading__urgency"),
)
"""What a conversation is folded from."""

NO_TEXTS: Mapping[int, str] = MappingProxyType({})
URGENT = ("now", "soon")


# -- placing what was heard ------------------------------------------------------------------------------------------


def place(keys: Sequence[int], *, actor: str) -> None:
    """Put each claimed message into the conversation of its thread, and open one where somebody speaks to us.

    Only the platform's own thread ids decide, or, where it has none, who had a part in what is named. A quoted number,
    an equal subject or an equal author never join anything.
    """
    rules, version = current_rules()
    with recorded("messages.routed", actor, rules=version) as entry:
        rows = list(
            held(Message.objects.filter(state="related"), keys, actor).select_related("author", "reading")
            .prefetch_related("channel").order_by("published_at", "id")
        )  # fmt: skip
        returned = _join(rows)
        threads = {(row.network, row.thread_id) for row in rows}
        talks = _known(threads)
        aside = _aside(rows)
        ripe = _brief_opens(rows) - aside
        first = {(row.network, row.thread_id): row for row in reversed(rows) if _opens(row, ripe)}
        opening = [row for thread, row in first.items() if thread not in talks]
        opened = _open(opening, rules.owners([document(row, RULE_FIELDS.keys()) for row in opening]), version)
        talks |= opened
        _adopt(opened)
        placed = [row for row in rows if (row.network, row.thread_id) in talks]
        many.add(
            [Placement(message=row, conversation=talks[row.network, row.thread_id]) for row in placed],
            over=("message",),
        )
        fresh = [row for row in placed if not (row.ours or row.context or row.pk in aside)]
        refresh({talk.pk for talk in talks.values()}, reopen={talks[r.network, r.thread_id].pk for r in fresh})
        _settle(placed, "routed")
        _settle([row for row in rows if (row.network, row.thread_id) not in talks], "kept")
        entry.detail |= {"messages": len(rows), "opened": len(opened)}
        back = [(row.network, row.thread_id) for row in returned if _gave_up(row)]
        # Whoever wrote an answer that came back has to know: the conversation waits for us again.
        waiting = Conversation.objects.filter(pk__in=[talks[one].pk for one in back if one in talks], state="waiting")
        waiting.update(state=flow.advance("conversation", "waiting", "open"))


def _join(rows: Sequence[Message]) -> list[Message]:
    """On networks that keep no threads, find the thread of each row and set it. Those that bring back an answer."""
    told = ((row, _claim(row)) for row in rows)
    claimed = [(row, claim) for row, claim in told if claim]
    returned: list[Message] = []
    for network in sorted({row.network for row, claim in claimed}):
        mine = [(row, claim) for row, claim in claimed if row.network == network]
        claims = [claim for row, claim in mine]
        strands = Strand.objects.filter(network=network, key__in=belonging.keys(claims))
        joined = belonging.join(claims, dict(strands.values_list("key", "thread_id")))
        Strand.objects.bulk_create(
            [Strand(network=network, key=key, thread_id=to) for key, to in joined.learnt.items()], ignore_conflicts=True
        )
        for at, (row, _claimed) in enumerate(mine):
            ref = {**row.ref, "apart": True} if at in joined.apart else row.ref
            if (joined.threads[at], ref) != (row.thread_id, row.ref):
                row.thread_id, row.ref = joined.threads[at], ref
                Message.objects.filter(pk=row.pk).update(thread_id=row.thread_id, ref=ref)
        returned += [mine[at][0] for at in sorted(joined.returned)]
    return returned


def _claim(row: Message) -> belonging.Claim | None:
    return belonging.claim_of(row.ref, thread=row.thread_id, speaker=row.author.external_id, ours=row.ours)


def _gave_up(row: Message) -> bool:
    return bool((row.ref.get("returned") or {}).get("failed"))


def _known(threads: Iterable[Thread]) -> dict[Thread, Conversation]:
    threads = set(threads)
    rows = Conversation.objects.filter(among(threads, "thread_id")).order_by("pk").select_for_update()
    return {(row.network, row.thread_id): row for row in rows if (row.network, row.thread_id) in threads}


def _brief_opens(rows: Sequence[Message]) -> set[int]:
    purposes = [Purpose.BRAND, Purpose.PRODUCT]
    matches = BriefMatch.objects.filter(message__in=[row.pk for row in rows], brief__purpose__in=purposes)
    return set(matches.values_list("message_id", flat=True))


def _aside(rows: Sequence[Message]) -> set[int]:
    """Noise opens no conversation. What addresses us is never among it: that is only marked."""
    found = SetAside.objects.filter(message__in=[row.pk for row in rows], hidden=True)
    return set(found.values_list("message", flat=True))


def _opens(row: Message, ripe: set[int]) -> bool:
    return not (row.ours or row.context) and (row.addressed or row.pk in ripe)


def _open(rows: Sequence[Message], owners: Sequence[Ownership], version: int) -> dict[Thread, Conversation]:
    persons = dict(Identity.objects.filter(author__in={row.author_id for row in rows}).values_list("author", "person"))
    teams = dict(Team.objects.values_list("slug", "pk"))
    made = Conversation.objects.bulk_create(
        Conversation(
            network=row.network,
            thread_id=row.thread_id,
            channel=row.channel,
            person_id=persons[row.author_id],
            team_id=teams[owner.team],
            rule_version=version,
            rule_line=owner.line,
            opened_at=row.published_at,
            last_at=row.published_at,
        )
        for row, owner in zip(rows, owners)
    )
    return {(talk.network, talk.thread_id): talk for talk in made}


def _adopt(opened: Mapping[Thread, Conversation]) -> None:
    """What was heard of a thread before it was a conversation belongs to it too."""
    kept = Message.objects.filter(among(opened, "thread_id"), state="kept", placement__isnull=True)
    rows = [row for row in kept if (row.network, row.thread_id) in opened]
    many.add(
        [Placement(message=row, conversation=opened[row.network, row.thread_id]) for row in rows], over=("message",)
    )
    _settle(rows, "routed")


def _settle(rows: Sequence[Message], state: str) -> None:
    for now in {row.state for row in rows}:
        flow.advance("message", now, state)
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, tries=0, **LET_GO)


# -- what a conversation amounts to ----------------------------------------------------------------------------------


def refresh(talks: Iterable[int], *, reopen: Iterable[int] = (), texts: Mapping[int, str] = NO_TEXTS) -> None:
    """Fold these conversations anew from their messages. Those in `reopen` got something new from them; `texts` are
    those of messages that left, as far as they are known."""
    reopen, talks = set(reopen), set(talks)
    # Held before the messages are read: of two who fold at once, the later one sees what the earlier one put there.
    wanted = Conversation.objects.filter(pk__in=talks).select_related("team").order_by("pk")
    locked = list(wanted.select_for_update(of=("self",)))
    by_talk: dict[int, list[Message]] = defaultdict(list)
    said_there = Message.objects.filter(placement__conversation__in=talks).only(*FOLDED)
    for message in said_there.select_related("author", "reading", "placement").order_by("published_at", "id"):
        if message.left_at:
            message.text = texts.get(message.pk, "")
        by_talk[message.placement.conversation_id].append(message)
    corrected = corrections.standing(message__placement__conversation__in=talks)
    changes: dict[int, dict[str, Any]] = {}
    hours = opening.ours()
    for talk in locked:
        rows = by_talk[talk.pk]
        said = [Said(row.sort_at, row.ours, row.context, row.removed_at is not None) for row in rows]
        if facts := fold(said, clocks.promise_of(talk, hours)):
            shown = _shown(rows, corrected, talk) | {"urgency": _urgency(rows, facts)}
            changes[talk.pk] = _told(facts, talk) | shown | {"state": _state(talk, facts, talk.pk in reopen)}
    many.update(Conversation, changes)


def _told(facts: Facts, talk: Conversation) -> dict[str, Any]:
    return {
        "message_count": facts.message_count,
        "opened_at": facts.opened_at,
        "last_at": facts.last_at,
        "waiting_since": facts.waiting_since,
        "due_at": clocks.standing(talk, facts.waiting_since, facts.due_at),
        "first_answer_at": facts.first_answer_at,
    }


def _state(talk: Conversation, facts: Facts, spoken_again: bool) -> str:
    if facts.waiting_since and spoken_again:
        return flow.advance("conversation", talk.state, "open") if talk.state != "open" else "open"
    if talk.state == "open" and facts.waiting_since is None and facts.first_answer_at:
        return flow.advance("conversation", talk.state, "waiting")
    return talk.state


def _shown(rows: Sequence[Message], corrected: Mapping[int, Corrected], talk: Conversation) -> dict[str, Any]:
    """The strings of the list, made once here rather than at every look at the inbox. What was not read stays."""
    theirs = [row for row in rows if not (row.ours or row.context)]
    last = next((row for row in reversed(theirs) if row.removed_at is None), theirs[-1])
    shown: dict[str, Any] = {"who": str(theirs[0].author)[:120], "preview": ""}
    shown |= {name: getattr(talk, name) for name in ("tone", "kinds", "language")}
    if reading := getattr(last, "reading", None):
        text = mask(last.text, reading.private_spans)
        said = corrections.said_of(reading, corrected.get(last.pk, {}))
        shown |= {"tone": said.tone, "kinds": list(said.kinds), "language": said.language}
        shown["preview"] = " ".join(text.split())[:PREVIEW]
    if last.left_at and not last.text and last is theirs[-1]:  # shown when its text was here, and still the last
        del shown["preview"]
    return shown


def _urgency(rows: Sequence[Message], facts: Facts) -> str:
    """The highest level among what they said and we have not answered."""
    if facts.waiting_since is None:
        return ""
    open_ = [row for row in rows if not (row.ours or row.context or row.removed_at)]
    levels = {row.reading.urgency for row in open_ if row.sort_at >= facts.waiting_since and hasattr(row, "reading")}
    return next((level for level in URGENT if level in levels), "")


def forget(keys: Sequence[int], *, actor: str) -> None:
    """After a deletion upstream: nothing made of those words may stay, neither a reading nor a line in a list."""
    with recorded("messages.forgotten", actor) as entry:
        rows = held(Message.objects.filter(state="taken_back"), keys, actor)
        gone = list(rows.values_list("pk", flat=True))
        Reading.objects.filter(message__in=gone).delete()
        noise.forget(gone)
        corrections.forget(gone)
        refresh(set(Placement.objects.filter(message__in=gone).values_list("conversation_id", flat=True)))
        Message.objects.filter(pk__in=gone).update(
            state=flow.advance("message", "taken_back", "removed"), next_try_at=next_time(timezone.now()), **LET_GO
        )
        entry.detail["messages"] = gone


# -- ownership rules -------------------------------------------------------------------------------------------------


def current_rules() -> tuple[Rules, int]:
    """The newest ownership rules and their version; without any, everything belongs to the hub."""
    row = RuleSet.objects.first()
    return (read_rules(row.text), row.version) if row else (read_rules(f"* -> {_hub()}"), 0)


def read_rules(text: str) -> Rules:
    """With the teams that there are. Raises RulesError when a line cannot be read."""
    return _parsed(text, tuple(Team.objects.values_list("slug", flat=True)), _hub())


@lru_cache(maxsize=4)
def _parsed(text: str, teams: tuple[str, ...], hub: str) -> Rules:
    return parse_rules(text, teams, hub=hub)


def _hub() -> str:
    return Team.objects.filter(function=Function.HUB).order_by("id").values_list("slug", flat=True).first() or "hub"


def save_rules(text: str, *, reason: str, actor: User | str, after: int | None = None) -> RuleSet | Refused:
    """A new version. Raises RulesError when a line cannot be read.

    `after` is the version that the writer began with; another's in between is not written over.
    """
    if isinstance(actor, User) and (no := refusal(actor, "rules")):
        return no
    read_rules(text)
    with recorded("rules.saved", actor, reason=reason) as entry:
        last = RuleSet.objects.aggregate(last=Max("version"))["last"] or 0
        if after is not None and after != last:
            words = _("Somebody saved version %(n)d meanwhile. Compare it with yours before you save.")
            return entry.refuse(words % {"n": last})
        row = RuleSet.objects.create(
            version=last + 1, text=text, reason=reason[:300], by=actor if isinstance(actor, User) else None
        )
        entry.target, entry.detail["version"] = row, row.version
        return row


# -- working on a conversation ---------------------------------------------------------------------------------------


def _locked(talk: Conversation, actor: User) -> Conversation | None:
    return Conversation.objects.visible_to(actor).select_for_update().filter(pk=talk.pk).first()


def assign(talk: Conversation, *, to: User | None, actor: User) -> Conversation | Refused:
    """Give it to a colleague of its team, take it, or (`to=None`) put it back."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("conversation.assigned", actor, target=talk, to=to.pk if to else None) as entry:
        row = _locked(talk, actor)
        if row is None:
            return entry.refuse(_("This conversation is not yours to assign."))
        if to is not None and not may(to, "answer"):
            return entry.refuse(_("%(name)s cannot answer conversations.") % {"name": to.name})
        if to is not None and not Conversation.objects.visible_to(to).filter(pk=row.pk).exists() and to != actor:
            words = _("%(name)s is not in the team %(team)s. Give it to another team first.")
            return entry.refuse(words % {"name": to.name, "team": row.team})
        entry.detail["from"] = row.assignee_id
        row.assignee = to
        row.save(update_fields=["assignee"])
        return row


def hand_over(talk: Conversation, *, team: Team, actor: User) -> Conversation | Refused:
    """Give it to another team. The clock starts anew with their target; who had it lets go."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("conversation.handed_over", actor, target=talk, team=team.slug) as entry:
        row = _locked(talk, actor)
        if row is None:
            return entry.refuse(_("This conversation is not yours to hand over."))
        if row.team_id == team.pk:
            return entry.refuse(_("It already belongs to %(team)s.") % {"team": team})
        entry.detail["from"] = row.team.slug
        row.team, row.assignee, row.handed_at = team, None, timezone.now()
        if row.waiting_since:
            row.due_at = clocks.promise_of(row, opening.ours()).due(row.waiting_since)
        row.save(update_fields=["team", "assignee", "handed_at", "due_at"])
        return row


def note(talk: Conversation, *, text: str, actor: User) -> Note | Refused:
    if no := refusal(actor, "answer"):
        return no
    if not text.strip():
        return Refused(_("The note is empty."))
    with recorded("conversation.noted", actor, target=talk, text=fingerprint(text)) as entry:
        if _locked(talk, actor) is None:
            return entry.refuse(_("This conversation is not yours."))
        return Note.objects.create(conversation=talk, author=actor, text=text.strip()[:5000])


def tag(talk: Conversation, *, tags: Sequence[str], actor: User) -> Conversation | Refused:
    """Set its tags: short words, without order, each once."""
    if no := refusal(actor, "answer"):
        return no
    wanted = sorted({word.strip().lower()[:40] for word in tags if word.strip()})[:20]
    with recorded("conversation.tagged", actor, target=talk, tags=wanted) as entry:
        row = _locked(talk, actor)
        if row is None:
            return entry.refuse(_("This conversation is not yours."))
        row.tags = wanted
        row.save(update_fields=["tags"])
        return row


def close(talk: Conversation, *, actor: User) -> Conversation | Refused:
    return _move(talk, "closed", "conversation.closed", actor, closed_at=timezone.now(), snoozed_until=None)


def reopen(talk: Conversation, *, actor: User) -> Conversation | Refused:
    return _move(talk, "open", "conversation.reopened", actor, closed_at=None, snoozed_until=None)


def snooze(talk: Conversation, *, until: datetime, actor: User) -> Conversation | Refused:
    """Out of sight until then, or until they speak again."""
    if until <= timezone.now():
        return Refused(_("That time has passed."))
    return _move(talk, "snoozed", "conversation.snoozed", actor, snoozed_until=until)


ALREADY = {
    "open": gettext_lazy("It is open already."),
    "closed": gettext_lazy("It is closed already."),
    "snoozed": gettext_lazy("It is snoozed already."),
}


def _move(talk: Conversation, state: str, action: str, actor: User, **changes: Any) -> Conversation | Refused:
    if no := refusal(actor, "answer"):
        return no
    with recorded(action, actor, target=talk) as entry:
        row = _locked(talk, actor)
        if row is None:
            return entry.refuse(_("This conversation is not yours."))
        if row.state == state:
            return entry.refuse(str(ALREADY[state]))
        entry.detail["from"] = row.state
        row.state = flow.advance("conversation", row.state, state)
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=["state", *changes])
        return row


def wake(now: datetime) -> int:
    """Bring back what was snoozed until now."""
    due = Conversation.objects.filter(state="snoozed", snoozed_until__lte=now)
    if not due.exists():
        return 0
    with recorded("conversations.woken", "timetable") as entry, transaction.atomic():
        keys = list(due.select_for_update().values_list("pk", flat=True))
        Conversation.objects.filter(pk__in=keys).update(state="open", snoozed_until=None)
        entry.detail["conversations"] = keys
    return len(keys)


def uncover(message: Message, *, actor: User) -> str | Refused:
    """The text with its private data readable. Who looked goes on record."""
    with recorded("message.uncovered", actor, target=message) as entry:
        place = Placement.objects.filter(message=message).first()
        visible = place and Conversation.objects.visible_to(actor).filter(pk=place.conversation_id).exists()
        if not visible or not may(actor, "answer"):
            return entry.refuse(_("You cannot see the private data of this message."))
        return message.text
