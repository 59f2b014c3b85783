"""People: whom we know, and how it goes between us."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from rapport.core.types import Refused
from rapport.server.listen.models import Author
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.render import me, page
from rapport.server.pages.text import web
from rapport.server.relate import actions, queries
from rapport.server.relate.models import Person
from rapport.server.route.models import Conversation, Note
from rapport.server.route.queries import Mark

LONGEST_ABOUT = 5_000
TALKS = 50
NOTES = 10


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody in the list."""

    person: Person
    url: str
    network: str
    handles: str
    words: str

    @classmethod
    def of(cls, person: Person, accounts: list[Author]) -> Row:
        return cls(
            person,
            reverse("person", args=[person.pk]),
            _network(accounts),
            ", ".join(account.handle for account in accounts if account.handle),
            ngettext("%(n)d message", "%(n)d messages", person.messages) % {"n": person.messages},
        )


def _network(accounts: list[Author]) -> str:
    return accounts[0].network if accounts else ""


def people(request: HttpRequest) -> HttpResponse:
    begins = request.GET.get("q", "").strip()[:100]
    mark = Mark.read(request.GET.get("before", ""))
    found = queries.people(me(request), begins=begins, before=(mark.at, mark.key) if mark else None)
    last = found.rows[-1] if found.more else None
    context = {
        "rows": [Row.of(person, found.accounts[person.pk]) for person in found.rows],
        "begins": begins,
        "next_url": _url(begins, str(Mark(last.last_heard_at, last.pk))) if last else "",
        "sees_all": may(request.user, "see_all"),
    }
    return page(request, "people", "people/people.html", context)


def _url(begins: str, before: str) -> str:
    asked = {"q": begins, "before": before} if begins else {"before": before}
    return f"{reverse('people')}?{urlencode(asked)}"


# -- one person ------------------------------------------------------------------------------------------------------

STATES = {
    "open": gettext_lazy("waits for our answer"),
    "waiting": gettext_lazy("we answered"),
    "snoozed": gettext_lazy("put off"),
    "closed": gettext_lazy("closed"),
}


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with them, in a line."""

    talk: Conversation
    url: str
    words: str

    @classmethod
    def of(cls, talk: Conversation) -> Talk:
        count = ngettext("%(n)d message", "%(n)d messages", talk.message_count) % {"n": talk.message_count}
        state = str(STATES[talk.state]) if talk.waiting_since or talk.state != "open" else _("open")
        return cls(talk, reverse("conversation", args=[talk.pk]), f"{talk.team} · {state} · {count}")


def person(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Person.objects.visible_to(request.user), pk=key)
    return _person(request, row, about=row.about)


def _person(request: HttpRequest, row: Person, *, about: str, refused: str = "") -> HttpResponse:
    user = me(request)
    talks = _talks(user, row)
    accounts = queries.accounts_of([row])[row.pk]
    context = {
        "person": row,
        "network": _network(accounts),
        "accounts": [(account, web(account.url)) for account in accounts],
        "lead": _lead(row, talks),
        "talks": [Talk.of(talk) for talk in talks],
        "notes": _notes(user, row),
        "about": about,
        "refused": refused,
        "longest": LONGEST_ABOUT,
        "may_answer": may(user, "answer"),
    }
    return page(request, "people", "people/person.html", context, status=422 if refused else 200)


def _talks(user: User, row: Person) -> list[Conversation]:
    found = Conversation.objects.visible_to(user).filter(person=row).select_related("team")
    return list(found.order_by("-last_at")[:TALKS])


def _notes(user: User, row: Person) -> list[Note]:
    """What colleagues noted in the conversations with them, the newest first."""
    seen = Conversation.objects.visible_to(user).filter(person=row)
    return list(Note.objects.filter(conversation__in=seen).select_related("author").order_by("-at")[:NOTES])


def _lead(row: Person, talks: list[Conversation]) -> str:
    """How it stands between us, in a sentence."""
    waiting = sum(talk.waiting_since is not None and talk.state == "open" for talk in talks)
    if waiting:
        words = ngettext(
            "%(n)d conversation waits for our answer.", "%(n)d conversations wait for our answer.", waiting
        )
        return words % {"n": waiting}
    if any(talk.first_answer_at for talk in talks):
        return _("We have answered; nothing waits.")
    return _("We have never answered them.")


@require_POST
def describe(request: HttpRequest, key: int) -> HttpResponse:
    """Keep what colleagues should know of them."""
    row = get_object_or_404(Person.objects.visible_to(request.user), pk=key)
    about = request.POST.get("about", "").strip()
    if len(about) > LONGEST_ABOUT:
        refused = _("That is too long: at most %(n)d characters.") % {"n": LONGEST_ABOUT}
        return _person(request, row, about=about, refused=refused)
    done = actions.describe(row, about=about, actor=me(request))
    if isinstance(done, Refused):
        return _person(request, row, about=about, refused=done.reason)
    messages.success(request, _("Written down."))
    return redirect("person", key=key)


urlpatterns: list[URLPattern | URLResolver] = [
    path("people/", people, name="people"),
    path("people/<int:key>/", person, name="person"),
    path("people/<int:key>/about/", describe, name="describe_person"),
]
