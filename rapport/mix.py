"""A marketing mix, fitted: what each way of marketing brought, and how sure that is. Needs the extra `mix`.

The outcome of a week is a base, a season, what controls such as tone go with, and for each way of marketing a share of
its money that works on for weeks (geometric adstock) and brings less the more there is of it (logistic saturation).

Source: Y. Jin, Y. Wang, Y. Sun, D. Chan and J. Koehler (2017), Bayesian Methods for Media Mix Modeling with Carryover
and Shape Effects, Google; the model and its sampling are those of pymc-marketing. The priors are narrower than its own,
on the outcome as a part of its largest week: what one way of marketing can bring at most is hardly more than all of it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rapport.core.errors import RapportError
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]

FEWEST_WEEKS = 52
"""With less than a year, a campaign cannot be told from the season that it ran in."""

HIGHEST_R_HAT = 1.05
FEWEST_DRAWS = 400
"""Effective ones; with fewer an interval has rough ends (Vehtari et al., 2021, Bayesian Analysis 16, 667-718)."""


class MixError(RapportError):
    """The model cannot be fitted here, or not to this table."""


@dataclass(frozen=True, slots=True, eq=False)
class Weeks:
    """Weeks that hang together, and what is known of each.

    weeks      the first day of each, seven days apart
    outcome    shape (T,), what came of it, not negative
    spend      name -> shape (T,), what was spent, not negative
    controls   name -> shape (T,), what else goes with the outcome; in any unit
    """

    weeks: Sequence[date]
    outcome: Floats
    spend: Mapping[str, Floats]
    controls: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Way:
    """What a way of marketing brought in these weeks.

    share       of the whole outcome, between 0 and 1
    half_life   weeks after which half of what money does is over
    per_unit    outcome for each unit that was spent
    """

    name: str
    share: Estimate
    half_life: Estimate
    per_unit: Estimate


@dataclass(frozen=True, slots=True)
class Mix:
    """A fit with what it takes to trust it.

    rest        the share of the outcome that no way of marketing brought
    controls    name -> outcome a week that goes with one standard deviation more of it
    r_hat       the largest of all parameters; above HIGHEST_R_HAT the chains found different answers
    effective   the fewest independent draws that those of a parameter are worth, of `draws`
    divergent   draws at which the sampler lost its way
    """

    ways: Sequence[Way]
    rest: Estimate
    controls: Mapping[str, Estimate]
    r_hat: float
    effective: float
    divergent: int
    draws: int

    @property
    def agreed(self) -> bool:
        """Whether the chains found the same answer. If not, the numbers are none."""
        return self.r_hat <= HIGHEST_R_HAT


def fit(
    known: Weeks,
    *,
    carry: int = 8,
    waves: int = 2,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 7,
    level: float = 0.95,
) -> Mix | NotEnough:
    """Fit the mix by sampling; minutes, not seconds.

    carry    weeks that money may go on working, the one that it was spent in among them
    waves    of a season a year (Fourier pairs); 0 for none
    draws    of each chain, behind as many to warm up
    chains   two or more, for they are held against each other
    seed     the same one gives the same draws again, with the same packages

    Returns NotEnough for less than a year. Raises MixError without the extra, or for what cannot be fitted.
    """
    if len(known.weeks) < FEWEST_WEEKS:
        return NotEnough(len(known.weeks), FEWEST_WEEKS, "weeks without a gap")
    _check(known)
    if importlib.util.find_spec("pymc_marketing") is None:
        raise MixError("This needs pymc-marketing. Install the extra in an environment of its own: rapport[mix].")
    return _fitted(known, carry, waves, draws, chains, seed, level)


def _check(known: Weeks) -> None:
    if not known.spend:
        raise MixError("There is no way of marketing to fit.")
    if min(map(np.min, (known.outcome, *known.spend.values()))) < 0:
        raise MixError("Money spent and what came of it cannot be negative.")
    same = [name for name, one in {**known.spend, **known.controls}.items() if np.ptp(one) == 0]
    if same or np.ptp(known.outcome) == 0:
        raise MixError(f"The same in every week, so nothing can be told by it: {', '.join(same) or 'the outcome'}.")


def _fitted(known: Weeks, carry: int, waves: int, draws: int, chains: int, seed: int, level: float) -> Mix:
    import arviz
    import pandas
    from pymc_extras.prior import Prior
    from pymc_marketing.mmm import GeometricAdstock, LogisticSaturation
    from pymc_marketing.mmm.multidimensional import MMM

    logging.getLogger("pymc").setLevel(logging.ERROR)  # what it warns of is in the Mix
    spread = {name: one.std() for name, one in known.controls.items()}
    table = {name: (one - one.mean()) / spread[name] for name, one in known.controls.items()}
    days = pandas.to_datetime(list(known.weeks))
    model = MMM(
        date_column="week",
        target_column="outcome",
        channel_columns=list(known.spend),
        control_columns=list(known.controls) or None,
        adstock=GeometricAdstock(l_max=carry),
        saturation=LogisticSaturation(),
        yearly_seasonality=waves or None,
        model_config={
            "intercept": Prior("HalfNormal", sigma=1),
            "saturation_beta": Prior("HalfNormal", sigma=0.5, dims="channel"),
            "gamma_control": Prior("Normal", mu=0, sigma=0.2, dims="control"),
            "gamma_fourier": Prior("Normal", mu=0, sigma=0.2, dims="fourier_mode"),
            "likelihood": Prior("Normal", sigma=Prior("HalfNormal", sigma=0.2), dims="date"),
        },
    )
    with contextlib.redirect_stdout(sys.stderr):  # it shows a bar there that it cannot be told to leave out
        found = model.fit(
            pandas.DataFrame({"week": days, **known.spend, **table}),
            pandas.Series(known.outcome, name="outcome"),
            draws=draws,
            tune=draws,
            chains=chains,
            random_seed=seed,
            target_accept=0.9,
            compile_kwargs={"mode": "NUMBA"},  # a minute to compile, then four times as quick as C
            progressbar=False,
        )
    free = found.posterior[[one.name for one in model.model.free_RVs]]
    effective = (arviz.ess(free, method=method).to_array().min() for method in ("bulk", "tail"))
    scale = float(np.abs(known.outcome).max())

    def drawn(name: str, *dims: str) -> Floats:
        """Shape (draws, *dims)."""
        values = found.posterior[name].transpose("chain", "draw", *dims).to_numpy()
        return np.asarray(values.reshape(-1, *values.shape[2:]), dtype=np.float64)

    def told(values: Floats) -> Estimate:
        low, value, high = np.quantile(values, [(1 - level) / 2, 0.5, (1 + level) / 2])
        method = f"pymc-marketing, {level:.0%} of the draws"
        return Estimate(float(value), float(low), float(high), len(known.weeks), method)

    brought = scale * drawn("channel_contribution", "date", "channel").sum(axis=1)
    half_life = np.log(0.5) / np.log(drawn("adstock_alpha", "channel"))
    whole = known.outcome.sum()
    beside = scale * drawn("gamma_control", "control") if known.controls else np.empty((0, 0))
    return Mix(
        ways=[
            Way(name, told(brought[:, n] / whole), told(half_life[:, n]), told(brought[:, n] / spent.sum()))
            for n, (name, spent) in enumerate(known.spend.items())
        ],
        rest=told(1 - brought.sum(axis=1) / whole),
        controls={name: told(beside[:, n]) for n, name in enumerate(known.controls)},
        r_hat=float(arviz.rhat(free).to_array().max()),
        effective=float(min(map(float, effective))),
        divergent=int(found.sample_stats["diverging"].sum()),
        draws=draws * chains,
    )
