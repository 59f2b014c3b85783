"""Signed in to Bluesky: one account, the SDK's client, our guarded way out, and errors in our words.

Importing this costs about a second and a half and 80 MB, for the SDK brings all its models; so only what goes out does.
What it answers is plain JSON: one post that the SDK's models would refuse must not cost the whole page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from atproto_client import Client, Session, SessionEvent
from atproto_client.exceptions import LoginRequiredError, RequestErrorBase
from atproto_client.models.dot_dict import DotDict
from atproto_client.request import Request, Response
from atproto_core.exceptions import AtProtocolError
from atproto_server.exceptions import InvalidTokenError

from rapport.connectors.address import web_address
from rapport.connectors.contract import Account
from rapport.connectors.http import MAX_REDIRECTS, TIMEOUT_SECONDS, USER_AGENT, refusal, translate
from rapport.connectors.metered import MeteredTransport, Told
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown

DEFAULT_SERVICE = "https://bsky.social"

_RAISED = (AtProtocolError, httpx.HTTPError, httpx.InvalidURL, ValueError)
_STALE = {"ExpiredToken", "InvalidToken"}  # what a server calls a session that it no longer takes; it answers 400


_REFUSED = {
    "AuthenticationRequired": "Bluesky refused the app password: it was revoked, or is wrong.",
    "AuthFactorTokenRequired": "That is the password of the account itself. Make an app password, and use that.",
    "AccountTakedown": "The server of this account has taken it down.",
    "AccountDeactivated": "This account is deactivated. Activate it again, then sign in.",
    "ExpiredToken": "The session has expired, and could not be renewed.",
}
"""What it means that we may not come in, by the name that the server gives it."""

WRITE = {"com.atproto.repo.createRecord": 3, "com.atproto.repo.putRecord": 2, "com.atproto.repo.deleteRecord": 1}
"""What a write costs in points, of 5,000 an hour and 35,000 a day; see docs.bsky.app, Rate Limits."""
SIGN_IN = "com.atproto.server.createSession"


def _costs(request: httpx.Request) -> Mapping[str, float]:
    """Everything is a call. Writes cost points besides, and a sign-in is counted for itself."""
    method = request.url.path.rpartition("/")[2]
    if points := WRITE.get(method):
        return {"calls": 1, "points_hour": points, "points_day": points}
    return {"calls": 1, "sign_ins": 1, "sign_ins_day": 1} if method == SIGN_IN else {"calls": 1}


def _bucket(request: httpx.Request, told: Told) -> str:
    """A server tells of the limit that is closest; its policy says over how long it counts."""
    method = request.url.path.rpartition("/")[2]
    if method == SIGN_IN:
        return "sign_ins_day" if told.window >= 86_400 else "sign_ins"
    if method in WRITE and told.window >= 3_600:
        return "points_day" if told.window >= 86_400 else "points_hour"
    return "calls"


def service_of(account: Account) -> str:
    """Where the account signs in."""
    given = account.config.get("service") or DEFAULT_SERVICE
    return web_address(given, account.private_hosts, carries="password")


@contextmanager
def signed_in(account: Account, *, anew: bool = False) -> Iterator[SignedIn]:
    """Go on with the session that was kept; sign in when there is none, or when `anew`.

    A session is worth keeping: a server allows 300 sign-ins a day.
    """
    request = Request(
        transport=MeteredTransport(account.private_hosts, account.budget, _costs, _bucket),
        timeout=TIMEOUT_SECONDS,
        max_redirects=MAX_REDIRECTS,
        trust_env=False,
    )
    request.add_additional_header("User-Agent", USER_AGENT)
    try:
        session = SignedIn(_Client(account, request), account)
        if anew:
            session.sign_in()
        elif not session.take_up(account.secrets):
            session.renew()
        yield session
    finally:
        request.close()


class _Client(Client):  # type: ignore[misc]  # the SDK brings no types
    """The SDK's client; it renews a session when nobody else is at it, and not when somebody else just did."""

    def __init__(self, account: Account, request: Request) -> None:
        super().__init__(service_of(account), request=request)
        self._alone = account.alone

    def take_up(self, kept: str) -> bool:
        """Go on with a session that was kept, if it is another one and can be read. Asks nobody."""
        if not all(kept.split(":::")) or (self._session and self._session.export() == kept):
            return False
        try:
            return not self.login(session_string=kept, fetch_bsky_profile=False)
        except (AtProtocolError, ValueError):
            return False

    def _refresh_and_set_session(self) -> Any:
        with self._alone() as kept:
            if kept and self.take_up(kept.get("session", "")) and not self._should_refresh_session():
                return None
            return super()._refresh_and_set_session()


