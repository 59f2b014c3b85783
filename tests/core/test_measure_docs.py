"""Every example in the docstrings of the measures runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import rapport.core.measure

MODULES = [module.name for module in pkgutil.iter_modules(rapport.core.measure.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"rapport.core.measure.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


PAGES = Path(__file__).parents[2] / "docs" / "reference" / "measure"
INSIDE = {"frame", "gaps", "interval", "quantiles", "response", "strata"}
"""Without a page here: they are for others, or described with `share`; `response` with the numbers of Home."""


def test_every_module_has_its_page_and_is_in_the_list() -> None:
    modules = {name for name in MODULES if name not in INSIDE}
    assert {page.stem for page in PAGES.glob("*.md")} == modules | {"README"}
    assert set(re.findall(r"^\| \[(\w+)\]", (PAGES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)) == modules


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_the_programs_on_a_page_run_and_what_it_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for program in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(program, page.name, "exec"), {})  # noqa: S102
    if page.stem != "README":
        module = importlib.import_module(f"rapport.core.measure.{page.stem}")
        assert all(hasattr(module, name) for name in re.findall(r"`(\w+)\([^`]*\)`", text))
