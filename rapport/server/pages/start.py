"""The first run: whoever holds the token from the console sets Rapport up, or looks at the sample."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rapport.server.listen.models import Message
from rapport.server.organise import actions
from rapport.server.organise.models import Role, User
from rapport.server.organise.sign_in import LOOPBACK
from rapport.server.pages.start_forms import FoundingForm
from rapport.server.prepare import sample_password, token_is_right

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SAMPLE_MESSAGES = 9_000  # about so many there are; only how far the bar has come depends on it


def start(request: HttpRequest) -> HttpResponse:
    token = request.POST.get("token", request.GET.get("token", ""))
    if not actions.is_empty():
        return redirect("start_loading" if "loading_sample" in request.session else "account_login")
    if not token_is_right(token):
        return render(request, "start/token.html", {"wrong": bool(token)}, status=403 if token else 200)
    form = FoundingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        user = actions.found(
            name=told["organisation"],
            time_zone=told["time_zone"],
            admin_name=told["name"],
            email=told["email"],
            password=told["password"],
        )
        if isinstance(user, User):
            login(request, user, backend=BACKEND)
            return redirect("start_next")
        form.add_error(None, user.reason)
    return render(request, "start/start.html", {"form": form, "token": token, "local": _is_local(request)})


def following(request: HttpRequest) -> HttpResponse:
    """Set up; now something has to be heard."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return render(request, "start/next.html")


def _is_local(request: HttpRequest) -> bool:
    return request.META.get("REMOTE_ADDR") in LOOPBACK


# -- the sample ------------------------------------------------------------------------------------------------------


@dataclass
class Loader:
    """The process that loads the sample. It is apart, for reading thousands of messages must not swell the web part."""

    process: subprocess.Popen[str] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        with self.lock:
            if self.process is None or self.process.poll() is not None:
                log = (settings.HOME.folder("logs") / "sample.log").open("w")
                command = [sys.executable, "-m", "rapport.cli", "sample"]
                self.process = subprocess.Popen(command, stdout=log, stderr=log, text=True, start_new_session=True)
                log.close()

    def trouble(self) -> str:
        """Why it ended without a sample, or nothing."""
        if self.process is None or not self.process.poll():
            return ""
        lines = (settings.HOME.folder("logs") / "sample.log").read_text().strip().splitlines()
        return lines[-1] if lines else _("The process ended with %(code)s.") % {"code": self.process.returncode}


loader = Loader()


@require_POST
def load_sample(request: HttpRequest) -> HttpResponse:
    if not token_is_right(request.POST.get("token", "")):
        return redirect("start")
    request.session["loading_sample"] = True
    loader.begin()
    return redirect("start_loading")


def loading(request: HttpRequest) -> HttpResponse:
    """How far it is; at the end how to sign in, for the browser that began it and on this machine only."""
    if "loading_sample" not in request.session:
        return redirect("start")
    found = actions.organisation()
    context: dict[str, object] = {"trouble": loader.trouble()}
    if found and found.sample:
        boss = User.objects.filter(role=Role.ADMINISTRATOR, local_only=True).order_by("id").first()
        context |= {"boss": boss, "password": sample_password() if _is_local(request) else "", "name": found.name}
    elif not context["trouble"]:
        heard = Message.objects.count()
        routed = Message.objects.filter(state__in=("routed", "kept")).count()
        context |= {
            "done": min(heard + routed, 2 * SAMPLE_MESSAGES - 1),
            "total": 2 * SAMPLE_MESSAGES,
            "words": _("%(heard)s messages heard, %(read)s read and given to their teams")
            % {"heard": heard, "read": routed},
            "poll_url": reverse("start_loading"),
        }
    part = "_loading" if request.headers.get("HX-Request") else "loading"
    return render(request, f"start/{part}.html", context)


urlpatterns: list[URLPattern | URLResolver] = [
    path("start/", start, name="start"),
    path("start/next/", following, name="start_next"),
    path("start/sample/", load_sample, name="start_sample"),
    path("start/loading/", loading, name="start_loading"),
]
