"""The inbox: views, list and conversation, and everything that one can do there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from rapport.core.query import SEARCH_FIELDS
from rapport.core.types import Refused
from rapport.core.understand.private import mask
from rapport.server.listen import caution
from rapport.server.listen.models import Message
from rapport.server.organise.abilities import may
from rapport.server.organise.models import Team, User
from rapport.server.pages import inbox_rows
from rapport.server.pages.asking import Asked, completions, number
from rapport.server.pages.inbox_composer import checks, composer, language_of
from rapport.server.pages.inbox_forms import MOST, SHOWN, Wish, snooze_until, words
from rapport.server.pages.inbox_leaving import under_way
from rapport.server.pages.inbox_moderation import acting
from rapport.server.pages.inbox_rows import Where
from rapport.server.pages.inbox_talk import opened
from rapport.server.pages.inbox_thread import said_since
from rapport.server.pages.render import page
from rapport.server.respond import actions as responding
from rapport.server.respond import moderating
from rapport.server.respond import queries as answers
from rapport.server.respond.models import Moderation, Outgoing
from rapport.server.route import actions as routing
from rapport.server.route import correcting, lists
from rapport.server.route.models import Conversation, Conversations
from rapport.server.route.queries import Mark, search_messages
from rapport.server.understand.corrections import READERS
from rapport.server.understand.private import private_of

Context = dict[str, Any]
NOTICE = 8
"""Seconds that a notice stays."""
AT_ONCE = 500
"""Conversations that are changed by one press of a button."""


def me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # the middleware lets nobody else in
    return request.user


def place(request: HttpRequest) -> Where:
    """The list that the address speaks of."""
    query = request.GET.get("q", "").strip()
    view = request.GET.get("view", "") or ("all" if query else lists.first_view(visible(request), me(request)))
    if not lists.is_view(view):
        raise Http404
    return Where(view, query)


def visible(request: HttpRequest) -> Conversations:
    return Conversation.objects.visible_to(me(request))


def listed(request: HttpRequest, where: Where) -> Conversations:
    return lists.in_view(visible(request), me(request), where.view)


def seen(request: HttpRequest, key: int) -> Conversation:
    talks = visible(request)
    return get_object_or_404(talks.select_related("channel__private", "person", "team", "assignee"), pk=key)


# -- looking ---------------------------------------------------------------------------------------------------------


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    where = place(request)
    if (at := number(request.GET.get("at", ""))) is not None:
        return conversation(request, at)
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "inbox", "_components/list.html", _list(request, where, listed(request, where)))
    return page(request, "inbox", "inbox/inbox.html", _around(request, where))


@require_GET
def conversation(request: HttpRequest, key: int) -> HttpResponse:
    shown = request.GET.get("show", "")
    asked = request.GET.get("history", "")
    wish = Wish(
        mode=request.GET.get("mode", "reply"),
        history=number(asked),
        moderate=number(request.GET.get("moderate", "")),
        correct=number(request.GET.get("correct", "")),
        show=min(max(int(shown), 1), MOST) if shown.isdecimal() and len(shown) < 9 else SHOWN,
    )
    return _conversation(request, seen(request, key), wish)


def _conversation(request: HttpRequest, talk: Conversation, wish: Wish, status: int = 200) -> HttpResponse:
    where = place(request)
    context = {"open": opened(talk, me(request), where, wish), "where": where}
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "inbox", "inbox/_conversation.html", _urls(context, talk, where), status=status)
    return page(
        request,
        "inbox",
        "inbox/inbox.html",
        _around(request, where, talk.pk) | _urls(context, talk, where),
        status=status,
    )


def _urls(context: Context, talk: Conversation, where: Where) -> Context:
    acts = ("assign", "hand-over", "close", "reopen", "snooze", "tag")
    return context | {
        "do": {name.replace("-", "_"): where.act(talk.pk, name) for name in acts},
        "back": where.list(),
        "now_url": _now_url(talk, where, Mark(talk.last_at, talk.pk), busy=context["open"].busy),
        "tags": ", ".join(talk.tags),
    }


def _now_url(talk: Conversation, where: Where, since: Mark | None, *, busy: bool) -> str:
    """`busy`: the page says that an answer is under way, so it must hear when that is over."""
    return reverse("conversation_now", args=[talk.pk]) + where.carried(since=since, busy=1 if busy else None)


def _around(request: HttpRequest, where: Where, current: int = 0) -> Context:
    """The views and the list, which stand around every conversation."""
    user = me(request)
    teams = lists.teams_of(user)
    names = [*lists.COUNTED, *(f"team:{team.slug}" for team in teams)]
    talks = visible(request)
    counts = lists.counts(talks, user, names)
    found = _list(request, where, lists.in_view(talks, user, where.view), current)
    titles = inbox_rows.labels() | {f"team:{team.slug}": team.name for team in teams}
    return found | {
        "views": inbox_rows.groups(where, teams, counts),
        "view_title": _("Found") if where.query else titles.get(where.view, where.view),
        "view_count": "" if where.query else inbox_rows.shown(counts.get(where.view, 0)),
        "where": where,
        "may_answer": may(user, "answer"),
        "fields": completions(SEARCH_FIELDS),
        "bulk_url": reverse("inbox_bulk") + where.carried(),
        "colleagues": _colleagues(user, teams),
    }


def _colleagues(user: User, teams: list[Team]) -> list[User]:
    others = User.objects.filter(memberships__team__in=teams, is_active=True).exclude(pk=user.pk).distinct()
    return [other for other in others if may(other, "answer")]


def _list(request: HttpRequest, where: Where, talks: Conversations, current: int = 0) -> Context:
    user, after = me(request), Mark.read(request.GET.get("after", ""))
    if where.query:
        return _search(request, where, after, talks, current)
    found, following = lists.page(talks, after)
    rows = inbox_rows.rows(found, where, user, current)
    since = Mark(found[0]["last_at"], found[0]["id"]) if found else Mark(timezone.now(), 0)
    return {
        "rows": rows,
        "next_url": where.list(after=following) if following else "",
        "poll_url": reverse("inbox_new") + where.carried(since=since) if after is None else "",
        "empty": _nothing(where),
    }


def _search(request: HttpRequest, where: Where, after: Mark | None, talks: Conversations, current: int) -> Context:
    """Conversations by the newest of their messages that matches, each once a page."""
    user = me(request)
    asked = Asked.read(where.query, SEARCH_FIELDS)
    if asked.query is None:
        return {"rows": [], "mistake": asked.mistake, "empty": _unreadable()}
    found = search_messages(user, asked.query, before=after, within=talks)
    hits: dict[int, Message] = {}
    for message in found.rows:
        hits.setdefault(message.placement.conversation_id, message)
    shown = [row | _said_there(hits[row["id"]]) for row in _ordered(hits)]
    return {
        "rows": inbox_rows.rows(shown, where, user, current),
        "next_url": where.list(after=found.next) if found.next and not found.stopped else "",
        "further_url": where.list(after=found.next) if found.stopped else "",
        "further_from": found.next.at if found.next and found.stopped else None,
        "empty": _not_found(where, found.stopped),
    }


def _ordered(hits: dict[int, Message]) -> list[dict[str, Any]]:
    rows = lists.rows_of(hits)
    return [rows[key] for key in hits if key in rows]


def _said_there(message: Message) -> Context:
    """What was found, in place of what the conversation says last."""
    reading = getattr(message, "reading", None)
    text = " ".join(mask(message.text, private_of(message)).split())[:200]
    return {
        "preview": _("We: %(text)s") % {"text": text} if message.ours else text,
        "last_at": message.published_at,
        "tone": reading.tone if reading else "",
        "kinds": reading.kinds if reading else [],
    }


def _nothing(where: Where) -> dict[str, str]:
    if where.view == "mine":
        return {
            "title": _("Nothing waits for you"),
            "words": _("Everything that is yours is answered."),
            "icon": "check",
            "label": _("See what is nobody’s"),
            "url": Where("unowned").list(),
        }
    return {
        "title": _("Nothing here"),
        "words": _("No conversation stands in this view right now."),
        "icon": "inbox",
        "label": _("See all conversations"),
        "url": Where("all").list() if where.view != "all" else "",
    }


def _unreadable() -> dict[str, str]:
    words = _("What is wrong with it stands under the search.")
    return {"title": _("This search cannot be read"), "words": words, "icon": "search"}


def _not_found(where: Where, stopped: bool) -> dict[str, str]:
    if stopped:
        return {
            "title": _("Nothing among the latest messages"),
            "words": _("Older ones were not looked at yet."),
            "icon": "search",
        }
    return {
        "title": _("Nothing found"),
        "words": _("No message that you can see matches this search."),
        "icon": "search",
        "label": _("See all conversations"),
        "url": Where("all").list(),
    }


@require_GET
def newer(request: HttpRequest) -> HttpResponse:
    """How many were added to the list since; asked every few seconds."""
    where = place(request)
    since = Mark.read(request.GET.get("since", ""))
    count = lists.newer(listed(request, where), since.at) if since else 0
    return page(request, "inbox", "_components/newbar.html", {"new": {"count": count, "url": where.list()}})


@require_GET
def now(request: HttpRequest, key: int) -> HttpResponse:
    """What changes while one looks: new messages, answers under way, a colleague's pen."""
    talk, where, user = seen(request, key), place(request), me(request)
    since = Mark.read(request.GET.get("since", ""))
    draft = answers.draft_of(talk)
    flying = answers.in_flight(talk)
    was_busy, busy = "busy" in request.GET, any(row.state in responding.UNDER_WAY for row in flying)
    context = {
        "fresh": said_since(talk, since.at, user, where) if since and talk.last_at > since.at else [],
        "under_way": under_way(talk, flying, user, where),
        "acting": acting(answers.moderations(talk, *answers.IN_FLIGHT), talk, user, where),
        "writing": draft.by.name if draft.by and answers.is_writing(draft, user) else "",
        "now_url": _now_url(talk, where, since, busy=was_busy and busy),
        "freed": composer(talk, draft, flying, user, where) if was_busy and not busy and may(user, "answer") else None,
    }
    return page(request, "inbox", "inbox/_now.html", context)


