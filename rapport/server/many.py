"""Many rows, each with values of its own, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction


def create(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """New rows with these values, which nobody wants back; `names`: all fields but the primary key.

    `bulk_create` needs a row of the model for each and spells out a statement for some hundreds of them.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join("%s" for _ in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})",  # noqa: S608  # names
            [_stored(fields, row) for row in rows],
        )


def update(model: type[models.Model], changes: Mapping[Any, Mapping[str, Any]]) -> None:
    """Set these values of the rows with these primary keys; every row names the same fields.

    `bulk_update` writes one statement with a choice for each row and value, which takes longer to make than to carry
    out; here one statement is carried out row by row, four times as fast from ten rows on.
    """
    if not changes:
        return
    names = sorted(next(iter(changes.values())))
    key: Any = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    rows = [
        [*_stored(fields, [values[name] for name in names]), key.get_db_prep_save(pk, connection)]
        for pk, values in changes.items()
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {quote(key.column)} = %s",  # noqa: S608  # names
            rows,
        )


def _stored(fields: Iterable[Any], values: Iterable[Any]) -> list[Any]:
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)]
