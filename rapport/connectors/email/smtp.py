"""Handing an answer to an SMTP server, once.

What goes wrong before the server asks for the mail itself never left us. From then on only its own answer tells: a mail
whose connection dies after the final dot may have been taken (RFC 1047), so it is in doubt, not in error.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiosmtplib
from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

from rapport.connectors.contract import Account
from rapport.connectors.email import places
from rapport.connectors.http import open_socket
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited

STEP = 45.0  # seconds for one command
TURN = 75.0  # and for the whole: who takes longer than two minutes, with the copy in Sent, is taken for dead


def sign_in(account: Account) -> None:
    """Whether the server lets us in."""
    _run(_sign_in(account))


def send(account: Account, raw: bytes, recipients: Sequence[str]) -> None:
    """Hand it over. Returns when the server has said that it took it."""
    _run(_send(account, raw, recipients))


def _run(steps: Coroutine[Any, Any, None]) -> None:
    asyncio.run(steps)


async def _sign_in(account: Account) -> None:
    async with asyncio.timeout(TURN), _server(account):
        pass


async def _send(account: Account, raw: bytes, recipients: Sequence[str]) -> None:
    place, handed_over = places.smtp(account), False
    try:
        async with asyncio.timeout(TURN), _server(account) as server:
            try:
                await server.mail(places.address(account))
                for recipient in recipients:
                    await server.rcpt(recipient)
            except (SMTPException, OSError) as error:
                raise _refusal(place, error) from error
            handed_over = True
            await _hand_over(server, raw, place)
    except TimeoutError as error:
        words = f"{place} took too long"
        raise (
            OutcomeUnknown(f"{words} (it may have been sent all the same)") if handed_over else ConnectorError(words)
        ) from error


async def _hand_over(server: aiosmtplib.SMTP, raw: bytes, place: places.Place) -> None:
    try:
        await server.data(raw)
    except SMTPResponseException as error:
        if error.code >= 400:  # it said no, clearly
            raise _refusal(place, error) from error
        raise OutcomeUnknown(f"{place} answered what we cannot read (it may have been sent all the same)") from error
    except (SMTPException, OSError) as error:
        raise OutcomeUnknown(f"{place}: {error} (it may have been sent all the same)") from error


@asynccontextmanager
async def _server(account: Account) -> AsyncIterator[aiosmtplib.SMTP]:
    """A server that let us in. Whatever is wrong up to there is told; what the caller does with it is theirs."""
    place = places.smtp(account)
    connection = await asyncio.to_thread(open_socket, place.url.replace("https:", "http:"), account.private_hosts)
    connection.setblocking(False)
    server = aiosmtplib.SMTP(
        hostname=place.host if place.tls else None,
        sock=connection,
        use_tls=place.tls,
        start_tls=False,
        tls_context=places.trusted() if place.tls else None,
        timeout=STEP,
        local_hostname=places.address(account).partition("@")[2],
    )
    try:
        peer = str(connection.getpeername()[0])
        await server.connect()
        await server.ehlo()
        if not place.tls:
            await _encrypt(server, place, peer)
        await _enter(server, account)
    except (SMTPException, OSError) as error:
        server.close()
        connection.close()
        raise _refusal(place, error) from error
    except BaseException:
        server.close()
        connection.close()
        raise
    try:
        yield server
    finally:
        await _leave(server)


async def _encrypt(server: aiosmtplib.SMTP, place: places.Place, peer: str) -> None:
    if server.supports_extension("starttls"):
        await server.starttls(server_hostname=place.host, tls_context=places.trusted())
    elif not places.may_speak_plainly(peer):
        words = f"{place} offers no encryption, and others could read the password."
        raise ConnectorError(words, permanent=True)


async def _enter(server: aiosmtplib.SMTP, account: Account) -> None:
    password = account.secrets.get("password", "")
    if server.supports_extension("auth"):
        await server.login(places.user(account), password)
    elif not places.may_speak_plainly(str(server.get_transport_info("peername")[0])):
        raise ConnectorError(f"{places.smtp(account)} does not let anybody sign in.", permanent=True)


async def _leave(server: aiosmtplib.SMTP) -> None:
    """Say good-bye; what was done is done, whatever the server makes of it."""
    try:
        if server.is_connected:
            await server.quit(timeout=2)
    except (SMTPException, OSError, ValueError):
        return
    finally:
        server.close()


def _refusal(place: places.Place, error: BaseException) -> ConnectorError:
    said = f"{place}: {getattr(error, 'message', '') or error}"[:300]
    code = error.code if isinstance(error, SMTPResponseException) else 0
    if isinstance(error, SMTPAuthenticationError):
        return ConnectorError(said) if 400 <= code < 500 else NeedsSignIn(f"{said} (user name or password)")
    if code in (421, 450, 451, 452) and "rate" in said.lower():
        return RateLimited(said)
    return ConnectorError(said, permanent=code >= 500)
