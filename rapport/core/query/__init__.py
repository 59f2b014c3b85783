"""The one query language: one grammar and one meaning, for searches, standing briefs and ownership rules.

parse(text, fields) -> Query          read a query; QueryError points at the character
Query.matches(document)               the matcher decides
explain(query, document)              which terms matched, and where
Matcher(queries).matching(document)   many queries at once
to_fts5, to_tsquery, conjuncts        what a database can do beforehand, never more than the query allows
"""

from rapport.core.query.fields import SEARCH_FIELDS, STANDING_FIELDS, Fields, FieldSpec
from rapport.core.query.match import Hit, Prepared, Query, document, explain
from rapport.core.query.nodes import Between, FieldTerm, Is, Present
from rapport.core.query.parse import parse
from rapport.core.query.words import FTS5_TOKENIZER, Token, lexemes, segment, tokens

__all__ = [
    "FTS5_TOKENIZER",
    "SEARCH_FIELDS",
    "STANDING_FIELDS",
    "Between",
    "FieldSpec",
    "FieldTerm",
    "Fields",
    "Hit",
    "Is",
    "Prepared",
    "Present",
    "Query",
    "Token",
    "document",
    "explain",
    "lexemes",
    "parse",
    "segment",
    "tokens",
]
