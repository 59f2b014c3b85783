"""Channels, briefs, imports and keys: what people do about listening. What arrives is stored by `receiving.py`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, QueryError
from rapport.core.query import STANDING_FIELDS, parse
from rapport.core.types import Refused
from rapport.server import flow
from rapport.server.listen.models import (
    RECHECK,
    Brief,
    Channel,
    Cursor,
    Import,
)
from rapport.server.organise import sealed
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded

RECHECK_SECONDS = 60.0


# -- channels --------------------------------------------------------------------------------------------------------


def connect(name: str, connector_name: str, answers: Mapping[str, str], *, actor: User | str) -> Channel | Refused:
    """Sign in for real, then store the channel: nothing is stored that did not work once."""
    if isinstance(actor, User) and (no := refusal(actor, "listen")):
        return no
    if Channel.objects.filter(name=name).exists():
        words = gettext("There is already a channel called “%(name)s”. Choose another name.")
        return Refused(words % {"name": name})
    connector = contract.load(connector_name)
    config, secrets = _answers(connector, answers)
    if isinstance(actor, User) and (no := _reads_this_machine(connector, config, actor)):
        return no
    learnt: dict[str, str] = {}
    account = contract.Account(config, secrets, learnt.update, settings.PRIVATE_HOSTS)
    try:
        profile = connector.check(account)
    except ConnectorError as error:
        return Refused(str(error))
    with recorded("channel.connected", actor, connector=connector_name) as entry:
        channel = Channel.objects.create(
            name=name,
            connector=connector_name,
            network=connector.network,
            handle=profile.handle,
            external_id=profile.external_id,
            url=profile.url,
            config=config,
            sealed=sealed.seal(secrets | learnt),
            keep_all=not isinstance(connector, contract.Sends),
            owner=actor if isinstance(actor, User) else None,
        )
        for source in _sources(connector):
            Cursor.objects.create(channel=channel, source=source.name, every_seconds=source.every_seconds)
        entry.target = channel
        return channel


def _sources(connector: contract.Connector) -> list[contract.Source]:
    """The connector's own, and looking again, never more often than we listen."""
    sources = list(connector.sources)
    if sources and isinstance(connector, contract.Rechecks):
        often = min(source.every_seconds for source in sources)
        sources.append(contract.Source(RECHECK, max(often, RECHECK_SECONDS)))
    return sources


def _reads_this_machine(connector: contract.Connector, config: Mapping[str, str], actor: User) -> Refused | None:
    """A folder of the machine holds whatever it holds: only who runs the machine may point at one."""
    given = [field.label for field in connector.fields if field.this_machine and config.get(field.name)]
    return refusal(actor, "administer") if given else None


