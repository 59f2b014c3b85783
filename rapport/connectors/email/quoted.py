"""What a person wrote in a mail, without what their program put below it: the history, the signature, its own name.

Nothing is thrown away: what is left out is handed back beside the text. In doubt a line stays. When nothing would be
left, everything stays: a mail that only quotes or forwards says what it quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapport.core.types import Span

# HTML is marked with these before it is reduced to text: where a quotation begins, where it ends, and where a program
# says that all below is history.
OPENS, CLOSES, HISTORY = "\ue000", "\ue001", "\ue002"
_MARKS = str.maketrans("", "", OPENS + CLOSES + HISTORY)
MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Written:
    """`quoted` and `signature` hold what was left out of the text."""

    text: str
    spans: tuple[Span, ...] = ()
    quoted: str = ""
    signature: str = ""


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str
    quoted: bool
    history: bool = False
    role: str = "written"  # or quoted, signature

    @property
    def blank(self) -> bool:
        return not self.text.strip()


# -- marking HTML ------------------------------------------------------------------------------------------------------

_QUOTE_TAG = re.compile(r"<blockquote\b|</blockquote\s*>", re.IGNORECASE)
_HISTORY_TAG = re.compile(
    r"<(?:div|hr|span|a)\b[^<>]{0,300}?\b(?:id|name)=[\"']?(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|"
    r"mail-editor-reference-message-container|OLK_SRC_BODY_SECTION|reply-intro|isForwardContent)\b",
    re.IGNORECASE,
)


def marked(html: str) -> str:
    """The same HTML, with marks at what quotes. Marks that it brings along are taken out."""
    html = html.translate(_MARKS)
    html = _QUOTE_TAG.sub(lambda tag: f"{tag[0]}{CLOSES}" if tag[0][1] == "/" else f"{OPENS}{tag[0]}", html)
    return _HISTORY_TAG.sub(lambda tag: HISTORY + tag[0], html)


# -- reading lines -----------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[_Line]:
    found, at, depth = [], 0, 0
    for piece in text.splitlines(keepends=True)[:MOST_LINES]:
        before = depth
        depth = max(0, depth + piece.count(OPENS) - piece.count(CLOSES))
        bare = piece.translate(_MARKS).strip("\r\n")
        # A line on which a quotation only begins or ends belongs to the side on which its words are.
        inside = (before > 0 and not piece.startswith(CLOSES)) or piece.startswith(OPENS)
        quoted = inside or (bare.startswith(">") and not bare.startswith(">From "))
        found.append(_Line(at, at + len(piece), bare, quoted, HISTORY in piece))
        at += len(piece)
    if at < len(text):
        found.append(_Line(at, len(text), "", True))
    return found


_WROTE = re.compile(
    r"(on\b.{4,250}\bwrote|am\b.{4,250}\bschrieb\b.{0,120}|.{2,150}\bschrieb am\b.{4,120}|le\b.{4,250}\ba écrit|"
    r"el\b.{4,250}\bescribió|il\b.{4,250}\bha scritto|op\b.{4,250}\bschreef\b.{0,120}|em\b.{4,250}\bescreveu|"
    r"(den|på)\b.{4,250}\bskrev\b.{0,120}|w dniu\b.{4,250}\bnapisał(\(a\))?|.{2,150}\bwrote on\b.{4,120})\s?:\s*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*[-_]{2,}\s*(original message|original-?nachricht|ursprüngliche (nachricht|mail)|message (d'|d’)origine|"
    r"mensaje original|messaggio originale|oorspronkelijk bericht|reply message|antwort)\s*[-_]{2,}\s*",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\W{0,30}(begin )?(forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|"
    r"messaggio inoltrato|doorgestuurd bericht)\W{0,30}",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(_{10,}|-{10,}|={10,})\s*")
_FROM = re.compile(r"\W{0,3}(from|von|de|da|van|från|fra)\s?:\W{0,3}\s*\S", re.IGNORECASE)
_BESIDE = re.compile(
    r"\W{0,3}(sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado( el)?|fecha|para|asunto|inviato|"
    r"data|a|oggetto|verzonden|aan|onderwerp|skickat|till|ämne)\s?:",
    re.IGNORECASE,
)
_DASHES = re.compile(r"--\s*")
_FOOTER = re.compile(
    r"\s*(sent from (my |the )?[\w .+-]{2,40}|get outlook for \w+.*|sent (via|using|with) [\w .-]{2,40}|"
    r"(von|mit) (meinem|meinen|der) [\w .-]{2,40} gesendet.*|gesendet (von|mit|über) [\w .,-]{2,60}|"
    r"diese nachricht wurde von meinem [\w .-]{2,60} gesendet.*|(diese e-mail wurde )?"
    r"von (meinem )?(iphone|ipad|samsung)[\w -]{0,30} gesendet.*|"
    r"envoyé (de|depuis|à partir de) (mon|ma|l') ?[\w .-]{2,40}|télécharger outlook pour .{2,20}|"
    r"enviado desde (mi|el) [\w .-]{2,40}|obtener outlook para .{2,20}|"
    r"inviato (da|dal) [\w .-]{2,40}|scarica outlook per .{2,20}|"
    r"outlook für (ios|android) .{0,30}(beziehen|herunterladen)?.*)"
    r"\s*(<?https?://\S{1,200}>?)?[.!]?\s*",
    re.IGNORECASE,
)
MOST_SIGNATURE = 20  # lines behind a "--" that isn't quite the one of RFC 3676


def _next(lines: Sequence[_Line], at: int) -> _Line | None:
    return next((line for line in lines[at:] if not line.blank), None)


def _attribution(lines: Sequence[_Line], at: int) -> int:
    """How many lines from here say who wrote what follows ("On … wrote:"); it may be wrapped. 0: none."""
    joined = ""
    for count, line in enumerate(lines[at : at + 4], start=1):
        if line.quoted or line.blank or len(line.text) > 400:
            return 0
        joined = f"{joined} {line.text.strip()}".strip()
        if joined.endswith(":") and _WROTE.fullmatch(joined):
            return count
    return 0


def _is_block(lines: Sequence[_Line], at: int) -> bool:
    """Whether an Outlook header begins here: who, when, to whom, about what, on lines of their own."""
    if not _FROM.match(lines[at].text[:200]):
        return False
    beside = [line for line in lines[at + 1 : at + 9] if _BESIDE.match(line.text[:60])]
    return len(beside) >= 2


def _history(lines: Sequence[_Line]) -> int:
    """The first line of what was said before; all below it too. The number of lines when there is nothing of it."""
    for at, line in enumerate(lines):
        if line.quoted or (line.blank and not line.history):
            continue
        if _FORWARDED.fullmatch(line.text[:120]):
            return len(lines)  # what was passed on is what it is about
        found = line.history or _SEPARATOR.fullmatch(line.text[:120]) or _is_block(lines, at)
        if not found and (count := _attribution(lines, at)):
            following = _next(lines, at + count)
            found = following is None or not following.quoted
        if found:
            return _without_rule(lines, at) if any(_is_said(one) for one in lines[:at]) else len(lines)
    return len(lines)


def _is_said(line: _Line) -> bool:
    return not (line.quoted or line.blank or _RULE.fullmatch(line.text))


def _without_rule(lines: Sequence[_Line], at: int) -> int:
    while at > 0 and (lines[at - 1].blank or _RULE.fullmatch(lines[at - 1].text)):
        at -= 1
    return at


def _mark_signature(lines: Sequence[_Line]) -> None:
    """From a line of two dashes on, up to a quotation below it; and what a program says of itself at the end."""
    ends = [len(lines)]  # for each line, the next quotation at or below it, from the last line up
    for at in range(len(lines) - 1, -1, -1):
        ends.append(at if lines[at].quoted else ends[-1])
    for at, line in enumerate(lines):
        if line.quoted or not _DASHES.fullmatch(line.text):
            continue
        until = ends[len(lines) - at]
        if line.text == "-- " or until - at <= MOST_SIGNATURE:
            for below in lines[at:until]:
                below.role = "signature"
            break
    own = [line for line in lines if line.role == "written" and not (line.quoted or line.blank)]
    for line in reversed(own[-3:]):
        if not _FOOTER.fullmatch(line.text[:300]):
            break
        line.role = "signature"


def _blocks(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Runs of quoted lines with blank ones between, and the lines above that say whose words they are."""
    at = 0
    while at < len(lines):
        if not lines[at].quoted:
            at += 1
            continue
        start = end = at
        while end < len(lines) and (lines[end].quoted or lines[end].blank):
            end += 1
        at = end
        yield _with_attribution(lines, start), end


