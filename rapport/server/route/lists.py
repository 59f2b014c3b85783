"""The views of the inbox: which conversations stand in each, page by page, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from rapport.server.counting import counted
from rapport.server.listen.models import Channel
from rapport.server.organise.abilities import may
from rapport.server.organise.models import Team, User
from rapport.server.route.models import Conversation, Conversations, beside
from rapport.server.route.queries import PAGE, Mark

MOST = 100
"""Nobody reads a larger number beside a view."""

COUNTED = ("mine", "unowned", "urgent", "late", "waiting", "snoozed")
"""What is closed, and everything, grows for ever: no number there asks anybody to do something."""

COLUMNS = (
    "id", "network", "who", "preview", "tone", "kinds", "urgency", "state", "message_count", "last_at", "due_at",
    "snoozed_until",
)  # fmt: skip
# Looked up for the rows that are shown; a join would let the database begin with the channels, and sort everything.
NAMES = {
    "channel_name": Subquery(Channel.objects.filter(pk=OuterRef("channel")).values("name")),
    "team_name": Subquery(Team.objects.filter(pk=OuterRef("team")).values("name")),
    "assignee_name": Subquery(User.objects.filter(pk=OuterRef("assignee")).values("name")),
}

VIEWS: dict[str, Callable[[User], Q]] = {
    "mine": lambda user: Q(state="open", assignee=user),
    "unowned": lambda user: Q(state="open", assignee=None),
    "urgent": lambda user: ~Q(urgency="") & Q(beside(Q(state="open"))),  # by the index of the few that are urgent
    "late": lambda user: Q(state="open", due_at__lt=timezone.now()),
    "waiting": lambda user: Q(state="waiting"),
    "snoozed": lambda user: Q(state="snoozed"),
    "closed": lambda user: Q(state="closed"),
    "all": lambda user: Q(),
}


def is_view(view: str) -> bool:
    return view in VIEWS or bool(view.startswith("team:") and view.removeprefix("team:"))


def first_view(visible: Conversations, user: User) -> str:
    """Where there is something to do: what is mine, else what nobody has, else what is late in any team."""
    if not may(user, "answer"):
        return "all"
    steps = ("mine", "unowned", "late") if may(user, "direct") else ("mine", "unowned")
    return next((view for view in steps if in_view(visible, user, view).exists()), "mine")


def in_view(visible: Conversations, user: User, view: str) -> Conversations:
    """Those of `visible` (what this person may see) that stand in this view of theirs."""
    if view.startswith("team:"):
        return visible.filter(state="open", team__slug=view.removeprefix("team:"))
    return visible.filter(VIEWS[view](user))


def teams_of(user: User) -> list[Team]:
    """The teams whose conversations this person sees."""
    teams = Team.objects.filter(closed_at=None).order_by("id")
    return list(teams if may(user, "see_all") else teams.filter(memberships__user=user))


def page(talks: Conversations, after: Mark | None = None) -> tuple[list[dict[str, Any]], Mark | None]:
    """The next conversations, the latest first, and where the page behind them begins."""
    ordered = below(talks, after).order_by("-last_at", "-id")
    rows = list(ordered.values(*COLUMNS, **NAMES)[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, None
    return rows[:PAGE], Mark(rows[PAGE - 1]["last_at"], rows[PAGE - 1]["id"])


def rows_of(talks: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The same columns for conversations that were found in another way."""
    return {row["id"]: row for row in Conversation.objects.filter(pk__in=list(talks)).values(*COLUMNS, **NAMES)}


def below(talks: Conversations, mark: Mark | None) -> Conversations:
    """Those that stand behind the mark."""
    if mark is None:
        return talks
    # The first condition says nothing new, but it is the one that the index understands.
    return talks.filter(Q(last_at__lte=mark.at) & (Q(last_at__lt=mark.at) | Q(last_at=mark.at, id__lt=mark.key)))


def newer(talks: Conversations, than: datetime) -> int:
    """In how many something was said since, up to `MOST`."""
    return talks.filter(last_at__gt=than).order_by()[:MOST].count()


def counts(visible: Conversations, user: User, views: Sequence[str]) -> dict[str, int]:
    """How many stand in each view, up to `MOST`, in one query."""
    return counted({view: in_view(visible, user, view) for view in views}, MOST)
