"""The map: for every kind of row its states, the step that the worker takes there, and where it may go next.

A step is the dotted name, below `rapport.server`, of a function that takes a claimed batch (see `work.py`). A state
without a step waits for a person, for the outside world, or for ever (`end`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from rapport.core.errors import FlowError


@dataclass(frozen=True, slots=True)
class State:
    next: tuple[str, ...] = ()
    step: str = ""
    waits_for: str = ""

    @property
    def end(self) -> bool:
        return not self.next


@dataclass(frozen=True, slots=True)
class Flow:
    first: str
    states: dict[str, State]

    def allows(self, now: str, then: str) -> bool:
        return then in self.states[now].next

    def steps(self) -> Iterator[tuple[str, str]]:
        return ((name, state.step) for name, state in self.states.items() if state.step)


FLOWS = {
    "message": Flow(
        first="heard",
        states={
            # An edit sends a message back to the start, from wherever it is.
            "heard": State(("understood", "taken_back"), step="understand.actions.read"),
            "understood": State(("related", "heard", "taken_back"), step="relate.actions.recognise"),
            "related": State(("routed", "kept", "heard", "taken_back"), step="route.actions.place"),
            "routed": State(("heard", "taken_back"), waits_for="its conversation"),
            "kept": State(("routed", "heard", "taken_back"), waits_for="nobody: it is measured, not answered"),
            # The words are gone already; what was made of them elsewhere (a preview) goes now, then what files hold.
            "taken_back": State(("removed",), step="route.actions.forget"),
            "removed": State(("erased",), step="listen.erase.rewrite"),
            "erased": State(),
        },
    ),
    "conversation": Flow(
        first="open",
        states={
            "open": State(("waiting", "snoozed", "closed"), waits_for="us"),
            "waiting": State(("open", "snoozed", "closed"), waits_for="them"),
            "snoozed": State(("open", "waiting", "closed"), waits_for="a time"),
            "closed": State(("open",), waits_for="somebody to speak again"),
        },
    ),
    "outgoing": Flow(
        first="queued",
        states={
            # A receipt that comes late, from a sender that was taken for dead, settles it wherever it is.
            "queued": State(("sending", "failed", "withdrawn", "sent"), waits_for="the end of the undo window"),
            "sending": State(("sent", "failed", "unknown", "queued"), waits_for="the platform"),
            "unknown": State(("sent", "queued", "failed"), waits_for="the platform's word on whether it is there"),
            "failed": State(("queued", "withdrawn", "sent"), waits_for="a person"),
            "withdrawn": State(("sent",), waits_for="nobody: only a late receipt says otherwise"),
            "sent": State(),
        },
    ),
    "moderation": Flow(
        first="queued",
        states={
            "queued": State(("sending", "failed", "withdrawn"), waits_for="the end of the undo window"),
            "sending": State(("done", "failed", "unknown", "queued"), waits_for="the platform"),
            # Doing the same again changes nothing, so it is done again until the platform says that it is done. Only a
            # report is not: there a person says what came of it.
            "unknown": State(("sending", "done", "queued"), waits_for="its next try, or a person"),
            "failed": State(("queued", "withdrawn"), waits_for="a person"),
            "withdrawn": State(),
            "done": State(),
        },
    ),
    "channel": Flow(
        first="listening",
        states={
            "listening": State(("paused", "needs_sign_in", "closed"), waits_for="messages"),
            "needs_sign_in": State(("listening", "paused", "closed"), waits_for="its owner"),
            "paused": State(("listening", "closed"), waits_for="a person"),
            "closed": State(("listening",), waits_for="nobody"),
        },
    ),
    "import": Flow(
        first="waiting",
        states={
            "waiting": State(("running", "stopped"), waits_for="the worker"),
            "running": State(("done", "failed", "stopped", "waiting"), waits_for="the worker"),
            "done": State(),
            "failed": State(("waiting",), waits_for="a person"),
            "stopped": State(("waiting",), waits_for="a person"),
        },
    ),
    "gap": Flow(
        first="open",
        states={
            "open": State(("backfilled", "partly", "impossible", "dismissed"), waits_for="a backfill, or a person"),
            "partly": State(("open", "backfilled", "impossible", "dismissed"), waits_for="a person"),
            "impossible": State(("open", "backfilled", "partly", "dismissed"), waits_for="a person"),
            # New evidence opens it again.
            "backfilled": State(("open",), waits_for="nobody"),
            "dismissed": State(("open",), waits_for="nobody"),
        },
    ),
    "export": Flow(
        first="waiting",
        states={
            "waiting": State(("running", "gone"), waits_for="the worker"),
            "running": State(("waiting", "done", "failed", "gone"), waits_for="the worker"),
            "done": State(("gone",), waits_for="whoever asked for it, for some days"),
            "failed": State(("waiting", "gone"), waits_for="a person"),
            "gone": State(),
        },
    ),
    "head": Flow(
        first="candidate",
        states={
            "candidate": State(("lost", "beside"), waits_for="its trial, in the moment that it is made"),
            "lost": State(),
            "beside": State(("on", "passed"), waits_for="two weeks beside the default reader, then a person"),
            "on": State(("off",), waits_for="nobody: it reads"),
            "off": State(("on", "passed"), waits_for="a person"),
            # A newer one took its place.
            "passed": State(),
        },
    ),
    "archive_batch": Flow(
        first="gathered",
        states={
            "gathered": State(("frozen",), waits_for="its writer"),
            "frozen": State(("frozen", "appended"), waits_for="its writer"),
            "appended": State(("kept",), waits_for="its writer, who erases what was removed and counts the days anew"),
            "kept": State(),
        },
    ),
    "backfill": Flow(
        first="waiting",
        states={
            "waiting": State(("counted", "running", "stopped", "failed"), waits_for="the listener, which counts first"),
            "counted": State(("running", "stopped"), waits_for="a person's yes, for its platform charges"),
            "running": State(("paused", "done", "failed", "stopped"), waits_for="the listener"),
            "paused": State(("running", "stopped"), waits_for="a person"),
            "failed": State(("running", "stopped"), waits_for="a person"),
            "done": State(),
            "stopped": State(),
        },
    ),
    "quarantined": Flow(
        first="trying",
        states={
            # What was understood and could not be stored is tried three times; what was not understood waits at once.
            "trying": State(("waiting", "received", "dismissed", "erased"), waits_for="its next try"),
            "waiting": State(("received", "dismissed", "erased"), waits_for="a person"),
            "received": State(),
            "dismissed": State(),
            # Its author took it back, or it lay there for too long.
            "erased": State(),
        },
    ),
}


def check() -> None:
    """Refuse a map with holes: unknown states, states that nothing reaches, states without a step, a wait or an end."""
    for name, flow in FLOWS.items():
        known = flow.states.keys()
        reached = {flow.first}
        for state_name, state in flow.states.items():
            if unknown := set(state.next) - known:
                raise FlowError(f"{name}: {state_name} leads to {sorted(unknown)}, which are not states.")
            if not (state.step or state.waits_for or state.end):
                raise FlowError(f"{name}: nothing happens in {state_name}, and it is not an end.")
            reached.update(state.next)
        if lost := known - reached:
            raise FlowError(f"{name}: nothing leads to {sorted(lost)}.")


def choices(name: str) -> list[tuple[str, str]]:
    return [(state, state) for state in FLOWS[name].states]


def any_of(states: Iterable[str]) -> Q:
    """For the condition of an index. SQLite uses such an index when the state that is asked for stands alone in it,
    joined to the others by OR; of `state IN (...)` it cannot tell, and reads the whole table."""
    return reduce(or_, (Q(state=state) for state in states))


def to_do(name: str) -> Q:
    """The states in which the worker takes a step."""
    return any_of(state for state, _ in FLOWS[name].steps())


def advance(flow: str, now: str, then: str) -> str:
    """`then`, if the map allows it. Staying where one is is always allowed."""
    if now != then and not FLOWS[flow].allows(now, then):
        raise FlowError(f"{flow}: from {now} there is no way to {then}.")
    return then


check()
