"""Channels, what was heard on them, and what we know of the hearing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rapport.core import types
from rapport.core.said import Said
from rapport.server import flow
from rapport.server.organise import sealed
from rapport.server.organise.models import User


def among(keys: Iterable[tuple[str, str]], field: str = "external_id") -> models.Q:
    """Rows whose network is one of these, and whose id too: what an index over both finds at once.

    It may let through an id of another network; whoever asks looks once more.
    """
    pairs = set(keys)
    return models.Q(network__in={network for network, _ in pairs}, **{f"{field}__in": {key for _, key in pairs}})


class Channel(models.Model):
    """A connected account, feed or file box.

    answers    may we answer here? Off until somebody opens it, which goes on record
    keep_all   keep what neither matches a brief nor addresses us (feeds, imports)
    missing    what the credentials do not allow, as the platform calls it
    deaf       why nobody can speak to us there, as the platform said last; empty when they can (see `deaf.py`)
    private    the channel on which people are asked to write to us instead, in private
    upkeep     what an administrator decided about keeping its messages; None: what the connector says (`upkeep.py`)
    leased_by  whoever renews its session right now, alone
    addressed  whatever arrives here was said to us (a mailbox, a review site)
    """

    name = models.CharField(max_length=80, unique=True)
    connector = models.CharField(max_length=40)
    network = models.CharField(max_length=80)
    handle = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=500, blank=True)
    config = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(default=b"", blank=True)
    state = models.CharField(max_length=20, choices=flow.choices("channel"), default="listening")
    answers = models.BooleanField(default=False)
    keep_all = models.BooleanField(default=False)
    addressed = models.BooleanField(default=False)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_heard_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)
    missing = models.JSONField(default=list, blank=True)
    deaf = models.CharField(max_length=500, blank=True)
    private = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    upkeep = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> dict[str, str]:
        return sealed.unseal(bytes(self.sealed))


class Caution(models.Model):
    """What should not be posted on a channel, in words that somebody approved. The newest of a language holds."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="cautions")
    language = models.CharField(max_length=12, blank=True)
    version = models.PositiveIntegerField()
    text = models.CharField(max_length=1000, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "language", "version"], name="one_caution")]


RECHECK = "recheck"
"""The source that is not the connector's: looking again at what was heard (see `recheck.py`)."""


class Cursor(models.Model):
    """How far we have heard one source of one channel. Saved in the transaction that stores the messages.

    way          how it is heard: asked, streamed or brought (see `rapport.connectors.contract.Source`)
    heard_until  the platform's own time of the newest event up to here, where the source tells
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="cursors")
    source = models.CharField(max_length=40)
    way = models.CharField(max_length=10, default="ask")
    value = models.TextField(blank=True)
    heard_until = models.DateTimeField(null=True, blank=True)
    every_seconds = models.FloatField(default=60)
    next_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "source"], name="one_cursor")]


class Budget(models.Model):
    """What a platform allows a channel until it counts anew, as far as its answers told. See `budget.py`.

    bucket        the platform's own name for the limit
    limit         0: not known, the platform only asked us to wait
    window        how long a count lasts, as far as we have seen
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="budgets")
    bucket = models.CharField(max_length=60)
    limit = models.FloatField(default=0)
    remaining = models.FloatField(default=0)
    resets_at = models.DateTimeField()
    window = models.DurationField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "bucket"], name="one_budget")]
        ordering = ["bucket"]


class Pulse(models.Model):
    """One hour of one source: did we listen, and what came? No row means that nobody listened.

    source           empty where all sources of the channel were counted together
    behind_seconds   how far what a stream brought last in that hour lay behind; None where there is nothing to measure
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="pulses")
    source = models.CharField(max_length=40, blank=True)
    hour = models.DateTimeField()
    fetches = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    heard = models.PositiveIntegerField(default=0)
    let_go = models.PositiveIntegerField(default=0)
    behind_seconds = models.FloatField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "source", "hour"], name="one_pulse")]
        indexes = [models.Index(fields=["channel", "hour"], name="pulse_hour")]


class Watch(models.Model):
    """One closed hour of one channel, as it was judged (see `watch.py`): made out of pulses, pauses and gaps, and made
    anew from them at any time.

    state   one of core.measure.coverage.State       why   one of core.measure.coverage.Why, empty when all was well
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    state = models.CharField(max_length=20)
    why = models.CharField(max_length=20, blank=True)
    heard = models.PositiveIntegerField(default=0)
    let_go = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "hour"], name="one_watch")]


class GapKind(models.TextChoices):
    """How we know of a gap; a later one tells more than those before it."""

    SILENCE = "silence", _("So little came that chance does not explain it")
    UNHEARD = "unheard", _("Nobody listened")
    DOWN = "down", _("Every call failed")
    COUNT = "count", _("The platform counts more than we have")
    MISSED = "missed", _("The platform no longer brings it by itself")


