"""Any question: a query that nobody follows, asked of the closed days, as a page like that of a line.

Counts alone can give away what was said, so this is for those who may see every conversation.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.core.errors import ArchiveError
from rapport.server.listen.models import Channel
from rapport.server.measure.asked import FIELDS, Answer, ask
from rapport.server.measure.models import Line
from rapport.server.measure.whereabouts import value
from rapport.server.organise.abilities import may
from rapport.server.pages import asking
from rapport.server.pages.course import WIDTHS, Asked, facts, switches
from rapport.server.pages.course_chart import Drawing
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.course_words import NAMES, PARTED, PEOPLES, labels_of, sentence, within, written
from rapport.server.pages.framed import Framed, framed, sent
from rapport.server.pages.render import only
from rapport.server.templatetags.rapport import number

log = logging.getLogger(__name__)

EXAMPLES = ("late OR delay*", "price -fuel", '"ticket office"', "kind:complaint channel:bluesky")


@only("see_all")
def question(request: HttpRequest) -> HttpResponse:
    typed = asking.Asked.read(request.GET.get("q", ""), FIELDS)
    asked = replace(Asked.read(request, Line(name=typed.text)), text=typed.text, known=None)
    asked = replace(asked, of=asked.of or "net")
    answer, unread = _asked(typed, asked)
    if answer and answer.drawn < 1:
        asked = replace(asked, people=False)  # of a draw of messages nobody can tell how many people speak
    context = {
        "page_class": "page--wide",
        "typed": typed,
        "fields": asking.completions(FIELDS, channel=list(Channel.objects.values_list("name", flat=True))),
        "examples": [(text, f"?{urlencode({'q': text})}") for text in EXAMPLES],
        "answer": answer,
        "archive_unreadable": unread,
        "may_audit": may(request.user, "audit"),
        "may_listen": may(request.user, "listen"),
        **(_told(request, asked, answer) if answer else {}),
    }
    return tabbed(
        request, "course", "course/question.html", context, status=422 if typed.mistake else 503 if unread else 200
    )


def _asked(typed: asking.Asked, asked: Asked) -> tuple[Answer | None, bool]:
    """What was found, and whether the archive could not be read."""
    if not typed.query:
        return None, False
    try:
        return ask(typed.text, timezone.now(), weeks=asked.weeks), False
    except ArchiveError:
        log.exception("A question could not be answered.")
        return None, True


def _told(request: HttpRequest, asked: Asked, answer: Answer) -> dict[str, object]:
    counted = any(row.messages for row in answer.found.weeks) or answer.whole.messages > 0
    return {
        "chart": _chart(request, asked, answer) if counted else None,
        "words": sentence(answer.found, asked.of, people=asked.people).now,
        "whole": _whole(answer, asked),
        "matched": _matched(answer),
        "looked": _looked(answer),
        "switches": [one for one in switches(asked) if answer.drawn == 1 or one[0] != _("Counted")],
        "beside": PARTED if asked.parted else "",
        "facts": facts(answer.whole, asked.of, people=asked.people),
        "follow_url": f"{reverse('new_brief')}?{urlencode({'query': asked.text})}",
    }


def _whole(answer: Answer, asked: Asked) -> str:
    """The number over all weeks that are shown; empty where there are not enough labels even so."""
    found = value(answer.whole, asked.of, people=asked.people)
    if found is None:
        return ""
    words = written(asked.of)
    days = (answer.whole.end - answer.whole.start).days + 1
    n = labels_of(answer.whole, people=asked.people)
    labels = ngettext("%(n)s label", "%(n)s labels", n) % {"n": number(n)}
    return _("%(name)s %(value)s (%(between)s) over all %(days)s days, %(labels)s.") % {
        "name": (PEOPLES if asked.people else NAMES)[asked.of],
        "value": words(found[0]),
        "between": within(found, words),
        "days": number(days),
        "labels": labels,
    }


def _matched(answer: Answer) -> str:
    said, (count, low, high) = number(answer.messages), answer.matched
    if low == high:
        return _("%(n)s of %(all)s messages match.") % {"n": number(round(count)), "all": said}
    return _("About %(n)s of %(all)s messages match (between %(low)s and %(high)s).") % {
        "n": number(round(count)),
        "all": said,
        "low": number(round(low)),
        "high": number(round(high)),
    }


def _looked(answer: Answer) -> str:
    told = []
    if answer.drawn < 1:
        words = _("One message in %(n)s was looked through, drawn by chance; the intervals allow for it.")
        told.append(words % {"n": number(round(1 / answer.drawn))})
    if answer.weeks > 1:
        words = _("Single weeks have too few labels, so %(n)s weeks are taken together.")
        told.append(words % {"n": number(answer.weeks)})
    return " ".join(told)


def _chart(request: HttpRequest, asked: Asked, answer: Answer) -> Framed:
    figure = _drawing(asked, answer).figure()

    def url(form: str, **more: object) -> str:
        return f"{reverse('question_figure', args=[form])}?{asked.carried(**more)}"

    method = {
        "line": answer.found.line,
        "of": asked.of,
        "figure": answer.whole,
        "drawn": answer.drawn if answer.drawn < 1 else None,
        "question": True,
        "parted": asked.parted,
        "messages_url": f"{reverse('search')}?{urlencode({'q': figure.query})}",
    }
    return framed(request, figure, url, render_to_string("course/_method_line.html", method), widths=WIDTHS)


def _drawing(asked: Asked, answer: Answer) -> Drawing:
    days = f"published:{answer.whole.start}..{answer.whole.end}"
    return Drawing(answer.found, asked.of, asked.people, asked.parted, f"{days} ({asked.text})", answer.weeks)


@only("see_all")
def question_figure(request: HttpRequest, form: str) -> HttpResponse:
    typed = asking.Asked.read(request.GET.get("q", ""), FIELDS)
    asked = replace(Asked.read(request, Line(name=typed.text)), text=typed.text, known=None)
    answer, unread = _asked(typed, asked)
    if unread:
        return HttpResponse(_("The archive cannot be read just now."), content_type="text/plain", status=503)
    if answer is None:
        raise Http404
    asked = replace(asked, people=asked.people and answer.drawn == 1)
    return sent(request, _drawing(replace(asked, of=asked.of or "net"), answer).figure(), form, widths=WIDTHS)


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/question/", question, name="question"),
    path("course/question.<slug:form>", question_figure, name="question_figure"),
]
