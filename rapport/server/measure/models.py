"""Counts that are kept, so that a page over a year does not read a million rows; what people code, and what follows
from it: lines, figures, alarms and goals. All days are those of UTC."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from rapport.server.listen.models import Brief, Channel, Message
from rapport.server.organise.models import Team, User


class DayCount(models.Model):
    """One day of one channel: messages from others by the reader's own, uncorrected tone.

    noise        what was set aside that day, which is in none of the other counts
    hours        hours of that day in which we were to hear the channel; None where there are none (files)
    deaf_hours   those of them whose messages we do not have, as far as we know (see `listen.hours`)
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)
    negative = models.PositiveIntegerField(default=0)
    neutral = models.PositiveIntegerField(default=0)
    positive = models.PositiveIntegerField(default=0)
    ours = models.PositiveIntegerField(default=0)
    noise = models.PositiveIntegerField(default=0)
    hours = models.PositiveSmallIntegerField(null=True, blank=True)
    deaf_hours = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="one_day_count")]
        indexes = [models.Index(fields=["day"], name="day_count_day")]


class DayAnswer(models.Model):
    """The conversations of one channel and team that began on one day, and what became of them since.

    asked      all of them
    answered   those with a first answer
    closed     those that somebody closed without one
    waits      seconds from the beginning to the first answer, one for each answered: unsigned, 4 bytes, little-endian
    began      for each of them, the seconds from the beginning of the day (UTC) to that of the conversation; likewise
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    day = models.DateField()
    asked = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    waits = models.BinaryField()
    began = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "team", "day"], name="one_day_answer")]
        indexes = [models.Index(fields=["day"], name="day_answer_day")]


# -- the coding desk -------------------------------------------------------------------------------------------------


class Coder(models.Model):
    """A person who says how drawn messages sound, whatever conversations they may see otherwise.

    languages   two-letter codes of those that they read
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="coder", primary_key=True)
    languages = models.JSONField(default=list)
    active = models.BooleanField(default=True)


class Guidance(models.Model):
    """What the team has agreed on how to code, with examples. The newest row holds; the others are its history."""

    text = models.TextField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]


class DeskDay(models.Model):
    """One day as it stood when it closed: all messages from which coders were given some, and by which chances.

    Nothing of it changes afterwards: a message that comes late belongs to the day's `late`, and a reader that comes
    later has said nothing about this day.

    reader     version of the reader of tone whose predictions are frozen here
    messages   in the frame; `unread`: those in languages that no coder read then, which are not
    passed     one for each message left out because nobody reads its language, then or later: see
               `measure.frames.PASSED`; `strata` names the languages that were left out later
    late       heard after the day closed
    planned    labels for this day; `surge`: an amber line had asked for more
    strata     names, bounds, cells, sizes and planned labels: see `core.measure.sampling.Strata` and `Draw`
    foremost   of the rows of its frame those with the smallest numbers: see `measure.frames.FOREMOST`; what is asked
               of a draw need not fetch the others
    """

    day = models.DateField(unique=True)
    closed_at = models.DateTimeField(default=timezone.now)
    reader = models.CharField(max_length=80)
    messages = models.PositiveIntegerField()
    unread = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    planned = models.PositiveIntegerField()
    surge = models.BooleanField(default=False)
    strata = models.JSONField(default=dict)
    passed = models.BinaryField(default=b"")
    foremost = models.BinaryField(default=b"")

    class Meta:
        ordering = ["-day"]


class DeskFrame(models.Model):
    """The frame of a closed day, from which was drawn: apart from the day, for it may be large.

    rows       one for each message: see `measure.frames.ROW`
    """

    day = models.OneToOneField(DeskDay, models.CASCADE, primary_key=True, related_name="frame")
    rows = models.BinaryField()


class Drawn(models.Model):
    """A message in the queue of a day, as far as the queue was handed out; coders take it from the front.

    place      in the queue of the day, from 0
    language   that a coder must read
    twice      two people are to code it, so that one sees how far they agree
    answer     what counts: of the only one who coded it, or of the one who settled it; empty so far
    """

    day = models.ForeignKey(DeskDay, models.CASCADE, related_name="drawn", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="drawn")
    place = models.PositiveIntegerField()
    stratum = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=12, blank=True)
    twice = models.BooleanField(default=False)
    answer = models.CharField(max_length=9, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "place"], name="one_place")]
        indexes = [models.Index(fields=["day", "place"], name="drawn_open", condition=models.Q(answer=""))]
        ordering = ["day", "place"]


