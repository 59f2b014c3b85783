"""Charts as pictures: what is to be drawn and a look in, SVG, PNG, PDF or the chart itself out, kept in
RAPPORT_HOME/charts.

The same chart is never drawn twice: the file bears the hash of it. A chart is a picture at its own address, because the
content security policy allows no style inside a page.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.formats import get_format
from django.utils.html import escape

from rapport.charts import data
from rapport.charts.data import Drawable, Look, to_json
from rapport.core.errors import ChartError
from rapport.server.templatetags.rapport import THIN_SPACE

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 30.0
KEPT = 1_000  # drawings; when there are more, the older half goes
THEMES = ("light", "dark")
SIZE = re.compile(rb'width="[\d.]+" height="[\d.]+"')
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-fA-F]{6}),\s*(#[0-9a-fA-F]{6})\)")


@cache
def colours(theme: str) -> Mapping[str, str]:
    """The colours of the stylesheet by name, so that no second place names them."""
    css = (settings.HERE / "static/rapport/app.css").read_text()
    return {name: light if theme == "light" else dark for name, light, dark in TOKEN.findall(css)}


def look(width: int, theme: str, *, title: str = "", words: str = "") -> Look:
    """How a page shows a chart; with a title and words, how a file that leaves the page does."""
    signs = {"decimal": get_format("DECIMAL_SEPARATOR"), "thousands": THIN_SPACE, "minus": "−", "percent": "\u00a0%"}
    numbers = {**signs, "grouping": [3], "currency": ["", ""]}  # as everywhere on the page
    return Look(width, colours(theme), numbers, title, words)


def fitted(svg: bytes, width: int, height: int) -> bytes:
    """The picture as large as the page expects it, so that nothing jumps: words at its edges make it a bit larger."""
    return SIZE.sub(b'width="%d" height="%d" preserveAspectRatio="xMinYMin"' % (width, height), svg, count=1)


def told(svg: bytes, words: str) -> bytes:
    """The picture with what one sees in it, for those who do not, where no page says it."""
    return svg.replace(b"<svg ", f'<svg role="img" aria-label="{escape(words)}" '.encode(), 1)


# -- drawing ---------------------------------------------------------------------------------------------------------


def drawn(chart: Drawable, look: Look, form: str) -> bytes:
    """The picture, from the folder if it was drawn before. Raises ChartError when it cannot be drawn."""
    request = to_json(chart, look, form)
    file = _folder() / f"{hashlib.sha256(_painters() + request.encode()).hexdigest()[:32]}.{form}"
    if file.exists():
        return file.read_bytes()
    picture = drawer.draw(request)
    draft = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    draft.write_bytes(picture)
    draft.replace(file)
    _tidy(file.parent)
    return picture


@cache
def _painters() -> bytes:
    """What draws: when it changes, what was drawn before is drawn anew."""
    modules = sorted(Path(data.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(module.read_bytes() for module in modules)).digest()


def _folder() -> Path:
    return Path(settings.HOME.folder("charts"))


def _tidy(folder: Path) -> None:
    files = [file for file in folder.iterdir() if file.suffix in (".svg", ".png", ".pdf", ".json")]
    if len(files) > KEPT:
        for file in sorted(files, key=lambda file: file.stat().st_mtime)[: KEPT // 2]:
            file.unlink(missing_ok=True)


class Drawer:
    """The process that draws, one request at a time. It is started when it is needed and ends by itself when idle."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def draw(self, request: str) -> bytes:
        with self.lock:
            for attempt in (1, 2):  # it may have gone to rest in the very moment in which we asked
                try:
                    return self._ask(request)
                except (BrokenPipeError, EOFError) as error:
                    self.end()
                    if attempt == 2:
                        raise ChartError("The process that draws ended while it was drawing.") from error
            raise AssertionError("the second attempt returns or raises")

    def _ask(self, request: str) -> bytes:
        process = self._running()
        assert process.stdin is not None  # noqa: S101  # a pipe
        assert process.stdout is not None  # noqa: S101  # a pipe
        process.stdin.write(request.encode() + b"\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], PATIENCE_SECONDS)[0]:
            self.end()
            raise ChartError(f"A chart was not drawn within {PATIENCE_SECONDS:.0f} seconds.")
        head = process.stdout.readline()
        if not head:
            raise EOFError
        body = process.stdout.read(int(head[1:]))
        if head[:1] == b"-":
            raise ChartError(f"A chart cannot be drawn: {body.decode()}")
        return body

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-m", "rapport.charts.drawer"]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=-1)
        return self.process

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


drawer = Drawer()