def _answers(connector: contract.Connector, answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    given = {f.name: (answers.get(f.name) or f.default).strip() for f in connector.fields}
    secret = {f.name for f in connector.fields if f.secret}
    return (
        {name: value for name, value in given.items() if name not in secret},
        {name: value for name, value in given.items() if name in secret and value},
    )


def sign_in_again(channel: Channel, answers: Mapping[str, str], *, actor: User) -> Channel | Refused:
    """New credentials for the same account. What was missed is fetched from where the cursor stands."""
    if no := refusal(actor, "listen"):
        return no
    connector = contract.load(channel.connector)
    config, secrets = _answers(connector, {**channel.config, **answers})
    learnt: dict[str, str] = {}
    try:
        profile = connector.check(contract.Account(config, secrets, learnt.update, settings.PRIVATE_HOSTS))
    except ConnectorError as error:
        return Refused(str(error))
    if channel.external_id and profile.external_id != channel.external_id:
        words = gettext("That is %(other)s; this channel is %(handle)s. Connect it as a new channel.")
        return Refused(words % {"other": profile.handle, "handle": channel.handle})
    with recorded("channel.signed_in", actor, target=channel):
        Channel.objects.filter(pk=channel.pk).update(
            config=config,
            sealed=sealed.seal(secrets | learnt),
            handle=profile.handle,
            state=flow.advance("channel", channel.state, "listening"),
            trouble="",
            trouble_since=None,
        )
        Cursor.objects.filter(channel=channel).update(next_at=timezone.now(), tries=0)
    channel.refresh_from_db()
    return channel


SECRETS_OVERLAP = timedelta(days=1)


def new_secret(channel: Channel, *, actor: User) -> str | Refused:
    """A secret for those who bring messages: told now and never again. The one before it holds for another day."""
    if no := refusal(actor, "listen"):
        return no
    with recorded("channel.secret_made", actor, target=channel) as entry:
        if not isinstance(contract.load(channel.connector), contract.Receives):
            return entry.refuse(gettext("Nobody brings messages here: they are fetched."))
        row = Channel.objects.select_for_update().get(pk=channel.pk)
        kept = {"secret": token_urlsafe(32)}
        if before := row.secrets.get("secret"):
            kept |= {"before": before, "before_until": (timezone.now() + SECRETS_OVERLAP).isoformat()}
        Channel.objects.filter(pk=row.pk).update(sealed=sealed.seal(kept))
        return kept["secret"]


def change_answers(channel: Channel, answers: Mapping[str, str], *, actor: User) -> Channel | Refused:
    """Other answers to what a connector asks, where nobody signs in: what stands where in what is brought."""
    if no := refusal(actor, "listen"):
        return no
    connector = contract.load(channel.connector)
    config, _ = _answers(connector, answers)
    us = contract.Profile(channel.external_id, channel.handle)
    try:
        profile = connector.check(contract.Account(config, private_hosts=settings.PRIVATE_HOSTS, us=us))
    except ConnectorError as error:
        return Refused(str(error))
    with recorded("channel.answers_changed", actor, target=channel, **config):
        Channel.objects.filter(pk=channel.pk).update(config=config, handle=profile.handle)
    channel.refresh_from_db()
    return channel


def open_box(name: str, *, actor: User | str, addressed: bool = True, network: str = "") -> Channel | Refused:
    """A channel for files that are imported by hand; the one of that name if there is one already."""
    if isinstance(actor, User) and (no := refusal(actor, "listen")):
        return no
    if channel := Channel.objects.filter(name=name).first():
        if channel.connector != "files":
            words = gettext("“%(name)s” is an account that is listened to. Choose another name for what is in files.")
            return Refused(words % {"name": name})
        return channel
    with recorded("channel.connected", actor, connector="files") as entry:
        channel = Channel.objects.create(
            name=name,
            connector="files",
            network=network or f"files:{name}"[:80],
            keep_all=True,
            addressed=addressed,
            owner=actor if isinstance(actor, User) else None,
        )
        entry.target = channel
        return channel


def set_channel(channel: Channel, *, actor: User, **changes: Any) -> Channel | Refused:
    """Pause, resume, close; open or shut for answers; keep all or not."""
    allowed = {"state", "answers", "keep_all", "addressed"}
    if no := refusal(actor, "listen"):
        return no
    if unknown := set(changes) - allowed:
        raise TypeError(f"set_channel does not change {sorted(unknown)}")
    with recorded("channel.changed", actor, target=channel, **changes) as entry:
        if "state" in changes:
            flow.advance("channel", channel.state, changes["state"])
        if changes.get("answers") and not isinstance(contract.load(channel.connector), contract.Sends):
            return entry.refuse(gettext("One cannot answer on this channel."))
        Channel.objects.filter(pk=channel.pk).update(**changes)
    channel.refresh_from_db()
    return channel


# -- briefs ----------------------------------------------------------------------------------------------------------


def save_brief(
    brief: Brief | None, *, name: str, query: str, purpose: str, actor: User | str, active: bool = True
) -> Brief | Refused:
    """Raises QueryError when the query cannot be read."""
    if isinstance(actor, User) and (no := refusal(actor, "listen")):
        return no
    parse(query, fields=STANDING_FIELDS)
    if not query.strip():
        raise QueryError(gettext("A brief needs at least one word to listen for."), position=0, text=query)
    if Brief.objects.filter(name=name).exclude(pk=brief.pk if brief else 0).exists():
        return Refused(gettext("There is already a brief called “%(name)s”.") % {"name": name})
    with recorded("brief.saved", actor, name=name, query=query, purpose=purpose, active=active) as entry:
        row = brief or Brief()
        row.name, row.query, row.purpose, row.active = name, query, purpose, active
        row.changed_at = timezone.now()
        row.save()
        entry.target = row
        return row


# -- imports ---------------------------------------------------------------------------------------------------------


def begin_import(
    channel: Channel, *, path: str, file_name: str, size_bytes: int, mapping: Mapping[str, str], actor: User
) -> Import | Refused:
    if no := refusal(actor, "listen"):
        return no
    with recorded("import.begun", actor, target=channel, file=file_name, bytes=size_bytes) as entry:
        row = Import.objects.create(
            channel=channel,
            path=path,
            file_name=file_name[:255],
            size_bytes=size_bytes,
            mapping=dict(mapping),
            started_by=actor,
        )
        entry.target = row
        return row


def set_import(row: Import, state: str, *, actor: User | str, trouble: str = "") -> Import | Refused:
    """Move an import along: running, done, failed, stopped, waiting again."""
    if isinstance(actor, User) and (no := refusal(actor, "listen")):
        return no
    with recorded(f"import.{state}", actor, target=row, trouble=trouble):
        ended = timezone.now() if state in ("done", "failed", "stopped") else None
        row.state, row.ended_at, row.trouble = flow.advance("import", row.state, state), ended, trouble[:500]
        row.save(update_fields=["state", "ended_at", "trouble"])
    return row


# -- keys ------------------------------------------------------------------------------------------------------------


def reseal(*, actor: str) -> int:
    """Put a fresh key in front and seal every channel's secrets with it. The old keys are then no longer needed."""
    with recorded("secrets.rotated", actor) as entry:
        sealed.add_key()
        rows = list(Channel.objects.select_for_update().exclude(sealed=b""))
        for row in rows:
            Channel.objects.filter(pk=row.pk).update(sealed=sealed.seal(row.secrets))
        entry.detail["channels"] = len(rows)
        return len(rows)
