"""Channels, briefs, imports and keys: what people do about listening. What arrives is stored by `receiving.py`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, QueryError
from rapport.core.query import STANDING_FIELDS, parse
from rapport.core.types import Refused
from rapport.server import flow
from rapport.server.claim import LET_GO
from rapport.server.listen import deaf, sign_in
from rapport.server.listen.models import (
    RECHECK,
    Brief,
    Channel,
    Cursor,
    Import,
    kept,
)
from rapport.server.organise import sealed
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded

log = logging.getLogger(__name__)
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
            missing=list(profile.missing),
            deaf=profile.deaf[:500],
            config=config,
            sealed=sealed.seal(secrets | learnt),
            keep_all=not isinstance(connector, contract.Sends),
            owner=actor if isinstance(actor, User) else None,
        )
        _keep_cursors(channel, connector)
        if channel.deaf:
            deaf.tell(channel, channel.deaf)
        entry.target = channel
        return channel


def keep_cursors(*, actor: str) -> int:
    """A cursor for every source that is in use: a newer connector may have sources that an older one had not.

    A channel without any is not listened to: what it has is imported by hand.
    """
    changed = 0
    for channel in Channel.objects.exclude(state="closed").filter(cursors__isnull=False).distinct():
        try:
            connector = contract.load(channel.connector)
        except (LookupError, ImportError, AttributeError) as error:  # it says so itself when it is asked
            log.warning("%s has no connector any more: %s", channel.name, error)
            continue
        if getattr(connector, "hidden", False):  # the sample's channels have the sources of what they stand for
            continue
        with recorded("channel.sources_changed", actor, target=channel) as entry:
            changes = _keep_cursors(channel, connector)
            entry.detail |= changes
            if not changes:
                entry.quiet()
            changed += bool(changes)
    return changed


def _keep_cursors(channel: Channel, connector: contract.Connector) -> dict[str, list[str]]:
    """One for each source that is in use. What is no longer in use loses its own, and with it the place in it."""
    wanted = {source.name: source for source in _sources(connector, channel.config)}
    there = {cursor.source: cursor for cursor in Cursor.objects.filter(channel=channel)}
    for name, source in wanted.items():
        if (cursor := there.get(name)) is None:
            Cursor.objects.create(channel=channel, source=name, way=source.way, every_seconds=source.every_seconds)
        elif (cursor.way, cursor.every_seconds) != (source.way, source.every_seconds):
            Cursor.objects.filter(pk=cursor.pk).update(way=source.way, every_seconds=source.every_seconds)
    idle = sorted({source.name for source in connector.sources} & there.keys() - wanted.keys())
    Cursor.objects.filter(channel=channel, source__in=idle).delete()
    changes = {"added": sorted(wanted.keys() - there.keys()), "ended": idle}
    return {what: names for what, names in changes.items() if names}


def _sources(connector: contract.Connector, config: Mapping[str, str]) -> list[contract.Source]:
    """The connector's own that are in use, and looking again, never more often than we listen."""
    given = {field.name: config.get(field.name, field.default).strip() for field in connector.fields}
    sources = [source for source in connector.sources if not source.needs or given.get(source.needs)]
    asked = [source.every_seconds for source in sources if source.way == "ask"]
    if sources and isinstance(connector, contract.Rechecks):
        sources.append(contract.Source(RECHECK, max(min(asked, default=0.0), RECHECK_SECONDS)))
    return sources


def _reads_this_machine(connector: contract.Connector, config: Mapping[str, str], actor: User) -> Refused | None:
    """A folder of the machine holds whatever it holds: only who runs the machine may point at one."""
    given = [field.label for field in connector.fields if field.this_machine and config.get(field.name)]
    return refusal(actor, "administer") if given else None


def _answers(connector: contract.Connector, answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    given = {f.name: answers.get(f.name, f.default).strip() for f in connector.fields}
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
        before = Channel.objects.get(pk=channel.pk).deaf
        Channel.objects.filter(pk=channel.pk).update(
            config=config,
            sealed=sealed.seal(secrets | learnt),
            handle=profile.handle,
            missing=list(profile.missing),
            deaf=profile.deaf[:500],
            state=flow.advance("channel", channel.state, "listening"),
            trouble="",
            trouble_since=None,
        )
        channel.refresh_from_db()
        _keep_cursors(channel, connector)
        Cursor.objects.filter(channel=channel).update(next_at=timezone.now(), tries=0)
        Cursor.objects.filter(channel=channel, way="stream").update(**LET_GO)  # the old answers' ends at its next page
        sign_in.let_in(channel)
        if profile.deaf[:500] != before:
            deaf.tell(channel, profile.deaf[:500])
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
        if changes.get("answers") and (lacking := [right for right in channel.missing if right.startswith("write")]):
            words = gettext(
                "The credentials lack what the platform calls %(rights)s. Sign in again with some that have it."
            )
            return entry.refuse(words % {"rights": ", ".join(lacking)})
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
        before = Brief.objects.filter(pk=row.pk).values_list("query", flat=True).first()
        row.name, row.query, row.purpose, row.active = name, query, purpose, active
        row.changed_at = timezone.now()
        if before is not None:
            row.revision = F("revision") + 1
            row.words_at = row.words_at if before == query else row.changed_at
        row.save()
        row.refresh_from_db(fields=["revision"])
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
        row.state, row.ended_at = flow.advance("import", row.state, state), ended
        row.trouble, row.trouble_told = kept(trouble)
        row.save(update_fields=["state", "ended_at", "trouble", "trouble_told"])
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
