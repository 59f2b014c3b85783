"""How a delivery is signed: HMAC-SHA256 over the time, a full stop, and the body as it goes over the wire.

    X-Rapport-Timestamp: 1764720000      seconds since 1970, in digits
    X-Rapport-Signature: v1=5f0a...      64 hexadecimal digits; up to four, with commas between them

The body is signed as bytes. Whoever reads it as JSON and writes it anew has other bytes, and the signature no longer
holds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from rapport.core.errors import NeedsSignIn

TIMESTAMP = "x-rapport-timestamp"
SIGNATURE = "x-rapport-signature"
WINDOW = timedelta(minutes=5)
MOST_SIGNATURES = 4
_DIGEST = re.compile(r"v1=([0-9a-f]{64})")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in the header of the signature.

    >>> sign("not a good secret", "1764720000", b'{"id": 1}')
    'v1=5c856b46bd394d4cc6e7fc3c4696a6b2d1bb3d91e0a8c3e208bebb26008a053b'
    """
    return f"v1={_digest(secret, timestamp, body)}"


def _digest(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode("ascii") + b"." + body, hashlib.sha256).hexdigest()


def check(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """Raises NeedsSignIn unless one of the secrets signed this, lately. Returns what names the delivery for ever.

    The name is made of what was signed, so a copy with other headers bears the same name. However many secrets and
    signatures there are, all of them are compared: how long it takes tells nothing.
    """
    timestamp = headers.get(TIMESTAMP, "").strip()
    if not re.fullmatch(r"[0-9]{9,11}", timestamp):
        raise NeedsSignIn("There is no X-Rapport-Timestamp, or it is not the seconds since 1970 in digits.")
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > WINDOW:
        raise NeedsSignIn("It was signed more than five minutes ago, or your clock is wrong.")
    given = [part.strip() for part in headers.get(SIGNATURE, "").split(",", MOST_SIGNATURES)][:MOST_SIGNATURES]
    digests = [match[1] for match in map(_DIGEST.fullmatch, given) if match]
    if not digests:
        raise NeedsSignIn("There is no X-Rapport-Signature, or it is not v1= and 64 hexadecimal digits.")
    expected = [_digest(secret, timestamp, body) for secret in secrets]
    if not sum(hmac.compare_digest(one, other) for one in expected for other in digests):  # all of them, whatever holds
        raise NeedsSignIn("The signature is not of this address, or the body is not the one that was signed.")
    return hashlib.sha256(timestamp.encode() + b"." + body).hexdigest()
