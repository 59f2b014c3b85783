"""Everything that a person can use has its place in the docs, and the docs name nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from rapport.cli import main
from rapport.connectors import contract

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HIDDEN = {"RAPPORT_PARENT_PIPE", "RAPPORT_DATA", "RAPPORT_LIVE"}


def commands(group: click.Group, path: str = "rapport") -> list[str]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, f"{path} {name}")
        elif not command.hidden:
            found.append(f"{path} {name}")
    return found


def test_every_command_is_described_and_every_described_command_exists():
    described = set(re.findall(r"^\| `(rapport [^`]+)` \|", (DOCS / "reference/commands.md").read_text(), re.MULTILINE))
    assert described == set(commands(main))


def test_every_setting_is_described_and_every_described_setting_is_read():
    code = "\n".join(file.read_text() for file in (ROOT / "rapport").rglob("*.py") if "test_" not in file.name)
    read = set(re.findall(r"\"(RAPPORT_[A-Z_]+)\"", code)) - HIDDEN
    described = set(re.findall(r"`(RAPPORT_[A-Z_]+)`", (DOCS / "reference/settings.md").read_text()))
    assert read == described


@pytest.mark.parametrize("name", [name for name in contract.names() if name != "sample"])
def test_every_connector_has_its_readme(name):
    readme = ROOT / "rapport/connectors" / name / "README.md"
    assert len(readme.read_text()) > 500


def test_links_between_pages_lead_somewhere():
    lost = []
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                lost.append(f"{page.relative_to(ROOT)} -> {target}")
    assert not lost
