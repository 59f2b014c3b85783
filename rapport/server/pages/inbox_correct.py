"""The form below a message with which one says how it should have been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from rapport.core.understand.kind import KINDS, OTHER
from rapport.server.listen.models import Message
from rapport.server.organise.models import User
from rapport.server.pages.text import KINDS as KIND_WORDS
from rapport.server.understand.corrections import READERS, TONES, UNKNOWN, Corrected, said_of
from rapport.server.understand.models import Reading

READER_WORDS = {
    "tone": gettext_lazy("tone"),
    "kind": gettext_lazy("kind"),
    "language": gettext_lazy("language"),
}
TONE_WORDS = {
    "negative": pgettext_lazy("tone", "Negative"),
    "neutral": pgettext_lazy("tone", "Neutral"),
    "positive": pgettext_lazy("tone", "Positive"),
}
NEAR = ("en", "de", "fr", "es", "it", "pt", "ar", "hi")
"""Languages that are one press away; those that the reader was tested on. The others stand in a list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One button: what is sent when it is pressed, and whether that is what counts now."""

    value: str
    words: str
    here: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One reader: its choices, who said what counts now, and whether I did."""

    reader: str
    title: str
    choices: Sequence[Choice]
    by: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Correcting:
    """See `inbox/_correct.html`."""

    action: str
    back: str
    lines: Sequence[Line]
    languages: Sequence[tuple[str, str]]


def correctable(row: Message) -> bool:
    return not (row.ours or row.removed_at or row.state == "heard") and getattr(row, "reading", None) is not None


def correcting(reading: Reading, corrected: Corrected, user: User, *, action: str, back: str) -> Correcting:
    shown = said_of(reading, corrected)
    near = dict.fromkeys([shown.language, reading.language, *NEAR, UNKNOWN])
    choices = {
        "tone": [Choice(tone, str(TONE_WORDS[tone]), tone == shown.tone) for tone in TONES],
        "kind": [_kind(one, shown.kinds) for one in KINDS],
        "language": [Choice(code, language_words(code), code == shown.language) for code in near],
    }
    titles = {"tone": _("Tone"), "kind": _("Kind"), "language": _("Language")}
    lines = []
    for reader in READERS:
        by = corrected[reader].by if reader in corrected else None
        lines.append(Line(reader, titles[reader], choices[reader], by.name if by else "", mine=by == user))
    return Correcting(action, back, lines, sorted(_languages(near), key=lambda pair: pair[1].casefold()))


def _kind(one: str, now: Sequence[str]) -> Choice:
    """A press puts a kind to the others or takes it away. "Other" is what remains, and takes all of them away."""
    others = [] if one == OTHER else [kind for kind in now if kind not in (one, OTHER)]
    value = others if one in now else [*others, one]
    return Choice(",".join(value) or OTHER, str(KIND_WORDS[one]), one in now)


def _languages(near: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, language_words(code)) for code in LANG_INFO if len(code) < 4 and code not in set(near)]


def language_words(code: str) -> str:
    if code == UNKNOWN:
        return _("unknown")
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def corrected_by(corrected: Corrected) -> str:
    """ "tone, kind corrected by Ben": by whom what is shown was said."""
    by: dict[str, list[str]] = {}
    for reader in READERS:
        if reader in corrected:
            by.setdefault(corrected[reader].by.name, []).append(str(READER_WORDS[reader]))
    words = [_("%(what)s corrected by %(who)s") % {"what": ", ".join(what), "who": who} for who, what in by.items()]
    return "; ".join(words)


def value_words(reader: str, value: str) -> str:
    """What a reader or a person said, for people."""
    names: Mapping[str, object] = TONE_WORDS if reader == "tone" else KIND_WORDS
    if reader == "language":
        return language_words(value)
    return ", ".join(str(names.get(one, one)) for one in value.split(","))
