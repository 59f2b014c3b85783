"""A new database is made in one step: it comes out like one that took all the steps that this stands for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

pytestmark = pytest.mark.once

ALL = {name: step for (app, name), step in MigrationLoader(None).disk_migrations.items() if app == "rapport"}
SQUASHED = next(step for step in ALL.values() if step.replaces)
AT_ONCE = [step for name, step in sorted(ALL.items()) if ("rapport", name) not in SQUASHED.replaces]
ONE_BY_ONE = [step for _, step in sorted(ALL.items()) if step is not SQUASHED]


def described(model: ModelState) -> dict[str, Any]:
    """All that a step can say about a model; in which order it came to be is nothing that anybody asks about."""
    fields = {f"field {name}": field.deconstruct()[1:] for name, field in model.fields.items()}
    named = {f"{kind} {one.name}": one for kind in ("indexes", "constraints") for one in model.options.get(kind, ())}
    options = {name: value for name, value in model.options.items() if name not in ("indexes", "constraints")}
    return {**fields, **named, **options, "bases": model.bases, "managers": model.managers}


def models(steps: list[Migration]) -> dict[str, dict[str, Any]]:
    state = ProjectState()
    for step in steps:
        state = step.mutate_state(state, preserve=False)
    return {name: described(model) for (_, name), model in state.models.items()}


def parts(statement: str) -> Iterator[str]:
    """What stands between the outer commas: columns come in the order in which they were thought of."""
    depth, part = 0, ""
    for sign in statement.partition("(")[2].rpartition(")")[0]:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            yield part.strip()
            part = ""
        else:
            part += sign
    yield part.strip()


def schema(made: BaseDatabaseWrapper) -> dict[tuple[str, str], Any]:
    """Tables, indexes, triggers and views as SQLite itself keeps them."""
    with made.cursor() as cursor:
        cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE tbl_name LIKE 'rapport%' AND sql IS NOT NULL")
        found = cursor.fetchall()
    return {(kind, name): sorted(parts(sql)) if kind == "table" else sql for kind, name, sql in found}


def rows(made: BaseDatabaseWrapper) -> dict[str, list[dict[str, Any]]]:
    """What stands in the tables before anybody has done anything."""
    found = {}
    with made.cursor() as cursor:
        for kind, name in schema(made):
            if kind == "table":
                cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # its own name
                columns = [column[0] for column in cursor.description]
                found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found


@pytest.fixture
def step_by_step(db: None) -> Iterator[BaseDatabaseWrapper]:
    """A database in memory, while it is made in place of the one of the tests: the steps write their rows there."""
    made, state = DatabaseWrapper({**connection.settings_dict, "NAME": ":memory:"}, "default"), ProjectState()
    tests = connections["default"]
    connections["default"] = made
    try:
        for step in ONE_BY_ONE:
            with made.schema_editor() as editor:
                state = step.apply(state, editor)
    finally:
        connections["default"] = tests
    yield made
    made.close()


def test_one_step_knows_the_same_models_as_all():
    assert models(AT_ONCE) == models(ONE_BY_ONE)


def test_one_step_makes_the_same_tables_and_first_rows_as_all(step_by_step):
    assert schema(connection) == schema(step_by_step)
    assert rows(connection) == rows(step_by_step)


def test_one_step_tells_every_kind_of_database_the_same_about_words():
    """Those of PostgreSQL too, which the test before does not see."""
    assert sys.modules[SQUASHED.__module__].CREATE == sys.modules[ALL["0002_listen_words"].__module__].CREATE
