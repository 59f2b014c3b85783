"""`rapport measure` on counts, weeks and channels, as an analyst would use it; and every example of its page."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rapport.cli import main
from tests.core.test_measure_cli import TONES, messages, run, watched, write

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
README = Path(__file__).parents[2] / "docs/reference/measure/README.md"


def hours(last: int = 3) -> list[dict[str, object]]:
    """Five weeks with two messages an hour; in the last four hours `last` each."""
    counts = np.random.default_rng(1).poisson(2.0, 5 * 168)
    counts[-4:] = last
    return [{"hour": (MONDAY + timedelta(hours=n)).isoformat(), "count": int(one)} for n, one in enumerate(counts)]


def mentions() -> list[dict[str, object]]:
    loud = [{"brand": "they", "author": "loud"}] * 100
    return [*loud, *({"brand": "we" if n < 20 else "they", "author": f"a{n}"} for n in range(50))]


def panel(step: float) -> list[dict[str, object]]:
    """Sixty weeks; from the fifty-first on the tone is higher by so much than a rival's explains."""
    rng = np.random.default_rng(3)
    rival, noise = rng.normal(0, 0.1, 60), rng.normal(0, 0.01, 60)
    first = date(2025, 3, 17)
    return [
        {"week": first + n * timedelta(7), "tone": rival[n] + noise[n] + step * (n >= 50), "rival": rival[n]}
        for n in range(60)
    ]


def channels() -> list[dict[str, object]]:
    def row(period: str, channel: str, messages: int, value: object) -> dict[str, object]:
        found = {"period": period, "channel": channel, "messages": messages, "labels": 50}
        return found | {"value": value, "error": 0.02 if value != "" else ""}

    before = [row("2026-03-02", name, n, value) for name, n, value in (("a", 85, 0.2), ("b", 15, 0.5))]
    return [*before, row("2026-03-09", "a", 100, 0.3), row("2026-03-09", "b", 0, "")]


def test_a_loud_evening_is_told_and_an_usual_one_is_not(tmp_path: Path) -> None:
    said = run("burst", write(tmp_path / "loud.csv", hours(30)))
    assert re.search(
        r"since 2026-04-05 20:00: 120 in 4 hours, where \d\.\d are usual; found by the first of these", said
    )
    assert re.search(r"\nAll of the last 48 hours together: 2\.\d\d times the expected, between", said)
    assert run("burst", write(tmp_path / "calm.csv", hours())).startswith("Nothing too loud in the last 48 hours.")


def test_hours_that_are_missing_were_not_heard(tmp_path: Path) -> None:
    rows = hours()
    assert run("burst", write(tmp_path / "few.csv", rows[: 3 * 168])) == "Not enough weeks of hourly counts: 2 of 4.\n"
    said = run("burst", write(tmp_path / "night.csv", [row for n, row in enumerate(rows) if n < 800 or n > 820]))
    assert said.startswith("Nothing too loud")


def test_one_loud_person_is_one_voice(tmp_path: Path) -> None:
    table = write(tmp_path / "mentions.csv", mentions())
    told = [line.split(",") for line in run("voice", table).splitlines()]
    assert (told[2][0], told[2][1], told[2][4]) == ("we", "0.1333", "150")
    people = [line.split(",") for line in run("voice", table, "--people").splitlines()]
    assert (people[2][1], people[2][4]) == ("0.3922", "51")
    assert float(told[2][3]) - float(told[2][2]) > 0.2  # one person could have said anything else


def test_what_an_action_changed_is_held_against_earlier_moments(tmp_path: Path) -> None:
    command = ("--column", "tone", "--action", "2026-03-04", "--control", "rival")
    said = run("effect", write(tmp_path / "panel.csv", panel(0.1)), *command)
    assert re.match(r"tone by \+0\.(09|10)\d\d from 2026-03-02 on, between \+0\.0", said)
    assert "As much without an action: none of 21 earlier moments (10 weeks each); so the chance is 1 in 22 at" in said
    low, high = map(
        float, re.findall(r"[+-]\d\.\d{4}", run("effect", write(tmp_path / "b.csv", panel(0.0)), *command))[1:]
    )
    assert low < 0 < high


