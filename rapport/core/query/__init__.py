"""The one query language: one grammar and one meaning, for searches, standing briefs and ownership rules.

parse(text, fields) -> Query          read a query; QueryError points at the character
Query.matches(document)               the matcher decides
explain(query, document)              which terms matched, and where
Matcher(queries).matching(document)   many queries at once
Matcher(queries).may_match(text)      whether any of them may want a message of these words
to_fts5, to_tsquery, conjuncts        what a database can do beforehand, never more than the query allows
suggest(query, judged)                which terms would cut noise (in `suggest.py`)
"""

from rapport.core.query.fields import SEARCH_FIELDS, STANDING_FIELDS, Fields, FieldSpec
from rapport.core.query.hosts import hosts
from rapport.core.query.many import Matcher
from rapport.core.query.match import Hit, Prepared, Query, document, explain
from rapport.core.query.narrow import Conjunct, conjuncts, to_fts5, to_tsquery
from rapport.core.query.nodes import Between, FieldTerm, Is, Present
from rapport.core.query.parse import parse
from rapport.core.query.words import FTS5_TOKENIZER, Token, is_paired, lexemes, segment, tokens

__all__ = [
    "FTS5_TOKENIZER",
    "SEARCH_FIELDS",
    "STANDING_FIELDS",
    "Between",
    "Conjunct",
    "FieldSpec",
    "FieldTerm",
    "Fields",
    "Hit",
    "Is",
    "Matcher",
    "Prepared",
    "Present",
    "Query",
    "Token",
    "conjuncts",
    "document",
    "explain",
    "hosts",
    "is_paired",
    "lexemes",
    "parse",
    "segment",
    "to_fts5",
    "to_tsquery",
    "tokens",
]
