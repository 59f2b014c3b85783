"""Which messages people read today, so that what they find holds for all the others.

Nobody can read everything. A drawn sample with known chances of being drawn is the only thing that tells the tone of
all messages without trusting a machine. The draw is stratified (each channel, tone and confidence of the reader gets
its part), uses permanent random numbers (anybody can draw it again and get the same messages), and comes as a queue:
people code from the front, stop when they like, and what they have coded is a sample still.

Source: C.-E. Särndal, B. Swensson and J. Wretman (1992), Model Assisted Survey Sampling, chapter 3; E. Ohlsson (1995),
Coordination of samples using permanent random numbers, in Business Survey Methods; J. Neyman (1934), JRSS 97, 558-625.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.core.ranges import AT_LEAST_0, COUNTING, HIGHEST, NUMBER, SHARE, WHOLE, Range
from rapport.core.types import NotEnough

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TONES = ("negative", "neutral", "positive")
"""The columns of a prediction, in this order everywhere."""

WEIGHTS = (2.0, 1.0, 1.0)
"""How much the precision of each tone is worth when labels are shared out among strata."""

SMALLEST = 30
"""A stratum with fewer messages joins its nearest kin."""

MOST = 18
"""More strata than this leave too few labels in each."""

FLOOR = 3
"""Labels that every stratum gets where the budget allows: with fewer, its variance is a guess."""

CAP = 2.0
"""No label stands for more than this many times the messages that it would stand for in a proportional draw."""

PRIOR_LABELS = 20
"""As many labels as the reader's own opinion of its errors is worth, against errors that people found."""


# -- permanent random numbers ----------------------------------------------------------------------------------------


def permanent_number(message_id: str, salt: str) -> float:
    """A number from 0 to below 1 that belongs to this message for good.

    Whoever knows the salt can compute it again, so a draw can be checked; whoever does not cannot aim at it.

    salt   a secret text of the organisation; another salt gives an independent number

    >>> permanent_number("bluesky/1", "salt") == permanent_number("bluesky/1", "salt")
    True
    >>> permanent_number("bluesky/1", "salt") == permanent_number("bluesky/1", "pepper")
    False
    """
    digest = hashlib.sha256(f"{salt}\0{message_id}".encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53  # the bits that a float can hold: rounding never makes a 1


def permanent_numbers(message_ids: Sequence[str], salt: str) -> Floats:
    """`permanent_number` for each of N ids; shape (N,)."""
    return np.array([permanent_number(one, salt) for one in message_ids], dtype=np.float64)


def chosen(message_ids: Sequence[str], share: float, salt: str) -> Bools:
    """About this share of the messages, by their permanent numbers: who is coded twice, who comes back as a repeat.

    share   between 0 and 1; anything else raises NumberError
    salt    another one for each purpose, or the same messages are chosen for all of them

    >>> bool(chosen([str(n) for n in range(1000)], 0.1, "twice").sum() in range(70, 131))
    True
    """
    SHARE.check(share=share)
    return permanent_numbers(message_ids, salt) < share


# -- groups: people, threads and copies --------------------------------------------------------------------------------


def join(*keys: Sequence[str]) -> Ints:
    """Number the groups of messages that hang together: the same author, the same thread, or copies of one text.

    keys   one sequence of N texts for each kind of tie; messages with the same text in the same place are tied; an
           empty text ties nothing

    Returns the number of each message's group, shape (N,), from 0 in order of first appearance.

    >>> join(["ana", "ben", "ben", ""], ["", "t1", "t2", "t1"]).tolist()
    [0, 1, 1, 1]
    """
    parent = list(range(len(keys[0])))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for key in keys:
        first: dict[str, int] = {}
        for place, text in enumerate(key):
            if text:
                parent[root(place)] = root(first.setdefault(text, place))
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root(one), len(numbers)) for one in range(len(parent))], dtype=np.int64)