def kept(text: str, longest: int = 500) -> tuple[str, dict[str, str | int]]:
    """Words as they are stored, and what they name: see `in_words`."""
    return (text.words, dict(text.told)) if isinstance(text, Said) else (text[:longest], {})


def in_words(text: str, told: Mapping[str, Any]) -> str:
    """Words as they were stored, in the language of whoever reads them; what a platform said stays as it was said."""
    if not text:
        return ""
    return gettext(text) % told if told else gettext(text)


class Gap(models.Model):
    """A stretch of time of one source of which we may not have everything. No two of one source overlap.

    end         None while it lasts
    state       what was done about it: open, backfilled, partly, impossible; or dismissed, which says that none was
    suspected   only a test on counts says so: a person may confirm or dismiss it
    cause       in words that are not translated yet, with `cause_told` for what they name: see `in_words`
    outcome     what was done, likewise          brought   messages that a backfill brought
    note        what the person said who confirmed or dismissed it, and who that was
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="gaps")
    source = models.CharField(max_length=40)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=GapKind)
    cause = models.CharField(max_length=500, blank=True)
    cause_told = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=20, choices=flow.choices("gap"), default="open")
    suspected = models.BooleanField(default=False)
    outcome = models.CharField(max_length=500, blank=True)
    outcome_told = models.JSONField(default=dict, blank=True)
    brought = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    noted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-start", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end=None) | models.Q(end__gt=models.F("start")), name="gap_has_length"
            ),
            models.UniqueConstraint(
                fields=["channel", "source"], condition=models.Q(end=None), name="one_gap_that_lasts"
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "source", "start"], name="gap_source"),
            models.Index(fields=["-start", "-id"], name="gap_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}, {self.source} from {self.start:%Y-%m-%d %H:%M}"

    @property
    def lasts(self) -> bool:
        return self.end is None

    @property
    def missing(self) -> bool:
        """What was said then is not here, as far as we know."""
        return self.state in ("open", "partly", "impossible")

    @property
    def why(self) -> str:
        return in_words(self.cause, self.cause_told)

    @property
    def done(self) -> str:
        return in_words(self.outcome, self.outcome_told)


class Reckoning(models.Model):
    """How many messages of a stretch the platform counted, and how many of them we have."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="reckonings")
    source = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()
    theirs = models.PositiveIntegerField()
    ours = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["channel", "source", "-at"], name="reckoning_newest")]


class Tally(models.Model):
    """What is counted and never stored as text: favourites, boosts, follows; a row a channel, day and kind."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="tallies")
    day = models.DateField()
    kind = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day", "kind"], name="one_tally")]


class Author(models.Model):
    """An account on a network; `followers` as far as the network tells."""

    network = models.CharField(max_length=80)
    external_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=300, blank=True)
    name = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    followers = models.PositiveBigIntegerField(null=True, blank=True)
    first_heard_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "external_id"], name="one_author")]

    def __str__(self) -> str:
        return self.name or self.handle or self.external_id


class Message(models.Model):
    """One message, however often it was sighted. The working copy: the text goes when the message is removed.

    unarchived  it changed since it was archived, or never was
    archived    how many versions of it are in the archive
    left_at     when its text went to be in the archive only (see `keep.leaving`)
    """

    network = models.CharField(max_length=80)
    external_id = models.CharField(max_length=500)
    author = models.ForeignKey(Author, models.PROTECT, related_name="messages", db_index=False)
    # That of the first sighting.
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="messages", db_index=False)
    text = models.TextField(blank=True)
    spans = models.JSONField(default=list, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    thread_id = models.CharField(max_length=500)
    parent_id = models.CharField(max_length=500, blank=True)
    language_hint = models.CharField(max_length=20, blank=True)
    ref = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField()
    heard_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)
    addressed = models.BooleanField(default=False)
    context = models.BooleanField(default=False)
    ours = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=flow.choices("message"), default="heard")
    next_try_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    unarchived = models.BooleanField(default=True)
    archived = models.PositiveIntegerField(default=0)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "external_id"], name="one_message")]
        indexes = [
            models.Index(fields=["network", "thread_id"], name="message_thread"),
            models.Index(fields=["-published_at"], name="message_published"),
            models.Index(fields=["channel", "-published_at"], name="message_channel"),
            # Some write hundreds of thousands of messages, and how many is counted each time that they write again.
            models.Index(fields=["author", "-published_at"], name="message_author"),
            # What the worker looks for: a handful of rows among millions.
            models.Index(fields=["state", "imported", "id"], name="message_work", condition=flow.to_do("message")),
            models.Index(fields=["id"], name="message_unarchived", condition=models.Q(unarchived=True)),
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.external_id}"

    @property
    def sort_at(self) -> Any:
        """Where it stands in its thread: no clock of the author's can put it into the future."""
        return min(self.published_at, self.heard_at)

    @property
    def text_spans(self) -> tuple[types.Span, ...]:
        return tuple(types.Span(*span) for span in self.spans)


