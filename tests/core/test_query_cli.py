"""The translation of a query, from the command line."""

from pathlib import Path

from click.testing import CliRunner

from rapport.cli import main


def test_the_translation_goes_to_one_stream_and_the_report_to_the_other(tmp_path: Path) -> None:
    file = tmp_path / "ours.bwq"
    file.write_text("<<<ours>>>\n(東京 NEAR/5 {SWIFT}) AND country:gbr", encoding="utf-8")
    result = CliRunner().invoke(main, ["query", "translate", str(file)])
    assert (result.exit_code, result.stdout) == (0, "東京 NEAR/5 case:SWIFT\n")
    assert result.stderr.startswith("character 36, country: (wider): It was left out")


def test_a_query_that_cannot_be_read_is_an_error_in_one_line() -> None:
    result = CliRunner().invoke(main, ["query", "translate", "-"], input="(ferry")
    assert result.exit_code == 1
    assert result.stderr == "Error: A closing parenthesis is missing for this one.\n"
