"""`rapport measure` on a table, as an analyst would use it."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.worlds import WORLDS
from rapport.cli import main

TONES = ("negative", "neutral", "positive")
NEW_YEAR = date(2026, 1, 1)


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, ["measure", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def write(file: Path, rows: list[dict[str, object]]) -> Path:
    with file.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def messages(n: int, seed: int = 1) -> tuple[list[dict[str, object]], np.ndarray]:
    truth, prediction = WORLDS[1].messages(np.random.default_rng(seed), n)
    rows = [{"id": f"m{i}", "channel": "web"} | dict(zip(TONES, p.round(4))) for i, p in enumerate(prediction)]
    return rows, truth


def test_from_a_draw_to_an_estimate(tmp_path: Path) -> None:
    rows, truth = messages(800)
    drawn = list(
        csv.DictReader(io.StringIO(run("draw", write(tmp_path / "all.csv", rows), "--labels", "100", "--salt", "s")))
    )
    assert sorted(int(row["place"]) for row in drawn) == list(range(1, 801))
    assert sum(float(row["chance"]) for row in drawn) == pytest.approx(100, abs=0.01)
    coded = [
        row | {"label": TONES[tone] if int(row["place"]) <= 100 else ""} for row, tone in zip(drawn, truth, strict=True)
    ]
    said = run("estimate", write(tmp_path / "coded.csv", coded))
    low, high = (float(said.split(word)[1].split()[0]) for word in ("between", "and"))
    assert low < (truth == 0).mean() < high
    assert "100 labels of 800 messages" in said


def test_brands_that_share_the_coders_are_served_as_evenly_as_can_be(tmp_path: Path) -> None:
    rows, truth = messages(800)
    branded = [row | {"brand": "Small" if n < 20 else "Large" if n < 600 else "Other"} for n, row in enumerate(rows)]
    file = write(tmp_path / "all.csv", branded)
    drawn = list(csv.DictReader(io.StringIO(run("draw", file, "--labels", "120", "--salt", "s", "--by", "brand"))))
    chances = {name: [float(row["chance"]) for row in drawn if row["brand"] == name] for name in ("Small", "Large")}
    assert sum(chances["Small"]) == pytest.approx(20, abs=0.01)
    assert sum(chances["Large"]) == pytest.approx(50, abs=0.01)
    assert [row["id"] for row in drawn] == [row["id"] for row in rows]
    coded = [row | {"label": TONES[k] if float(row["chance"]) == 1 or int(row["place"]) <= 50 else ""}
             for row, k in zip(drawn, truth)]  # fmt: skip
    assert "120 labels of 800 messages" in run("estimate", write(tmp_path / "coded.csv", coded))
    result = CliRunner().invoke(main, ["measure", "draw", str(file), "--labels", "2", "--salt", "s", "--by", "brand"])
    assert "2 labels are too few for 3 kinds of brand" in result.output


def test_labels_behind_a_hole_in_the_queue_are_refused(tmp_path: Path) -> None:
    rows, truth = messages(300)
    places = [{"stratum": "all", "place": str(n + 1), "label": TONES[k] if n < 60 else ""} for n, k in enumerate(truth)]
    coded = [row | more for row, more in zip(rows, places, strict=True)]
    assert "60 labels of 300" in run("estimate", write(tmp_path / "coded.csv", coded))
    coded[100]["label"] = "negative"
    result = CliRunner().invoke(main, ["measure", "estimate", str(write(tmp_path / "picked.csv", coded))])
    assert result.exit_code
    assert "line 102: place 101 has a label, and place 61 (line 62) of the same stratum has none" in result.output
    twice = [row | {"day": day} for day in ("2026-01-01", "2026-01-02") for row in coded[:100]]
    assert "120 labels of 200" in run("estimate", write(tmp_path / "days.csv", twice))


def test_labelled_messages_alone_are_refused_for_the_number_is_about_all(tmp_path: Path) -> None:
    rows, truth = messages(600)
    drawn = csv.DictReader(io.StringIO(run("draw", write(tmp_path / "all.csv", rows), "--labels", "80", "--salt", "s")))
    coded = [row | {"label": TONES[tone]} for row, tone in zip(drawn, truth, strict=True)]
    assert "600 labels of 600" in run("estimate", write(tmp_path / "read in full.csv", coded))
    first = [row for row in coded if int(row["place"]) <= 80]
    gaps = [{name: one for name, one in row.items() if name != "chance"} for row in coded[:100]]
    for rest in (first, gaps):
        result = CliRunner().invoke(main, ["measure", "estimate", str(write(tmp_path / "some.csv", rest))])
        assert result.exit_code == 1
        assert "Hand in all messages of the frame, with no label where nobody coded" in result.output


def test_too_few_labels_are_told_instead_of_a_number(tmp_path: Path) -> None:
    rows, truth = messages(200)
    coded = [
        row | {"stratum": "all", "label": TONES[k] if i < 14 else ""} for i, (row, k) in enumerate(zip(rows, truth))
    ]
    assert run("estimate", write(tmp_path / "coded.csv", coded)) == "Not enough labels: 14 of 40.\n"


def test_the_mood_counts_an_author_once(tmp_path: Path) -> None:
    rows, truth = messages(200)
    coded = [
        row | {"stratum": "all", "label": TONES[k], "author": f"a{i % 30}", "thread": ""}
        for i, (row, k) in enumerate(zip(rows, truth))
    ]
    assert "over 30 groups" in run("estimate", write(tmp_path / "coded.csv", coded), "--mood")


def test_the_mood_counts_a_copy_once_and_asks_what_ties_messages(tmp_path: Path) -> None:
    rows, truth = messages(200)
    coded = [
        row | {"stratum": "all", "label": TONES[k], "wording": f"w{i % 25}"}
        for i, (row, k) in enumerate(zip(rows, truth))
    ]
    assert "over 25 groups" in run("estimate", write(tmp_path / "coded.csv", coded), "--mood")
    bare = write(tmp_path / "bare.csv", [{k: v for k, v in row.items() if k != "wording"} for row in coded])
    said = CliRunner().invoke(main, ["measure", "estimate", str(bare), "--mood"])
    assert said.exit_code == 1
    assert "no column that ties messages: author, thread, wording" in said.output


def watched(days: int, change_on: int) -> list[dict[str, object]]:
    rng, rows = np.random.default_rng(2), []
    for day in range(days):
        share = 0.25 if day < change_on else 0.6
        for i in range(40):
            label = ("negative" if rng.random() < share else "neutral") if i < 15 else ""
            rows.append(
                {"day": str(NEW_YEAR + timedelta(day)), "stratum": "all", "label": label} | dict.fromkeys(TONES, 1 / 3)
            )
    return rows


def test_a_change_turns_red_and_quiet_stays_quiet(tmp_path: Path) -> None:
    table = write(tmp_path / "days.csv", watched(90, 70))
    said = run("alarm", table, "--tolerance", "0.05")
    assert "it has risen, probably since 2026-03-" in said
    assert str(NEW_YEAR + timedelta(70)) <= said.strip().split()[-1].rstrip(".") <= str(NEW_YEAR + timedelta(79))
    quiet = write(tmp_path / "quiet.csv", watched(90, 1000))
    assert "Quiet for 34 days" in run("alarm", quiet, "--tolerance", "0.05")


def two_channels(days: int, loud_on: int, *, quiet: bool) -> list[dict[str, object]]:
    """A channel that complains beside one that does not; from one day on the first is gone, or five times as loud."""
    rng, rows = np.random.default_rng(4), []
    for day in range(days):
        many = 40 if day < loud_on else 0 if quiet else 200
        for channel, count, share in (("news", 40, 0.1), ("web", many, 0.5)):
            for i in range(count):
                label = ("negative" if rng.random() < share else "neutral") if i < 10 else ""
                rows.append(
                    {
                        "day": str(NEW_YEAR + timedelta(day)),
                        "channel": channel,
                        "stratum": "all",
                        "label": label,
                        **THIRDS,
                    }
                )
    return rows


THIRDS = dict.fromkeys(TONES, 1 / 3)


@pytest.mark.parametrize("quiet", [True, False])
def test_neither_an_outage_nor_another_mix_is_a_change_of_tone(tmp_path: Path, quiet: bool) -> None:
    rows = two_channels(90, 60, quiet=quiet)
    table = write(tmp_path / "days.csv", rows)
    assert "Quiet for 34 days" in run("alarm", table, "--tolerance", "0.05")
    # it is the channels' weights that keep it quiet: as one channel, the same table rings
    one = write(tmp_path / "one.csv", [row | {"channel": "", "stratum": row["channel"]} for row in rows])
    assert "Red on" in run("alarm", one, "--tolerance", "0.05")


def test_one_thread_that_all_say_the_same_in_is_one_voice(tmp_path: Path) -> None:
    rows = [row | {"id": str(n), "thread": ""} for n, row in enumerate(watched(90, 1000))]
    for row in rows:
        if row["day"] >= "2026-03-02" and int(row["id"]) % 40 < 12:
            row |= {"thread": f"storm {row['day']}", "label": "negative"}
    assert "Red on" in run(
        "alarm", write(tmp_path / "a.csv", [row | {"thread": ""} for row in rows]), "--tolerance", ".05"
    )
    assert "Quiet for 34 days" in run("alarm", write(tmp_path / "b.csv", rows), "--tolerance", "0.05")


def test_a_baseline_of_one_day_is_told_instead_of_an_error(tmp_path: Path) -> None:
    rows = watched(10, 1000)
    first = [row | {"label": "" if row["day"] > "2026-01-01" else row["label"] or "neutral"} for row in rows]
    said = run("alarm", write(tmp_path / "days.csv", [*first, *[first[0] | {"label": "negative"}] * 5]))
    assert said == "In the first 56 days: Not enough days with two labels or more: 1 of 2.\n"


def test_a_tolerance_that_cannot_be_told_from_error_is_refused(tmp_path: Path) -> None:
    assert "No alarm" in run("alarm", write(tmp_path / "days.csv", watched(90, 1000)), "--tolerance", "0.001")


def test_a_forecast_is_a_table_and_a_goal_has_odds(tmp_path: Path) -> None:
    values = 0.3 + 0.01 * np.random.default_rng(3).normal(size=60)
    table = write(tmp_path / "weeks.csv", [{"value": value} for value in values])
    said = run("forecast", table, "--horizon", "4", "--goal", "0.2")
    assert said.splitlines()[0] == "step,value,low,high,held,judged"
    held, judged = said.splitlines()[4].split(",")[-2:]
    assert (0.7 < float(held) <= 1.0, judged) == (True, "41")  # eight start the models, eleven are not known in time
    assert len(said.splitlines()) == 6
    assert "At 0.2 in 4 steps: 100%" in said


def test_a_forecast_of_counts_may_exceed_all_of_them(tmp_path: Path) -> None:
    values = np.linspace(300, 500, 60) + 5 * np.random.default_rng(3).normal(size=60)
    said = run("forecast", write(tmp_path / "weeks.csv", [{"value": value} for value in values]))
    assert float(said.split()[-1].split(",")[3]) > values.max()


def test_a_forecast_from_nothing_is_told_instead_of_an_error(tmp_path: Path) -> None:
    (tmp_path / "weeks.csv").write_text("value\n")
    assert run("forecast", tmp_path / "weeks.csv").startswith("Not enough values: 0 of")


def test_agreement_between_coders(tmp_path: Path) -> None:
    rows = [{"message": i, "label": TONES[i % 3]} for i in [*range(30), *range(30)]]
    said = run("agreement", write(tmp_path / "codings.csv", rows))
    assert said == "alpha 1.000, between 1.000 and 1.000, 30 messages coded twice\n"


@pytest.mark.parametrize("tone", TONES)
def test_uncodable_is_no_tone_that_lies_nearer_to_one_than_to_another(tmp_path: Path, tone: str) -> None:
    rows = [{"message": n, "label": TONES[n % 3]} for n in [*range(30), *range(30)]]
    rows += [{"message": n, "label": label} for n in range(30, 35) for label in (tone, "uncodable")]
    said = run("agreement", write(tmp_path / "codings.csv", rows)).splitlines()
    assert said[0] == "alpha 1.000, between 1.000 and 1.000, 30 messages coded twice"
    assert said[1] == "5 of 70 labels are uncodable (7.1%), left out of it."
    assert re.fullmatch(r"Whether there is a tone at all: alpha -0\.0\d\d, between .* 35 messages coded twice", said[2])


@pytest.mark.parametrize(
    ("command", "rows", "said"),
    [
        (["estimate"], [{"id": "1"}], "has no column stratum, label"),
        (["agreement"], [{"message": "1", "label": "angry"}], "line 2: label is none of"),
        (["forecast"], [{"value": "0.1"}, {"value": "much"}], "line 3: value is not a number: 'much'"),
        (
            ["forecast"],
            [{"value": "0.1"}, {"value": "nan"}],
            "line 3: value is not a number: 'nan'. Write it like 0.25",
        ),
        (["forecast"], [{"value": "0.1"}, {"value": "1e300"}], "line 3: value is 1e+300, and has to be from"),
        (
            ["draw", "--labels", "5", "--salt", "s"],
            [{"id": "1", "channel": "web", "negative": "7", "neutral": "0", "positive": "0"}],
            "line 2: negative is 7, and has to be from 0 to 1",
        ),
        (
            ["draw", "--labels", "5", "--salt", "s"],
            [{"id": "1", "channel": "web", "negative": "0.5", "neutral": "0.9", "positive": "0"}],
            "line 2: negative, neutral, positive are chances and have to sum to 1, not to 1.4",
        ),
        (
            ["alarm"],
            [{"day": "2.3.2026", "stratum": "all", "label": ""} | dict.fromkeys(TONES, 1 / 3)],
            "line 2: day is no day like 2026-03-02: '2.3.2026'",
        ),
    ],
)
def test_a_table_that_cannot_be_read_says_where(
    tmp_path: Path, command: list[str], rows: list[dict[str, object]], said: str
) -> None:
    result = CliRunner().invoke(main, ["measure", *command, str(write(tmp_path / "t.csv", rows))])
    assert result.exit_code == 1
    assert said in result.output


def test_the_command_line_starts_without_the_estimators() -> None:
    code = "import sys, rapport.cli; sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'django')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("command", ["response", "lines", "figures", "alarms"])
def test_what_asks_the_database_says_so_where_there_is_no_server(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "django", None)
    result = CliRunner().invoke(main, ["measure", command])
    assert (result.exit_code, "install rapport[server]" in result.output) == (1, True)
