"""Where a line is at home: what the weeks before an alarm begins tell, and a day beside them.

The units are groups (author, thread, wording) and the channels have fixed weights: those of the baseline. A channel
that is not heard keeps its weight and adds nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from rapport.core.measure import change, delay, share
from rapport.core.measure.change import SURGE, Amber, RedAlarm, Ruler, Today, TooFine
from rapport.core.measure.share import OUTCOMES, ShareEstimate
from rapport.core.types import Estimate, NotEnough
from rapport.server.measure.lines import Floats, Ints, Part, Period, later_digits, period

TONES = ("negative", "neutral", "positive")
LABELS = range(4)
FEWEST_IN_CHANNEL = 10
FEWEST_RULED = 100
"""Labels from which on one can say how far the reader is usually off."""

FEWEST_DAYS = 14
LEAST_SD = 0.002
SHIFTS = (0.05, 0.10, 0.20)
RUNS = 200
FLAT = 0.1
"""A reader that hardly tells the tone apart says nothing about how days differ."""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel at home: its fixed weight, its share by labels, and the reader's own."""

    weight: float
    share: float
    reader: float


@dataclass(frozen=True, slots=True)
class Home:
    """A baseline.

    of, tolerance   what is watched, as the line had it
    value           with its interval; variance, df, labels, messages as in `ShareEstimate`
    day_variance    of the daily share about its mean
    a_day           labels of different groups a day, and groups a day
    finds           how much of the watched tone the reader finds, and how much of the rest it mistakes for it
    reads           what it predicts on average where people say negative, neutral, positive, uncodable
    places          by the id of a channel
    reader          the version that is expected; `since`: the first day from which amber and the ruler may learn
    """

    first: date
    last: date
    of: str
    tolerance: float
    value: tuple[float, float, float]
    variance: float
    df: float
    labels: int
    messages: int
    day_variance: float
    a_day: tuple[float, float]
    finds: tuple[float, float]
    reads: tuple[float, ...]
    places: Mapping[int, Place]
    reader: str
    since: date

    @property
    def low(self) -> float:
        return -1.0 if self.of == "net" else 0.0

    @property
    def error(self) -> float:
        return math.sqrt(self.variance)

    @property
    def estimate(self) -> ShareEstimate:
        shown = Estimate(*self.value, self.labels, "baseline")
        return ShareEstimate(shown, self.labels, self.messages, self.variance, self.df, 1.0, float(self.labels))

    @property
    def weights(self) -> dict[int, float]:
        return {channel: place.weight for channel, place in self.places.items()}

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        days = {name: getattr(self, name).isoformat() for name in ("first", "last", "since")}
        df = None if math.isinf(self.df) else self.df
        return asdict(self) | days | {"df": df, "error": self.error}

    @classmethod
    def of_told(cls, told: Mapping[str, Any]) -> Home:
        kept = {one.name: told[one.name] for one in fields(cls)}
        kept |= {name: date.fromisoformat(told[name]) for name in ("first", "last", "since")}
        kept |= {name: tuple(told[name]) for name in ("value", "a_day", "finds", "reads")}
        kept["df"] = math.inf if told["df"] is None else told["df"]
        kept["places"] = {int(key): Place(**place) for key, place in told["places"].items()}
        return cls(**kept)


# -- settling --------------------------------------------------------------------------------------------------------


def settle(parts: Sequence[Part], of: str, tolerance: float) -> Home | NotEnough:
    """The home of a line, from the parts of its baseline days: one message of each group and day."""
    whole = period(parts)
    if whole is None:
        return NotEnough(0, share.FEWEST_LABELS, "labels")
    sizes, days = whole.sizes(), len(parts)
    weights = {channel: size / whole.messages for channel, size in sizes.items()}
    found = estimated(whole, weights, of)
    if isinstance(found, NotEnough):
        return found
    value = found.estimate
    return Home(
        first=parts[0].of.day,
        last=parts[-1].of.day,
        of=of,
        tolerance=tolerance,
        value=(value.value, value.low, value.high),
        variance=found.variance,
        df=found.df,
        labels=found.labels,
        messages=found.messages,
        day_variance=_day_variance(parts, whole, weights, of),
        a_day=(found.labels / days, whole.messages / days),
        finds=_finds(whole, of),
        reads=_reads(parts, of),
        places={channel: _place(whole.within([channel]), weight, of) for channel, weight in weights.items()},
        reader=parts[-1].of.reader,
        since=min(one.of.day for one in parts if one.of.reader == parts[-1].of.reader),
    )


def estimated(whole: Period, weights: Mapping[int, float], of: str) -> ShareEstimate | NotEnough:
    """The share by fixed weights, of the channels that have one."""
    there = whole.within(weights)
    if not len(there.channel):
        return NotEnough(0, share.FEWEST_LABELS, "labels")
    return there.weighed(weights).estimate(of)