class Code(models.Model):
    """What one person said of a drawn message, having seen its words and nothing else.

    answer     negative, neutral, positive, or uncodable
    purpose    first, second (of those that are coded twice), repeat (the same person weeks later, unawares), settle
    seconds    that it took; revision: of the message that they read
    words      why it was settled so
    """

    class Purpose(models.TextChoices):
        FIRST = "first"
        SECOND = "second"
        REPEAT = "repeat"
        SETTLE = "settle"

    drawn = models.ForeignKey(Drawn, models.CASCADE, related_name="codes", db_index=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=6, choices=Purpose)
    answer = models.CharField(max_length=9)
    revision = models.PositiveIntegerField()
    seconds = models.FloatField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drawn", "purpose"], name="one_code")]
        indexes = [models.Index(fields=["by", "-at"], name="code_newest")]


# -- lines, what is found about them, and alarms ---------------------------------------------------------------------


class Line(models.Model):
    """Something whose tone is followed: all that is said about us, a brief, a channel, or a brief in a channel.

    brief       none: everything that addresses us or matches a brief about us or our products
    watches     the share that the alarm watches: negative, positive, or net
    watched     whether there is an alarm
    tolerance   a change up to here is no news; between 0 and 1
    """

    name = models.CharField(max_length=80, unique=True)
    brief = models.ForeignKey(Brief, models.CASCADE, null=True, blank=True, related_name="lines")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="lines")
    watches = models.CharField(max_length=8, default="negative")
    watched = models.BooleanField(default=True)
    tolerance = models.FloatField(default=0.03)  # core.measure.change.TOLERANCE
    position = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Figure(models.Model):
    """What was known at one time of a line in a period. A later vintage stands beside it, never in its place.

    period      week (Monday to Sunday), seven (the seven days that end at `end`), or day
    net         net tone with its interval: [value, low, high], between -1 and 1; None: not enough labels
    shares      of negative, neutral, positive and uncodable: [value, low, high] each
    people      the same where what one author, one thread or one copied text said on a day counts once: {"net": [...],
                "negative": [...], ...}
    weight      how much of the channels' fixed weight was heard, read and coded, between 0 and 1; `missing`: names of
                the channels that were not heard
    bounds      between which net tone lies whatever the rest held, with the error of what was heard
    labels, messages, late, effective    see `core.measure.share.ShareEstimate`; alpha: the coders' agreement
    made        how: {"voices": authors, threads and copied texts, each once a day; "people_labels": of these; "coded":
                days that were coded, days that were closed, days whose labels are waited for; "unread": {language:
                messages}; "words_since": the day on which the words of its brief were changed, if not after the period;
                "method", "reader", "variance", "channels": {name: fixed weight}, "change": {"since": the day on which
                the period before ended, "total", "tone" and "mix" as [value, low, high]}}; all are of net tone
    current     of the vintages of this period, the newest
    """

    line = models.ForeignKey(Line, models.CASCADE, related_name="figures", db_index=False)
    period = models.CharField(max_length=5)
    start = models.DateField()
    end = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)
    current = models.BooleanField(default=True)
    net = models.JSONField(null=True)
    shares = models.JSONField(default=dict)
    people = models.JSONField(default=dict)
    labels = models.PositiveIntegerField(default=0)
    needed = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    effective = models.FloatField(null=True)
    alpha = models.JSONField(null=True)
    weight = models.FloatField(default=1.0)
    missing = models.JSONField(default=list)
    bounds = models.JSONField(null=True)
    made = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "period", "end"], condition=models.Q(current=True), name="one_current_figure"
            )
        ]
        indexes = [models.Index(fields=["line", "period", "-end", "-id"], name="figure_newest")]


