"""Which conversation a message belongs to, on a network that keeps no threads itself.

A mail names the mails that it answers, and anybody can name any: ids are seen by everybody who was ever sent a copy,
and a subject or a ticket number can be guessed. So a mail joins a conversation only when whoever wrote it had a part in
it: they wrote the mail that is named, or it was sent to them. Everything else is a conversation of its own.

What is learnt is kept under keys of an id and a person. The first to learn a key keeps it, so nobody can move it later.
"""

from __future__ import annotations

import hashlib
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapport.core.types import Json


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a message says that it belongs.

    thread    the thread that is its own, as long as nobody's word is good enough for another
    speaker   external id of whoever wrote it
    own       the id by which others name it
    answers   the ids that it names, the root first, what it answers itself last
    people    external ids of those that it was sent to: they may answer it
    ours      we wrote it: its thread is certain
    doubted   something speaks against the speaker being who it says
    returns   the id of a message of ours that it says could not be delivered
    """

    thread: str
    speaker: str
    own: str = ""
    answers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    ours: bool = False
    doubted: bool = False
    returns: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """threads   for each claim, the thread that it belongs to
    learnt    key -> thread: to be kept where the key is not known yet
    apart     which claims name a message of a conversation that they have no part in
    returned  which claims bring back a message of ours
    """

    threads: tuple[str, ...] = ()
    learnt: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[int] = frozenset()
    returned: frozenset[int] = frozenset()


def claim_of(ref: Json, *, thread: str, speaker: str, ours: bool) -> Claim | None:
    """The claim that a connector put into a message's `ref`; None when the network keeps threads itself."""
    told = ref.get("claim")
    if not isinstance(told, Mapping):
        return None
    return Claim(
        thread,
        speaker,
        own=str(told.get("own") or ""),
        answers=tuple(map(str, told.get("answers") or ())),
        people=tuple(map(str, told.get("people") or ())),
        ours=ours,
        doubted=bool(told.get("doubted")),
        returns=str(told.get("returns") or ""),
    )


def keys(claims: Iterable[Claim]) -> set[str]:
    """The keys that have to be looked up before these claims can be joined."""
    return {key for claim in claims for key in (*_evidence(claim), *_named(claim))}


def join(claims: Sequence[Claim], known: Mapping[str, str]) -> Joined:
    """Give each claim its thread, in the order in which they were said. `known` holds what was learnt before.

    A message that comes before the one that it answers keeps a thread of its own; the one that it answers then joins
    that, when the same person wrote both. So the order in which mails arrive does not matter.

    >>> question = Claim("q", "cleo@example.org", own="1@a", people=("ben@example.org",))
    >>> answer = Claim("q", "us", own="2@b", answers=("1@a",), people=("cleo@example.org",), ours=True)
    >>> again = Claim("n", "cleo@example.org", own="3@a", answers=("2@b",))
    >>> stranger = Claim("s", "eve@example.org", own="4@e", answers=("1@a", "2@b"))
    >>> joined = join([question, answer, again, stranger], {})
    >>> joined.threads, joined.apart
    (('q', 'q', 'q', 's'), frozenset({3}))
    """
    learnt: dict[str, str] = {}
    threads: list[str] = []
    apart, returned = set[int](), set[int]()
    for at, claim in enumerate(claims):
        here = ChainMap(dict(known), learnt)
        found = next((here[key] for key in _evidence(claim) if key in here), None)
        threads.append(found or claim.thread)
        if found and claim.returns and _key("ours", claim.returns) in here:
            returned.add(at)
        if not found and not claim.ours and any(key in here for key in _named(claim)):
            apart.add(at)
        for key in _lessons(claim):
            learnt.setdefault(key, threads[-1])
    return Joined(
        tuple(threads),
        {key: to for key, to in learnt.items() if key not in known},
        frozenset(apart),
        frozenset(returned),
    )


def _evidence(claim: Claim) -> Iterator[str]:
    """What decides, the strongest first. What we wrote ourselves needs none; a doubtful speaker has none."""
    if claim.ours:
        return
    if claim.returns:
        yield _key("ours", claim.returns)
    if claim.doubted:
        return
    if claim.own:
        yield _key("part", claim.own, claim.speaker)
    for named in reversed(claim.answers):
        yield _key("part", named, claim.speaker)


def _named(claim: Claim) -> Iterator[str]:
    """Whether anybody's conversation holds what it names."""
    return (_key("known", named) for named in claim.answers)


def _lessons(claim: Claim) -> Iterator[str]:
    if not claim.own:
        return
    yield _key("known", claim.own)
    if claim.ours:
        yield _key("ours", claim.own)
    if claim.doubted:
        return
    for person in (claim.speaker, *claim.people):
        yield _key("part", claim.own, person)
    if not claim.ours:
        for named in claim.answers:
            yield _key("part", named, claim.speaker)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