def one_of_each(group: Ints, number: Floats) -> Ints:
    """The message with the smallest permanent number of each group: the unit that alarms draw from.

    group    shape (N,), as `join` numbers them
    number   shape (N,), permanent numbers, between 0 and 1

    Returns the places of the chosen messages, one per group, ascending. Raises NumberError for what is none of these.

    >>> one_of_each(np.array([0, 1, 1]), np.array([0.9, 0.8, 0.2])).tolist()
    [0, 2]
    """
    WHOLE.check(group=group)
    SHARE.check(number=number)
    order = np.lexsort((number, group))
    first = np.ones(len(order), dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    return np.sort(order[first])


# -- strata ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """How a day's messages are split: by channel, by the reader's tone, and by its confidence within these.

    Freeze it with the day: later labels and messages fall into strata by these bounds, not by new ones.

    names    of each stratum, for people
    bounds   (channel, tone) -> the two confidences that part low, middle and high
    cells    (channel, tone, third) -> the stratum, from 0; kin that were too small alone share one
    """

    names: tuple[str, ...]
    bounds: Mapping[tuple[str, int], tuple[float, float]]
    cells: Mapping[tuple[str, int, int], int]

    def of(self, channel: Sequence[str], prediction: Floats) -> Ints:
        """The stratum of each message, shape (N,); -1 where the split knew no such channel and tone.

        channel      N names
        prediction   shape (N, 3), probabilities in the order of TONES

        Raises NumberError for a prediction that is none.
        """
        SHARE.check(prediction=prediction)
        names, code = np.unique(np.asarray(channel, dtype=str), return_inverse=True)
        tone, confidence = prediction.argmax(axis=1), prediction.max(axis=1)
        stratum = np.full(len(tone), -1, dtype=np.int64)
        for place, name in enumerate(names.tolist()):
            for k in range(len(TONES)):
                if (name, k) not in self.bounds:
                    continue
                here = (code == place) & (tone == k)
                lookup = np.array([self.cells.get((name, k, third), -1) for third in range(3)])
                stratum[here] = lookup[np.searchsorted(self.bounds[name, k], confidence[here], side="right")]
        return stratum


def stratify(channel: Sequence[str], prediction: Floats, *, smallest: int = SMALLEST, most: int = MOST) -> Strata:
    """Split messages by channel, predicted tone and thirds of confidence; join what is too small with its kin.

    The smallest stratum joins the smallest of its nearest kin (same tone, else same channel, else any), until none has
    fewer than `smallest` messages and there are at most `most`.

    channel      N names
    prediction   shape (N, 3), recalibrated probabilities in the order of TONES

    Raises NumberError for a prediction that is none.

    >>> prediction = np.tile([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]], (50, 1))
    >>> stratify(["web"] * 100, prediction).names
    ('web negative', 'web neutral')
    """
    SHARE.check(prediction=prediction)
    names, code = np.unique(np.asarray(channel, dtype=str), return_inverse=True)
    tone, confidence = prediction.argmax(axis=1), prediction.max(axis=1)
    bounds: dict[tuple[str, int], tuple[float, float]] = {}
    count: dict[tuple[str, int, int], int] = {}
    for cell in np.unique(code * len(TONES) + tone).tolist():
        place, k = divmod(cell, len(TONES))
        here = confidence[(code == place) & (tone == k)]
        low, high = np.quantile(here, [1 / 3, 2 / 3]).tolist()
        name = str(names[place])
        bounds[name, k] = (low, high)
        thirds = np.bincount(np.searchsorted([low, high], here, side="right"), minlength=3)
        count |= {(name, k, third): int(n) for third, n in enumerate(thirds) if n}
    parts = _joined({(leaf,): n for leaf, n in count.items()}, smallest, most)
    cells = {leaf: stratum for stratum, part in enumerate(parts) for leaf in part}
    return Strata(tuple(_name(part, cells) for part in parts), bounds, cells)


Leaf = tuple[str, int, int]


def _joined(parts: dict[tuple[Leaf, ...], int], smallest: int, most: int) -> list[tuple[Leaf, ...]]:
    """Join the smallest with its kin until all are large enough and few enough; in the order of channels and tones."""
    while len(parts) > 1 and (min(parts.values()) < smallest or len(parts) > most):
        small = min(parts, key=lambda part: (parts[part], part))
        rest = [part for part in parts if part != small]
        kin = min(rest, key=lambda part: (_distance(small + part), parts[part], part))
        count = parts.pop(small) + parts.pop(kin)
        parts[tuple(sorted(small + kin))] = count
    return sorted(parts)


def _distance(leaves: tuple[Leaf, ...]) -> int:
    return len({leaf[0] for leaf in leaves}) * 10 + len({leaf[1] for leaf in leaves})


def _name(part: tuple[Leaf, ...], cells: Mapping[Leaf, int]) -> str:
    channels, tones, thirds = (sorted({leaf[place] for leaf in part}) for place in range(3))
    words = [" + ".join(map(str, channels)), " + ".join(TONES[int(k)] for k in tones)]
    kin = {stratum for leaf, stratum in cells.items() if leaf[:2] == part[0][:2]}
    if len(kin) > 1 and len(channels) == len(tones) == 1:
        words.append(" + ".join(("unsure", "middling", "sure")[int(third)] for third in thirds))
    return " ".join(words)


def most_strata(labels: int) -> int:
    """How many strata so many labels can serve: the floors may take half of them, the rest goes where it is worth most.

    >>> [most_strata(labels) for labels in (1, 10, 60, 400)]
    [1, 2, 10, 18]
    """
    return min(MOST, max(min(labels, 2), labels // (2 * FLOOR)))


# -- how many from each ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """What people found in earlier weeks, m messages.

    channel      m names
    prediction   shape (m, 3), as it stood when the message was drawn
    label        shape (m,), places in TONES; anything else (uncodable) is none of the three

    Raises NumberError for a prediction or a label that is no number.
    """

    channel: Sequence[str]
    prediction: Floats
    label: Ints

    def __post_init__(self) -> None:
        SHARE.check(prediction=self.prediction)
        NUMBER.check(label=self.label)

    def residual(self) -> Floats:
        """How far the reader was off, shape (m, 3): 1 for the label's tone, 0 for the others, less the prediction."""
        found: Floats = (self.label[:, None] == np.arange(len(TONES))) - self.prediction
        return found