class Watching(models.Model):
    """The alarms of a line as they stand after `day`, amber after `amber_day`, which needs no labels and may be ahead.
    The states are those of `core.measure.change`.

    baseline   the days that it was taken from, its value and standard error, the fixed weights of channels
    refusal    why there is no red alarm: {"have", "need"} labels, or {"asked", "least"}, a tolerance below the error of
               the baseline and the smallest above it; {"words"}: as it was said before versions kept numbers; or None
    expected   the delay to be expected, as it was shown when the alarm was set up: a list of {"shift", "days": the
               median, "late": nine of ten years, None for neither, "rang": share of years,
               "bar": the evidence to stand out of all lines that were watched}; see `core.measure.delay`
    """

    line = models.OneToOneField(Line, models.CASCADE, related_name="watching", primary_key=True)
    day = models.DateField(null=True, blank=True)
    baseline = models.JSONField(null=True)
    red = models.JSONField(null=True)
    amber = models.JSONField(null=True)
    amber_day = models.DateField(null=True, blank=True)
    ruler = models.JSONField(null=True)
    refusal = models.JSONField(null=True)
    expected = models.JSONField(null=True)


class Annotation(models.Model):
    """What happened on a day. Of one line, or of all.

    text     as people said it: a price rise announced
    reader   the one that begins on that day, where the timetable wrote it down; then there is no text
    words    the brief whose words were changed on that day, written down as they were; then there is no text
    """

    day = models.DateField()
    text = models.CharField(max_length=200, blank=True)
    reader = models.CharField(max_length=200, blank=True)
    words = models.CharField(max_length=80, blank=True)
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="annotations")
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day", "id"]


class Alarm(models.Model):
    """Something rang.

    kind    red (the tone has changed), amber (more labels are asked for), ruler (the reader has moved, not the tone),
            course (behind the plan toward a goal)
    day     of the messages at which it rang; `began`: from when on, by the evidence
    found   what is known. Red: {"of": what is watched, "before": the baseline, "after" and "size": [value, low, high]
            on fresh labels or None so far, "labels", "carried": [{"by": channel, brief or kind, "name", "key": of the
            row, or the kind, "share": of the change}], "messages": their keys, "home": the baseline, while the line is
            about the same, "days" since that baseline, "units": those behind "labels", "until": their last day,
            "compared": the days before and after by which "carried" is told, "grew": those since `began` when it rang;
            of each {"first", "last", "days", "labels", "units"}}. Course: {"goal": its key}
    """

    line = models.ForeignKey(Line, models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=6)
    day = models.DateField()
    began = models.DateField(null=True, blank=True)
    rang_at = models.DateTimeField(default=timezone.now)
    found = models.JSONField(default=dict)
    annotation = models.ForeignKey(Annotation, models.SET_NULL, null=True, blank=True, related_name="alarms")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day", "-id"]
        indexes = [models.Index(fields=["-day"], name="alarm_open", condition=models.Q(closed_at=None))]


class Goal(models.Model):
    """Where a line shall be by a date.

    of        net, negative or positive; `target`: at or above it, for negative at or below
    start     the estimate when it was set, with its standard error `start_error`; both None until the weeks tell
    error     standard deviation of weekly estimates about the way
    off       state of `core.measure.forecast.OffCourse`, after the week that ends at `week`
    outlook   as last computed: {"day", "probability", "arrival": [median, low, high] as days or None, "never",
              "fan": [{"end": the last day of a week, "middle", "low", "high", "held" of the "judged" earlier
              intervals at this distance; these two are not in what was computed before 22 November 2026}]}, or
              {"have", "need"} weeks; once its day has passed {"day", "ended": [value, low, high] of its week or None}
    """

    line = models.ForeignKey(Line, models.CASCADE, related_name="goals")
    of = models.CharField(max_length=8, default="net")
    target = models.FloatField()
    by_date = models.DateField()
    start = models.FloatField(null=True, blank=True)
    start_error = models.FloatField(null=True, blank=True)
    error = models.FloatField(null=True, blank=True)
    off = models.JSONField(null=True)
    week = models.DateField(null=True, blank=True)
    outlook = models.JSONField(null=True)
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["by_date", "id"]


# -- early warnings --------------------------------------------------------------------------------------------------


class Place(models.Model):
    """A place whose mention is counted, and the words that mean it, parted by commas (see `core.understand.cues`)."""

    name = models.CharField(max_length=80, unique=True)
    words = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Usual(models.Model):
    """How many people speak in an hour of the week of what a brief finds, of one kind of it, or of a place. All rows
    are learned anew together.

    weeks      of hours that were heard; `mean` is empty while they are too few (`core.measure.burst.profile`)
    mean       168 numbers, from Monday midnight (UTC): doubles, little-endian; `size` of the negative binomial, 0: inf
    channels   ids of those that were listened to all along: only they are counted
    """

    brief = models.ForeignKey(Brief, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20, blank=True)
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="+")
    weeks = models.PositiveSmallIntegerField(default=0)
    mean = models.BinaryField(default=b"")
    size = models.FloatField(default=0.0)
    channels = models.JSONField(default=list)
    learned_at = models.DateTimeField(default=timezone.now)


