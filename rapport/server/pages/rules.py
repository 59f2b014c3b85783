"""Ownership rules: the text, what it would have done, and what it said before."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.core.errors import RulesError
from rapport.core.route.rules import RULE_FIELDS, Rules
from rapport.core.types import Refused
from rapport.core.understand.private import mask
from rapport.server.listen.models import Message
from rapport.server.organise.abilities import may
from rapport.server.organise.models import Team, User
from rapport.server.pages.asking import Mistake
from rapport.server.pages.render import page
from rapport.server.route import actions as routing
from rapport.server.route.models import RuleSet
from rapport.server.route.trial import Trial, trial, tried
from rapport.server.understand.private import private_of

Context = dict[str, Any]
SHOWN = 20
"""Versions of the history on one page."""
LONGEST = 100_000
SPARE = 40
"""Line numbers beyond the last line, for what is still to be written."""


@dataclass(frozen=True, slots=True)
class Wrong:
    line: int
    character: int
    mistake: Mistake


@dataclass(frozen=True, slots=True)
class Line:
    """See `_components/diff.html`."""

    number: int
    change: str
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    by: str
    at: Any
    reason: str
    lines: list[Line]
    url: str


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    line: int
    url: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class TeamShare:
    name: str
    count: int
    words: str
    examples: list[Example]


def me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # the middleware lets nobody else in
    return request.user


# -- the text --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    newest = RuleSet.objects.first()
    asked = request.GET.get("version", "")
    chosen = RuleSet.objects.filter(version=int(asked)).first() if asked.isdecimal() and len(asked) < 9 else None
    shown = chosen or newest
    text = shown.text if shown else _first_text()
    return _page(request, text, after=newest.version if newest else 0)


def _first_text() -> str:
    today, _version = routing.current_rules()
    return f"* -> {today.rules[-1].team}\n"


def _page(request: HttpRequest, text: str, *, after: int, reason: str = "", status: int = 200) -> HttpResponse:
    changes = may(me(request), "rules")
    context: Context = {
        "text": text,
        "after": after,
        "reason": reason,
        "may_change": changes,
        "numbers": range(1, text.count("\n") + 2 + (SPARE if changes else 0)),
        "rows": text.count("\n") + 3,
        "lines": text.splitlines(),
        "newest": RuleSet.objects.select_related("by").first(),
        "teams": Team.objects.filter(closed_at=None).order_by("id"),
        "fields": RULE_FIELDS.values(),
    }
    if changes:
        context |= _tried(text)
    return page(request, "inbox", "rules/rules.html", context, status=status)


def _save(request: HttpRequest) -> HttpResponse:
    text, reason = _text(request), request.POST.get("reason", "").strip()
    after = request.POST.get("after", "")
    number = int(after) if after.isdecimal() and len(after) < 9 else -1
    if not reason:
        messages.error(request, _("Say why you change the rules; those who read them later will want to know."))
        return _page(request, text, after=number, status=422)
    try:
        outcome = routing.save_rules(text, reason=reason, actor=me(request), after=number)
    except RulesError as error:
        messages.error(request, _("Not saved: %(error)s") % {"error": error})
        return _page(request, text, after=number, reason=reason, status=422)
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return _page(request, text, after=number, reason=reason, status=409)
    messages.success(request, _("Version %(n)d holds from now on.") % {"n": outcome.version})
    return redirect("rules")


def _text(request: HttpRequest) -> str:
    return request.POST.get("text", "").replace("\r\n", "\n")[:LONGEST]


# -- what it would have done -----------------------------------------------------------------------------------------


@require_POST
def dry_run(request: HttpRequest) -> HttpResponse:
    """While one types; and, without script, by a button."""
    text, after = _text(request), request.POST.get("after", "")
    if not may(me(request), "rules"):
        return redirect("rules")
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "inbox", "rules/_dry_run.html", _tried(text))
    number = int(after) if after.isdecimal() and len(after) < 9 else -1
    return _page(request, text, after=number, reason=request.POST.get("reason", ""))


def _tried(text: str) -> Context:
    today, _version = routing.current_rules()
    try:
        tested = routing.read_rules(text)
    except RulesError as error:
        lines = text.split("\n")
        line = lines[error.line - 1] if error.line <= len(lines) else ""
        return {"wrong": Wrong(error.line, error.position + 1, Mistake.of(error, line))}
    return {"trial": _shown(tested, today)}


def _shown(tested: Rules, today: Rules) -> Context:
    made = trial(tested, today, tried(timezone.now()))
    return {
        "total": made.total,
        "cut": made.cut,
        "teams": [
            TeamShare(share.name, share.count, _against(share.count, share.before), [
                _example(message, line) for message, line in share.examples
            ])
            for share in made.shares
        ],
        "moved": [_example(one.message, one.line, one.before, one.after) for one in made.moved],
        "moved_count": made.moved_count,
        "unused": _unused(made),
    }  # fmt: skip


def _against(count: int, before: int) -> str:
    if count == before:
        return _("as today")
    more = _("%(n)d more than today") if count > before else _("%(n)d fewer than today")
    return more % {"n": abs(count - before)}


def _unused(made: Trial) -> str:
    """The lines that got nothing, runs of them shortened: 2, 5–9."""
    if not made.total:
        return ""
    runs = [list(run) for _distance, run in groupby(enumerate(made.unused), lambda pair: pair[1] - pair[0])]
    ends = [(run[0][1], run[-1][1]) for run in runs]
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ends)


def _example(message: Message, line: int, before: str = "", after: str = "") -> Example:
    text = " ".join(mask(message.text, private_of(message)).split())[:160]
    url = reverse("conversation", args=[message.placement.conversation_id]) + "?view=all"
    return Example(text, line, url, before, after)


# -- what it said before ---------------------------------------------------------------------------------------------


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    rows = RuleSet.objects.select_related("by")
    if before.isdecimal() and len(before) < 9:
        rows = rows.filter(version__lt=int(before))
    found = list(rows[: SHOWN + 1])
    texts = [row.text for row in found[1:]] + [""]
    versions = [_version(row, earlier) for row, earlier in zip(found[:SHOWN], texts)]
    more = found[SHOWN - 1].version if len(found) > SHOWN else None
    return page(request, "inbox", "rules/history.html", {"versions": versions, "more": more})


def _version(row: RuleSet, earlier: str) -> Version:
    return Version(
        number=row.version,
        by=str(row.by or _("Rapport")),
        at=row.at,
        reason=row.reason,
        lines=list(differences(earlier, row.text)),
        url=f"{reverse('rules')}?version={row.version}",
    )


def differences(old: str, new: str) -> Iterator[Line]:
    """The new text line by line, with what was taken away where it stood."""
    number = 0
    for line in difflib.ndiff(old.splitlines(), new.splitlines()):
        mark, text = line[:2], line[2:]
        if mark == "? ":  # a hint of difflib's for the eye
            continue
        number += mark != "- "
        yield Line(number, {"+ ": "added", "- ": "removed"}.get(mark, ""), text)


urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/rules/", rules, name="rules"),
    path("inbox/rules/try/", dry_run, name="rules_try"),
    path("inbox/rules/history/", history, name="rules_history"),
]
