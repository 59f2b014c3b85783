"""Queries that were written for Brandwatch, in our language; and what of them has no equal here.

translate(text) -> Translation     the query in our words, and what was done with each operator that has no equal

Where something has no equal it is left out, or replaced by what comes closest. Whether the query then finds more or
less depends on where it stood: a condition left out beside an AND lets more through, an alternative left out beside an
OR lets less through, and each NOT around it turns this round. The syntax is that of the vendor's page "Query
Operators".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from rapport.core.errors import QueryError
from rapport.core.query.hosts import hosts
from rapport.core.query.parse import DEEPEST, FURTHEST, MOST_NEAR, parse
from rapport.core.query.words import tokens

Effect = Literal["wider", "narrower", "either"]
"""What became of the query: it finds more, less, or perhaps both."""

LONGEST = 50_000
"""Characters in a query, with its comments."""

_OPPOSITE: Mapping[Effect, Effect] = {"wider": "narrower", "narrower": "wider", "either": "either"}


@dataclass(frozen=True, slots=True)
class Unequal:
    """Something that has no equal here.

    position  the character of the Brandwatch query at which it stands, from 0
    operator  its name there: `country:`, `?`
    effect    what that did to the query as a whole
    done      what was done instead, for people
    """

    position: int
    operator: str
    effect: Effect
    done: str


@dataclass(frozen=True, slots=True)
class Translation:
    query: str
    unequal: tuple[Unequal, ...] = ()


def translate(text: str) -> Translation:
    """A Brandwatch query in our language.

    Raises QueryError where it cannot be read, and when nothing of it has an equal here.

    >>> translate('(apple OR {BT}) NEAR/5 "phone call" NOT site:reddit.com').query
    '(apple OR case:BT) NEAR/5 "phone call" -site:reddit.com'
    >>> found = translate('"apple juice" AND country:gbr')
    >>> found.query, found.unequal[0].operator, found.unequal[0].effect
    ('"apple juice"', 'country:', 'wider')
    """
    if len(text) > LONGEST:
        raise QueryError(f"A query has at most {LONGEST:,} characters.", position=LONGEST, text=text)
    read = _Reading(text, tuple(_lexed(text)))
    read.must_not_be_too_deep()
    tree = read.either()
    read.must_be_over()
    written = _written(tree)
    if written.text is None:
        message = "Nothing that this query asks for has an equal here."
        raise QueryError(message, position=written.gaps[0].position, text=text)
    try:
        parse(written.text)
    except QueryError as error:  # it is too long for us
        raise QueryError(error.message, position=0, text=text) from error
    notes = sorted(dict.fromkeys(written.notes), key=lambda note: note.position)
    return Translation(written.text, (*notes, *_accents(read.lexemes)))


def _accents(lexemes: Sequence[_Lexeme]) -> Iterator[Unequal]:
    """Said once: there a word without accents also finds those with accents."""
    excludes = any(lexeme.text in {"NOT", "-"} for lexeme in lexemes)
    fields = {after.at for before, after in pairwise(lexemes) if before.kind == "field"}
    for lexeme in lexemes:
        plain = lexeme.kind in {"word", "phrase"} and lexeme.at not in fields and lexeme.text.isascii()
        if plain and re.search(r"[A-Za-z]{2}", lexeme.text):
            done = "Words without accents find only words without: write both where people use both."
            yield Unequal(lexeme.at, "accents", "either" if excludes else "narrower", done)
            return


# -- its words and signs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    at: int


_COMMENT = re.compile(r"<<<.*?(?:>>>|\\>>>|\Z)", re.DOTALL)
_LEXEMES = re.compile(
    r"""(?P<blank>\s+)
    |(?P<left>\()|(?P<right>\))
    |(?P<phrase>"(?:\\.|[^"\\])*")
    |(?P<case>\{[^{}]*\})
    |(?P<range>\[[^\[\]]*\])
    |(?P<within>~\s*\d+)
    |(?P<near>NEAR(?:/[^\s()"{]*)?(?![^\s()"{]))
    |(?P<operator>(?:AND|OR|NOT)(?![^\s()"{]))
    |(?P<minus>-(?=[^\s\-]))
    |(?P<field>[A-Za-z_]+:(?!//))
    |(?P<word>(?:\\.|[^\s()"{}\[\]\\~]|~(?!\s*\d))+)
    |(?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "＂": '"'})
_ODD = {
    '"': "A closing quotation mark is missing for this one.",
    "{": "A closing brace is missing for this one.",
    "}": "There is no opening brace for this one.",
    "[": "A closing bracket is missing for this one.",
    "]": "There is no opening bracket for this one.",
}


def _lexed(text: str) -> Iterator[_Lexeme]:
    """Every position stays what it was: comments become blanks, quotation marks straight."""
    plain = _COMMENT.sub(lambda comment: " " * len(comment[0]), text).translate(_STRAIGHT)
    for found in _LEXEMES.finditer(plain):
        kind = found.lastgroup or ""
        if kind == "odd":
            message = _ODD.get(found[0], "This sign stands alone.")
            raise QueryError(message, position=found.start(), text=text)
        if kind != "blank":
            yield _Lexeme(kind, found[0], found.start())


# -- its parts -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of our language. `note` says what is not the same about it, with the effect where it stands alone."""

    text: str
    note: Unequal | None = None
    of_text: bool = True
    """It asks for words of the text, which can be near others."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """Something that is left out; the effect shows when it is known where."""

    note: Unequal


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple[_Part, ...]
    bare: bool = False
    """No parentheses stand around it."""


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Not:
    part: _Part


@dataclass(frozen=True, slots=True)
class _Near:
    parts: tuple[_Part, ...]
    between: int
    ordered: bool
    at: int
    """Where its operator stands."""


@dataclass(frozen=True, slots=True)
class _Noted:
    """A part that was read in another way than Brandwatch would."""

    part: _Part
    note: Unequal


_Part = _Term | _Gap | _All | _Any | _Not | _Near | _Noted


def _gap(at: int, operator: str, done: str) -> _Gap:
    return _Gap(Unequal(at, operator, "wider", done))


@dataclass
class _Reading:
    """Reads the lexemes from left to right."""

    text: str
    lexemes: tuple[_Lexeme, ...]
    place: int = 0

    def either(self, name: str = "") -> _Part:
        """Alternatives; AND binds tighter. Brandwatch wants parentheses where both stand side by side."""
        parts, sign = [self.both(name)], None
        while (found := self.next("operator", "OR")) is not None:
            sign = found
            parts.append(self.both(name))
        if sign is None:
            return parts[0]
        if not any(isinstance(part, _All) and part.bare for part in parts):
            return _Any(tuple(parts))
        done = "OR stands beside AND or NOT without parentheses: AND and NOT were taken to bind tighter."
        return _Noted(_Any(tuple(parts)), Unequal(sign.at, "OR", "either", done))

    def both(self, name: str) -> _Part:
        parts = [self.one(name)]
        while (found := self.here()) is not None and found.kind != "right" and found.text != "OR":
            self.next("operator", "AND")
            parts.append(self.one(name))
        return parts[0] if len(parts) == 1 else _All(tuple(parts), bare=True)

    def one(self, name: str) -> _Part:
        if self.next("operator", "NOT") or self.next("minus"):
            return _Not(self.one(name))
        part = self.unit(name)
        while (near := self.next("near")) is not None:
            part = self.near(part, near, self.unit(name))
        return part

    def near(self, left: _Part, near: _Lexeme, right: _Part) -> _Part:
        written = near.text.removeprefix("NEAR/")
        if not re.fullmatch(r"\d{1,9}f?", written):
            raise self.wrong("After NEAR/ stands how many other words may be between.", near)
        return self.window((left, right), int(written.removesuffix("f")), written.endswith("f"), near)

    def window(self, parts: tuple[_Part, ...], between: int, ordered: bool, sign: _Lexeme) -> _Part:
        if between > FURTHEST or len(parts) > MOST_NEAR:
            done = f"At most {MOST_NEAR} parts and {FURTHEST} words between: all are asked for, near or not."
            return _Noted(_All(parts), Unequal(sign.at, sign.text, "wider", done))
        return _Near(parts, between, ordered, sign.at)

    def unit(self, name: str) -> _Part:
        found = self.here()
        if found is None or found.kind in {"right", "near", "within", "operator"}:
            raise self.wrong("Something is missing here.", found)
        self.place += 1
        if found.kind == "left":
            return self.group(found, name)
        if found.kind == "field":
            return self.scoped(found, name)
        within = self.next("within")
        if within is None:
            return self.leaf(found, name)
        pieces = [_Lexeme("word", piece[0], found.at + piece.start()) for piece in re.finditer(r'[^\s"]+', found.text)]
        if found.kind == "phrase" and len(pieces) > 1:
            return self.window(tuple(self.leaf(piece, name) for piece in pieces), _distance(within), False, within)
        done = "It was left out: behind a single word it means nothing here."
        return _Noted(self.leaf(found, name), Unequal(within.at, "~", "either", done))

    def group(self, left: _Lexeme, name: str) -> _Part:
        if self.is_next("right"):
            raise self.wrong("There is nothing between these parentheses.", left)
        part = self.either(name)
        if self.next("right") is None:
            raise self.wrong("A closing parenthesis is missing for this one.", left)
        within = self.next("within")
        if within is None:
            return replace(part, bare=False) if isinstance(part, _All) else part
        if isinstance(part, _All):
            return self.window(part.parts, _distance(within), False, within)
        done = "It was left out: between its parentheses no words are joined by AND."
        return _Noted(part, Unequal(within.at, "~", "either", done))

    def scoped(self, found: _Lexeme, outer: str) -> _Part:
        name = found.text.removesuffix(":")
        if outer or (name.casefold() not in _FIELDS and name.casefold() not in _NO_EQUAL):
            value = self.here()
            if value is None or value.kind not in {"word", "phrase"}:
                raise self.wrong(f"There is no operator {found.text}.", found)
            self.place += 1
            note = Unequal(found.at, found.text, "either", "There is no such operator; its words are looked for.")
            return _Term(_quoted(f"{name} {_plain(value)}"), note)
        value = self.here()
        if value is None or value.kind in {"right", "operator", "near", "within"}:
            raise self.wrong(f"A value is missing after {found.text}.", found)
        if value.kind == "left":
            self.place += 1
            return _placed(self.group(value, name), found.at)
        self.place += 1
        return _placed(self.leaf(value, name), found.at)

    def leaf(self, found: _Lexeme, name: str) -> _Part:
        if name.casefold() in _NO_EQUAL:
            return _gap(found.at, f"{name}:", _NO_EQUAL[name.casefold()])
        if found.kind == "range":
            return _gap(found.at, f"{name}:" if name else "[ TO ]", "It was left out: there are no such numbers here.")
        return _FIELDS[name.casefold()](found)

    # -- where it stands

    def here(self) -> _Lexeme | None:
        return self.lexemes[self.place] if self.place < len(self.lexemes) else None

    def is_next(self, kind: str, text: str = "") -> bool:
        found = self.here()
        return found is not None and found.kind == kind and text in {"", found.text}

    def next(self, kind: str, text: str = "") -> _Lexeme | None:
        found = self.here()
        if found is None or not self.is_next(kind, text):
            return None
        self.place += 1
        return found

    def must_not_be_too_deep(self) -> None:
        """Parentheses, and the signs that nest without them."""
        depth, before = [0], ""  # in each pair of parentheses, signs one behind the other
        for lexeme in self.lexemes:
            kind = "not" if lexeme.kind == "minus" or lexeme.text == "NOT" else lexeme.kind
            if kind == "left":
                depth.append(0)
            elif kind == "right":
                depth = depth[:-1] or [0]
            elif kind == "near" or kind == before == "not":
                depth[-1] += 1
            elif kind in {"not", "operator"}:
                depth[-1] = int(kind == "not")
            if len(depth) - 1 + sum(depth) > DEEPEST:
                raise self.wrong(f"Parentheses, NOT and NEAR go at most {DEEPEST} deep.", lexeme)
            before = kind

    def must_be_over(self) -> None:
        if (found := self.here()) is not None:
            raise self.wrong("There is no opening parenthesis for this one.", found)

    def wrong(self, message: str, found: _Lexeme | None) -> QueryError:
        return QueryError(message, position=len(self.text) if found is None else found.at, text=self.text)


def _distance(within: _Lexeme) -> int:
    return int(within.text.removeprefix("~").strip()[:9])


def _placed(part: _Part, at: int) -> _Part:
    """What is said of the value of a field, said of the field."""
    match part:
        case _Gap(note):
            return _Gap(replace(note, position=at))
        case _Term(note=Unequal(operator=operator) as note) if operator.endswith(":"):
            return replace(part, note=replace(note, position=at))
        case _:
            return part


# -- its terms -------------------------------------------------------------------------------------------------------


def _plain(found: _Lexeme) -> str:
    """The words without quotation marks, braces and backslashes."""
    text = found.text[1:-1] if found.kind in {"phrase", "case"} else found.text
    return re.sub(r"\\(.)", r"\1", text).replace('"', " ").strip()


def _quoted(text: str) -> str:
    return f'"{text}"'


def _safe(text: str) -> str:
    """Words as our language reads them as such: in quotation marks where it could take them for something else."""
    bare = re.fullmatch(r'(?!-)(?![^\W\d]\w*:)(?!(?:AND|OR|NOT|NEAR(?:/\S*)?)$)[^\s()"“”„]+', text)
    return text if bare else _quoted(text)


def _words(found: _Lexeme, name: str = "") -> _Part:
    """A word or a phrase of the text, or of one of our fields."""
    if found.kind == "case":
        return _cased(found)
    text = _plain(found)
    if not tokens(text):
        return _gap(found.at, text or found.text, "It was left out: only letters, digits and emoji can be looked for.")
    pieces = text.split()
    if not any("*" in piece or "?" in piece for piece in pieces):
        return _Term((f"{name}:" if name else "") + _safe(text), of_text=not name)
    return _with_wildcards(pieces, name, found)


def _with_wildcards(pieces: list[str], name: str, found: _Lexeme) -> _Part:
    """Beginnings are our own. A phrase with one before its end is a nearness, in order and without a word between."""
    runs: list[list[str]] = [[]]
    note: Unequal | None = None
    for piece in pieces:
        sign = next((letter for letter in piece if letter in "*?"), "")
        word = _beginning(piece.partition(sign)[0]) if sign else piece
        if not word:
            return _gap(found.at, sign, f"{piece} was left out: a word is looked for by its beginning.")
        if word != piece:
            note = Unequal(found.at, sign, "wider", f"{piece} became {word}: every word that begins like this.")
        runs[-1].append(word)
        if sign:
            runs.append([])
    scope = f"{name}:" if name else ""
    texts = [scope + _safe(" ".join(run)) for run in runs if run]
    if len(texts) > MOST_NEAR:
        return _gap(found.at, "*", "The phrase was left out: it has too many wildcards.")
    return _Term(" NEAR/0f ".join(texts), note, of_text=not name)


def _beginning(text: str) -> str:
    """The star directly behind the last letter, as our language wants it; empty when there is no letter."""
    found = tokens(text)
    return f"{text[: found[-1].end]}*" if found else ""


def _cased(found: _Lexeme) -> _Part:
    return _letter_by_letter(found, "{ }")


def _raw(found: _Lexeme) -> _Part:
    return _letter_by_letter(found, "raw:")


def _letter_by_letter(found: _Lexeme, operator: str) -> _Part:
    """Signs between the letters are not looked at here, and stars mean themselves there."""
    text = " ".join(re.sub(r"[*?]", " ", _plain(found)).split())
    if not tokens(text):
        return _gap(found.at, operator, "It was left out: only letters, digits and emoji can be looked for.")
    plain = all(letter.isalnum() or letter.isspace() for letter in _plain(found).lstrip("#@"))
    note = None if plain else Unequal(found.at, operator, "wider", "Capitals count, but signs between letters do not.")
    return _Term(f"case:{_safe(text)}", note)


def _language(found: _Lexeme) -> _Part:
    code = _plain(found)
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]+)?", code):
        return _gap(found.at, "language:", "It was left out: a language is asked for by its code, as in language:fr.")
    return _Term(f"language:{code}", of_text=False)


def _site(found: _Lexeme) -> _Part:
    host = next(hosts(_plain(found)), "")
    return _Term(f"site:{host}", of_text=False) if host else _gap(found.at, "site:", "It was left out: it is no host.")


def _url(found: _Lexeme) -> _Part:
    address = _plain(found)
    host = next(hosts(address), "")
    if not host:
        return _gap(found.at, "url:", "It was left out: it names no host.")
    note = Unequal(found.at, "url:", "wider", "Only the host is asked for, not the path behind it.")
    return _Term(f"site:{host}", note if _has_path(address) else None, of_text=False)


def _links(found: _Lexeme) -> _Part:
    address = _plain(found)
    if "*" in address or "?" in address:
        return _words(found, "link")
    host = next(hosts(address), "")
    return _words(found, "link") if _has_path(address) or not host else _Term(f"host:{host}", of_text=False)


def _has_path(address: str) -> bool:
    return "/" in address.rpartition("://")[2].rstrip("/")


def _title(found: _Lexeme) -> _Part:
    return _looked_for_elsewhere(_words(found), Unequal(found.at, "title:", "wider", "The whole text is looked at."))


def _author_of(operator: str) -> Callable[[_Lexeme], _Part]:
    def author(found: _Lexeme) -> _Part:
        note = Unequal(found.at, f"{operator}:", "wider", "It is asked for as the author, on every network.")
        return _looked_for_elsewhere(_words(found, "author"), note)

    return author


def _looked_for_elsewhere(part: _Part, note: Unequal) -> _Part:
    return replace(part, note=part.note or note) if isinstance(part, _Term) else part


def _sigil(sigil: str) -> Callable[[_Lexeme], _Part]:
    def marked(found: _Lexeme) -> _Part:
        return _words(_Lexeme("word", sigil + _plain(found).lstrip("#@＃＠"), found.at))

    return marked


_FIELDS: Mapping[str, Callable[[_Lexeme], _Part]] = {
    "": _words,
    "raw": _raw,
    "author": lambda found: _words(found, "author"),
    "weblogtitle": _author_of("weblogTitle"),
    "blogname": _author_of("blogName"),
    "language": _language,
    "site": _site,
    "topleveldomain": _site,
    "url": _url,
    "links": _links,
    "title": _title,
    "hashtags": _sigil("#"),
    "hashtag": _sigil("#"),
    "at_mentions": _sigil("@"),
}
"""Operators that have an equal here, or something close."""

_PLACES = "It was left out: where somebody is, is not known here."
_ABOUT_AUTHORS = "It was left out: this is not known of authors here."
_ENGAGEMENT = "It was left out: whether it is an answer, a repost or a quote cannot be asked here."
_ELSEWHERE = "It was left out: it belongs to one network or one source of Brandwatch's."
_NO_EQUAL: Mapping[str, str] = {
    **dict.fromkeys(("continent", "country", "region", "state", "county", "city", "location"), _PLACES),
    **dict.fromkeys(("latitude", "longitude"), _PLACES),
    **dict.fromkeys(("authorgender", "authorverified", "authorverifiedtype", "authorfollowers"), _ABOUT_AUTHORS),
    **dict.fromkeys(("engagementtype", "engagingwith", "engagingwithguid"), _ENGAGEMENT),
    **dict.fromkeys(("parentblogname", "rootblogname", "parentpostid", "rootpostid", "guid", "channelid"), _ELSEWHERE),
    **dict.fromkeys(("tags", "subreddit", "subredditnsfw", "subreddittopics", "redditauthorflair"), _ELSEWHERE),
    **dict.fromkeys(("redditpostflair", "redditspoiler", "pubtype", "publishersubtype", "publication"), _ELSEWHERE),
    **dict.fromkeys(("itemreview", "rating", "sensitivecontent"), _ELSEWHERE),
    **dict.fromkeys(("brandids", "objects", "imagetype"), "It was left out: pictures are not read here."),
    "minuteofday": "It was left out: a brief listens all day.",
    "sentiment": "It was left out: a brief decides before a message is read. A search can ask for tone:negative.",
}
"""Operators that have no equal here, and why."""

OPERATORS = frozenset({*_FIELDS, *_NO_EQUAL} - {""})
"""The names, in small letters, of all operators with a colon that are known."""


# -- in our words ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Written:
    """A part in our words; None when nothing of it is left.

    notes  what was found unequal, with the effect on this part
    gaps   what was left out and whose effect depends on what stands around this part
    """

    text: str | None
    notes: tuple[Unequal, ...] = ()
    gaps: tuple[Unequal, ...] = ()
    joined: Literal["", "near", "joined"] = ""
    """Whether several terms are joined, and how tightly."""

    @property
    def closed(self) -> str:
        """For beside a NEAR or a NOT."""
        return f"({self.text})" if self.joined else self.text or ""

    @property
    def half_closed(self) -> str:
        """For beside an AND or an OR, which do not part what is near each other."""
        return f"({self.text})" if self.joined == "joined" else self.text or ""


def _written(part: _Part) -> _Written:
    match part:
        case _Term(text, note):
            return _Written(text, (note,) if note else (), joined="near" if " NEAR/0f " in text else "")
        case _Gap(note):
            return _Written(None, gaps=(note,))
        case _Not(inner):
            return _negated(_written(inner))
        case _All(parts):
            return _joined([_written(one) for one in parts], " ", "wider")
        case _Any(parts):
            return _joined([_written(one) for one in parts], " OR ", "narrower")
        case _Near():
            return _near(part)
        case _Noted(inner, note):
            found = _written(inner)
            return found if found.text is None else replace(found, notes=(*found.notes, note))


def _negated(inner: _Written) -> _Written:
    notes = tuple(replace(note, effect=_OPPOSITE[note.effect]) for note in inner.notes)
    return replace(inner, text=None) if inner.text is None else _Written(f"-{inner.closed}", notes)


def _joined(parts: list[_Written], sign: str, without: Effect) -> _Written:
    """The parts that are left. What is missing lets more through beside an AND, and less beside an OR."""
    left = [part for part in parts if part.text is not None]
    gaps = tuple(gap for part in parts for gap in part.gaps)
    if not left:
        return _Written(None, gaps=gaps)
    notes = tuple(note for part in left for note in part.notes) + tuple(replace(gap, effect=without) for gap in gaps)
    if len(left) == 1:
        return replace(left[0], notes=notes)
    return _Written(sign.join(part.half_closed for part in left), notes, joined="joined")


def _near(part: _Near) -> _Written:
    if not all(_can_be_near(one) for one in part.parts):
        done = "Only words, phrases and OR can stand beside it: all of them are asked for, near or not."
        note = Unequal(part.at, "NEAR", "wider", done)
        return _written(_Noted(_All(part.parts), note))
    parts = [_written(one) for one in part.parts]
    left = [one for one in parts if one.text is not None]
    if len(left) < 2:
        return _joined(parts, " ", "wider")
    notes = tuple(note for one in left for note in one.notes)
    gaps = tuple(replace(gap, effect="wider") for one in parts for gap in one.gaps)
    operator = f" NEAR/{part.between}{'f' if part.ordered else ''} "
    return _Written(operator.join(one.closed for one in left), (*notes, *gaps), joined="near")


def _can_be_near(part: _Part) -> bool:
    match part:
        case _Term(of_text=of_text):
            return of_text
        case _Gap():
            return True
        case _Any(parts) | _Near(parts):
            return all(_can_be_near(one) for one in parts)
        case _Noted(inner):
            return _can_be_near(inner)
        case _:
            return False
