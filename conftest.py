"""Set before anything reads its settings: a test never touches the data of whoever runs it."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path

from rapport.home import DATABASE

_home = tempfile.TemporaryDirectory(prefix="rapport-test-")
os.environ["RAPPORT_HOME"] = _home.name
(Path(_home.name) / DATABASE).touch()  # that of the tests lies in memory; commands ask whether there is one
os.environ["RAPPORT_UNDO_SECONDS"] = "0"
os.environ["DJANGO_SETTINGS_MODULE"] = "rapport.server.settings"
os.environ.pop("RAPPORT_SITE_URL", None)

if importlib.util.find_spec("django"):  # core and connectors are tested without it too
    import django

    django.setup()
