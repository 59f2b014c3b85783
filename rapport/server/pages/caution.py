"""The standing caution of a channel: what not to post there, and where to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rapport.core.types import Refused
from rapport.server.listen import caution
from rapport.server.listen.models import Channel
from rapport.server.pages.asking import number
from rapport.server.pages.render import me, only


def context(channel: Channel) -> Mapping[str, Any]:
    """What the part of the channel's page needs: see `listen/_caution.html`."""
    others = Channel.objects.exclude(state="closed").exclude(handle="").exclude(pk=channel.pk)
    return {"cautions": caution.standing(channel), "others": list(others)}


@require_POST
@only("listen")
def approve_caution(request: HttpRequest, key: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=key)
    asked = request.POST
    done = caution.approve(channel, language=asked.get("language", ""), text=asked.get("text", ""), actor=me(request))
    return _told(request, done, _("Approved. These words are offered from now on."), key)


@require_POST
@only("listen")
def set_private(request: HttpRequest, key: int) -> HttpResponse:
    channel, chosen = get_object_or_404(Channel, pk=key), number(request.POST.get("private", ""))
    other = get_object_or_404(Channel, pk=chosen) if chosen is not None else None
    done = caution.set_private(channel, other, actor=me(request))
    return _told(request, done, _("The private channel is chosen."), key)


def _told(request: HttpRequest, done: object, words: str, key: int) -> HttpResponse:
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        messages.success(request, words)
    return redirect("channel", key=key)


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/channels/<int:key>/caution/", approve_caution, name="approve_caution"),
    path("listen/channels/<int:key>/private/", set_private, name="set_private"),
]
