"""Secrets of channels: sealed with a key that is not in the database.

The key file may hold several keys, a line each: the first seals, all of them open. `rapport secrets rotate` puts a new
one in front and seals everything anew.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings

from rapport.core.errors import SecretError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

NAME = "channels"


def _ring() -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet  # 6 MB, of which a part that opens no secret has no use

    lines = settings.HOME.key(NAME).split()
    return MultiFernet([Fernet(line + "=") for line in lines])


def seal(values: Mapping[str, str]) -> bytes:
    return _ring().encrypt(json.dumps(dict(values)).encode())


def unseal(sealed: bytes) -> dict[str, str]:
    if not sealed:
        return {}
    from cryptography.fernet import InvalidToken

    try:
        values: dict[str, str] = json.loads(_ring().decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise SecretError(
            "A channel's secrets cannot be opened with the keys in RAPPORT_HOME/keys/channels.key. "
            "Put the right key file back, or sign in to the channel again."
        ) from error
    return values


def add_key() -> None:
    """Put a fresh key in front; what was sealed with the older ones can still be opened."""
    old = settings.HOME.key(NAME)
    file = settings.HOME.folder("keys") / f"{NAME}.key"
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(f"{secrets.token_urlsafe(32)}\n{old}\n")
    draft.replace(file)