def exported() -> list[dict[str, object]]:
    """As the page gives it away: weeks without a number are empty cells, and one was hardly heard."""
    rows = [row | {"tone_se": 0.05, "coverage": 1.0} for row in panel(0.1)]
    for n in (0, 1, 5, 59):
        rows[n] |= {"tone": "", "tone_se": ""}
    rows[7] |= {"coverage": 0.4, "tone": 5.0}
    return rows


def test_weeks_without_a_number_end_what_counts_and_that_is_said(tmp_path: Path) -> None:
    table = write(tmp_path / "panel.csv", exported())
    said = run("effect", table, "--column", "tone", "--control", "rival", "--action", "2026-03-04", "--steps", "2")
    left = "in that of 2025-05-05 less than 70% was heard; in that of 2026-05-04 tone is empty"
    assert said.startswith(f"The weeks from 2025-05-12 to 2026-04-27 count: {left}.\ntone by +0.")
    told = CliRunner().invoke(main, ["measure", "forecast", str(table), "--column", "tone"])
    assert told.stdout.startswith("step,value,low,high,held,judged\n1,")
    assert told.stderr == (
        "The lines 10 to 60 count: in line 9 less than 70% was heard; in line 61 tone is empty. "
        "Step 1 is the one behind line 60.\n"
    )


def test_with_too_few_weeks_before_an_action_it_is_told_how_many_there_would_have_to_be(tmp_path: Path) -> None:
    table = write(tmp_path / "panel.csv", exported())
    said = run("effect", table, "--column", "tone", "--action", "2026-01-28", "--steps", "4").splitlines()
    assert said[1] == (
        "Not enough moments before the action to compare with: 14 of 19. "
        "42 weeks are needed before it, and there are 37."
    )


def test_moments_that_show_as_much_are_counted_and_none_is_not_one_in_twenty(tmp_path: Path) -> None:
    table = write(tmp_path / "panel.csv", panel(0.0))
    said = run("effect", table, "--column", "tone", "--control", "rival", "--action", "2026-03-04")
    seen, chance = re.search(
        r"action: (\d+) of 21 earlier .*; the action counted in, the chance is (\d+)%", said
    ).groups()  # type: ignore[union-attr]
    assert int(chance) == round(100 * (int(seen) + 1) / 22)


def test_a_missing_channel_leaves_bounds_and_is_no_change_of_mix(tmp_path: Path) -> None:
    assert run("coverage", write(tmp_path / "channels.csv", channels())).splitlines() == [
        "85% of the weight was heard.",
        "Of what was heard: 0.300, between 0.260 and 0.340.",
        "Missing: b. Whatever it held, all is between 0.226 and 0.434.",
        "With what is missing as last heard: 0.330, between 0.292 and 0.368.",
        "Since 2026-03-02, by tone: +0.100, between +0.044 and +0.156; by mix: +0.000, between +0.000 and +0.000.",
    ]


def test_what_an_action_changed_is_not_its_own_control(tmp_path: Path) -> None:
    table = str(write(tmp_path / "panel.csv", panel(0)))
    told = CliRunner().invoke(
        main, ["measure", "effect", table, "--column", "tone", "--control", "tone", "--action", "2026-03-02"]
    )
    assert (told.exit_code, "tone cannot be its own control" in told.output) == (2, True)


def test_without_enough_labels_nothing_is_printed_that_looks_like_a_table(tmp_path: Path) -> None:
    table = str(write(tmp_path / "coded.csv", labelled()[:30]))
    told = CliRunner().invoke(main, ["measure", "calibrate", table, "--apply", table])
    assert (told.exit_code, told.stdout) == (1, "")


def test_a_level_that_is_nearly_all_is_not_told_as_all(tmp_path: Path) -> None:
    table = write(tmp_path / "coded.csv", labelled())
    assert "99.9% Student interval" in run("estimate", table, "--level", "0.999")
    assert "95% Student interval" in run("estimate", table)


def labelled() -> list[dict[str, object]]:
    rows, truth = messages(300)
    return [
        row | {"stratum": "all", "label": TONES[tone], "author": f"a{n}"}
        for n, (row, tone) in enumerate(zip(rows, truth, strict=True))
    ]


