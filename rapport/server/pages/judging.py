"""How much of a brief is noise: one match of a random draw after the other, and the share so far."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rapport.core.types import NotEnough, Refused
from rapport.server.listen.models import Brief
from rapport.server.pages.excerpt import excerpt
from rapport.server.pages.figures import between, percent
from rapport.server.pages.render import me, only, page
from rapport.server.understand import judging
from rapport.server.understand.models import BriefSample, SampledMatch


@only("listen")
def judge_brief(request: HttpRequest, key: int) -> HttpResponse:
    brief = get_object_or_404(Brief, pk=key)
    sample = brief.samples.first()
    drawn = judging.next_of(sample) if sample else None
    context = {
        "brief": brief,
        "sample": sample,
        "drawn": drawn,
        "parts": excerpt(drawn.message) if drawn else [],
        "said": _said(sample) if sample else "",
        "may_listen": True,
    }
    return page(request, "listen", "listen/judge.html", context)


def _said(sample: BriefSample) -> str:
    """ "About 30 % is noise, between 21 % and 41 %", or how many more it takes."""
    found = judging.noise_share(sample)
    if isinstance(found, NotEnough):
        words = _("%(have)d judged so far; from %(need)d on the share of noise stands here.")
        return words % {"have": found.have, "need": found.need}
    words = _("About %(share)s of its %(of)d matches is noise: %(between)s, from %(n)d judged.")
    told = {"share": percent(found.value), "of": sample.matches, "between": between(found, percent), "n": found.n}
    unclear = sample.drawn.filter(verdict="unclear").count()
    return words % told + (" " + _("Of %(n)d nobody could tell.") % {"n": unclear} if unclear else "")


@require_POST
@only("listen")
def draw_sample(request: HttpRequest, key: int) -> HttpResponse:
    done = judging.draw(get_object_or_404(Brief, pk=key), actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    return redirect("judge_brief", key=key)


@require_POST
@only("listen")
def judge_match(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(SampledMatch.objects.select_related("sample"), pk=key)
    done = judging.judge(row, request.POST.get("verdict", ""), actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    return redirect("judge_brief", key=row.sample.brief_id)


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/briefs/<int:key>/noise/", judge_brief, name="judge_brief"),
    path("listen/briefs/<int:key>/noise/draw/", draw_sample, name="draw_sample"),
    path("listen/briefs/judge/<int:key>/", judge_match, name="judge_match"),
]
