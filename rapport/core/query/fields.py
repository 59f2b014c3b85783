"""Fields: what stands before the colon in `tone:negative`, and who may ask for it.

`SEARCH_FIELDS` holds everything that a search may ask. `STANDING_FIELDS` holds what is known of a message on a stream,
before anything has read it; a standing brief refuses the rest and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["text", "cased", "word", "host", "choice", "number", "time", "flag"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the query language.

    kind      text: words and phrases inside it; cased: those with their capitals; word: the whole value, or its
              beginning with a star; host: a host, or one that it belongs to; choice: one of `choices`; number; time:
              dates and times in UTC; flag: yes or no
    standing  it is known as soon as a message arrives, so a standing brief may use it
    """

    name: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    help: str = ""
    standing: bool = False


class Fields(Mapping[str, FieldSpec]):
    """The fields that may be used in one place, and why the others may not."""

    def __init__(self, specs: Iterable[FieldSpec], refused: Mapping[str, str] | None = None) -> None:
        self._specs = {spec.name: spec for spec in specs}
        self.refused = dict(refused or {})

    def __getitem__(self, name: str) -> FieldSpec:
        return self._specs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def plus(self, *specs: FieldSpec) -> Fields:
        """These fields and more; a field of the same name is replaced.

        >>> SEARCH_FIELDS.plus(FieldSpec("campaign", "word"))["campaign"].kind
        'word'
        """
        added = {spec.name: spec for spec in specs}
        return Fields({**self._specs, **added}.values(), {k: v for k, v in self.refused.items() if k not in added})

    def without(self, *names: str, because: str) -> Fields:
        """These fields but for some, which are refused with a reason: a sentence without its full stop."""
        kept = [spec for spec in self.values() if spec.name not in names]
        return Fields(kept, {**self.refused, **{name: because for name in names if name in self}})


SEARCH_FIELDS = Fields(
    (
        FieldSpec("text", "text", help="The text of the message, which is also meant without any field", standing=True),
        FieldSpec(
            "case", "cased", help="Words of the text, with their capitals as they are written here", standing=True
        ),
        FieldSpec("author", "text", help="Name or handle of whoever wrote it", standing=True),
        FieldSpec("network", "word", help="Where it was said, for instance bluesky", standing=True),
        FieldSpec("channel", "word", help="Our account or feed through which it was heard", standing=True),
        FieldSpec("language", "word", help="Code of the language, for instance fr", standing=True),
        FieldSpec("link", "text", help="An address in the message, or a part of it such as example.com", standing=True),
        FieldSpec(
            "host", "host", help="The host of an address in the message, with all that belong to it", standing=True
        ),
        FieldSpec("site", "host", help="The host where it was said, with all that belong to it", standing=True),
        FieldSpec("hashtag", "word", help="A hashtag of the message, without the #", standing=True),
        FieldSpec("handle", "word", help="An account that the message mentions, without the @", standing=True),
        FieldSpec("tone", "choice", ("negative", "neutral", "positive"), "What the reader made of its tone"),
        FieldSpec(
            "kind",
            "choice",
            ("question", "complaint", "praise", "idea", "bug", "lead", "delivery", "job", "spam", "other"),
            "What the message is",
        ),
        FieldSpec("urgency", "choice", ("now", "soon", "normal"), "How soon it wants somebody"),
        FieldSpec("private", "flag", help="It contains private data"),
        FieldSpec("sensitive", "flag", help="It may speak of what the law protects especially, such as health"),
        FieldSpec("followers", "number", help="How many follow its author, where the network tells"),
        FieldSpec("addressed", "flag", help="It speaks to us"),
        FieldSpec("published", "time", help="When it was said"),
        FieldSpec("heard", "time", help="When it reached us"),
        FieldSpec(
            "is",
            "choice",
            ("open", "waiting", "snoozed", "closed", "answered", "late", "unowned", "noise"),
            "State of its conversation; noise: it was set aside",
        ),
        FieldSpec("team", "word", help="The team that owns its conversation"),
        FieldSpec("owner", "word", help="The person to whom its conversation is assigned"),
    )
)

STANDING_FIELDS = SEARCH_FIELDS.without(
    *(spec.name for spec in SEARCH_FIELDS.values() if not spec.standing),
    because="a standing brief decides as soon as a message arrives, before it has been read or worked on",
)
