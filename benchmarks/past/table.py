"""Rows of a model, written in bulk as the product would write them one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np


class Table:
    """Inserts rows of a model: some columns vary, the rest have a value given here or the model's own default."""

    def __init__(self, database: sqlite3.Connection, model: Any, *varying: str, **fixed: Any) -> None:
        fields = model._meta.concrete_fields
        names = {field.attname for field in fields}
        assert names >= {*varying, *fixed}, {*varying, *fixed} - names
        rest = [field for field in fields if field.attname not in varying and not field.primary_key]
        values = [fixed.get(field.attname, field.get_default()) for field in rest]
        columns = {field.attname: field.column for field in fields}
        into = ", ".join([columns[name] for name in varying] + [field.column for field in rest])
        what = ", ".join(["?"] * len(varying) + [_literal(field, value) for field, value in zip(rest, values)])
        self._statement = f"INSERT INTO {model._meta.db_table} ({into}) VALUES ({what})"  # noqa: S608  # names of ours
        self._database = database

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        self._database.executemany(self._statement, rows)


def _literal(field: Any, value: Any) -> str:
    from django.db import connection

    prepared = field.get_db_prep_save(value, connection)
    match prepared:
        case None:
            return "NULL"
        case bool() | int() | float():
            return repr(prepared + 0)
        case bytes() | memoryview():
            return f"x'{bytes(prepared).hex()}'"
        case _:
            return "'" + str(prepared).replace("'", "''") + "'"


def written(microseconds: np.ndarray) -> list[str]:
    """Times as Django writes them into SQLite."""
    found = np.datetime_as_string(microseconds.astype("datetime64[us]"))
    return [text.replace("T", " ") for text in found.tolist()]


def when(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(microseconds))


def as_text(at: datetime | None) -> str | None:
    return None if at is None else str(at.replace(tzinfo=None))