def test_a_reader_that_is_too_sure_is_found_out_and_mended(tmp_path: Path) -> None:
    rows = labelled()
    for row in rows:
        squares = np.array([float(str(row[tone])) for tone in TONES]) ** 3
        row |= dict(zip(TONES, squares / squares.sum()))
    table = write(tmp_path / "coded.csv", rows)
    sharpness = float(run("calibrate", table).split()[1])
    assert sharpness < 0.6
    first = run("calibrate", table, "--apply", table).splitlines()[1].split(",")
    assert max(map(float, first[2:5])) < max(float(str(rows[0][tone])) for tone in TONES)


@pytest.mark.parametrize(
    ("command", "rows", "said"),
    [
        (["burst"], [{"hour": "noon", "count": "1"}], "line 2: hour is no time like"),
        (
            ["effect", "--column", "x", "--action", "2026-03-02"],
            [{"week": "w", "x": "1"}],
            "line 2: week is no day like",
        ),
        (["effect", "--column", "x", "--action", "2027-03-02"], panel(0), "has no column x"),
        (["effect", "--column", "tone", "--action", "2027-03-02"], panel(0), "do not hold the day of the action"),
        (["effect", "--column", "tone", "--action", "2026-03-02"], panel(0)[::2], "the weeks have a gap"),
        (["coverage"], [*channels(), channels()[0]], "the channel a stands twice in 2026-03-02"),
        (
            ["effect", "--column", "tone", "--action", "2025-04-21"],
            exported(),
            "line 7: in the week of the action, 2025-04-21, tone is empty",
        ),
        (["coverage"], [channels()[0] | {"value": 1.7}], "line 2: value is 1.7, and has to be from 0 to 1"),
        (
            ["coverage"],
            [channels()[0] | {"period": "2026-02-23", "value": 1.7}, *channels()],
            "line 2: value is 1.7, and has to be from 0 to 1",
        ),
        (["coverage"], [channels()[0] | {"error": -0.1}], "line 2: error is -0.1, and has to be from 0"),
        (["burst"], [hours()[0] | {"count": "nan"}], "line 2: count is not a number: 'nan'"),
        (["burst"], [hours()[0] | {"count": "2.5"}], "line 2: count is 2.5, and has to be a whole number"),
        (["burst"], [hours()[0], hours()[0]], "line 3: the hour 2026-03-02 00:00 stands there twice"),
        (["burst"], [hours()[0], {"hour": "0001-01-01", "count": 1}], "more than ten years"),
        (["voice"], [{"brand": "we"}, {"brand": " "}], "line 3: brand is empty"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, command: list[str], rows: list[dict[str, object]], said: str
) -> None:
    result = CliRunner().invoke(main, ["measure", command[0], str(write(tmp_path / "t.csv", rows)), *command[1:]])
    assert result.exit_code == 1
    assert said in result.output


# -- the page


def examples() -> list[list[str]]:
    """What stands on the page, without what is said beside it and where its output goes."""
    lines = re.findall(r"^    rapport (measure .*?)(?:  .*)?$", README.read_text(encoding="utf-8"), re.MULTILINE)
    return [shlex.split(line.split(" > ")[0]) for line in lines]


@pytest.mark.parametrize("command", examples(), ids=" ".join)
def test_every_example_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    tables = {
        "week.csv": lambda: [row | {"brand": "we" if n % 4 else "they"} for n, row in enumerate(messages(200)[0])],
        "coded.csv": labelled,
        "days.csv": lambda: watched(70, 1000),
        "codings.csv": lambda: [{"message": n % 30, "label": TONES[n % 3]} for n in range(60)],
        "hours.csv": hours,
        "mentions.csv": mentions,
        "panel.csv": lambda: panel(0.1),
        "channels.csv": channels,
    }
    for name in command:
        if name in tables:
            write(tmp_path / name, tables[name]())
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert result.output
    assert "Not enough" not in result.output


def test_a_column_that_stands_there_twice_is_not_read_by_chance(tmp_path: Path) -> None:
    file = tmp_path / "series.csv"
    file.write_text("value,value\n1,2\n")
    told = CliRunner().invoke(main, ["measure", "forecast", str(file)])
    assert (told.exit_code, "has two columns value" in told.output) == (1, True)
