"""Named points at which a test may kill the process, to prove what a power cut there would do.

Nothing happens unless RAPPORT_CRASH_AT names the point; RAPPORT_CRASH_MARK names a file that proves that it was hit.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

NAMES = (
    "receive.before_commit",
    "receive.after_commit",
    "send.before_call",
    "send.after_call",
    "send.before_receipt",
    "send.after_receipt",
    "archive.frozen",
    "archive.appended",
    "archive.marked",
    "archive.erased",
)
_wanted = os.environ.get("RAPPORT_CRASH_AT", "")


def crashpoint(name: str) -> None:
    if _wanted and name == _wanted:
        if mark := os.environ.get("RAPPORT_CRASH_MARK"):
            if Path(mark).exists():  # once is enough: the next process goes on
                return
            Path(mark).write_text(name)
        os.kill(os.getpid(), signal.SIGKILL)
