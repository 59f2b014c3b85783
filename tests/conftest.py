"""What every test may rely on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The public data sets; tests that need them are skipped by name where they are not."""
    folder = Path(os.environ.get("RAPPORT_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("needs the public data sets: set RAPPORT_DATA to their folder")
    return folder