def spread(
    stratum: Ints,
    prediction: Floats,
    *,
    past: tuple[Ints, Floats] | None = None,
    weights: Sequence[float] = WEIGHTS,
) -> Floats:
    """How much the labels of a stratum are expected to vary about the reader's prediction; shape (H,), at least 0.

    A stratum where the reader is often wrong deserves more labels. The reader's own doubt, p(1-p), counts for
    PRIOR_LABELS labels against the errors that people found; the result is drawn halfway to the average of all
    strata, because a reader that is confident and wrong would otherwise hide where it is wrong.

    stratum      shape (N,), from 0 to H-1, none of them empty
    prediction   shape (N, 3)
    past         of earlier labels: the stratum, shape (m,), -1 for none; the residual, shape (m, 3)
    weights      of the three tones, at least 0

    Raises NumberError for what is none of these.

    >>> prediction = np.array([[0.5, 0.5, 0.0]] * 2 + [[1.0, 0.0, 0.0]] * 2)
    >>> spread(np.array([0, 0, 1, 1]), prediction).round(3).tolist()
    [0.65, 0.217]
    """
    WHOLE.check(stratum=stratum)
    SHARE.check(prediction=prediction)
    AT_LEAST_0.check(weights=weights)
    if past is not None:
        NUMBER.check(past_residual=past[1])
    size = np.bincount(stratum).astype(np.float64)
    doubt = _by(stratum, prediction * (1 - prediction), len(size)) / size[:, None]
    squares = doubt
    if past is not None:
        at, residual = past
        squares = _with_past(doubt, at[at >= 0], residual[at >= 0])
    deviation = np.sqrt(squares @ np.asarray(weights, dtype=np.float64))
    average = float(deviation @ size / size.sum())
    return (deviation + average) / 2


