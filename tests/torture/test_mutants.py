"""The bugs made by hand are in step with the code: each still fits, and names tests that are there."""

from __future__ import annotations

import subprocess

import pytest

from tests.mutants.run import ROOT, Mutant, mutants

ALL = mutants()


def test_there_are_enough_of_them_and_no_two_are_the_same() -> None:
    assert len(ALL) >= 40
    assert len({one.bug for one in ALL}) == len(ALL)


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_a_bug_still_fits_and_its_tests_are_there(mutant: Mutant) -> None:
    done = subprocess.run(["git", "apply", "--check", str(mutant.patch)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutant.red)