def _place(here: Period, weight: float, of: str) -> Place:
    reader = _mean(here.frame.sizes, here.frame.means @ _worth(of))
    found = here.estimate(of, fewest=FEWEST_IN_CHANNEL)
    return Place(weight, reader if isinstance(found, NotEnough) else found.estimate.value, reader)


def _finds(whole: Period, of: str) -> tuple[float, float]:
    """How much of the watched tone the reader finds, and how much of the rest it mistakes for it."""
    tone = TONES.index("negative" if of == "net" else of)
    weight = standing_for(whole.frame.sizes, whole.labels.stratum)
    said, truly = whole.labels.prediction.argmax(axis=1) == tone, whole.labels.label == tone
    usual = delay.Reader()
    if not truly.any() or truly.all():
        return usual.finds, usual.mistakes
    return _mean(weight[truly], said[truly]), _mean(weight[~truly], said[~truly])


def _reads(parts: Sequence[Part], of: str) -> tuple[float, ...]:
    """What the reader itself says of each label, on average; where people gave none, its mean for all."""
    label = np.concatenate([one.label for one in parts])
    weight = np.concatenate([standing_for(one.frame.sizes, one.cell) for one in parts])
    predicted = np.concatenate([one.said for one in parts]) @ _worth(of)
    if not len(predicted):
        return (0.0,) * len(LABELS)
    masks = [label == one for one in LABELS]
    return tuple(_mean(weight[mask], predicted[mask]) if mask.any() else _mean(weight, predicted) for mask in masks)


def _day_variance(parts: Sequence[Part], whole: Period, weights: Mapping[int, float], of: str) -> float:
    """How much days differ beyond chance, by the reader, in the scale of labels.

    A day has too few labels to say that by themselves. The reader has read them all; by how much its mean prediction
    moves with the share is told by the labels.
    """
    worth = _worth(of)
    values = OUTCOMES_OF[of][whole.labels.label]
    weight = standing_for(whole.frame.sizes, whole.labels.stratum)
    predicted = whole.labels.prediction @ worth
    spread = _mean(weight, (values - _mean(weight, values)) ** 2)
    together = _mean(weight, (values - _mean(weight, values)) * (predicted - _mean(weight, predicted)))
    slope = together / spread if spread > 0 else 0.0
    if slope < FLAT or len(parts) < FEWEST_DAYS:
        return 0.0
    means, errors = zip(*(_reader_day(one, weights, worth) for one in parts))
    return share.day_effect(means, errors) / slope**2


def _reader_day(one: Part, weights: Mapping[int, float], worth: Floats) -> tuple[float, float]:
    """The reader's mean of a day by fixed weights, and what chance alone would let it vary."""
    sizes = one.sizes()
    total = sum(weights.get(channel, 0.0) for channel in sizes)
    factor = np.array([weights.get(channel, 0.0) / total / sizes[channel] for channel in one.channel.tolist()])
    share_of = one.frame.sizes * factor
    mean = float(share_of @ (one.frame.means @ worth))
    within = one.frame.means @ worth**2 - (one.frame.means @ worth) ** 2
    return mean, float((share_of * factor) @ within)


def standing_for(sizes: Floats, stratum: Ints) -> Floats:
    """How many messages each label stands for, shape (n,)."""
    found: Floats = (sizes / np.maximum(np.bincount(stratum, minlength=len(sizes)), 1))[stratum]
    return found


def _mean(weight: Floats, values: Floats) -> float:
    return float(np.average(values, weights=weight))


OUTCOMES_OF = {name: np.array(worth) for name, worth in OUTCOMES.items()}


def _worth(of: str) -> Floats:
    return OUTCOMES_OF[of][:3]


# -- a day -----------------------------------------------------------------------------------------------------------


def today(part: Part | None, home: Home, deaf: Iterable[int]) -> Today:
    """What a day adds to the red alarm; `deaf`: channels that were not heard.

    Where a channel has a label in each of its strata, these are weighed as they are. Where not, its labels are thinned
    until all of its messages had the same chance, and the channel is one stratum: its few labels then stand for all of
    it without a word from the reader.
    """
    weight: list[float] = []
    centre: list[float] = []
    stratum: list[Ints] = []
    value: list[Floats] = []
    for channel, place in home.places.items():
        cells = np.nonzero(part.channel == channel)[0] if part and channel not in set(deaf) else np.empty(0, np.int64)
        if part is None or not len(cells):
            weight, centre = [*weight, place.weight], [*centre, place.share]
            continue
        labels = np.nonzero(np.isin(part.cell, cells))[0]
        sizes, means = part.frame.sizes[cells], part.frame.means[cells] @ _worth(home.of)
        if np.isin(cells, part.cell).all():
            at = np.searchsorted(cells, part.cell[labels])
            parts, middles = place.weight * sizes / sizes.sum(), means
        else:
            labels = _thinned(part, cells, labels)
            at = np.zeros(len(labels), dtype=np.int64)
            parts = np.array([place.weight])
            middles = np.array([_mean(sizes, means) if len(labels) else place.share])
        stratum.append(at + len(weight))
        value.append(OUTCOMES_OF[home.of][part.label[labels]])
        weight, centre = [*weight, *parts.tolist()], [*centre, *middles.tolist()]
    return Today(
        np.array(weight),
        np.clip(np.array(centre), home.low, 1.0),
        np.concatenate([np.empty(0, np.int64), *stratum]),
        np.concatenate([np.empty(0), *value]),
    )


