"""Settings: the organisation, its teams and members, the audit record, and what is one's own."""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.errors import RecordError
from rapport.core.types import Refused
from rapport.server.keep import queries as keeping
from rapport.server.keep.asking import ask_to_verify
from rapport.server.keep.models import ArchiveHead
from rapport.server.organise import actions, queries
from rapport.server.organise.abilities import may
from rapport.server.organise.models import AuditEntry, Organisation, Team, User
from rapport.server.organise.queries import Wanted
from rapport.server.organise.record import verify
from rapport.server.pages.context import THEMES
from rapport.server.pages.render import me, only, page
from rapport.server.pages.settings_forms import MemberForm, NewMemberForm, OrganisationForm, OwnForm, TeamForm

YEAR_SECONDS = 365 * 24 * 3600


def _page(request: HttpRequest, tab: str, template: str, **context: Any) -> HttpResponse:
    return page(request, "settings", f"settings/{template}.html", {"tabs": tabs(me(request), tab), **context})


def tabs(user: User, here: str) -> list[dict[str, Any]]:
    every = [
        ("settings", _("Organisation"), "administer"),
        ("settings_teams", _("Teams"), "administer"),
        ("settings_hours", _("Opening hours"), "administer"),
        ("settings_members", _("Members"), "administer"),
        ("settings_private", _("Private data"), "administer"),
        ("settings_record", _("Record"), "audit"),
        ("settings_archive", _("Archive"), "audit"),
        ("settings_readers", _("Readers"), ""),
        ("account", _("Your account"), ""),
    ]
    return [
        {"label": label, "url": reverse(name), "here": name == here}
        for name, label, ability in every
        if not ability or may(user, ability)
    ]


def _kept(request: HttpRequest, outcome: object, words: str) -> bool:
    """Tell the person how it went: refused, with the reason, or done."""
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return False
    messages.success(request, words)
    return True


# -- organisation, teams ---------------------------------------------------------------------------------------------


def organisation(request: HttpRequest) -> HttpResponse:
    if not may(request.user, "administer"):
        return redirect("account")
    row = Organisation.objects.get(pk=1)
    form = OrganisationForm(request.POST) if request.method == "POST" else OrganisationForm.of(row)
    if form.is_bound and form.is_valid():
        outcome = actions.set_organisation(**form.cleaned_data, actor=me(request))
        if _kept(request, outcome, _("The organisation is saved.")):
            return redirect("settings")
    return _page(request, "settings", "organisation", form=form)


@only("administer")
def teams(request: HttpRequest) -> HttpResponse:
    return _page(request, "settings_teams", "teams", teams=queries.teams())


@only("administer")
def team(request: HttpRequest, key: int | None = None) -> HttpResponse:
    row = get_object_or_404(Team, pk=key) if key else None
    form = TeamForm(request.POST) if request.method == "POST" else TeamForm.of(row) if row else TeamForm()
    if form.is_bound and form.is_valid():
        name, function = form.cleaned_data["name"], form.cleaned_data["function"]
        outcome = actions.save_team(
            row, name=name, function=function, answer_within=form.answer_within, actor=me(request)
        )
        if _kept(request, outcome, _("The team “%(name)s” is saved.") % {"name": name}):
            return redirect("settings_teams")
    return _page(request, "settings_teams", "team", form=form, team=row)


# -- members ---------------------------------------------------------------------------------------------------------


@only("administer")
def members(request: HttpRequest) -> HttpResponse:
    return _page(request, "settings_members", "members", members=queries.members())


@only("administer")
def new_member(request: HttpRequest) -> HttpResponse:
    """The password is shown in the answer to this one request and kept nowhere: only its hash is."""
    form = NewMemberForm(request.POST or None)
    if form.is_bound and form.is_valid():
        password = secrets.token_urlsafe(12)
        outcome = actions.add_member(**form.cleaned_data, password=password, actor=me(request))
        if isinstance(outcome, User):
            return _page(request, "settings_members", "added", member=outcome, password=password)
        form.add_error("email", outcome.reason)
    return _page(request, "settings_members", "new_member", form=form, agencies=queries.agencies())


