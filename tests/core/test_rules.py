"""Ownership rules give every message exactly one owner, and say which line did."""

import pytest

from rapport.core.errors import RulesError
from rapport.core.route.rules import MOST, parse_rules
from rapport.core.types import Document, Ownership

TEAMS = ("hub", "service", "product", "sales", "logistics", "people", "marketing")

SAMPLE = """
# What people say about money goes to service.
refund* OR "money back" OR kind:complaint      -> service

#hiring OR kind:job                            -> people      # a rule that begins with a hashtag
"was late" (ferry OR boat)                     -> logistics
kind:(idea OR bug) -"# 1"                      -> product
*                                              -> hub
"""


def rules(text: str = SAMPLE):
    return parse_rules(text, TEAMS, hub="hub")


@pytest.mark.parametrize(
    ("document", "owner"),
    [
        (Document("I want a refund, the ferry was late"), Ownership("service", 3)),
        (Document("Are you #hiring?"), Ownership("people", 5)),
        (Document("are you hiring?"), Ownership("hub", 8)),
        (Document("The ferry was late"), Ownership("logistics", 6)),
        (Document("Free coffee on board!", fields={"kind": ("idea",)}), Ownership("product", 7)),
        (Document("Free coffee on board, # 1", fields={"kind": ("idea",)}), Ownership("hub", 8)),
        (Document(""), Ownership("hub", 8)),
    ],
)
def test_the_first_line_that_matches_owns_the_message(document: Document, owner: Ownership) -> None:
    assert rules().owner(document) == owner
    assert rules().owners([document]) == (owner,)


def test_lines_end_as_any_system_ends_them() -> None:
    assert rules(SAMPLE.replace("\n", "\r\n")).rules == rules().rules


def test_a_single_line_is_enough() -> None:
    assert rules("* -> hub").owner(Document("anything")) == Ownership("hub", 1)


def test_an_arrow_inside_quotation_marks_is_no_arrow() -> None:
    assert rules('"from a -> b"->sales\n*->hub').owner(Document("from A to B, from a -> b")).team == "sales"


def test_a_dry_run_counts_by_team_and_by_line() -> None:
    heard = [Document("refund"), Document("hello"), Document("money back"), Document("#hiring"), *[Document("x")] * 3]
    result = rules().dry_run(heard)
    assert result.total == 7
    assert result.teams == {"service": 2, "hub": 4, "people": 1}
    assert result.lines == {3: 2, 8: 4, 5: 1}
    assert result.examples == {3: (0, 2), 8: (1, 4, 5), 5: (3,)}
    assert result.unused == (6, 7)


@pytest.mark.parametrize(
    ("text", "line", "position", "message"),
    [
        ("", 1, 0, "The last rule must give everything else to the hub: * -> hub"),
        ("# only a comment", 1, 0, "The last rule must give everything"),
        ("late -> service", 1, 0, "The last rule must give everything"),
        ("late -> service\n* -> service", 2, 0, "The last rule must give everything"),
        ("late service\n* -> hub", 1, 12, "An arrow and a team are missing"),
        ("#note to self\n* -> hub", 1, 13, "A comment needs a blank behind its #"),
        ("a -> b -> hub\n* -> hub", 1, 7, "A rule has one arrow."),
        ("  -> service\n* -> hub", 1, 2, "A query is missing before the arrow; * stands for everything."),
        ("late ->\n* -> hub", 1, 7, "A team is missing behind the arrow."),
        ("late -> servise\n* -> hub", 1, 8, "There is no team 'servise'. Did you mean 'service'?"),
        ("late -> Service\n* -> hub", 1, 8, "There is no team 'Service'. Did you mean 'service'?"),
        ("late -> xyz\n* -> hub", 1, 8, "There is no team 'xyz'. There are hub, logistics, marketing"),
        ("\n\nlate (ferry -> service\n* -> hub", 3, 5, "A closing parenthesis is missing for the one at character 6."),
        ("  tnoe:bad -> service\n* -> hub", 1, 2, "Unknown field 'tnoe'. Did you mean 'tone'?"),
        ("late is:open -> hub\n* -> hub", 1, 5, "'is:' cannot be used here: ownership is decided before"),
        ("team:hub -> hub\n* -> hub", 1, 0, "'team:' cannot be used here"),
        ("owner:ada -> hub\n* -> hub", 1, 0, "'owner:' cannot be used here"),
        ("* -> hub\nlate -> service\n* -> hub", 2, 0, "This rule is never reached: line 1 takes everything."),
        (
            "late ferry -> sales\nlate AND ferry -> service\n* -> hub",
            2,
            0,
            "Line 1 has the same query and comes first.",
        ),
        ("".join(f"w{n} -> hub\n" for n in range(MOST)) + "* -> hub", MOST + 1, 0, "There are at most 500 rules."),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_at_its_line(text: str, line: int, position: int, message: str) -> None:
    with pytest.raises(RulesError) as refused:
        rules(text)
    assert refused.value.message.startswith(message)
    assert (refused.value.line, refused.value.position) == (line, position)


def test_rules_may_ask_what_the_reader_found() -> None:
    text = "tone:negative kind:complaint followers:>=0.8 private:yes language:fr -> service\n* -> hub"
    fields = {"tone": "negative", "kind": ("complaint",), "followers": 0.9, "private": True, "language": "fr"}
    assert rules(text).owner(Document("", (), fields)).team == "service"
