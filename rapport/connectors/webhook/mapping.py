"""Which part of an event is what, written as data: `id=data.comment.id, text=data.comment.body`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapport.connectors.values import clean
from rapport.core.errors import ConnectorError

FIELDS = (
    *("id", "text", "html", "author", "name", "handle", "author_url", "time", "edited", "url", "thread", "parent"),
    *("language", "addressed", "deleted"),
)
EVENTS = "events"
CONDITIONS = ("addressed", "deleted")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the names and numbers that lead to it. `wanted`: it is meant where this is found."""

    steps: tuple[str, ...]
    wanted: tuple[str, ...] = ()

    @classmethod
    def read(cls, written: str, *, condition: bool = False) -> Place:
        """Names with dots between them, or a JSON pointer, which begins with a slash.

        >>> Place.read("data.items.0.id").steps == Place.read("/data/items/0/id").steps
        True
        >>> Place.read("action:deleted|removed", condition=True)
        Place(steps=('action',), wanted=('deleted', 'removed'))
        """
        path, _, values = written.partition(":") if condition else (written, "", "")
        wanted = tuple(value.strip() for value in values.split("|") if value.strip())
        if path.startswith("/"):
            return cls(tuple(step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")), wanted)
        return cls(tuple(path.split(".")), wanted)

    def value(self, event: Any) -> Any:
        """What stands there, or None."""
        for step in self.steps:
            if isinstance(event, dict):
                event = event.get(step)
            elif isinstance(event, list) and step.isascii() and step.isdigit() and len(step) < 6:
                event = event[int(step)] if int(step) < len(event) else None
            else:
                return None
        return event

    def text(self, event: Any) -> str:
        return as_text(self.value(event))

    def holds(self, event: Any, *, otherwise: bool) -> bool:
        """Whether it is so; `otherwise` where nothing stands there."""
        value = self.value(event)
        if self.wanted:
            return as_text(value) in self.wanted
        return otherwise if value is None else value not in (False, 0, "", "false", "0", "no")

    def around(self, event: Any) -> Any:
        """An event as it would stand in a delivery of its own, so that it can be read again."""
        for step in reversed(self.steps):
            event = {step: event}
        return event


def as_text(value: Any) -> str:
    """
    >>> as_text(7), as_text(True), as_text(None), as_text({"a": 1})
    ('7', 'true', '', '')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return clean(str(value)) if isinstance(value, str | int | float) else ""


def read_mapping(written: str) -> dict[str, Place]:
    """Fields that are not named stand under their own name.

    >>> read_mapping("text=body, author=user.id")["author"]
    Place(steps=('user', 'id'), wanted=())
    """
    pairs = [pair.partition("=") for pair in written.split(",") if pair.strip()]
    named = {name.strip(): place.strip() for name, _, place in pairs}
    known = (EVENTS, *FIELDS)
    if unknown := sorted(set(named) - set(known)):
        raise ConnectorError(f"An event has no {', '.join(unknown)}; it has: {', '.join(known)}.", permanent=True)
    if empty := sorted(name for name, place in named.items() if not place):
        raise ConnectorError(f"It is not said where {', '.join(empty)} stands.", permanent=True)
    places: Mapping[str, str] = {name: name for name in FIELDS} | named
    return {name: Place.read(place, condition=name in CONDITIONS) for name, place in places.items()}
