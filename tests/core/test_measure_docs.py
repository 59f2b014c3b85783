"""Every example in the docstrings of the measures runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import rapport.core.measure

MODULES = [module.name for module in pkgutil.iter_modules(rapport.core.measure.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"rapport.core.measure.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