def _with_attribution(lines: Sequence[_Line], start: int) -> int:
    above = start
    while above > 0 and lines[above - 1].blank:
        above -= 1
    for first in range(max(0, above - 3), above):
        if _attribution(lines, first) == above - first:
            return first
    # In whatever language: a line with a name or a date that ends in a colon, right above the quotation.
    last = lines[above - 1] if above else None
    if last and last.role == "written" and re.search(r"[\d<@].*:\s*$", last.text[-200:]):
        return above - 1
    return start


def _mark_quotations(lines: Sequence[_Line]) -> None:
    """Quotations at either end are left out. Those between answers stay: without them nobody knows what is answered."""
    blocks = list(_blocks(lines))
    for start, end in blocks:
        for line in lines[start:end]:
            line.role = "signature" if line.role == "signature" else "quoted"
    runs = _runs(lines)
    if not runs:
        return
    interleaved = len(runs) > 1
    for start, end in blocks:
        below, above = runs[-1] > end - 1, runs[0] < start
        if below and (above or interleaved):
            for line in lines[start:end]:
                line.role = "kept"


def _runs(lines: Sequence[_Line]) -> list[int]:
    """Where each stretch of own words begins, quotations being what separates them."""
    found, role = [], ""
    for at, line in enumerate(lines):
        if line.blank or line.role == "signature":
            continue
        if line.role == "written" and role != "written":
            found.append(at)
        role = line.role
    return found


