"""Loaded into every run of pytest that `run.py` starts: gives the tests their database, and tells how they went."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict, dataclass, field

import pytest
from django.db import connection

DATABASE = "var/rapport.sqlite3"
TOLD = "told.json"
IN_MEMORY = "file:mutants?mode=memory&cache=shared"


@dataclass
class Told:
    """`asserted` are the tests whose own assertion failed. One that stumbled or took too long is none of them."""

    seconds: dict[str, float] = field(default_factory=dict)
    asserted: list[str] = field(default_factory=list)


_TOLD = pytest.StashKey[Told]()
_KEPT = pytest.StashKey[sqlite3.Connection]()  # what is in memory is there for as long as somebody holds it


def pytest_sessionstart(session: pytest.Session) -> None:
    """The tests begin with a copy of a database that was migrated once: doing so takes longer than most of them."""
    session.config.stash[_TOLD] = Told()
    if (migrated := session.config.rootpath / DATABASE).exists():
        connection.settings_dict["TEST"]["NAME"] = IN_MEMORY
        session.config.stash[_KEPT] = kept = sqlite3.connect(IN_MEMORY, uri=True)
        with closing(sqlite3.connect(migrated)) as source:
            source.backup(kept)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report, told = (yield), item.config.stash[_TOLD]
    told.seconds[item.nodeid] = told.seconds.get(item.nodeid, 0.0) + call.duration
    if report.failed and call.when == "call" and _is_assertion(call.excinfo):
        told.asserted.append(item.nodeid)
    return report


def _is_assertion(raised: pytest.ExceptionInfo[BaseException] | None) -> bool:
    """pytest itself fails a test that raised nothing where it should have, and one that took too long."""
    return raised is not None and (
        raised.errisinstance(AssertionError) or str(raised.value).startswith("DID NOT RAISE")
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    (session.config.rootpath / TOLD).write_text(json.dumps(asdict(session.config.stash[_TOLD])))
