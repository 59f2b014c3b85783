"""Loads the sample's world into an empty database, by the doors that real messages use.

Only those who play its people are told the truth: see `play` and `market`.
"""

from __future__ import annotations

import gc
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from rapport.core.errors import RapportError
from rapport.core.types import Page, Refused
from rapport.sample import simulate
from rapport.sample.ahead import Year
from rapport.sample.market import DAY, KINDS, table
from rapport.sample.play import play
from rapport.sample.world import Answered, Assigned, Closed, Drafted, Heard, Noted, Outage, Reopened, Truth, World
from rapport.server import many
from rapport.server.listen.actions import connect, save_brief
from rapport.server.listen.gaps import confirm
from rapport.server.listen.models import Channel, Cursor, Gap, Message, Pulse
from rapport.server.listen.receiving import receive
from rapport.server.listen.watch import look_again
from rapport.server.measure import panel
from rapport.server.measure.actions import count_all_days
from rapport.server.measure.models import MarketingImport
from rapport.server.organise import actions as organising
from rapport.server.organise.models import Organisation, Role, Team, User
from rapport.server.organise.record import recorded
from rapport.server.prepare import sample_password
from rapport.server.respond.models import Draft, Outgoing
from rapport.server.route.actions import save_rules
from rapport.server.route.models import Conversation, Note
from rapport.server.understand.models import Reading
from rapport.server.work import settle

Progress = Callable[[float], None]
ACTOR = "sample"
PAGE = 200
EARLIER = (0.45, 1.0, 1.7)  # how much an earlier reader made of negative, neutral and positive
STEPS = 3  # a message is read, related and placed


def load(
    *,
    seed: int,
    scale: float,
    progress: Progress = lambda share: None,
    now: datetime | None = None,
    year: Year | None = None,
) -> World:
    """`year`, where it is told elsewhere, is that of this seed and scale. Raises RapportError when somebody lives here
    already."""
    if not organising.is_empty():
        raise RapportError("There is an organisation in this database already; the sample needs an empty one.")
    with _making_much():
        world, truth = year() if year else simulate(seed, scale, now or timezone.now())
        _load(world, truth, seed, progress)
    return world