def _with_past(doubt: Floats, stratum: Ints, residual: Floats) -> Floats:
    count = np.bincount(stratum, minlength=len(doubt)).astype(np.float64)[:, None]
    mean = _by(stratum, residual, len(doubt)) / np.maximum(count, 1)
    about = _by(stratum, (residual - mean[stratum]) ** 2, len(doubt))
    return (PRIOR_LABELS * doubt + about) / (PRIOR_LABELS + count)


def _by(stratum: Ints, values: Floats, strata: int) -> Floats:
    """The sums of (n, k) values by stratum: (strata, k)."""
    return np.stack([np.bincount(stratum, column, minlength=strata) for column in values.T], axis=1)


def allocate(sizes: Ints, deviation: Floats, labels: int, *, floor: int = FLOOR, cap: float = CAP) -> Ints:
    """Share `labels` out among strata in proportion to size times spread, within bounds; shape (H,), sums to `labels`.

    sizes       messages in each stratum, at least 1
    deviation   the spread of each stratum, at least 0
    floor       every stratum gets so many, or as many as it has; lowered when the budget does not reach
    cap         every stratum gets at least 1/cap of its proportional part, so that no label weighs more than `cap`
                times as much as in a proportional draw; the bets of the alarms rely on it

    Raises ValueError when there are fewer labels than strata, and NumberError for what is none of these.

    >>> allocate(np.array([900, 100]), np.array([0.3, 0.9]), 40).tolist()
    [30, 10]
    >>> allocate(np.array([900, 100]), np.array([0.0, 0.9]), 40).tolist()
    [18, 22]
    """
    COUNTING.check(sizes=sizes)
    AT_LEAST_0.check(deviation=deviation)
    WHOLE.check(labels=labels, floor=floor)
    Range("a finite number of at least 1", 1.0, HIGHEST).check(cap=cap)
    if labels >= sizes.sum():
        return sizes.astype(np.int64)
    if labels < len(sizes):
        raise ValueError(f"{labels} labels cannot reach {len(sizes)} strata")
    least = _least(sizes, labels, floor, cap)
    pull = sizes * np.maximum(deviation, 1e-9)
    low, high = 0.0, labels / float(pull.min()) + 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(middle * pull, least, sizes).sum() < labels else (low, middle)
    return _rounded(np.clip(low * pull, least, sizes), sizes, labels)


def _least(sizes: Ints, labels: int, floor: int, cap: float) -> Ints:
    """The lower bounds with the highest floor that the budget can pay."""
    proportional = np.ceil(labels * sizes / sizes.sum() / cap).astype(np.int64)
    bounds = [np.minimum(sizes, np.maximum(proportional, f)) for f in range(floor, 0, -1)]
    return next((bound for bound in bounds if bound.sum() <= labels), np.ones_like(sizes))


def _rounded(parts: Floats, sizes: Ints, labels: int) -> Ints:
    """Whole numbers by largest remainder, none above its size."""
    whole = np.floor(parts + 1e-9).astype(np.int64)
    remainder = np.where(whole < sizes, parts - whole, -1.0)
    missing = labels - int(whole.sum())
    whole[np.argsort(-remainder, kind="stable")[:missing]] += 1
    return whole


