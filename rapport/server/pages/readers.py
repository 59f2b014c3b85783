"""The readers: which version reads now, what people said of its readings, and its card."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.core.types import NotEnough
from rapport.core.understand.kind import KINDS
from rapport.server.measure.readers import LATELY, Lately, Part, lately, noise_lately, versions
from rapport.server.organise.abilities import may
from rapport.server.pages.cards import card
from rapport.server.pages.figures import between, lacking, percent
from rapport.server.pages.heads import own_reader
from rapport.server.pages.inbox_correct import language_words, value_words
from rapport.server.pages.render import me, page
from rapport.server.pages.settings import Echo, defused, tabs
from rapport.server.route.correcting import visible_corrections
from rapport.server.templatetags.rapport import number
from rapport.server.understand.corrections import READERS, TONES, is_of, version_of

NAMES = {
    "tone": gettext_lazy("Tone"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "private": gettext_lazy("Private data"),
    "spam": gettext_lazy("Spam"),
    "urgency": gettext_lazy("Urgency"),
    "noise": gettext_lazy("Noise"),
}
DOES = {
    "tone": gettext_lazy("Says how a message sounds: how likely it is negative, neutral or positive."),
    "kind": gettext_lazy(
        "Says what a message is about: a question, a complaint, praise and seven more, by lists of cues."
    ),
    "language": gettext_lazy("Says in which language a message is written, or that it is unsure."),
    "private": gettext_lazy("Finds card numbers, telephone numbers, addresses and the like, which are masked."),
    "spam": gettext_lazy("Says how likely a text is spam, and by which signs. It is corrected as a kind."),
    "urgency": gettext_lazy(
        "Says whether a message should be looked at now, soon or in its turn, and why; in “rapport read” only."
    ),
    "noise": gettext_lazy("Sets campaigns of one text, machines and spam aside, each with its reason."),
}
WHY = {
    "campaign": gettext_lazy("campaign"),
    "repetition": gettext_lazy("repetition"),
    "machine": gettext_lazy("machine"),
    "spam": gettext_lazy("spam"),
}
CLASSES = 10
ORDER = (*TONES, *KINDS)
OTHERS = "…"


@dataclass(frozen=True, slots=True)
class Confusion:
    """A table: rows by what people say, columns by what the reader said."""

    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[str, bool]]]]


def readers(request: HttpRequest) -> HttpResponse:
    using = versions()
    rows = [
        {"key": key, "name": name, "does": DOES[key], "version": _version(using, key)} for key, name in NAMES.items()
    ]
    return _page(request, "readers", {"readers": rows, "read": bool(using)})


def reader(request: HttpRequest, reader: str) -> HttpResponse:
    if reader not in NAMES:
        raise Http404
    context: dict[str, Any] = {
        "key": reader,
        "name": NAMES[reader],
        "does": DOES[reader],
        "reader_version": _version(versions(), reader),
        "days": LATELY.days,
        "card": card(reader),
        "may_label": reader == "tone" and may(request.user, "answer"),
    }
    if reader == "tone":
        context["own"] = own_reader(me(request), timezone.now())
    if reader in READERS:
        context |= _corrected(reader, lately(me(request), reader, timezone.now()))
    elif reader == "noise" and may(request.user, "listen"):
        context["noise"] = _noise()
    return _page(request, "reader", context)


def _version(using: str, reader: str) -> str:
    """The version of this reader that made the newest reading; empty when it had no part in it."""
    return found if is_of(found := version_of(using, reader), reader) else ""


def _page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    shared = {"tabs": tabs(me(request), "settings_readers")}
    return page(request, "settings", f"settings/{template}.html", shared | dict(context))


# -- what people said ------------------------------------------------------------------------------------------------


def _corrected(reader: str, found: Lately | None) -> dict[str, Any]:
    if found is None:
        return {"correctable": True, "lately": None}
    of_languages = [] if reader == "language" else found.by_language
    return {
        "correctable": True,
        "lately": found,
        "at_least": _at_least(found.whole),
        "confusion": _confusion(reader, found.confusion),
        "mixed_up": [_mixed_up(reader, *one) for one in found.mixed_up()],
        "by_channel": _table(_("Channel"), found.by_channel),
        "by_language": _table(_("Language"), of_languages, language_words) if of_languages else None,
    }


def _at_least(whole: Part) -> str:
    if not whole.heard or whole.corrected > whole.heard:
        return ""
    words = _("At least %(n)s of the %(heard)s messages heard from others in this time were read wrongly.")
    return words % {"n": number(whole.corrected), "heard": number(whole.heard)}


def _mixed_up(reader: str, said: str, was: str, n: int) -> str:
    names = {"n": number(n), "said": _class(reader, said), "was": _class(reader, was)}
    return _("%(n)s × “%(was)s” where people say “%(said)s”") % names


def _class(reader: str, value: str) -> str:
    if value == OTHERS:
        return _("others")
    if value == "nothing":
        return _("nothing more")
    return value_words(reader, value)


def _confusion(reader: str, counts: Mapping[str, Mapping[str, int]]) -> Confusion:
    """The most frequent classes, and the others together."""
    total = Counter[str]()
    for said, found in counts.items():
        for was, n in found.items():
            total.update({said: n, was: n})
    names = sorted((name for name, _n in total.most_common(CLASSES)), key=_order)
    cells = Counter[tuple[str, str]]()
    for said, found in counts.items():
        for was, n in found.items():
            cells[said if said in names else OTHERS, was if was in names else OTHERS] += n
    names += [OTHERS] if len(total) > CLASSES else []
    rows = [name for name in names if any(cells[name, was] for was in names)]
    columns = [name for name in names if any(cells[said, name] for said in names)]
    return Confusion(
        [_class(reader, name) for name in columns],
        [
            (
                _class(reader, said),
                [(number(cells[said, was]) if cells[said, was] else "–", said == was) for was in columns],
            )
            for said in rows
        ],
    )


def _order(name: str) -> int:
    """Tones and kinds in their own order, behind them what has none, the most frequent first."""
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _table(label: str, parts: Sequence[Part], words: Any = str) -> dict[str, Any]:
    """For `_components/table.html`."""
    heard = any(part.heard is not None for part in parts)
    heads = [_("Corrected"), _("Confirmed"), *([_("Heard")] if heard else [])]
    rows = []
    for part in parts:
        counts = [part.corrected, part.confirmed, *([part.heard or 0] if heard else [])]
        cells = [{"value": number(n), "end": True, "label": head} for head, n in zip(heads, counts, strict=True)]
        rows.append({"cells": [{"value": words(part.name) if part.name else _("unknown")}, *cells]})
    return {"columns": [{"label": label}, *({"label": head, "end": True} for head in heads)], "rows": rows}


def _noise() -> dict[str, Any]:
    found = noise_lately(timezone.now())
    missed = []
    for brief, share in found.missed:
        words = lacking(share) if isinstance(share, NotEnough) else ""
        if not isinstance(share, NotEnough):
            told = {"share": percent(share.value), "between": between(share, percent), "n": number(share.n)}
            words = _("%(share)s, %(between)s, from %(n)s judged") % told
        missed.append((brief, words))
    return {"cleared": [(WHY.get(why, why), number(n)) for why, n in found.cleared.items()], "missed": missed}


# -- as a file -------------------------------------------------------------------------------------------------------

COLUMNS = ("message", "reader", "version", "was", "is", "who", "when")


def export(request: HttpRequest, reader: str) -> StreamingHttpResponse:
    """What everybody said of messages that this person may see, the oldest first."""
    if reader not in READERS:
        raise Http404
    rows = visible_corrections(me(request), reader).filter(revision=F("message__revision")).order_by("at", "id")
    values = rows.values_list("message", "reader", "version", "was", "said", "by__name", "at")
    response = StreamingHttpResponse(_csv(values.iterator(chunk_size=2_000)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="corrections-{reader}.csv"'
    return response


def _csv(rows: Iterator[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for *cells, at in rows:
        yield writer.writerow([*(defused(str(cell)) for cell in cells), at.isoformat()])


urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/readers/", readers, name="settings_readers"),
    path("settings/readers/<slug:reader>/", reader, name="settings_reader"),
    path("settings/readers/<slug:reader>/corrections.csv", export, name="corrections_export"),
]
