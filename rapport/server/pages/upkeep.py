"""How often messages of what age are looked at again, and after how long their text goes: read by all, set by few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.types import Refused
from rapport.server.listen import upkeep
from rapport.server.listen.models import RECHECK, Channel
from rapport.server.pages.asking import number
from rapport.server.pages.render import me, only
from rapport.server.pages.tags import amount

MOST = 5


@dataclass(frozen=True, slots=True)
class Tier:
    """One line: messages younger than so many days, every so many minutes."""

    days: int
    minutes: int
    words: str


def context(channel: Channel) -> Mapping[str, Any]:
    """What the part of the channel's page needs: see `listen/_upkeep.html`."""
    found = upkeep.upkeep_of(channel)
    again = channel.cursors.filter(source=RECHECK).exists()
    tiers = [_tier(days, every) for days, every in found.look_again] if again else []
    return {"tiers": tiers, "max_age": found.max_age_days}


def _tier(days: float, every: float) -> Tier:
    age = ngettext("Younger than %(n)d day", "Younger than %(n)d days", int(days)) % {"n": days}
    often = _("every minute") if every == 60 else _("every day") if every == 86_400 else ""
    words = f"{age}: {often or _('every %(every)s') % {'every': amount(every)}}"
    return Tier(int(days), round(every / 60), words)


@require_POST
@only("administer")
def set_upkeep(request: HttpRequest, key: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=key)
    age = request.POST.get("max_age", "").strip()
    try:
        tiers, days = list(_asked(request)), int(age) if age else None
    except ValueError:
        messages.error(request, _("Write whole numbers; leave a line empty that you do not need."))
        return redirect("channel", key=key)
    done = upkeep.set_upkeep(channel, look_again=tiers, max_age_days=days, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        messages.success(request, _("It is looked at again like that from now on."))
    return redirect("channel", key=key)


def _asked(request: HttpRequest) -> Iterator[tuple[float, float]]:
    """The lines that were filled in. Raises ValueError for one that is no number, or only half of a line."""
    for days, minutes in list(zip(request.POST.getlist("days"), request.POST.getlist("minutes")))[:MOST]:
        if not days.strip() and not minutes.strip():
            continue
        age, every = number(days.strip()), number(minutes.strip())
        if age is None or every is None:
            raise ValueError(days)
        yield age, every * 60


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/channels/<int:key>/upkeep/", set_upkeep, name="set_upkeep"),
]
