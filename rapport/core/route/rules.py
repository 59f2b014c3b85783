"""Ownership rules: which team owns a message, written down as text that people can review.

    # Everything about money goes to service.
    refund* OR "money back"      -> service
    kind:job OR #hiring          -> people
    *                            -> hub

One rule a line, a query and a team. The first rule that matches decides; the last one takes everything, so that no
message is without an owner. A `#` that is followed by a blank (or by nothing) begins a comment; `#hiring` is a hashtag.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from rapport.core.errors import QueryError, RulesError
from rapport.core.query import SEARCH_FIELDS, Fields, Matcher, Prepared, Query, parse
from rapport.core.types import Document, Ownership

RULE_FIELDS = SEARCH_FIELDS.without(
    "is", "team", "owner", because="ownership is decided before a message has a conversation, a team or an owner"
)
"""What ownership rules may ask."""

MOST = 500
"""Rules in one text."""

EXAMPLES = 3
"""Messages that a dry run names for each line."""

_ARROW = re.compile(r'["“”„][^"“”„]*["“”„]|(?P<arrow>->)')
_COMMENT = re.compile(r'["“”„][^"“”„]*["“”„]|(?P<comment>(?<!\S)#+(?=\s|$))')
_EVERYTHING = Query()


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: what matches the query belongs to the team. `line` counts from 1."""

    query: Query
    team: str
    line: int


@dataclass(frozen=True)
class Rules:
    """Rules in the order of their lines; the last one takes everything. See `parse_rules`."""

    rules: tuple[Rule, ...]

    @cached_property
    def _matcher(self) -> Matcher[Rule]:
        return Matcher({rule: rule.query for rule in self.rules})

    def owner(self, document: Document | Prepared) -> Ownership:
        """The team of the first rule that matches the message, and the line of that rule."""
        rule = self._matcher.first(document) or self.rules[-1]
        return Ownership(rule.team, rule.line)

    def owners(self, documents: Iterable[Document | Prepared]) -> tuple[Ownership, ...]:
        """`owner` for each of many messages, in their order."""
        return tuple(self.owner(document) for document in documents)

    def dry_run(self, documents: Iterable[Document | Prepared]) -> DryRun:
        """What would have become of these messages."""
        owners = self.owners(documents)
        examples: dict[int, tuple[int, ...]] = {}
        for number, owner in enumerate(owners):
            examples[owner.line] = (*examples.get(owner.line, ()), number)[:EXAMPLES]
        return DryRun(
            total=len(owners),
            teams=dict(Counter(owner.team for owner in owners)),
            lines=dict(Counter(owner.line for owner in owners)),
            examples=examples,
            unused=tuple(rule.line for rule in self.rules if rule.line not in examples),
        )


@dataclass(frozen=True, slots=True)
class DryRun:
    """How many messages each team and each line would have got.

    examples  for each line the first few of its messages, by their place among those that were tried (from 0)
    unused    lines that got none
    """

    total: int
    teams: Mapping[str, int]
    lines: Mapping[int, int]
    examples: Mapping[int, tuple[int, ...]]
    unused: tuple[int, ...]


def parse_rules(text: str, teams: Collection[str], *, hub: str, fields: Fields = RULE_FIELDS) -> Rules:
    """Read ownership rules. `teams` are the slugs of the teams that exist, `hub` the slug of the hub.

    Raises RulesError with the line and the character of the first thing that is wrong.

    >>> rules = parse_rules('refund* -> service\\n* -> hub', ["service", "hub"], hub="hub")
    >>> rules.owner(Document("Where is my refund?"))
    Ownership(team='service', line=1)
    >>> parse_rules('refund* -> servce\\n* -> hub', ["service", "hub"], hub="hub")
    Traceback (most recent call last):
    ...
    rapport.core.errors.RulesError: line 1, character 12: There is no team 'servce'. Did you mean 'service'?
    """
    rules = tuple(_rules(text, teams, fields))
    _check_order(rules)
    if not rules or rules[-1].query != _EVERYTHING or rules[-1].team != hub:
        line = rules[-1].line if rules else 1
        raise RulesError(f"The last rule must give everything else to the hub: * -> {hub}", line=line)
    return Rules(rules)


def _rules(text: str, teams: Collection[str], fields: Fields) -> Iterator[Rule]:
    found = 0
    for number, line in enumerate(text.split("\n"), start=1):
        line = _without_comment(line.rstrip("\r"))
        if not line.strip():
            continue
        found += 1
        if found > MOST:
            raise RulesError(f"There are at most {MOST} rules.", line=number, text=line)
        yield _rule(line, number, teams, fields)


def _without_comment(line: str) -> str:
    for part in _COMMENT.finditer(line):
        if part["comment"]:
            return line[: part.start()]
    return line


def _rule(line: str, number: int, teams: Collection[str], fields: Fields) -> Rule:
    arrows = [part for part in _ARROW.finditer(line) if part["arrow"]]
    if not arrows:
        raise RulesError(_no_arrow(line), line=number, position=len(line.rstrip()), text=line)
    if len(arrows) > 1:
        raise RulesError("A rule has one arrow.", line=number, position=arrows[1].start(), text=line)
    written, name = line[: arrows[0].start()], line[arrows[0].end() :]
    if not written.strip():
        message = "A query is missing before the arrow; * stands for everything."
        raise RulesError(message, line=number, position=arrows[0].start(), text=line)
    try:
        query = parse(written, fields)
    except QueryError as error:
        raise RulesError(error.message, line=number, position=error.position, text=line) from None
    position = arrows[0].end() + len(name) - len(name.lstrip())
    return Rule(query, _team(name.strip(), teams, line, number, position), number)


def _no_arrow(line: str) -> str:
    if line.lstrip().startswith("#"):
        return "A comment needs a blank behind its #; a rule that begins with a hashtag needs an arrow and a team."
    return "An arrow and a team are missing, as in: refund* -> service"


def _team(name: str, teams: Collection[str], line: str, number: int, position: int) -> str:
    if name in teams:
        return name
    if not name:
        raise RulesError("A team is missing behind the arrow.", line=number, position=position, text=line)
    close = get_close_matches(name.casefold(), list(teams), n=1)
    hint = f"Did you mean '{close[0]}'?" if close else f"There are {', '.join(sorted(teams))}."
    raise RulesError(f"There is no team '{name}'. {hint}", line=number, position=position, text=line)


def _check_order(rules: tuple[Rule, ...]) -> None:
    """A rule that can never decide is a mistake: everything went to an earlier line, or the same query did."""
    earlier: dict[Query, int] = {}
    for rule in rules:
        if _EVERYTHING in earlier:
            message = f"This rule is never reached: line {earlier[_EVERYTHING]} takes everything."
            raise RulesError(message, line=rule.line)
        if rule.query in earlier:
            raise RulesError(f"Line {earlier[rule.query]} has the same query and comes first.", line=rule.line)
        earlier[rule.query] = rule.line