def divide(labels: int, wanted: Sequence[int]) -> tuple[int, ...]:
    """Share the coders' day among brands so that the worst served is served as well as can be (max-min).

    wanted   labels that each could use, at least 0

    Raises NumberError for less than none, or a part of one.

    >>> divide(60, [10, 100, 40])
    (10, 25, 25)
    """
    WHOLE.check(labels=labels, wanted=wanted)
    given = [0] * len(wanted)
    left = labels
    while left > 0 and (open_ := [i for i, want in enumerate(wanted) if given[i] < want]):
        part = max(1, left // len(open_))
        for i in open_:
            more = min(part, wanted[i] - given[i], left)
            given[i] += more
            left -= more
    return tuple(given)


# -- the draw ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """A day's queue, with all that is needed to use it later. N messages in H strata; freeze it when the day closes.

    queue     shape (N,), places of messages, in the order in which people code them
    stratum   shape (N,), of each message
    number    shape (N,), permanent random numbers
    sizes     shape (H,), messages per stratum
    planned   shape (H,), labels per stratum that were planned; their sum is the plan for the day
    """

    strata: Strata
    queue: Ints
    stratum: Ints
    number: Floats
    sizes: Ints
    planned: Ints

    def first(self, labels: int) -> Ints:
        """The places of the first so many messages of the queue: whatever the number, a valid sample.

        Raises NumberError for less than none.
        """
        WHOLE.check(labels=labels)
        return self.queue[:labels]

    def counts(self, labels: int) -> Ints:
        """How many of the first `labels` fall into each stratum, shape (H,); known before anybody codes."""
        return np.bincount(self.stratum[self.first(labels)], minlength=len(self.sizes)).astype(np.int64)

    def probability(self, labels: int) -> Floats:
        """The chance of each stratum's messages to be among the first `labels`, shape (H,)."""
        return self.counts(labels) / self.sizes


def draw(
    message_ids: Sequence[str],
    channel: Sequence[str],
    prediction: Floats,
    labels: int,
    salt: str,
    *,
    past: Coded | None = None,
    weights: Sequence[float] = WEIGHTS,
    smallest: int = SMALLEST,
) -> Draw | NotEnough:
    """The queue of a day's messages: stratified, with known chances, valid wherever people stop.

    The j-th message of a stratum (by permanent number) stands at (j-1)/planned in the queue. So the numbers per
    stratum among the first m follow from sizes and plan alone, never from what the messages say; given them, each
    stratum's part is a simple random sample. Every stratum has one before any has two, and one that goes on behind
    the plan (a surge) extends the same sample.

    message_ids   N different ids
    channel       N names
    prediction    shape (N, 3), recalibrated probabilities in the order of TONES
    labels        planned for the day, at least 1
    past          labels of the last weeks, which tell where the reader errs; see `spread`

    Returns NotEnough when there is no message. Raises NumberError for a plan below 1, and for predictions or weights
    that are none.

    >>> ids = [f"m{n}" for n in range(300)]
    >>> prediction = np.tile([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]], (150, 1))
    >>> day = draw(ids, ["web"] * 300, prediction, 20, "salt")
    >>> day.counts(20).tolist(), day.probability(20).round(3).tolist()
    ([11, 9], [0.073, 0.06])
    """
    COUNTING.check(labels=labels)
    AT_LEAST_0.check(weights=weights)
    if not len(message_ids):
        return NotEnough(0, 1, "messages")
    strata = stratify(channel, prediction, smallest=smallest, most=most_strata(labels))
    stratum = strata.of(channel, prediction)
    sizes = np.bincount(stratum, minlength=len(strata.names)).astype(np.int64)
    errors = None if past is None else (strata.of(past.channel, past.prediction), past.residual())
    planned = allocate(sizes, spread(stratum, prediction, past=errors, weights=weights), labels)
    number = permanent_numbers(message_ids, salt)
    return Draw(strata, queue(stratum, number, sizes, planned), stratum, number, sizes, planned)


def queue(stratum: Ints, number: Floats, sizes: Ints, planned: Ints) -> Ints:
    """The order in which people code: what `draw` makes, made again from what is frozen of a day. See `Draw`.

    stratum, number   shape (N,)
    sizes, planned    shape (H,)

    Returns the places of the messages, shape (N,). Raises NumberError for numbers, sizes or plans that are none.

    >>> queue(np.array([0, 0, 1]), np.array([0.4, 0.2, 0.9]), np.array([2, 1]), np.array([1, 1])).tolist()
    [1, 2, 0]
    """
    WHOLE.check(stratum=stratum, sizes=sizes)
    SHARE.check(number=number)
    COUNTING.check(planned=planned)
    order = np.lexsort((number, stratum))
    within = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.empty(len(order))
    place[order] = within / np.repeat(planned, sizes)
    return np.lexsort((number, place))