@only("administer")
def member(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(User, pk=key)
    form = MemberForm(request.POST) if request.method == "POST" else MemberForm.of(row)
    if form.is_bound and form.is_valid():
        outcome = actions.change_member(row, **form.cleaned_data, actor=me(request))
        if _kept(request, outcome, _("%(name)s is saved.") % {"name": row.name}):
            return redirect("settings_members")
    return _page(request, "settings_members", "member", form=form, member=row, agencies=queries.agencies())


# -- the record ------------------------------------------------------------------------------------------------------


def _wanted(request: HttpRequest) -> Wanted:
    return Wanted(*(request.GET.get(name, "").strip() for name in ("action", "actor", "target")))


@only("audit")
def record(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request)
    before = request.GET.get("before", "")
    rows, following = queries.record_page(
        me(request), wanted, before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    )
    return _page(
        request,
        "settings_record",
        "record",
        entries=[_line(row, wanted) for row in rows],
        wanted=wanted,
        actions=queries.actions_on_record(),
        next_url=f"?{urlencode(wanted.chosen() | {'before': following})}" if following else "",
        paged=bool(before),
        exports=[
            (kind.upper(), f"{reverse('settings_export', args=[kind])}?{urlencode(wanted.chosen())}")
            for kind in EXPORTS
        ],
    )


def _line(row: AuditEntry, wanted: Wanted) -> dict[str, Any]:
    kind, _colon, name = row.actor.partition(":")
    who = row.actor.split(" ", 1)[0] if kind == "user" else row.actor
    return {
        "sequence": row.sequence,
        "at": row.at,
        "action": row.action,
        "who": name.partition(" ")[2] if kind == "user" else name,
        "system": kind != "user",
        "who_url": f"?{urlencode(wanted.chosen() | {'actor': who})}",
        "target": row.target,
        "target_url": f"?{urlencode(wanted.chosen() | {'target': row.target})}",
        "detail": [(key, json.dumps(value, ensure_ascii=False).strip('"')) for key, value in row.detail.items()],
    }


@only("audit")
@require_POST
def verify_record(request: HttpRequest) -> HttpResponse:
    try:
        count = verify()
    except RecordError as error:
        messages.error(request, _("The record does not hold. %(reason)s") % {"reason": error})
    else:
        messages.success(
            request, _("The record holds: %(count)s entries, none changed, missing or inserted.") % {"count": count}
        )
    return redirect("settings_record")


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _jsonl(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(["sequence", "at", "actor", "action", "target", "detail", "previous", "digest"])
    for row in rows:
        flat = row | {"detail": json.dumps(row["detail"], ensure_ascii=False)}
        yield writer.writerow([defused(str(value)) for value in flat.values()])


def defused(cell: str) -> str:
    """A spreadsheet must not run what a stranger wrote: a leading sign of a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


EXPORTS = {"csv": (_csv, "text/csv"), "jsonl": (_jsonl, "application/x-ndjson")}


@only("audit")
def export_record(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    if kind not in EXPORTS:
        raise Http404
    write, content_type = EXPORTS[kind]
    rows = queries.exported(me(request), _wanted(request))
    response = StreamingHttpResponse(write(rows), content_type=f"{content_type}; charset=utf-8")
    name = f"record-{timezone.localdate().isoformat()}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# -- the archive -----------------------------------------------------------------------------------------------------

MOST_WAITING = 100_000


@only("audit")
def archive(request: HttpRequest) -> HttpResponse:
    at = keeping.head()
    waiting = len(keeping.due().values_list("pk", flat=True)[:MOST_WAITING])
    context = {
        "at": at,
        "size": filesizeformat(at.size_bytes),
        "waiting": waiting,
        "folder": settings.ARCHIVE,
        "minutes": max(settings.ARCHIVE_SECONDS // 60, 1),
        "most": settings.ARCHIVE_MESSAGES,
        "hot_days": settings.HOT_DAYS,
        "verdict": _verdict(at),
    }
    return _page(request, "settings_archive", "archive", **context)


def _verdict(at: ArchiveHead) -> str:
    if at.verified_at is None:
        return _("It was not verified yet. That is done once a day.")
    if at.days:
        return ngettext(
            "%(n)d day is not what the database says.", "%(n)d days are not what the database says.", at.days
        ) % {"n": at.days}
    return _("It holds: each day has the messages that the database has, word for word.")


@only("audit")
@require_POST
def verify_archive(request: HttpRequest) -> HttpResponse:
    _kept(request, ask_to_verify(actor=me(request)), _("It is being verified. Look again in a minute."))
    return redirect("settings_archive")


# -- one's own -------------------------------------------------------------------------------------------------------


def account(request: HttpRequest) -> HttpResponse:
    user = me(request)
    form = OwnForm(request.POST) if request.method == "POST" else OwnForm.of(user)
    if form.is_bound and form.is_valid():
        outcome = actions.set_own(user, changes=form.cleaned_data, actor=user)
        if _kept(request, outcome, _("Saved.")):
            return redirect("account")
    return _page(request, "account", "account", form=form)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or anything else for what the system prefers: in a cookie, and for members in their settings."""
    chosen = request.POST.get("theme", "")
    chosen = chosen if chosen in THEMES else ""
    if isinstance(request.user, User) and request.user.theme != chosen:
        actions.set_own(request.user, changes={"theme": chosen}, actor=request.user)
    back = request.POST.get("next", "")
    local = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(back if local else "/")
    if chosen:
        response.set_cookie("theme", chosen, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme")
    return response


urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/", organisation, name="settings"),
    path("settings/teams/", teams, name="settings_teams"),
    path("settings/teams/new/", team, name="settings_new_team"),
    path("settings/teams/<int:key>/", team, name="settings_team"),
    path("settings/members/", members, name="settings_members"),
    path("settings/members/new/", new_member, name="settings_new_member"),
    path("settings/members/<int:key>/", member, name="settings_member"),
    path("settings/record/", record, name="settings_record"),
    path("settings/record/verify/", verify_record, name="settings_verify"),
    path("settings/record/export.<slug:kind>", export_record, name="settings_export"),
    path("settings/archive/", archive, name="settings_archive"),
    path("settings/archive/verify/", verify_archive, name="settings_verify_archive"),
    path("settings/me/", account, name="account"),
    path("theme/", theme, name="theme"),
]
