"""A number is the same on the page, in its file and on the command line."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.cli import main
from rapport.server.measure.models import Figure, Line
from rapport.server.measure.whereabouts import FRESH

DAY = timedelta(days=1)


@pytest.fixture
def line(db: None) -> Line:
    return Line.objects.create(name="Night ferry")


@pytest.fixture
def client(ben) -> Client:
    client = Client()
    client.force_login(ben)
    return client


def seven(line: Line, days_ago: int = 1, **more: object) -> Figure:
    end = timezone.now().date() - days_ago * DAY
    made = {
        "voices": 700,
        "people_labels": 80,
        "coded": [6, 7, 0],
        "unread": ["sv"],
        "looks": {"net": [0.1, -0.05, 0.25], "negative": [0.3, 0.2, 0.4]},
        "carried": [0.08, -0.06, 0.22],
        "change": {"tone": [-0.04, -0.12, 0.04], "mix": [0.01, -0.01, 0.03]},
    }
    known = {
        "net": [0.1, 0.01, 0.19],
        "shares": {"negative": [0.3, 0.24, 0.36], "uncodable": [0.05, 0.02, 0.1]},
        "people": {"net": [0.12, -0.1, 0.34], "negative": [0.28, 0.1, 0.46], "positive": [0.4, 0.2, 0.6]},
        "labels": 84,
        "needed": 40,
        "effective": 117.6,
        "alpha": [0.71, 0.6, 0.8],
        "messages": 900,
        "weight": 0.9,
        "missing": ["Forum"],
        "bounds": [0.0, 0.2],
        "made": made,
    }
    return Figure.objects.create(line=line, period="seven", start=end - 6 * DAY, end=end, **known | more)


def printed(*command: str) -> dict[str, object]:
    return json.loads(CliRunner().invoke(main, ["measure", *command, "--json"], catch_exceptions=False).output)[0]


def filed(client: Client, line: Line, **asked: str) -> dict[str, str]:
    told = client.get(reverse("line_figure", args=[line.pk, "csv"]), asked).content.decode()
    return list(csv.DictReader(io.StringIO(told)))[-1]


SAME = ("voices", "people_labels", "days_coded", "days", "not_read",
        "labels", "needed", "effective", "multiplier", "alpha", "alpha_low", "alpha_high", "uncodable",
        "uncodable_low", "uncodable_high", "messages", "late", "heard",
        "no_verdict", "missing", "bound_low", "bound_high", "carried", "carried_low", "carried_high", "change_tone",
        "change_tone_low", "change_tone_high", "change_mix", "change_mix_low", "change_mix_high",
        "start", "end")  # fmt: skip


@pytest.mark.parametrize("of", ["net", "negative"])
def test_the_file_and_the_command_line_say_the_same(client, line, of):
    seven(line)
    row, by_line, by_period = filed(client, line, of=of), printed("lines"), printed("figures", "--period", "seven")
    for told in (by_line, by_period):
        assert {name: row[name] for name in SAME} == {name: str(told[name]) for name in SAME}
        assert [row[name] for name in ("value", "low", "high")] == [
            str(told[f"{of}{end}"]) for end in ("", "_low", "_high")
        ]
        assert [row[name] for name in ("looks_low", "looks_high")] == [
            str(told[f"{of}_looks_{end}"]) for end in ("low", "high")
        ]
    assert (row["multiplier"], row["no_verdict"], row["carried"]) == ("1.4", "False", "0.08")


def test_people_are_counted_alike(client, line):
    seven(line)
    row, told = filed(client, line, of="negative", count="people"), printed("lines")
    assert [row[name] for name in ("value", "low", "high")] == ["0.28", "0.1", "0.46"]
    assert [told[f"people_negative{end}"] for end in ("", "_low", "_high")] == [0.28, 0.1, 0.46]
    assert row["looks_low"] == ""


def test_beside_a_number_of_people_stands_nothing_that_is_told_of_messages(client, line):
    seven(line)
    row = filed(client, line, of="net", count="people")
    assert (row["labels"], row["people_labels"], row["voices"], row["alpha"]) == ("80", "80", "700", "0.71")
    of_messages = [name for name in row if name.startswith(("bound", "carried", "change", "effective", "multiplier"))]
    assert len(of_messages) == 13
    assert {row[name] for name in of_messages} == {""}
    pages = [
        client.get(reverse("course"), {"line": line.pk, "of": "net", "count": of}).content.decode()
        for of in ("people", "")
    ]
    for words in ("A label counts for", "Nobody could code", "as last heard", "Labels</dt><dd><bdi>84"):
        assert [words in page for page in pages] == [False, True]
    assert "Labels</dt><dd><bdi>80" in pages[0]


def test_the_page_tells_the_interval_for_who_looks_every_day_and_what_was_last_heard(client, line):
    seven(line)
    page = client.get(reverse("course"), {"line": line.pk, "of": "net"}).content.decode()
    assert "However often one looks at these 7 days</dt><dd><bdi>between \u22125 and +25" in page
    assert "Nobody could code</dt><dd><bdi>5\u00a0% (between 2\u00a0% and 10\u00a0%)" in page
    assert "Coders agree (alpha)</dt><dd><bdi>0.71 (between 0.60 and 0.80)" in page
    assert "as last heard</dt><dd><bdi>+8 (between \u22126 and +22)" in page
    page = client.get(reverse("course"), {"line": line.pk, "of": "negative"}).content.decode()
    assert "between 20\u00a0% and 40\u00a0%" in page


def test_while_one_person_codes_alone_the_page_says_that_agreement_is_not_known(client, line):
    seven(line, alpha=None)
    page = client.get(reverse("course"), {"line": line.pk, "of": "net"}).content.decode()
    assert "Coders agree (alpha)</dt><dd><bdi>not known: two coded too few of the same messages" in page


def test_where_too_little_was_heard_all_say_that_there_is_no_verdict(client, line):
    seven(line, weight=0.6)
    assert filed(client, line)["no_verdict"] == "True"
    assert printed("lines")["no_verdict"] is True
    page = client.get(reverse("course"), {"line": line.pk}).content.decode()
    assert "there is no verdict" in page
    assert "However often" not in page


def test_what_ended_over_a_week_ago_is_no_now_anywhere(client, line):
    seven(line, days_ago=FRESH.days + 1)
    assert "net" not in printed("lines")
    assert "Nothing is known of the last seven days" in client.get(reverse("course")).content.decode()
    at = (timezone.now() - 5 * DAY).date().isoformat()
    assert "net" not in printed("lines", "--known", at)  # nobody knew it then
    Figure.objects.update(made_at=timezone.now() - 9 * DAY)
    assert printed("lines", "--known", at)["net"] == 0.1
