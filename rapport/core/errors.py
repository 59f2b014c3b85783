"""Every error that Rapport raises on purpose.

    RapportError
    ├── QueryError          a query or an ownership rule cannot be read; knows the character
    │   └── RulesError      the same, and knows the line
    ├── NumberError         a number makes no sense where it was given; knows the argument and the place in it
    ├── SettingError        a setting makes no sense; refused at start
    ├── FlowError           a step was asked for that the map does not allow
    ├── ConnectorError      an outside system did not do what we asked; knows whether trying again can help
    │   ├── NeedsSignIn     the platform no longer accepts our credentials
    │   ├── RateLimited     the platform asked us to wait
    │   ├── OutcomeUnknown  we cannot tell whether the platform did it; never repeat blindly
    │   └── BlockedAddress  the address is not one that we may reach
    ├── SecretError         a stored secret cannot be read with the key we have
    ├── RecordError         the audit record does not verify
    ├── ArchiveError        the archive cannot be read or written, or is not the one that the database knows
    ├── ReaderError         a reader that was asked for cannot be had: a file, a package or an agreement is missing
    └── ChartError          a chart could not be drawn; the numbers are still there, as a table

Expected refusals are not errors: see `Refused` and `NotEnough` in `rapport.core.types`.
"""

from __future__ import annotations


class RapportError(Exception):
    """The root: catch this to catch everything that Rapport raises on purpose."""


class QueryError(RapportError):
    """A query that cannot be read.

    `position` counts characters from 0 and points at the first one that is wrong (or just behind the end).
    """

    def __init__(self, message: str, *, position: int, text: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.text = text


class RulesError(QueryError):
    """An ownership rule that cannot be read. `line` counts from 1, `position` from the start of that line."""

    def __init__(self, message: str, *, line: int, position: int = 0, text: str = "") -> None:
        super().__init__(message, position=position, text=text)
        self.line = line

    def __str__(self) -> str:
        return f"line {self.line}, character {self.position + 1}: {self.message}"


class NumberError(RapportError, ValueError):
    """A number that makes no sense where it was given: none at all, endless, or outside of what the argument may be.

    `argument` is its name, `place` the index of the first such number, empty when the argument is a single one.
    """

    def __init__(self, message: str, *, argument: str = "", place: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.argument = argument
        self.place = place


class SettingError(RapportError):
    """A setting makes no sense."""


class FlowError(RapportError):
    """A row cannot go from the state it is in to the state that was asked for."""


class ConnectorError(RapportError):
    """An outside system did not do what we asked.

    `permanent`: trying the same again cannot help. `retry_after`: seconds to wait before trying again, when known.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class NeedsSignIn(ConnectorError):
    """The platform no longer accepts our credentials; a person has to sign in again. Nothing is lost meanwhile."""


class RateLimited(ConnectorError):
    """The platform asked us to wait."""


class OutcomeUnknown(ConnectorError):
    """The request left us and no answer came back. Only asking the platform can tell; see `find_sent`."""


class BlockedAddress(ConnectorError):
    """The address (or what its name resolves to) is private, and nobody allowed it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class SecretError(RapportError):
    """A stored secret cannot be read with the keys in RAPPORT_HOME."""


class RecordError(RapportError):
    """The audit record does not verify. `sequence` is the number of the first entry that is wrong."""

    def __init__(self, message: str, *, sequence: int) -> None:
        super().__init__(message)
        self.sequence = sequence


class ArchiveError(RapportError):
    """The archive cannot be read or written, or it is not the one that the database knows."""


class ReaderError(RapportError):
    """A reader that somebody asked for cannot be had. The message says what to do."""


class ChartError(RapportError):
    """A chart could not be drawn. What it shows is in the table beside it."""
