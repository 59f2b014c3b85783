"""The bugs made by hand are in step with the code, cover what is promised, and only a test that says so notices one."""

from __future__ import annotations

import difflib
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.run import CLAUSES, ROOT, Mutant, mutants, tried

ALL = mutants()


def test_there_are_enough_of_them_and_no_two_are_the_same() -> None:
    assert len(ALL) >= 40
    assert len({one.bug for one in ALL}) == len(ALL)


def test_each_clause_of_what_is_promised_is_broken_in_two_ways_or_more() -> None:
    broken = Counter(one.clause for one in ALL)
    assert broken.keys() == set(CLAUSES)
    assert [clause for clause, ways in broken.items() if ways < 2] == []


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_a_bug_still_fits_and_its_tests_are_there(mutant: Mutant) -> None:
    done = subprocess.run(["git", "apply", "--check", str(mutant.patch)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for named in mutant.red:
        file, _, test = named.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text()


RIGHT = "def weigh(stone):\n    return stone + 0\n"
TEST = """from scales import weigh

def test_a_stone_weighs_what_it_weighs():
    assert weigh(3) == 3
"""


@pytest.mark.parametrize(
    ("wrong", "how"),
    [
        ("return stone + 1", "red"),
        ("return stone - 0", "green"),  # it changes nothing that matters
        ("return stones", "broken"),  # the test stumbles
    ],
)
def test_a_bug_is_noticed_only_by_a_test_whose_assertion_fails(tmp_path: Path, wrong: str, how: str) -> None:
    (tmp_path / "scales.py").write_text(RIGHT)
    (tmp_path / "test_scales.py").write_text(TEST)
    told = tried(_bug(tmp_path, RIGHT.replace("return stone + 0", wrong)), tmp_path)
    assert told.how == how, told.words
    assert (tmp_path / "scales.py").read_text() == RIGHT


def test_a_bug_that_does_not_fit_any_more_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "scales.py").write_text("def weigh(stone, scales):\n    return scales.weigh(stone)\n")
    told = tried(_bug(tmp_path, RIGHT.replace("0", "1")), tmp_path)
    assert told.how == "broken"
    assert "scales.py: patch does not apply" in told.words


def _bug(folder: Path, wrong: str) -> Mutant:
    lines = difflib.unified_diff(RIGHT.splitlines(True), wrong.splitlines(True), "a/scales.py", "b/scales.py")
    patch = folder / "bug.patch"
    patch.write_text("".join(lines))
    return Mutant("bug", CLAUSES[0], "a stone is weighed wrongly", ("test_scales.py",), patch)