# -- putting it together -----------------------------------------------------------------------------------------------


def written(text: str, spans: Sequence[Span] = ()) -> Written:
    """Tell what was written from what was only carried along.

    >>> written("Yes, please.\\n\\nOn 3 May 2026, Ana wrote:\\n> Shall we?\\n").text
    'Yes, please.'
    >>> written("> Shall we?\\nYes.\\n> And Ben?\\nHe too.\\n-- \\nCleo").text
    '> Shall we?\\nYes.\\n> And Ben?\\nHe too.'
    """
    lines = _lines(text)
    until = _history(lines)
    for line in lines[until:]:
        line.role = "quoted"
    _mark_signature(lines[:until])
    _mark_quotations(lines[:until])
    if not any(line.role in ("written", "kept") and not line.blank for line in lines):
        for line in lines:
            line.role = "written"
    kept, moved = _keep(text, spans, [line for line in lines if line.role in ("written", "kept")])
    return Written(kept, moved, _of(lines, "quoted"), _of(lines, "signature"))


def _of(lines: Sequence[_Line], role: str) -> str:
    return "\n".join(line.text for line in lines if line.role == role).strip()


def _keep(text: str, spans: Sequence[Span], lines: Sequence[_Line]) -> tuple[str, tuple[Span, ...]]:
    """The text of these lines, and the spans that lie within them, where they are now."""
    while lines and lines[0].blank:
        lines = lines[1:]
    while lines and lines[-1].blank:
        lines = lines[:-1]
    pieces: list[str] = []
    moves: list[int] = [-1] * (len(text) + 1)  # where each character is now
    length, blanks = 0, 0
    for line in lines:
        blanks = blanks + 1 if line.blank else 0
        if blanks > 1:
            continue
        before = "> " if line.quoted and line.text and not line.text.startswith(">") else ""
        raw = text[line.start : line.end].rstrip("\r\n")
        pieces.append(before)
        length += len(before)
        if not spans:
            pieces.append(raw.translate(_MARKS) + "\n")
            continue
        for at, letter in enumerate(raw, start=line.start):
            if letter in (OPENS, CLOSES, HISTORY):
                continue
            moves[at] = length
            pieces.append(letter)
            length += 1
        pieces.append("\n")
        length += 1
    found = "".join(pieces).rstrip()
    moved = (
        replace(span, start=moves[span.start], end=moves[span.end - 1] + 1)
        for span in spans
        if moves[span.start] >= 0 and moves[span.end - 1] >= moves[span.start]
    )
    return found, tuple(span for span in moved if span.end <= len(found))
