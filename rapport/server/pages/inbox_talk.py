"""One open conversation, as it is shown: the thread, what is under way, the person, the composer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.server.listen.models import Author
from rapport.server.organise.abilities import may
from rapport.server.organise.models import Team, User
from rapport.server.pages.inbox_composer import Composer, closed_because, composer, warned
from rapport.server.pages.inbox_events import Events
from rapport.server.pages.inbox_forms import MOST, Wish, snooze_choices
from rapport.server.pages.inbox_leaving import UnderWay, under_way
from rapport.server.pages.inbox_moderation import Acting, acting
from rapport.server.pages.inbox_rows import PRESSING, Clock, Where, clock
from rapport.server.pages.inbox_said import Said, handle
from rapport.server.pages.inbox_thread import thread
from rapport.server.respond import queries
from rapport.server.route.models import Conversation

OTHERS = 6


@dataclass(frozen=True, slots=True)
class Open:
    """Everything that the open conversation shows."""

    talk: Conversation
    title: str
    clock: Clock | None
    urgency: str
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


def opened(talk: Conversation, user: User, where: Where, wish: Wish) -> Open:
    messages = queries.thread(talk, wish.show)
    cut = len(messages) > wish.show
    messages = messages[1:] if cut else messages
    draft = queries.draft_of(talk)
    flying = queries.in_flight(talk)
    moderations = queries.moderations(talk)
    closed = closed_because(talk, user)
    mode = "note" if closed or wish.mode == "note" else "reply"
    return Open(
        talk=talk,
        title=talk.who or _("Somebody"),
        clock=clock(talk.state, talk.due_at, talk.snoozed_until, timezone.now()),
        urgency=talk.urgency if talk.state in PRESSING else "",
        thread=thread(talk, messages, moderations, user, where, wish),
        earlier_url=where.talk(talk.pk, show=min(wish.show * 5, MOST)) if cut and wish.show < MOST else "",
        under_way=under_way(talk, flying, user, where),
        acting=acting(moderations, talk, user, where),
        composer=warned(
            talk, messages, moderations, composer(talk, draft, flying, user, where, mode, wish.text), user, where
        )
        if may(user, "answer")
        else None,
        closed_because=closed,
        person=_person(talk, user, where),
        colleagues=_colleagues(talk, user),
        teams=list(Team.objects.filter(closed_at=None).exclude(pk=talk.team_id).order_by("id")),
        snoozes=snooze_choices(timezone.localtime()),
    )


def _person(talk: Conversation, user: User, where: Where) -> dict[str, Any]:
    person = talk.person
    accounts = Author.objects.filter(identity__person=person).order_by("id")[:20]
    here = next((account for account in accounts if account.network == talk.network), None)
    others = Conversation.objects.visible_to(user).filter(person=person).exclude(pk=talk.pk).select_related("team")
    said = ngettext("%(n)d message", "%(n)d messages", person.messages) % {"n": person.messages}
    return {
        "name": person.name or talk.who,
        "url": reverse("person", args=[person.pk]),
        "handle": handle(here) if here else "",
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
