"""Walks over the whole surface: every action, every state, every entry of the timetable."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.core.errors import FlowError
from rapport.server import flow, timetable
from rapport.server.organise.abilities import ABILITIES, WORDS, may
from rapport.server.organise.models import Role, User
from rapport.server.work import step

pytestmark = pytest.mark.once

SERVER = Path(flow.__file__).parent
# They change nothing by themselves, or are the bookkeeping of an action that is on record.
WITHOUT_ENTRY = {"route.refresh", "relate.refresh", "keep.write", "keep.enter", "keep.finish"}


def actions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in sorted([*SERVER.glob("*/actions.py"), SERVER / "listen/receiving.py"]):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{file.parent.name}.{node.name}", node


def records(node: ast.FunctionDef, others: dict[str, ast.FunctionDef]) -> int:
    """How many entries the function can leave: its own, or those of the one function of its module that it ends in."""
    found = 0
    for part in ast.walk(node):
        if isinstance(part, ast.With):
            calls = [item.context_expr for item in part.items if isinstance(item.context_expr, ast.Call)]
            found += sum(isinstance(call.func, ast.Name) and call.func.id == "recorded" for call in calls)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in others:
            found += records(others[part.func.id], {})
    return found


def test_every_action_with_an_actor_leaves_exactly_one_entry():
    wrong = {}
    for file in sorted([*SERVER.glob("*/actions.py"), SERVER / "listen/receiving.py"]):
        body = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)]
        private = {node.name: node for node in body if node.name.startswith("_")}
        for node in body:
            name = f"{file.parent.name}.{node.name}"
            acts = any(argument.arg in ("actor", "worker") for argument in node.args.kwonlyargs)
            if acts and not node.name.startswith("_") and name not in WITHOUT_ENTRY and records(node, private) != 1:
                wrong[name] = records(node, private)
    assert not wrong


def test_there_are_actions_to_walk_over():
    assert len(list(actions())) > 40


def test_every_step_of_the_map_is_a_function():
    for walked in flow.FLOWS.values():
        for _, name in walked.steps():
            assert callable(step(name))


def test_every_entry_of_the_timetable_is_a_function():
    for entry in timetable.ENTRIES.values():
        module, _, function = entry.function.rpartition(".")
        assert callable(getattr(importlib.import_module(f"rapport.server.{module}"), function))


@pytest.mark.parametrize("name", flow.FLOWS)
def test_every_state_leads_to_an_end_or_waits_for_somebody(name):
    states = flow.FLOWS[name].states
    resting = {state for state, what in states.items() if what.end or what.waits_for}
    for start in states:
        reached, todo = set(), {start}
        while todo:
            reached |= todo
            todo = {following for state in todo for following in states[state].next} - reached
        assert reached & resting, start


def test_the_map_refuses_a_way_that_it_does_not_know():
    with pytest.raises(FlowError):
        flow.advance("outgoing", "sent", "queued")


def test_a_map_with_holes_is_refused(monkeypatch):
    broken = flow.Flow("a", {"a": flow.State(("b",)), "c": flow.State()})
    monkeypatch.setitem(flow.FLOWS, "broken", broken)
    with pytest.raises(FlowError):
        flow.check()


def test_every_ability_has_words_and_somebody_who_has_it():
    given = set().union(*ABILITIES.values())
    assert given == set(WORDS)
    assert set(ABILITIES) == set(Role.values)


def test_whoever_was_switched_off_may_nothing():
    gone = User(role=Role.ADMINISTRATOR, is_active=False)
    assert not any(may(gone, ability) for ability in WORDS)