def _thinned(part: Part, cells: Ints, labels: Ints) -> Ints:
    """Those of the labels that are kept, so that messages of all strata had the same chance."""
    chance = part.of.chance[part.stratum]
    least = float(chance[cells].min())
    number = later_digits(part.of.number[part.of.at[part.at[labels]]], 34)
    return labels[number * chance[part.cell[labels]] < least]


def reader_share(part: Part | None, home: Home) -> float:
    """The reader's own share of a day by fixed weights; of a channel without a message, what it was at home."""
    means = {} if part is None else _reader_means(part, home.of)
    return sum(place.weight * means.get(channel, place.reader) for channel, place in home.places.items())


def _reader_means(part: Part, of: str) -> dict[int, float]:
    found = {}
    for channel in np.unique(part.channel).tolist():
        here = part.channel == channel
        found[channel] = _mean(part.frame.sizes[here], part.frame.means[here] @ _worth(of))
    return found


def residual(part: Part, home: Home) -> tuple[Floats, Floats]:
    """By how much less the reader predicts for each label than it used to for such labels, and how many messages the
    label stands for.

    Not label less prediction: when the tone changes, a reader that errs as it always did is off by more of it, and the
    ruler would be blamed for what the tone did. And what the reader said itself, for it is recalibrated day by day.
    """
    off = np.array(home.reads)[part.label] - part.said @ _worth(home.of)
    return off, standing_for(part.frame.sizes, part.cell)


# -- the three alarms at their beginning -----------------------------------------------------------------------------


def amber(parts: Sequence[Part], home: Home) -> Amber | None:
    """None when there are too few days of the same reader."""
    shares = [reader_share(one, home) for one in parts if one.of.reader == home.reader]
    if len(shares) < FEWEST_DAYS:
        return None
    return Amber(float(np.mean(shares)), max(float(np.std(shares, ddof=1)), LEAST_SD))


def ruler(parts: Sequence[Part], home: Home) -> tuple[Home, Ruler | None]:
    """None when there are too few labels of the same reader; with the home that knows how it reads."""
    same = [one for one in parts if one.of.reader == home.reader]
    whole = period(same)
    if whole is None or len(whole.labels) < FEWEST_RULED:
        return home, None
    home = replace(home, reads=_reads(same, home.of))
    off, weight = (np.concatenate(one) for one in zip(*(residual(one, home) for one in same)))
    bias = _mean(weight, off)
    sd = max(math.sqrt(_mean(weight, (off - bias) ** 2)), LEAST_SD)
    return home, Ruler(bias, sd, unsure=sd * math.sqrt(float((weight**2).sum())) / float(weight.sum()))


# -- how long one waits ----------------------------------------------------------------------------------------------


def expected(home: Home, seed: int, lines: int = 1) -> list[dict[str, float | None]]:
    """For a small, a middling and a large change: after how many days red rings at this line's volume.

    `lines` are watched together. For the worse, as one fears it. Net tone is taken for a share of messages that are
    either good or bad, which waits somewhat longer than it has to. None of it where days have fewer labels than one can
    simulate.
    """
    width = 1.0 - home.low
    labels, messages = round(home.a_day[0]), round(home.a_day[1])
    if labels < 2 or messages < 5:
        return []
    line = delay.Line(
        share=min(max((home.value[0] - home.low) / width, 0.01), 0.99),
        messages=messages,
        labels=min(labels, messages),
        surge=SURGE,
        day_sd=math.sqrt(home.day_variance) / width,
        error=home.error / width,
        reader=delay.Reader(*home.finds),
    )
    worse = 1.0 if home.of == "negative" else -1.0
    found: list[dict[str, float | None]] = []
    bar = change.standing_out(lines)
    for shift in SHIFTS:
        rng = np.random.default_rng([seed, round(1000 * shift)])
        years = delay.expect(line, worse * shift / width, rng, tolerance=home.tolerance / width, lines=lines, runs=RUNS)
        days = {"days": _finite(years.days), "late": _finite(years.late)}
        found.append({"shift": shift, "rang": round(years.rang, 3), "bar": bar, **days})
    return found


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def alarm(home: Home) -> RedAlarm | TooFine:
    return change.watch(
        home.value[0],
        home.error,
        day_variance=home.day_variance,
        a_day=home.a_day[0],
        tolerance=home.tolerance,
        low=home.low,
    )
