"""`rapport read`, `rapport readers evaluate` and `rapport readers fetch`: the readers alone, without a database."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rapport.home import Home
from rapport.tables import Row, TableError, rows

if TYPE_CHECKING:
    from rapport.core.types import Reading
    from rapport.core.understand import Tones
    from rapport.core.understand.evaluation import Evaluation

BATCH = 512
SEVERAL = re.compile(r"[,;|]")

File = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
Text = click.option("--text", required=True, help="The column that holds the text.")
Deep = click.option(
    "--deep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Read the tone with the deep reader in this folder instead of the quick one.",
)


# -- reading -----------------------------------------------------------------------------------------------------------


@click.command()
@File
@Text
@click.option("--language", help="The column with what the platform says the language is.")
@click.option("--keep", multiple=True, help="A column that is printed beside the readings; may be given several times.")
@click.option("--as", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@Deep
def read(file: Path, text: str, language: str | None, keep: tuple[str, ...], form: str, deep: Path | None) -> None:
    """Print what the readers make of each row of a file: CSV, TSV or JSON lines (by its ending).

    The texts themselves are not printed; `line` says where each one stands in the file.
    """
    from rapport.core import understand

    tones = _tones(deep)
    table = rows(file, text, *([language] if language else []), *keep)
    printed = _print_csv if form == "csv" else _print_json
    header = True
    for batch in _batches(table):
        hints = [row[language] for row in batch] if language else None
        readings = understand.read([row[text] for row in batch], hints, tones=tones)
        shown = [_shown(row, reading, readings.version, keep) for row, reading in zip(batch, readings.items)]
        printed(shown, header)
        header = False


def _tones(folder: Path | None) -> Tones:
    """The quick reader of tone, or the deep one of a folder."""
    from rapport.core.understand import tone

    if folder is None:
        return tone
    from rapport.core.understand import deep

    return deep.load(folder)


def _shown(row: Row, reading: Reading, version: str, keep: Sequence[str]) -> dict[str, Any]:
    found = {
        "language": reading.language,
        "tone": reading.tone.label,
        "negative": round(reading.tone.negative, 4),
        "neutral": round(reading.tone.neutral, 4),
        "positive": round(reading.tone.positive, 4),
        "kinds": list(reading.kinds),
        "private": [asdict(one) for one in reading.private],
        "hints": [asdict(one) for one in reading.hints],
        "spam": list(reading.spam),
        "urgency": reading.urgency.level,
        "urgent_for": list(reading.urgency.reasons),
        "reader": version,
    }
    if twice := sorted({"line", *found} & set(keep)):
        raise TableError(f"the readings have a column {', '.join(twice)} of their own: rename that of the file")
    return {"line": row.line} | {column: row[column] for column in keep} | found


def _print_csv(shown: Sequence[dict[str, Any]], header: bool) -> None:
    """Several kinds in one cell are parted by semicolons; private data is `kind:start-end`."""
    flat = [{name: _flat(value) for name, value in one.items()} for one in shown]
    writer = csv.DictWriter(sys.stdout, list(flat[0]), lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(flat)


def _flat(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return ";".join(one if isinstance(one, str) else f"{one['kind']}:{one['start']}-{one['end']}" for one in value)


def _print_json(shown: Sequence[dict[str, Any]], header: bool) -> None:
    sys.stdout.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in shown)


def _batches(table: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(table)
    while batch := list(islice(source, BATCH)):
        yield batch


# -- evaluating --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answers:
    """What a reader says of some texts: the classes of each, and how sure it is (None where it does not say)."""

    classes: Sequence[Collection[str]]
    confidence: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader as the evaluation sees it.

    answers   texts and hints (None: there are none) to what it says
    classes   what it may say; empty when it may be any language
    several   a text may be of several classes, or of none
    """

    answers: Callable[[Sequence[str], Sequence[str] | None], Answers]
    classes: Sequence[str]
    several: bool = False


def _reader(name: str, folder: Path | None = None) -> Reader:
    """Only what is asked for is imported."""
    from rapport.core.understand import kind, language, private, spam

    sound = _tones(folder)

    def tones(texts: Sequence[str], _: object) -> Answers:
        found = sound.tones_of(texts)
        return Answers([{one.label} for one in found], [max(one.negative, one.neutral, one.positive) for one in found])

    def kinds(texts: Sequence[str], _: object) -> Answers:
        return Answers(kind.kinds_of(texts))

    def languages(texts: Sequence[str], hints: Sequence[str] | None) -> Answers:
        return Answers([{_primary(code)} for code in language.languages_of(texts, hints)])

    def private_data(texts: Sequence[str], _: object) -> Answers:
        return Answers([{part.kind for part in parts} for parts in private.private_in(texts)])

    def spam_or_ham(texts: Sequence[str], _: object) -> Answers:
        found = spam.spam_of(texts)
        sure = [one.probability if one.sure else 1 - one.probability for one in found]
        return Answers([{"spam" if one.sure else "ham"} for one in found], sure)

    readers = {
        "tone": Reader(tones, ("negative", "neutral", "positive")),
        "kind": Reader(kinds, kind.KINDS, several=True),
        "language": Reader(languages, ()),
        "private": Reader(private_data, private.KINDS, several=True),
        "spam": Reader(spam_or_ham, ("spam", "ham")),
    }
    return readers[name]