class Revision(models.Model):
    """What a message said before it was edited."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    spans = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_revision")]
        ordering = ["number"]


class Sighting(models.Model):
    """One way in which a message reached us."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="sightings", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    source = models.CharField(max_length=40)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "channel", "source"], name="one_sighting")]


class Tombstone(models.Model):
    """A message that was taken back. Kept for ever, as a keyed hash: it must not come back by another way."""

    key = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)


class Quarantined(models.Model):
    """Something that arrived and could not be understood, or stored: kept, visible, and can be tried again.

    form   raw: bytes for the connector's parser; message: a message of ours (see `poison.py`)
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="quarantined")
    source = models.CharField(max_length=40)
    where = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    raw = models.BinaryField(default=b"")
    form = models.CharField(max_length=10, default="raw", choices=[("raw", "raw"), ("message", "message")])
    digest = models.CharField(max_length=64)
    tries = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=20, choices=flow.choices("quarantined"), default="waiting")
    at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "source", "digest"], name="one_quarantined")]
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "next_try_at"], name="quarantined_due")]


class Delivery(models.Model):
    """Something that was brought to us, by the name of what was signed: it is not taken a second time."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries", db_index=False)
    mark = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "mark"], name="one_delivery")]
        indexes = [models.Index(fields=["channel", "at"], name="delivery_lately")]


class Purpose(models.TextChoices):
    BRAND = "brand", _("Our name")
    PRODUCT = "product", _("Our products")
    RIVAL = "rival", _("A rival")
    TOPIC = "topic", _("A topic")


class Brief(models.Model):
    """A standing query: what we listen for.

    words_at   when its query was changed last: what had arrived before was matched by other words, and stays so
    """

    name = models.CharField(max_length=80, unique=True)
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.BRAND)
    query = models.TextField()
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField(default=timezone.now)
    words_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)  # one more each time that it is written: see `matching.py`

    class Meta:
        ordering = ["purpose", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def opens_conversations(self) -> bool:
        """What is said of rivals and of topics is measured; nobody is expected to answer it."""
        return self.purpose in (Purpose.BRAND, Purpose.PRODUCT)


class BriefMatch(models.Model):
    brief = models.ForeignKey(Brief, models.CASCADE, related_name="matches", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="brief_matches")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brief", "message"], name="one_match")]
        indexes = [models.Index(fields=["brief", "-message"], name="match_newest")]


class Backfill(models.Model):
    """Bringing back what was said earlier on one source, newest first.

    gap         the gap that it is to fill, if it is for one
    estimate    how many messages that will be; None: nobody can say before they are fetched
    place       where the connector goes on; saved with the messages
    reached     everything from here to `until` is stored
    incomplete  the platform said that it can't bring all of it
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="backfills")
    source = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()
    gap = models.ForeignKey(Gap, models.SET_NULL, null=True, blank=True, related_name="backfills")
    state = models.CharField(max_length=20, choices=flow.choices("backfill"), default="waiting")
    estimate = models.PositiveIntegerField(null=True, blank=True)
    place = models.TextField(blank=True)
    reached = models.DateTimeField(null=True, blank=True)
    heard = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    incomplete = models.BooleanField(default=False)
    trouble = models.CharField(max_length=500, blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="backfill_has_length"),
            # Two that bring back the same source would get in each other's way.
            models.UniqueConstraint(
                fields=["channel", "source"],
                condition=models.Q(state__in=["waiting", "counted", "running", "paused"]),
                name="one_backfill_at_a_time",
            ),
        ]

    @property
    def unfinished(self) -> bool:
        return self.state in ("waiting", "counted", "running", "paused")

    @property
    def share(self) -> float:
        """How far it is, between 0 and 1, by the time that it has gone back."""
        if self.state == "done":
            return 1.0
        if self.reached is None:
            return 0.0
        return min(1.0, max(0.0, (self.until - self.reached) / (self.until - self.since)))


class Import(models.Model):
    """A file that is being read into a channel.

    trouble   why it cannot be read, in words that are not translated yet, with `trouble_told` for what they name: see
              `in_words`
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    mapping = models.JSONField(default=dict)
    size_bytes = models.BigIntegerField(default=0)
    read_bytes = models.BigIntegerField(default=0)
    place = models.CharField(max_length=60, blank=True)
    heard = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    revised = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True)
    trouble_told = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=20, choices=flow.choices("import"), default="waiting")
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    @property
    def why(self) -> str:
        return in_words(self.trouble, self.trouble_told)
