"""RAPPORT_HOME: the folder of everything that is not in the database: keys, imports, the exported heads of the record.

Keys are made on first use, readable by the owner only. Losing `channels.key` means signing in to every channel again;
losing `record.key` means that the audit record can no longer be verified. Back the folder up apart from the database.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rapport.core.errors import SettingError

DATABASE = "rapport.sqlite3"


@dataclass(frozen=True)
class Home:
    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        return cls(Path(os.environ.get("RAPPORT_HOME", "var")).resolve())

    def folder(self, name: str) -> Path:
        return _made(self.path / name)

    def key(self, name: str) -> str:
        """The key of that name: 43 characters of base64, made the first time that it is asked for.

        Two processes may ask at the same moment; the one that loses the race reads what the other wrote.
        """
        file = self.folder("keys") / f"{name}.key"
        if not file.exists():
            import secrets  # only now: OpenSSL comes with it

            draft = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(secrets.token_urlsafe(32))
                stream.flush()
                os.fsync(stream.fileno())
            try:
                os.link(draft, file)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return file.read_text().strip()

    @property
    def database(self) -> Path:
        return _made(self.path) / DATABASE

    @property
    def is_new(self) -> bool:
        """Whether no database lies here. Asking leaves no folder behind."""
        return not (self.path / DATABASE).exists()


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        words = f"The folder {folder} cannot be made: {error.strerror}."
        raise SettingError(f"{words} RAPPORT_HOME names a folder that Rapport may write to.") from error
    return folder