# -- doing -----------------------------------------------------------------------------------------------------------

Act = Callable[[HttpRequest, Conversation, Where, int], HttpResponse]


@require_POST
def act(request: HttpRequest, key: int, action: str, row: int = 0) -> HttpResponse:
    if action not in ACTS:
        raise Http404
    return ACTS[action](request, seen(request, key), place(request), row)


def given(request: HttpRequest, name: str) -> str:
    """From the form, or from the address: a notice's undo has only an address."""
    return request.POST.get(name, request.GET.get(name, ""))


def say(request: HttpRequest, words: str, undo: str = "", seconds: int = NOTICE) -> None:
    """A notice that goes away by itself, before it is in the way."""
    messages.success(request, words, extra_tags=(f"undo:{undo} " if undo else "") + f"seconds:{seconds}")


def done(
    request: HttpRequest, outcome: object, words: str, where: Where, talk: Conversation, undo: str = ""
) -> HttpResponse:
    """Say what happened and go on: back to the conversation, or to the list when it is no longer ours to see."""
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
    else:
        say(request, words, undo)
    if visible(request).filter(pk=talk.pk).exists():
        return redirect(where.talk(talk.pk))
    return redirect(where.list())


def onward(request: HttpRequest, outcome: object, words: str, where: Where, talk: Conversation) -> HttpResponse:
    """After the conversation left the list: the next one below it."""
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return redirect(where.talk(talk.pk))
    say(request, words, where.act(talk.pk, "reopen"))
    if where.query:
        return redirect(where.list())
    others = listed(request, where).exclude(pk=talk.pk).order_by("-last_at", "-id")
    following = lists.below(others, Mark(talk.last_at, talk.pk)).first()
    return redirect(where.talk(following.pk) if following else where.list())


