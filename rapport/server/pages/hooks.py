"""The address to which others bring messages, and the page from which they learn how to sign them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rapport.core.errors import SecretError
from rapport.core.types import Refused
from rapport.server.listen import actions, hooks, queries
from rapport.server.listen.models import Channel
from rapport.server.pages.listen_forms import ConnectForm
from rapport.server.pages.render import me, only, page

MAX_BYTES = 1_000_000


@csrf_exempt
@require_POST
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """No session, no cookie: who has the secret of the channel signs what they bring."""
    if (refused := _shape(request)) is not None:
        return refused
    try:
        body = request.body
    except UnreadablePostError:
        return _told(400, _("The body ended before it was whole."))
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = hooks.take(key, headers, body, timezone.now())
    response = _told(answer.status, answer.words, **answer.counts)
    if answer.wait_seconds:
        response["Retry-After"] = str(answer.wait_seconds)
    return response


def _shape(request: HttpRequest) -> HttpResponse | None:
    """What is wrong with the request before anybody has looked into it."""
    length = request.headers.get("Content-Length", "")
    if "Transfer-Encoding" in request.headers or not length.isdigit():
        return _told(411, _("Say how long the body is: Content-Length, and no Transfer-Encoding."))
    if int(length) > MAX_BYTES:
        return _told(413, _("The body may have a million bytes. Send the events in several deliveries."))
    kind = (request.content_type or "").lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return _told(415, _("The body has to be JSON, and Content-Type has to say so."))
    return None


def _told(status: int, words: str, **counts: int) -> JsonResponse:
    return JsonResponse({"words": words, **counts}, status=status)


# -- for those who connect it ------------------------------------------------------------------------------------------


def address(channel: Channel) -> str:
    """Where messages for this channel are to be brought."""
    return settings.SITE_URL + reverse("hook", args=[channel.external_id])


def has_secret(channel: Channel) -> bool:
    try:
        return bool(channel.secrets.get("secret"))
    except SecretError:  # the key is gone, and with it the secret
        return False


def _pushed(key: int) -> Channel:
    row = get_object_or_404(Channel, pk=key)
    found = queries.connector(row.connector)
    if found is None or not found.receives:
        raise Http404
    return row


@require_POST
@only("listen")
def new_secret(request: HttpRequest, key: int) -> HttpResponse:
    """The secret stands on this page and on no other: whoever asks for the page again makes another one."""
    row = _pushed(key)
    made = actions.new_secret(row, actor=me(request))
    if isinstance(made, Refused):
        messages.error(request, made.reason)
        return redirect("channel", key=key)
    context = {"channel": row, "address": address(row), "secret": made}
    return page(request, "listen", "listen/secret.html", context)


@only("listen")
def mapping(request: HttpRequest, key: int) -> HttpResponse:
    """What stands where in what is brought, tried on an example before it is saved."""
    row = _pushed(key)
    found = queries.connector(row.connector)
    fields = found.fields if found else ()
    form = ConnectForm(request.POST or None, fields=fields, known=row.config, example=True)
    trial = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "try":
            trial = queries.tried(row.connector, form.answers(), form.example())
        else:
            done = actions.change_answers(row, form.answers(), actor=me(request))
            if not isinstance(done, Refused):
                messages.success(request, _("Saved. It holds for what is brought from now on."))
                return redirect("channel", key=key)
            form.add_error(None, done.reason)
    context = {"channel": row, "form": form, "trial": trial}
    return page(request, "listen", "listen/mapping.html", context, status=422 if form.errors else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("hooks/<str:key>/", hook, name="hook"),
    path("hooks/<str:key>", hook, name="hook_without_slash"),  # some senders take it off; a redirect loses the body
    path("listen/channels/<int:key>/secret/", new_secret, name="new_secret"),
    path("listen/channels/<int:key>/mapping/", mapping, name="mapping"),
]
