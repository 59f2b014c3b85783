"""What the reference says about queries and rules is what the program does."""

import re
from pathlib import Path

import pytest

from rapport.core.errors import QueryError
from rapport.core.query import SEARCH_FIELDS, STANDING_FIELDS, parse
from rapport.core.query.brandwatch import OPERATORS, translate
from rapport.core.route.rules import RULE_FIELDS, parse_rules

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
BRANDWATCH = (REFERENCE.parent / "how-to" / "queries-from-brandwatch.md").read_text(encoding="utf-8")
EFFECTS = {"more": "wider", "less": "narrower", "more or less": "either"}
QUERY = (REFERENCE / "query.md").read_text(encoding="utf-8")
RULES = (REFERENCE / "ownership-rules.md").read_text(encoding="utf-8")
TEAMS = ("hub", "service", "product", "sales", "logistics", "people", "marketing")


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("query", [line for block in blocks(QUERY, "query") for line in block.splitlines()])
def test_every_query_shown_is_read(query: str) -> None:
    assert parse(query)


@pytest.mark.parametrize("block", blocks(QUERY, "python") + blocks(RULES, "python"))
def test_every_program_shown_runs(block: str) -> None:
    exec(compile(block, "docs", "exec"), {})  # noqa: S102


def test_the_sample_rules_are_read() -> None:
    (sample,) = blocks(RULES, "rules")
    assert {rule.team for rule in parse_rules(sample, TEAMS, hub="hub").rules} == set(TEAMS)


def test_every_field_stands_in_the_table_with_its_example_and_its_limits() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `(.*?)` \| (yes)? ?\| (yes)? ?\|$", QUERY, re.MULTILINE)
    assert [row[0] for row in rows] == list(SEARCH_FIELDS)
    for name, holds, example, brief, rule in rows:
        assert parse(example)
        assert (name in STANDING_FIELDS, name in RULE_FIELDS) == (bool(brief), bool(rule))
        assert all(choice in holds for choice in SEARCH_FIELDS[name].choices)


@pytest.mark.parametrize(
    ("query", "character", "message"),
    re.findall(r"^\| `(.+?)` \| (\d+) \| (.+?) \|$", QUERY, re.MULTILINE),
)
def test_every_error_shown_is_the_error(query: str, character: str, message: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(query)
    assert (refused.value.message, refused.value.position + 1) == (message, int(character))


@pytest.mark.parametrize(("line", "message"), re.findall(r"^\| `(.+?)` \| (.+?) \|$", RULES, re.MULTILINE))
def test_every_refused_rule_shown_is_refused(line: str, message: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse_rules(f"{line}\n* -> hub", TEAMS, hub="hub")
    assert refused.value.message == message


@pytest.mark.parametrize(("theirs", "ours"), re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", BRANDWATCH, re.MULTILINE))
def test_every_equal_of_a_brandwatch_operator_is_one(theirs: str, ours: str) -> None:
    found = translate(theirs)
    assert found.query == ours
    assert {note.operator for note in found.unequal} <= {"accents"}


UNEQUAL = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (more|less|more or less) \|$", BRANDWATCH, re.MULTILINE)


@pytest.mark.parametrize(("theirs", "ours", "finds"), UNEQUAL)
def test_every_difference_to_brandwatch_is_the_one_that_is_shown(theirs: str, ours: str, finds: str) -> None:
    found = translate(theirs)
    assert found.query == ours
    assert {note.effect for note in found.unequal if note.operator != "accents"} == {EFFECTS[finds]}


def test_every_brandwatch_operator_stands_on_the_page() -> None:
    named = {name.casefold() for name in re.findall(r"(?<=`)(\w+):", BRANDWATCH)}
    assert named - {"case", "link", "host"} == OPERATORS - {"hashtag"}