def assign(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    to = _member(given(request, "to"), me(request))
    outcome = routing.assign(talk, to=to, actor=me(request))
    undo = where.act(talk.pk, "assign", to=talk.assignee_id or "nobody")
    if to is None:
        return done(request, outcome, _("It is nobody’s now."), where, talk, undo)
    said = _("It is yours.") if to == me(request) else _("%(who)s has it now.") % {"who": to.name}
    return done(request, outcome, said, where, talk, undo)


def _member(chosen: str, user: User) -> User | None:
    """Somebody to assign to: "me", "nobody", or a member's number."""
    if chosen == "me":
        return user
    if chosen in ("", "nobody"):
        return None
    return get_object_or_404(User, pk=number(chosen), is_active=True)


def hand_over(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    team = get_object_or_404(Team, slug=given(request, "team"), closed_at=None)
    outcome = routing.hand_over(talk, team=team, actor=me(request))
    return done(request, outcome, _("%(team)s has it now.") % {"team": team.name}, where, talk)


def close(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    return onward(request, routing.close(talk, actor=me(request)), _("Closed."), where, talk)


def reopen(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    return done(request, routing.reopen(talk, actor=me(request)), _("It is open again."), where, talk)


def snooze(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    until = snooze_until(given(request, "until"), timezone.localtime())
    if until is None:
        return done(request, Refused(_("Choose a time, or a date such as 2026-01-31.")), "", where, talk)
    said = _("Back %(time)s.") % {"time": inbox_rows.moment(until, timezone.now())}
    return onward(request, routing.snooze(talk, until=until, actor=me(request)), said, where, talk)


def tag(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    outcome = routing.tag(talk, tags=words(given(request, "tags")), actor=me(request))
    undo = where.act(talk.pk, "tag", tags=", ".join(talk.tags).replace(" ", "+")) if talk.tags else ""
    return done(request, outcome, _("Tagged."), where, talk, undo)


def note(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    text = request.POST.get("text", "")
    outcome = routing.note(talk, text=text, actor=me(request))
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return _conversation(request, talk, Wish(mode="note", text=text), status=422)
    return redirect(where.talk(talk.pk) + f"#message-note-{outcome.pk}")


def draft(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    """Saved while one types, and by a plain button without script."""
    text = request.POST.get("text", "")
    outcome = responding.save_draft(talk, text=text, version=_version(request), actor=me(request))
    refused = outcome.reason if isinstance(outcome, Refused) else ""
    if request.htmx:  # type: ignore[attr-defined]
        version = "" if isinstance(outcome, Refused) else outcome.version
        context = {"checks": checks(talk, text, refused), "draft_version": version}
        return page(request, "inbox", "inbox/_draft.html", context, status=409 if refused else 200)
    if refused:
        messages.error(request, refused)
        return _conversation(request, talk, Wish(text=text), status=409)
    say(request, _("Draft saved."))
    return redirect(where.talk(talk.pk))


def _version(request: HttpRequest) -> int:
    """The version of the draft that the writer saw; nonsense is no version at all."""
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else -1


def send(request: HttpRequest, talk: Conversation, where: Where, _row: int) -> HttpResponse:
    text = request.POST.get("text", "")
    outcome = responding.send(talk, text=text, version=_version(request), actor=me(request))
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return _conversation(request, talk, Wish(text=text), status=422)
    said = _("Your answer to %(who)s is on its way.") % {"who": talk.who or _("them")}
    undo = where.act(talk.pk, "undo", outcome.pk) if settings.UNDO_SECONDS else ""
    say(request, said, undo, settings.UNDO_SECONDS or NOTICE)
    return redirect(where.talk(talk.pk))


def undo(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    outcome = responding.undo(_outgoing(talk, row), actor=me(request))
    return done(request, outcome, _("Taken back. The text is your draft again."), where, talk)


def retry(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    outcome = responding.retry(_outgoing(talk, row), actor=me(request))
    return done(request, outcome, _("It is sent again."), where, talk)


def found(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    outcome = responding.settle_unknown(_outgoing(talk, row), actor=me(request))
    return done(request, outcome, _("Good: it counts as sent."), where, talk)


def _outgoing(talk: Conversation, key: int) -> Outgoing:
    return get_object_or_404(Outgoing, pk=key, conversation=talk)


def uncover(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    """Show private data in this one answer of ours; who looked goes on record."""
    message = get_object_or_404(Message, pk=row, placement__conversation=talk)
    outcome = routing.uncover(message, actor=me(request))
    if isinstance(outcome, Refused):
        return done(request, outcome, "", where, talk)
    return _conversation(request, talk, Wish(uncovered=row, show=MOST))


def put_caution(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    """The approved words below what was typed. Nothing is sent."""
    message = get_object_or_404(Message.objects.select_related("reading"), pk=row, placement__conversation=talk)
    typed = request.POST.get("text", "")
    approved = caution.words(talk.channel, language_of(message) or talk.language)
    if not approved:
        messages.error(request, _("No caution was approved for this channel."))
        return _conversation(request, talk, Wish(text=typed), status=422)
    text = f"{typed.rstrip()}\n\n{approved}" if typed.strip() else approved
    outcome = responding.save_draft(talk, text=text, version=_version(request), actor=me(request))
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return _conversation(request, talk, Wish(text=text), status=409)
    say(request, _("The caution is in the draft. Read it before you send it."))
    return redirect(where.talk(talk.pk) + "#composer")


def correct(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    """What a reader should have said. The form stays open, for a message may have several things wrong."""
    message = get_object_or_404(Message, pk=row, placement__conversation=talk)
    show = number(given(request, "show"))
    back = where.talk(talk.pk, correct=row, show=show) + f"#message-{row}"
    if reader := given(request, "back"):
        outcome: object = correcting.take_back(message, reader=reader, actor=me(request))
        return _corrected(request, outcome, _("What you said of it is taken back."), "", back)
    reader = next((name for name in READERS if given(request, name)), "")
    before = correcting.own(message, me(request)).get(reader)
    outcome = correcting.correct(message, reader=reader, said=given(request, reader), actor=me(request))
    undo = where.act(talk.pk, "correct", row, show=show, **({reader: before} if before else {"back": reader}))
    return _corrected(request, outcome, _("Corrected, with your name."), undo, back)


def _corrected(request: HttpRequest, outcome: object, words: str, undo: str, back: str) -> HttpResponse:
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
    else:
        say(request, words, undo)
    return redirect(back)


def moderate(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=row, placement__conversation=talk)
    action, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    outcome = moderating.moderate(message, action=action, reason=reason, actor=me(request))
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        wish = Wish(moderate=row, chosen=action, reason=reason, show=MOST)
        return _conversation(request, talk, wish, status=422)
    undo = where.act(talk.pk, "take-back", outcome.pk) if settings.UNDO_SECONDS else ""
    say(request, _("It is being done on the platform."), undo, settings.UNDO_SECONDS or NOTICE)
    return redirect(where.talk(talk.pk))


def take_back(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    outcome = moderating.withdraw(_moderation(talk, row), actor=me(request))
    return done(request, outcome, _("Taken back. Nothing was done on the platform."), where, talk)


def again(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    outcome = moderating.retry(_moderation(talk, row), actor=me(request))
    return done(request, outcome, _("It is tried again."), where, talk)


def arrived(request: HttpRequest, talk: Conversation, where: Where, row: int) -> HttpResponse:
    outcome = moderating.settle_unknown(_moderation(talk, row), actor=me(request))
    return done(request, outcome, _("It counts as done."), where, talk)


def _moderation(talk: Conversation, key: int) -> Moderation:
    return get_object_or_404(Moderation, pk=key, conversation=talk)


ACTS: dict[str, Act] = {
    "caution": put_caution,
    "correct": correct,
    "moderate": moderate,
    "take-back": take_back,
    "again": again,
    "arrived": arrived,
    "assign": assign,
    "hand-over": hand_over,
    "close": close,
    "reopen": reopen,
    "snooze": snooze,
    "tag": tag,
    "note": note,
    "draft": draft,
    "send": send,
    "undo": undo,
    "retry": retry,
    "found": found,
    "uncover": uncover,
}


# -- several at once -------------------------------------------------------------------------------------------------


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One action for each of those that were selected, and one notice."""
    where = place(request)
    chosen = request.POST.getlist("conversation") or request.GET.getlist("conversation")
    keys = [int(key) for key in chosen if key.isdecimal() and len(key) < 19][:AT_ONCE]
    talks = list(visible(request).filter(pk__in=keys).order_by("id"))
    what = given(request, "do")
    if what not in BULK:
        raise Http404
    outcomes = [BULK[what](request, talk) for talk in talks]
    refused = [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]
    changed = [talk for talk, outcome in zip(talks, outcomes) if not isinstance(outcome, Refused)]
    if changed:
        said = ngettext("%(n)d conversation: done.", "%(n)d conversations: done.", len(changed)) % {"n": len(changed)}
        keys = [talk.pk for talk in changed]
        undone = what == "close" and len(keys) <= PER_UNDO
        say(request, said, reverse("inbox_bulk") + _again(where, keys) if undone else "")
    for reason in dict.fromkeys(refused):
        messages.error(request, reason)
    return redirect(where.list())


PER_UNDO = 60  # conversations that one address can name


def _again(where: Where, keys: list[int]) -> str:
    return where.carried(do="reopen") + "".join(f"&conversation={key}" for key in keys)


BULK: dict[str, Callable[[HttpRequest, Conversation], object]] = {
    "close": lambda request, talk: routing.close(talk, actor=me(request)),
    "reopen": lambda request, talk: routing.reopen(talk, actor=me(request)),
    "assign": lambda request, talk: routing.assign(
        talk, to=_member(given(request, "to"), me(request)), actor=me(request)
    ),
    "tag": lambda request, talk: routing.tag(
        talk, tags=[*talk.tags, *words(given(request, "tags"))], actor=me(request)
    ),
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/new/", newer, name="inbox_new"),
    path("inbox/bulk/", bulk, name="inbox_bulk"),
    path("inbox/<int:key>/", conversation, name="conversation"),
    path("inbox/<int:key>/now/", now, name="conversation_now"),
    path("inbox/<int:key>/<slug:action>/", act, name="conversation_act"),
    path("inbox/<int:key>/<slug:action>/<int:row>/", act, name="conversation_act_on"),
]