class EarlyWarning(models.Model):
    """More people than usual speak of something, since an hour.

    since      its first hour; `until`: the end of the last that was counted
    hours      [people, expected] of each hour from `since` on; None for people where it was not heard
    lasting    found because somewhat loud hours add up, not by one hour alone
    chance     of so much in the loudest hour when nothing is the matter
    messages   ids of some, the newest first
    over_at    it ended: as many speak as usual; `closed_at`: somebody has dealt with it, whether it is over or not
    """

    brief = models.ForeignKey(Brief, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20, blank=True)
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    count = models.PositiveIntegerField()
    expected = models.FloatField()
    chance = models.FloatField()
    lasting = models.BooleanField(default=False)
    hours = models.JSONField(default=list)
    messages = models.JSONField(default=list)
    opened_at = models.DateTimeField(default=timezone.now)
    over_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["-since"], name="warning_goes_on", condition=models.Q(over_at=None))]


# -- share of voice --------------------------------------------------------------------------------------------------


class VoiceWeek(models.Model):
    """How much of the talk of one week was about us, and how much about each rival.

    week        its Monday
    brands      [key, name] of those that were listened for in the whole of it: "us", then rivals' briefs by their id
    channels    names of those that were heard and where talk about everybody is heard; `left_out`: of the others
    messages    by the key of a brand: [share, low, high] of mentions; `people` of groups by author, thread and copies;
                both empty while there are too few
    mentions    that were counted; `groups`: people, of `needed`
    sums        of both ways of counting, by which several weeks are taken together: see `core.measure.voice.Sums`
    """

    week = models.DateField(unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    brands = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    messages = models.JSONField(default=dict)
    people = models.JSONField(default=dict)
    mentions = models.PositiveIntegerField(default=0)
    groups = models.PositiveIntegerField(default=0)
    needed = models.PositiveIntegerField(default=0)
    sums = models.JSONField(default=dict)

    class Meta:
        ordering = ["week"]


# -- events ----------------------------------------------------------------------------------------------------------


class Event(models.Model):
    """Something on the calendar around which there may be talk: a launch, a partner, a hiring drive.

    brief or query    what finds the talk: a brief, or words of its own
    starts, ends      first and last day (UTC); `before`, `after`: days looked at on either side
    found             what is known: see `measure.events`; None until it was looked at
    removed_at        somebody deleted it; it can be brought back
    """

    name = models.CharField(max_length=80)
    brief = models.ForeignKey(Brief, models.CASCADE, null=True, blank=True, related_name="+")
    query = models.TextField(blank=True)
    starts = models.DateField()
    ends = models.DateField()
    before = models.PositiveSmallIntegerField(default=14)
    after = models.PositiveSmallIntegerField(default=14)
    found = models.JSONField(null=True)
    found_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts", "-id"]

    def __str__(self) -> str:
        return self.name


# -- other marketing -------------------------------------------------------------------------------------------------


class MarketingImport(models.Model):
    """A table that somebody brought in: so many rows, and what its amounts took the place of.

    replaced    [series, week, amount, import] of each amount that was there before
    undone_at   it was taken back; only the newest that was not can be
    """

    file_name = models.CharField(max_length=255)
    rows = models.PositiveIntegerField()
    replaced = models.JSONField(default=list)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]


class MarketingSeries(models.Model):
    """What is spent on one way of marketing, or what came of it all. `name` as it stood over the column."""

    class Kind(models.TextChoices):
        SPEND = "spend"
        OUTCOME = "outcome"

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=7, choices=Kind)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class MarketingWeek(models.Model):
    """The amount of one series in the week that begins on that Monday."""

    series = models.ForeignKey(MarketingSeries, models.CASCADE, related_name="weeks", db_index=False)
    week = models.DateField()
    amount = models.FloatField()
    brought = models.ForeignKey(MarketingImport, models.CASCADE, related_name="weeks")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "week"], name="one_marketing_week")]