@click.group()
def readers() -> None:
    """The readers of tone, kind, language, private data and spam."""


@readers.command()
@File
@click.option("--reader", "name", type=click.Choice(["tone", "kind", "language", "private", "spam"]), required=True)
@Text
@click.option("--label", required=True, help="The column with what people say the text is.")
@click.option("--language", help="The column with each text's language: a hint, and figures for each language.")
@click.option("--map", "mapping", multiple=True, help="What labels mean: FROM=TO,...; FROM= leaves such rows out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@Deep
def evaluate(
    file: Path,
    name: str,
    text: str,
    label: str,
    language: str | None,
    mapping: tuple[str, ...],
    as_json: bool,
    deep: Path | None,
) -> None:
    """Tell how well a reader does on labelled texts of your own: CSV, TSV or JSON lines.

    Labels are negative, neutral, positive (tone); the ten kinds (kind); codes such as en, pt-BR (language); card, iban,
    phone and so on, or nothing (private); spam, ham (spam). Several kinds are parted by commas or semicolons. Rows
    without a label are left out.
    """
    if deep and name != "tone":
        raise click.BadParameter(f"the deep reader reads the tone, not {name}", param_hint="--deep")
    reader = _reader(name, deep)
    labels = Labels(file.name, name, reader, _mapping(mapping, name, reader))
    judged = Judged()
    for batch in _batches(rows(file, text, label, *([language] if language else []))):
        judged.add(reader, labels.of(batch, label), text, language)
    if not judged.truth:
        raise TableError(f"{file.name} has no row with a label in {label} that counts")
    if as_json:
        click.echo(json.dumps(judged.as_json(), ensure_ascii=False, indent=2))
    else:
        for line in judged.lines():
            click.echo(line)


@readers.command()
@click.argument("name")
@click.option("--revision", default="main", show_default=True, help="A commit, a tag or a branch.")
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), help="A folder; RAPPORT_HOME/readers otherwise."
)
def fetch(name: str, revision: str, to: Path | None) -> None:
    """Bring a model for the deep reader from a hub, and check its files and whether it can read tones.

    NAME is PUBLISHER/MODEL. Nothing is fetched unless you say so here; what lies there already is not fetched again.
    """
    from rapport import hub
    from rapport.core.understand import deep

    folder = to or Home.from_environment().folder("readers") / name.rpartition("/")[2]
    with click.progressbar(length=1, label=name, file=sys.stderr) as bar:

        def progress(file: str, there: int, whole: int) -> None:
            bar.label, bar.length = file, whole
            bar.update(there - bar.pos)

        commit = hub.fetch(
            name,
            revision,
            folder,
            hub=os.environ.get("RAPPORT_HUB", hub.HUB),
            token=os.environ.get("RAPPORT_HUB_TOKEN", ""),
            private_hosts=tuple(filter(None, os.environ.get("RAPPORT_PRIVATE_HOSTS", "").split(","))),
            progress=progress,
        )
    click.echo(f"{name} at {commit} is in {folder}.")
    click.echo(f"It reads: {deep.load(folder).version()}. To use it, set RAPPORT_DEEP_READER={folder}.")


@dataclass(frozen=True, slots=True)
class Labels:
    """What the labels of a file mean to a reader."""

    file: str
    name: str
    reader: Reader
    mapping: Mapping[str, str]

    def of(self, batch: Sequence[Row], column: str) -> list[tuple[Row, set[str]]]:
        """The rows that count, each with its classes."""
        found = [(row, self._classes(row, column)) for row in batch]
        return [(row, classes) for row, classes in found if classes is not None]

    def _classes(self, row: Row, column: str) -> set[str] | None:
        label = row[column].strip()
        if not label and self.name != "private":
            return None
        if self.reader.several and label.casefold() not in self.mapping:
            parts = json.loads(label) if label.startswith("[") else SEVERAL.split(label)
            named = [str(part).strip() for part in parts]
        else:
            named = [label]
        classes = {self._class(row, one) for one in named if one}
        if self.reader.several and label and classes == {""}:
            return None
        return None if not self.reader.several and "" in classes else classes - {"", "nothing"}

    def _class(self, row: Row, label: str) -> str:
        """The class that a label names; empty when it was mapped to nothing."""
        plain = self.mapping.get(label.casefold(), label.casefold())
        if not plain or plain in self.reader.classes or (plain == "nothing" and self.name == "private"):
            return plain
        if not self.reader.classes and re.fullmatch(r"[a-z]{2,3}(?:[-_]\w+)*", plain):
            return _primary(plain)
        known = ", ".join(self.reader.classes) or "codes such as en, de, pt-BR"
        raise TableError(
            f"{self.file}, line {row.line}: the reader of {self.name} does not know {label!r}; it knows {known}. "
            f"Say what it means with --map '{label}=...', or leave such rows out with --map '{label}='."
        )


