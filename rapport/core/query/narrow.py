"""What a database can do before the matcher: expressions that let every match through, and some more.

They are made of the tokens that `segment` and `lexemes` store. None means that the whole table has to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rapport.core.query.match import Query
from rapport.core.query.nodes import And, Cased, FieldTerm, Near, Node, Not, Or, Words
from rapport.core.query.words import indexed_phrase


def to_fts5(query: Query) -> str | None:
    """For `MATCH` on an FTS5 table that holds `segment(text)`, tokenized by `FTS5_TOKENIZER`.

    >>> from rapport.core.query import parse
    >>> to_fts5(parse('"very late" (ferry OR #boat) tone:negative'))
    '("very late" AND ("ferry" OR ("boat" AND "#boat")))'
    >>> to_fts5(parse("-late")) is None
    True
    """
    return _narrow(query.root, _fts5_words, _fts5_near, " AND ", " OR ")


def to_tsquery(query: Query) -> str | None:
    """For `%s::tsquery` against a `tsvector` column made by `array_to_tsvector(lexemes(text))`.

    That vector has no positions, so a phrase asks for its words in any order; the matcher does the rest.

    >>> from rapport.core.query import parse
    >>> to_tsquery(parse('"very late" canc*'))
    "(('very' & 'late') & 'canc':*)"
    """
    return _narrow(query.root, _tsquery_words, lambda _: [], " & ", " | ")


@dataclass(frozen=True, slots=True)
class Conjunct:
    """A condition on fields that every match fulfils: any of these terms, or none of them when `negated`."""

    terms: tuple[FieldTerm, ...]
    negated: bool = False


def conjuncts(query: Query) -> tuple[Conjunct, ...]:
    """The conditions on fields that stand at the top of the query, joined by AND, to be turned into SQL.

    Leaving one out is always safe. A negated one may only be used by SQL that agrees with the matcher exactly.

    >>> from rapport.core.query import parse
    >>> [str(term) for found in conjuncts(parse("late is:open kind:(bug OR idea)")) for term in found.terms]
    ['is:open', 'kind:bug', 'kind:idea']
    """
    parts = query.root.parts if isinstance(query.root, And) else (query.root,)
    return tuple(found for part in parts if (found := _conjunct(part)) is not None)


def _conjunct(node: Node) -> Conjunct | None:
    if isinstance(node, Not):
        inner = _conjunct(node.part)
        return None if inner is None or inner.negated else Conjunct(inner.terms, negated=True)
    parts = node.parts if isinstance(node, Or) else (node,)
    terms = tuple(part for part in parts if isinstance(part, FieldTerm))
    return Conjunct(terms) if len(terms) == len(parts) else None


def _narrow(
    node: Node, words: Callable[[Words], list[str]], nearer: Callable[[Near], list[str]], both: str, either: str
) -> str | None:
    def narrowed(parts: tuple[Node, ...]) -> list[str | None]:
        return [_narrow(part, words, nearer, both, either) for part in parts]

    match node:
        case Words(field=""):
            return _joined(words(node), both)
        case Cased(inner):
            return _narrow(inner, words, nearer, both, either)
        case Near(parts, field=""):
            found = nearer(node) or [part for part in narrowed(parts) if part is not None]
            return _joined(found, both) if found else None
        case And(parts):
            known = [found for found in narrowed(parts) if found is not None]
            return _joined(known, both) if known else None
        case Or(parts):
            every = narrowed(parts)
            known = [found for found in every if found is not None]
            return _joined(known, either) if len(known) == len(every) else None
        case _:
            return None


def _joined(parts: list[str], operator: str) -> str:
    return parts[0] if len(parts) == 1 else f"({operator.join(parts)})"


def _fts5_words(node: Words) -> list[str]:
    """The phrase without sigils, and each word that has one by itself: `segment` keeps those apart."""
    return [_fts5_phrase(node), *_fts5_marked(node)]


def _fts5_phrase(node: Words) -> str:
    words, prefix = indexed_phrase([word.lstrip("#@") for word in node.words], node.prefix)
    return f'"{" ".join(words)}"' + (" *" if prefix else "")


def _fts5_marked(node: Words) -> list[str]:
    *firm, last = node.words
    marked = [f'"{word}"' for word in firm if word[0] in "#@"]
    return [*marked, f'"{last}"' + (" *" if node.prefix else "")] if last[0] in "#@" else marked


def _fts5_near(node: Near) -> list[str]:
    """When the parts are nothing but words: those within a distance that is never too short.

    FTS5 counts what stands between the end of the first phrase and the beginning of the last, so the parts among them
    count too.
    """
    parts = [part.words if isinstance(part, Cased) else part for part in node.parts]
    phrases = [part for part in parts if isinstance(part, Words)]
    if len(phrases) < len(parts):
        return []
    distance = node.between + sum(len(part.words) for part in phrases) - 2
    near = f"NEAR({' '.join(_fts5_phrase(part) for part in phrases)}, {distance})"
    return [near, *(marked for part in phrases for marked in _fts5_marked(part))]


def _tsquery_words(node: Words) -> list[str]:
    words, prefix = indexed_phrase([word.lstrip("#@") for word in node.words], node.prefix)
    *firm, last = (f"'{word}'" for word in words)
    marked = [f"'{word}'" for word in node.words[: len(node.words) - node.prefix] if word[0] in "#@"]
    if node.prefix and node.words[-1][0] in "#@":
        marked.append(f"'{node.words[-1]}':*")
    return [*firm, f"{last}:*" if prefix else last, *marked]