class SignedIn:
    """An account at work. `did` and `handle` are its own."""

    def __init__(self, client: _Client, account: Account) -> None:
        self.did = ""
        self.handle = ""
        self.client = client
        self._account = account
        client.on_session_change(self._changed)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Read something. Parameters that are None are left out."""
        given = DotDict({name: value for name, value in parameters.items() if value is not None})
        return self._answer(lambda: self.client.invoke_query(method, params=given), method)

    def write(self, method: str, body: Mapping[str, Any], *, through: str = "") -> dict[str, Any]:
        """Change something. Raises OutcomeUnknown when the request left us and no clear answer came back.

        `through` names a service to which our server passes it on: its DID, #, and its kind.
        """
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | ({"atproto-proxy": through} if through else {})
        invoke = self.client.invoke_procedure
        return self._answer(lambda: invoke(method, content=content, headers=headers), method, write=True)

    def sign_in(self) -> None:
        """Trade the app password for a new session."""
        handle = self._account.config.get("handle", "").strip().lstrip("@")
        password = self._account.secrets.get("password", "")
        if not handle or not password:
            raise NeedsSignIn("There is no handle, or no app password, to sign in to Bluesky with.", permanent=True)
        self.client.update_base_url(service_of(self._account))
        try:
            self.client.login(handle, password, fetch_bsky_profile=False)
        except (*_RAISED, ConnectorError) as error:
            raise _in_our_words(error, "createSession") from error

    def take_up(self, secrets: Mapping[str, str]) -> bool:
        """Go on with the session that was kept, if there is one that is not ours already."""
        return self.client.take_up(secrets.get("session", ""))

    def renew(self) -> bool:
        """Sign in, unless somebody else has done so meanwhile: a server allows 300 sign-ins a day. Whether we did."""
        with self._account.alone() as kept:
            if self.take_up(kept or {}):
                return False
            self.sign_in()
            return True

    def _changed(self, event: SessionEvent, session: Session) -> None:
        self.did, self.handle = session.did, session.handle
        if event is not SessionEvent.IMPORT:
            self._account.keep({"session": session.export()})

    def _answer(self, invoke: Callable[[], Response], method: str, *, write: bool = False) -> dict[str, Any]:
        try:
            response = self._invoke(invoke)
        except (*_RAISED, ConnectorError) as error:
            raise _in_our_words(error, method, write=write) from error
        if isinstance(response.content, dict):
            return response.content
        unclear = f"Bluesky answered {method} with something that is no JSON object."
        raise OutcomeUnknown(unclear) if write else ConnectorError(unclear)

    def _invoke(self, invoke: Callable[[], Response]) -> Response:
        """A session that the server no longer takes was refused, so nothing was done: get another, and ask again."""
        signed_in = False
        while True:
            try:
                return invoke()
            except (RequestErrorBase, LoginRequiredError, InvalidTokenError) as error:
                if signed_in or not _is_stale(error):
                    raise
            signed_in = self.renew()


def error_name(error: BaseException | None) -> tuple[str, str]:
    """What the server calls an error, and what it says about it; empty when it is no error of a server."""
    content = error.response.content if isinstance(error, RequestErrorBase) and error.response else None
    return str(getattr(content, "error", "") or ""), str(getattr(content, "message", "") or "")


def was_answered(error: ConnectorError) -> bool:
    """Whether the server gave an answer, if only a bad one."""
    return isinstance(error.__cause__, RequestErrorBase) and error.__cause__.response is not None


def _is_stale(error: AtProtocolError) -> bool:
    if isinstance(error, RequestErrorBase):
        return error.response is not None and (error.response.status_code == 401 or error_name(error)[0] in _STALE)
    return True


def _in_our_words(error: BaseException, method: str, *, write: bool = False) -> ConnectorError:
    if isinstance(error, ConnectorError):
        return error
    what = f"Bluesky ({method})"
    if not isinstance(error, RequestErrorBase):
        return translate(error, what=what, write=write)
    if error.response is None:
        return translate(error.__cause__ or error, what=what, write=write)
    said = ": ".join(part for part in error_name(error) if part)[:300]
    if _is_stale(error):
        why = _REFUSED.get(error_name(error)[0], "Bluesky no longer accepts our credentials.")
        return NeedsSignIn(f"{why} {said}", permanent=True)
    return refusal(error.response.status_code, error.response.headers, what=what, write=write, said=said)