@dataclass
class Judged:
    """What was said of the texts so far, and what they are."""

    truth: list[set[str]] = field(default_factory=list)
    found: list[Collection[str]] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, reader: Reader, labelled: Sequence[tuple[Row, set[str]]], text: str, language: str | None) -> None:
        if not labelled:
            return
        texts = [row[text] for row, _ in labelled]
        hints = [row[language] for row, _ in labelled] if language else None
        if not self.truth:
            reader.answers(texts[:1], None)  # what is loaded once counts for no message
        start = time.process_time()
        answers = reader.answers(texts, hints)
        self.seconds += time.process_time() - start
        self.truth += [classes for _, classes in labelled]
        self.found += answers.classes
        self.confidence += answers.confidence or ()
        self.languages += [_primary(hint) for hint in hints or ()]

    def evaluation(self) -> Evaluation:
        from rapport.core.understand.evaluation import judge_sets

        return judge_sets(self.truth, self.found, self.confidence or None)

    def per_language(self) -> dict[str, Evaluation]:
        from rapport.core.understand.evaluation import judge_sets

        places: dict[str, list[int]] = {}
        for place, language in enumerate(self.languages):
            places.setdefault(language, []).append(place)
        return {
            language: judge_sets([self.truth[n] for n in some], [self.found[n] for n in some])
            for language, some in sorted(places.items())
        }

    def pace(self) -> float:
        return len(self.truth) / max(self.seconds, 1e-9)

    def as_json(self) -> dict[str, Any]:
        found = self.evaluation()
        figures = {
            "average_recall": found.average_recall,
            "macro_f1": found.macro_f1,
            "accuracy": found.accuracy,
            "expected_calibration_error": found.expected_calibration_error,
            "messages_per_second": round(self.pace()),
            "per_class": {name: asdict(one) for name, one in found.per_class.items()},
            "confusion": found.confusion,
        }
        if self.languages:
            figures["per_language"] = {
                name: {"average_recall": one.average_recall, "macro_f1": one.macro_f1, "accuracy": one.accuracy}
                for name, one in self.per_language().items()
            }
        return figures

    def lines(self) -> Iterator[str]:
        found = self.evaluation()
        width = max(12, *map(len, found.per_class))
        yield f"{'class':<{width}} {'precision':>9} {'recall':>9} {'F1':>9} {'texts':>9} {'found':>9}"
        for name, one in found.per_class.items():
            figures = f"{_share(one.precision)} {_share(one.recall)} {_share(one.f1)} {one.texts:>9,} {one.found:>9,}"
            yield f"{name:<{width}} {figures}"
        error = found.expected_calibration_error
        calibration = "not told, it gives no probabilities" if error is None else f"{error:.3f}"
        yield ""
        yield f"average recall {found.average_recall:.3f}, macro-F1 {found.macro_f1:.3f}, accuracy {found.accuracy:.3f}"
        yield f"expected calibration error {calibration}"
        yield f"{len(self.truth):,} texts, {self.pace():,.0f} a second of one core"
        yield ""
        for name, instead in found.confusion.items():
            most = sorted(instead.items(), key=lambda pair: (-pair[1], pair[0]))
            yield f"{name} was taken for: " + ", ".join(f"{other} {count:,}" for other, count in most)
        for language, some in self.per_language().items():
            yield (
                f"{language or 'no language'}: average recall {some.average_recall:.3f}, "
                f"macro-F1 {some.macro_f1:.3f}, accuracy {some.accuracy:.3f}"
            )


def _share(value: float | None) -> str:
    return f"{'-':>9}" if value is None else f"{value:>9.3f}"


def _primary(code: str) -> str:
    return re.split("[-_]", code.strip())[0].lower()


def _mapping(given: Sequence[str], name: str, reader: Reader) -> dict[str, str]:
    """FROM=TO pairs, by FROM in lower case. TO is a class, or empty."""
    pairs = [part.rpartition("=") for one in given for part in one.split(",") if part.strip()]
    mapping = {}
    for source, sign, target in pairs:
        plain = target.strip().casefold()
        if not sign or not source.strip():
            raise click.BadParameter(f"{source}{sign}{target} is no FROM=TO", param_hint="--map")
        if plain and reader.classes and plain not in (*reader.classes, "nothing"):
            known = ", ".join(reader.classes)
            raise click.BadParameter(
                f"the reader of {name} does not know {plain!r}; it knows {known}", param_hint="--map"
            )
        mapping[source.strip().casefold()] = plain
    return mapping