@contextmanager
def _making_much() -> Iterator[None]:
    """Nearly all of the many objects that are made here stay for long or go at once by themselves. To look through them
    every so often for circles that could go is a tenth of the work."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _load(world: World, truth: Truth, seed: int, progress: Progress) -> None:
    people = _organisation(world)
    channels = _channels(world)
    for brief in world.briefs:
        save_brief(None, name=brief.name, query=brief.query, purpose=brief.purpose, actor=ACTOR)
    save_rules(world.rules, reason="The rules that the sample begins with", actor=ACTOR)
    progress(0.05)
    _hear(world, channels, lambda share: progress(0.05 + 0.2 * share))
    total = STEPS * Message.objects.count()
    done = 0
    while moved := settle(ACTOR, rounds=1):
        done += moved
        progress(0.25 + 0.3 * min(done / total, 1))
    if world.reader:
        _read_earlier(world.reader)
    _act(world, channels, people)
    progress(0.6)
    _pulses(world, channels)
    _gaps(world, channels, people)
    count_all_days(timezone.now())
    progress(0.7)
    _market(world, truth, people, seed)
    play(world, truth, people, seed=seed, progress=lambda share: progress(0.7 + 0.3 * share))
    Organisation.objects.update(sample=True)
    progress(1)


def _market(world: World, truth: Truth, people: Mapping[str, User], seed: int) -> None:
    """The table of the agency, brought in as anybody would."""
    boss = next(member for member in world.members if member.role == Role.ADMINISTRATOR)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "marketing.csv"
        planted = {event.slug: event for event in truth.events}
        file.write_text(table(world.messages[0].heard_at, world.until, planted, seed), encoding="utf-8")
        done = panel.bring_in(file, file.name, DAY, KINDS, actor=people[boss.email])
    assert isinstance(done, MarketingImport), done  # noqa: S101  # it is our own table


# -- the organisation --------------------------------------------------------------------------------------------------


def _organisation(world: World) -> dict[str, User]:
    boss = next(member for member in world.members if member.role == Role.ADMINISTRATOR)
    founded = organising.found(
        name=world.organisation.name,
        time_zone=world.organisation.time_zone,
        admin_name=boss.name,
        email=boss.email,
        password=sample_password(),
    )
    assert isinstance(founded, User), founded  # noqa: S101  # the database was empty
    User.objects.filter(pk=founded.pk).update(local_only=True, time_zone=boss.time_zone)
    for team in world.teams:
        Team.objects.update_or_create(slug=team.slug, defaults={"name": team.name, "function": team.function})
    teams = {team.slug: team for team in Team.objects.all()}
    people = {boss.email: founded}
    for member in world.members:
        if member.email == boss.email:
            continue
        added = organising.add_member(
            email=member.email,
            name=member.name,
            role=member.role,
            teams=[teams[slug] for slug in member.teams],
            password=None,
            actor=ACTOR,
            time_zone=member.time_zone,
            local_only=True,
        )
        assert isinstance(added, User), added  # noqa: S101  # addresses are distinct
        people[member.email] = added
    # All share one password; making its hash takes a quarter of a second, on purpose.
    User.objects.filter(pk__in=[user.pk for user in people.values()]).update(password=founded.password)
    return people


def _channels(world: World) -> dict[str, Channel]:
    """Channels on the stand-in for platforms, and one real folder into which files can be dropped."""
    made = {}
    for channel in world.channels:
        with recorded("channel.connected", ACTOR, connector="sample") as entry:
            row = Channel.objects.create(
                name=channel.name,
                connector="sample",
                network=channel.network,
                handle=channel.handle,
                external_id=channel.own.external_id,
                url=channel.own.url,
                answers=channel.answers,
                keep_all=True,
                created_at=world.messages[0].heard_at,
            )
            entry.target = row
            if not _by_hand(channel.connector):
                for source in channel.sources:
                    Cursor.objects.create(channel=row, source=source, every_seconds=60)
        made[channel.slug] = row
    drop = settings.HOME.folder("drop")
    box = connect("Dropped files", "files", {"folder": str(drop)}, actor=ACTOR)
    if isinstance(box, Refused):
        raise RapportError(box.reason)
    Channel.objects.filter(pk=box.pk).update(addressed=True)
    return made


def _by_hand(connector: str) -> bool:
    return connector == "files"


# -- what was heard ----------------------------------------------------------------------------------------------------


def _hear(world: World, channels: dict[str, Channel], progress: Progress) -> None:
    """Source by source, in large pages; the time at which each message reached us is put right afterwards."""
    runs: dict[tuple[str, str], list[Heard]] = {}
    for heard in world.messages:
        runs.setdefault((heard.channel, heard.source), []).append(heard)
    done = 0
    for (slug, source), run in runs.items():
        for start in range(0, len(run), PAGE):
            chunk = run[start : start + PAGE]
            page = Page(messages=tuple(heard.message for heard in chunk))
            receive(page, channels[slug], source, actor=ACTOR, imported=True, now=chunk[-1].heard_at)
            done += len(chunk)
            progress(done / len(world.messages))
    times = {(heard.message.network, heard.message.external_id): heard.heard_at for heard in reversed(world.messages)}
    keys = Message.objects.values_list("pk", "network", "external_id")
    many.update(Message, {pk: {"heard_at": times[network, external_id]} for pk, network, external_id in keys})


def _read_earlier(until: datetime) -> None:
    """What was heard before then, the reader of tone has read as it was: it called too much positive.

    Its version does not tell, so that nothing but the labels can show it.
    """
    names = ("negative", "neutral", "positive")
    readings = Reading.objects.filter(message__heard_at__lt=until).values_list("pk", *names)
    changes: dict[int, dict[str, Any]] = {}
    for pk, *said in readings:
        shares = [share * weight for share, weight in zip(said, EARLIER)]
        tones = {name: share / sum(shares) for name, share in zip(names, shares)}
        changes[pk] = {**tones, "tone": max(names, key=tones.__getitem__)}
    many.update(Reading, changes)


def _pulses(world: World, channels: dict[str, Channel]) -> None:
    """The hours of the year: when somebody listened, and when a channel did not deliver."""
    Pulse.objects.filter(channel__in=channels.values()).delete()
    first = world.messages[0].heard_at.replace(minute=0, second=0, microsecond=0)
    hours = int((world.until - first) / timedelta(hours=1)) + 1
    counts: dict[tuple[str, str, datetime], int] = {}
    for heard in world.messages:
        key = (heard.channel, heard.source, heard.heard_at.replace(minute=0, second=0, microsecond=0))
        counts[key] = counts.get(key, 0) + 1
    rows = []
    listened = [(channel, source) for channel in world.channels for source in channel.sources]
    for channel, source in listened:
        if _by_hand(channel.connector):
            continue
        for number in range(hours):
            hour = first + timedelta(hours=number)
            broken = _outage(world.outages, channel.slug, hour)
            calls = (0, 60, broken.cause) if broken else (60, 0, "")
            rows.append(
                (channels[channel.slug].pk, source, hour, counts.get((channel.slug, source, hour), 0), *calls, 0, None)
            )
    names = ("channel", "source", "hour", "heard", "fetches", "failures", "trouble", "let_go", "behind_seconds")
    many.create(Pulse, names, rows)
    last = {heard.channel: heard.heard_at for heard in world.messages}
    for slug, row in channels.items():
        Channel.objects.filter(pk=row.pk).update(last_ok_at=world.until, last_heard_at=last.get(slug))


def _outage(outages: Iterable[Outage], slug: str, hour: datetime) -> Outage | None:
    """What every call of that hour failed with. An outage that nobody noticed failed with nothing: calls were answered,
    and nothing came; only the watch can tell."""
    noticed = [one for one in outages if one.recovered]
    return next((one for one in noticed if one.channel == slug and one.start <= hour < one.end), None)


def _gaps(world: World, channels: dict[str, Channel], people: dict[str, User]) -> None:
    """Let the watch go over the whole year. What it suspects and what is so, somebody has confirmed since."""
    look_again(world.until, since=world.messages[0].heard_at)
    boss = next(people[member.email] for member in world.members if member.role == Role.ADMINISTRATOR)
    for outage in world.outages:
        if not outage.recovered:
            suspected = Gap.objects.filter(channel=channels[outage.channel], suspected=True, start__lt=outage.end)
            for gap in suspected.exclude(end__lte=outage.start):
                confirm(gap, reason=outage.cause, actor=boss)


# -- what was done about it --------------------------------------------------------------------------------------------


def _act(world: World, channels: dict[str, Channel], people: dict[str, User]) -> None:
    """Who answered, who has it, what they wrote down, what is closed: as it stands at the end of the story."""
    networks = {slug: row.network for slug, row in channels.items()}
    talks = {(talk.network, talk.thread_id): talk for talk in Conversation.objects.select_related("team")}
    messages = {
        (row.network, row.external_id): row for row in Message.objects.only("network", "external_id", "channel")
    }
    teams = {team.slug: team for team in Team.objects.all()}
    notes, answers = [], []
    with recorded("sample.loaded", ACTOR, messages=len(messages), conversations=len(talks)):
        for act in world.acts:
            network = networks[act.channel]
            talk = talks.get((network, act.thread_id))
            if talk is None:
                continue
            match act:
                case Assigned():
                    talk.team, talk.assignee = teams[act.team], people.get(act.member)
                case Answered():
                    sent, parent = messages.get((network, act.message_id)), messages.get((network, act.parent_id))
                    if sent and parent:
                        answers.append(_sent(act, talk, sent, parent, people[act.by]))
                case Noted():
                    notes.append(Note(conversation=talk, author=people[act.by], text=act.text, at=act.at))
                case Drafted():
                    Draft.objects.create(conversation=talk, text=act.text, version=1, by=people[act.by], at=act.at)
                case Closed():
                    talk.state, talk.closed_at = "closed", act.at
                case Reopened():
                    talk.state, talk.closed_at = ("open" if talk.waiting_since else "waiting"), None
        many.update(Conversation, {talk.pk: _as_it_stands(talk) for talk in talks.values()})
        many.add(notes)
        many.add(answers)


def _as_it_stands(talk: Conversation) -> dict[str, Any]:
    return {"team": talk.team_id, "assignee": talk.assignee_id, "state": talk.state, "closed_at": talk.closed_at}


def _sent(act: Answered, talk: Conversation, sent: Message, parent: Message, by: User) -> Outgoing:
    key = hashlib.sha256(f"{act.channel} {act.message_id}".encode()).hexdigest()[:32]
    return Outgoing(
        conversation=talk,
        channel_id=sent.channel_id,
        parent=parent,
        text=act.text,
        text_hash=hashlib.sha256(act.text.encode()).hexdigest(),
        idempotency_key=key,
        created_at=act.at,
        by=by,
        state="sent",
        send_after=act.at,
        sent_at=act.at,
        attempts=1,
        message=sent,
    )
