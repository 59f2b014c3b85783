"""Whatever number a command is given, it answers or says what is wrong: no command ends in a traceback."""

from __future__ import annotations

import math
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from rapport.cli import main
from rapport.options import Day
from tests.core.test_counts_cli import hours, labelled, mentions, panel
from tests.core.test_measure_cli import messages, watched, write

ODD = ("nan", "inf", "-inf", "-1", "0", "1e308", "1e-320", "99999999999999999999999", "many", "")
NUMBERS = (click.types.IntParamType, click.types.FloatParamType)
FILES = {
    "draw": lambda: messages(60)[0],
    "estimate": labelled,
    "agreement": lambda: [{"message": n % 30, "label": "neutral" if n % 3 else "positive"} for n in range(60)],
    "alarm": lambda: watched(10, 100),
    "burst": hours,
    "effect": lambda: panel(0.1),
    "forecast": lambda: panel(0.1),
    "voice": mentions,
}
"""What each command on a file reads. Those of the database are not started, nor is the mix, which takes minutes."""
NEEDED = {
    "draw": {"--labels": "10", "--salt": "s"},
    "effect": {"--column": "tone", "--action": "2026-03-04"},
    "forecast": {"--column": "tone", "--goal": "0.1"},
    "staffing": {"--an-hour": "60", "--handling": "6"},
}


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(group, click.Group):
        yield path, group
        return
    for name, command in group.commands.items():
        yield from commands(command, (*path, name))


OPTIONS = [
    (path, option)
    for path, command in commands(main)
    for option in command.params
    if isinstance(option.type, NUMBERS) and isinstance(option, click.Option)
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("tables")
    return {name: str(write(folder / f"{name}.csv", rows())) for name, rows in FILES.items()}


def accepted(option: click.Option, value: str) -> object | None:
    try:
        return option.type.convert(value, option, None)
    except click.BadParameter:
        return None


def test_there_are_options_to_try() -> None:
    assert {"run", "sample", "measure"} <= {path[0] for path, _ in OPTIONS}
    assert {path[-1] for path, _ in OPTIONS} >= {*FILES, "staffing"}


@pytest.mark.parametrize(
    ("path", "option"), OPTIONS, ids=lambda one: " ".join(one) if isinstance(one, tuple) else one.opts[0]
)
def test_no_odd_number_ends_in_a_traceback(path: tuple[str, ...], option: click.Option, tables: dict[str, str]) -> None:
    taken = {value: found for value in ODD if (found := accepted(option, value)) is not None}
    assert all(isinstance(found, int | float) and math.isfinite(found) for found in taken.values())
    name, flag = path[-1], option.opts[0]
    if path[0] != "measure" or name not in (*FILES, "staffing"):
        return
    for value in (*taken, "nan"):
        rest = [part for pair in (NEEDED.get(name, {}) | {flag: value}).items() for part in pair]
        done = CliRunner().invoke(main, [*path, *([tables[name]] if name in tables else []), *rest])
        assert done.exception is None or isinstance(done.exception, SystemExit), (value, done.exception)
        assert (done.exit_code == 0) or "Error: " in done.output
    assert "not a" in done.output


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "yesterday"])
def test_a_day_without_days_around_it_is_refused(day: str, tables: dict[str, str]) -> None:
    days = [(path, option) for path, command in commands(main) for option in command.params if option.type is Day]
    assert {option.name for _, option in days} == {"since", "known", "action"}
    for path, option in days:
        needed = [tables["effect"], "--column", "tone"] if path[-1] == "effect" else []
        done = CliRunner().invoke(main, [*path, *needed, option.opts[0], day])
        assert (done.exit_code, "Invalid value" in done.output) == (2, True)
