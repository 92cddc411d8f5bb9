"""A simulated epidemic in the geography of the real world, for when there are no real counts.

Names, populations and positions of the countries are real (`data.covid.countries`); every case is invented. Country
i has N_i inhabitants who are susceptible, exposed, infectious or recovered, S + E + I + R = N. One step is
one day, and every transition is a random draw (the "chain binomial" of stochastic SEIR models):

    lambda_i = beta_i c_i(t) I_i / N_i * g,   g ~ Gamma(k I_i, 1 / (k I_i))       force of infection
    S -> E     Binomial(S, 1 - exp(-lambda_i)) + Poisson(sum_j F_ij b_i(t) (E_j + I_j) / N_j)
    E -> I     Binomial(E, 1 - exp(-1 / latent period))
    I -> R     Binomial(I, 1 - exp(-1 / infectious period))

g has mean 1. Its variance is large while few people are infectious: a small k means that a few of them cause most
infections. F_ij are the travellers per day from j to i, by a gravity law of population and distance,

    F_ij ~ h_i h_j sqrt(N_i N_j) / (d_ij + 500 km).

Contacts c_i fall from 1 when a country takes alarm. Each country does so at its own date: when its own cases are
many, or some days after the world's cases are. The alarm wears off and the fear of recent cases does not, which
gives later waves; b_i is the share of travel that continues. Not all cases are counted: a share of the infectious is
tested and waits for the result. Each day a share of the results is reported; it is noisy, smaller on weekends, and
zero on some days. No constant is fitted to real counts. They are round numbers of the size that the sources give,
chosen so that 82 days look like the real ones: a million cases, most daily counts zero, many countries in step.

Sources: M. J. Keeling, P. Rohani, "Modeling Infectious Diseases in Humans and Animals", Princeton 2008,
chapters 6 and 7 (stochastic and spatial models); J. O. Lloyd-Smith et al., "Superspreading and the
effect of individual variation on disease emergence", Nature 438, 2005 (k); D. Balcan et al., "Multiscale
mobility networks and the spatial spreading of infectious diseases", PNAS 106, 2009 (gravity of travel).
"""

import csv
import hashlib
import io
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from data.covid.countries import Country, countries
from data.covid.counts import CaseCounts
from data.covid.days import parse_day
from data.covid.layouts.wide import SIMULATED_MARK
from data.errors import DataError

FIRST_DAY = date(2020, 1, 22)  # the first day of the real counts
LAST_DAY = date(2023, 3, 9)

_START_CHOICES = 10  # the epidemic starts in one of the 10 countries with most travellers
_FIRST_EXPOSED = 40  # people exposed in that country
_FIRST_REPORTED = 60  # counting begins when so many cases are reported
_MAX_WAIT = 200  # days before counting begins
_LATENT, _INFECTIOUS = 3.0, 4.0  # mean periods in days
_SUPERSPREADING = 0.3  # k in the formula above
_TRAVELLERS = 4e6  # people who cross a border each day, in the whole world
_WORLD_ALARM = 100_000  # reported cases in the world after which every country begins to act
_DETECTION_BEFORE = 0.3  # share of a country's usual detection before it takes alarm
_CORRECTIONS = 2e-4  # probability that a country withdraws cases on a day


@dataclass(frozen=True)
class _Traits:
    """What differs between countries and stays the same over time; each array is (C,)."""

    population: np.ndarray
    transmission: np.ndarray  # beta, infections per infectious person and day
    contact_floor: np.ndarray  # c under the strictest measures
    hesitation: np.ndarray  # days between the world's alarm and the country's own
    patience: np.ndarray  # reported cases at which a country takes alarm by itself
    tolerance: np.ndarray  # reported cases a day per 100,000 that make fear equal to 1
    detection: np.ndarray  # share of infectious people who are ever reported
    turnaround: np.ndarray  # days from a test to its result
    weekend: np.ndarray  # share of the reporting that stops on Saturday and Sunday
    steadiness: np.ndarray  # shape of the gamma noise of daily reporting
    closed: np.ndarray  # probability that nothing is reported on a day


def simulate_epidemic(
    rng: np.random.Generator, start: str | date = FIRST_DAY, end: str | date = date(2020, 4, 12)
) -> CaseCounts:
    """Simulated cumulative counts of 183 countries from `start` to `end`, both included.

    The epidemic has spread unseen for some weeks when counting begins on 2020-01-22. Days are drawn one after
    the other: from the same generator state, a longer simulation begins with the shorter one.
    Raises DataError for dates that are unreadable, in the wrong order, or outside 2020-01-22 to 2023-03-09.
    """
    first, last = parse_day(start, "start"), parse_day(end, "end")
    if first >= last:
        raise DataError(f"start {first} must be before end {last}")
    for name, day in (("start", first), ("end", last)):
        if not FIRST_DAY <= day <= LAST_DAY:
            raise DataError(f"{name} {day} is outside the simulated epidemic, {FIRST_DAY} to {LAST_DAY}")
    places = [place for place in countries() if place.course]
    dates = np.arange(np.datetime64(FIRST_DAY), np.datetime64(last) + 1)
    keep = dates >= np.datetime64(first)
    cases = CaseCounts(
        countries=tuple(place.name for place in places),
        dates=dates[keep],
        latitude=np.array([place.latitude for place in places]),
        longitude=np.array([place.longitude for place in places]),
        cumulative=_simulate(rng, places, len(dates))[:, keep],
        source="simulated epidemic",
        sha256="",
        simulated=True,
    )
    return replace(cases, sha256=hashlib.sha256(course_csv(cases).encode()).hexdigest())


def _simulate(rng: np.random.Generator, places: list[Country], days: int) -> np.ndarray:
    """Reported cumulative counts from FIRST_DAY on, (C, days) int64."""
    world = _World(rng, places)
    for day in range(FIRST_DAY.weekday() - _MAX_WAIT, FIRST_DAY.weekday()):
        if world.reported.sum() >= _FIRST_REPORTED:
            break
        world.step(day % 7)
    cumulative = np.empty((len(places), days), np.int64)
    for day in range(days):
        world.step((FIRST_DAY.weekday() + day) % 7)
        cumulative[:, day] = world.reported
    return cumulative


class _World:
    """The state of the epidemic, one integer a country; `step` is one day."""

    def __init__(self, rng: np.random.Generator, places: list[Country]) -> None:
        count = len(places)
        self.rng = rng
        self.traits = _draw_traits(rng, places)
        self.travel = _draw_travel(rng, places)
        self.exposed, self.infectious, self.waiting, self.reported = np.zeros((4, count), np.int64)
        self.exposed[rng.choice(np.argsort(self.travel.sum(0))[-_START_CHOICES:])] = _FIRST_EXPOSED
        self.susceptible = self.traits.population - self.exposed
        self.contacts, self.borders = np.ones((2, count))  # c and b, shares of what is normal
        self.recent = np.zeros(count)  # results a day per 100,000, averaged over about a week
        self.days_of_alarm = np.zeros(count)
        self.days_of_world_alarm = 0

    def step(self, weekday: int) -> None:
        self._behave()
        sickened = self._infect()
        results = self._report(sickened, weekday)
        self._take_notice(results)

    def _infect(self) -> np.ndarray:
        """Move people from S to E to I to R; return how many became infectious today, (C,)."""
        rng, population = self.rng, self.traits.population
        noise_shape = _SUPERSPREADING * np.maximum(self.infectious, 1)
        noise = rng.gamma(noise_shape) / noise_shape
        force = self.traits.transmission * self.contacts * self.infectious / population * noise
        imported = rng.poisson(self.borders * (self.travel @ ((self.exposed + self.infectious) / population)))
        infected = rng.binomial(self.susceptible, -np.expm1(-force)) + imported
        infected = np.minimum(infected, self.susceptible)
        sickened = rng.binomial(self.exposed, -np.expm1(-1 / _LATENT))
        recovered = rng.binomial(self.infectious, -np.expm1(-1 / _INFECTIOUS))
        self.susceptible -= infected
        self.exposed += infected - sickened
        self.infectious += sickened - recovered
        return sickened

    def _report(self, sickened: np.ndarray, weekday: int) -> np.ndarray:
        """Test some of the sick and publish some of the waiting results, (C,); weekday 0 is Monday."""
        rng, traits = self.rng, self.traits
        attention = np.where(self.days_of_alarm > 0, 1.0, _DETECTION_BEFORE)
        self.waiting += rng.binomial(sickened, traits.detection * attention)
        rate = rng.gamma(traits.steadiness) / traits.steadiness / traits.turnaround
        rate *= 1 - traits.weekend * (weekday >= 5)
        rate *= rng.random(len(rate)) >= traits.closed
        results = rng.binomial(self.waiting, -np.expm1(-rate))
        corrects = rng.random(len(rate)) < _CORRECTIONS
        withdrawn = np.where(corrects, rng.binomial(self.reported, 0.02), 0)
        self.waiting -= results
        self.reported += results - withdrawn
        return results

    def _take_notice(self, results: np.ndarray) -> None:
        """Decide which countries take alarm, and count the days since."""
        traits = self.traits
        self.recent += (results / traits.population * 1e5 - self.recent) / 7
        self.days_of_world_alarm += bool(self.days_of_world_alarm or self.reported.sum() > _WORLD_ALARM)
        alarmed = (self.reported > traits.patience) | (self.days_of_world_alarm > traits.hesitation)
        self.days_of_alarm += alarmed | (self.days_of_alarm > 0)

    def _behave(self) -> None:
        """Reduce contacts and travel by caution, or let them recover.

        Caution is the alarm, which wears off over two months, plus the fear of recent cases, which lasts as long as
        the cases do. Travel follows at once, contacts over about five days.
        """
        traits = self.traits
        caution = 3 * np.exp(-self.days_of_alarm / 60) + self.recent / traits.tolerance
        freedom = np.where(self.days_of_alarm > 0, np.exp(-caution), 1.0)
        self.borders = freedom
        self.contacts += (traits.contact_floor + (1 - traits.contact_floor) * freedom - self.contacts) / 5


def _draw_traits(rng: np.random.Generator, places: list[Country]) -> _Traits:
    n = len(places)
    return _Traits(
        population=np.array([place.population for place in places]),
        transmission=rng.lognormal(np.log(2.6), 0.1, n) / _INFECTIOUS,
        contact_floor=rng.uniform(0.15, 0.45, n),
        hesitation=rng.gamma(4.0, 2.5, n),
        patience=rng.lognormal(np.log(1500.0), 0.7, n),
        tolerance=rng.lognormal(np.log(1.0), 0.8, n),
        detection=rng.beta(5.0, 30.0, n),
        turnaround=rng.uniform(1.5, 4.0, n),
        weekend=rng.uniform(0.0, 0.5, n),
        steadiness=rng.lognormal(np.log(6.0), 0.6, n),
        closed=rng.beta(1.0, 15.0, n),
    )


def _draw_travel(rng: np.random.Generator, places: list[Country]) -> np.ndarray:
    """Travellers a day from country j (column) to country i (row), (C, C), by gravity."""
    latitude, longitude = np.radians([(place.latitude, place.longitude) for place in places]).T
    # The haversine formula: distance on a sphere with the Earth's radius of 6371 km.
    half = np.sin(np.subtract.outer(latitude, latitude) / 2) ** 2
    half += np.outer(np.cos(latitude), np.cos(latitude)) * np.sin(np.subtract.outer(longitude, longitude) / 2) ** 2
    distance = 2 * 6371 * np.arcsin(np.sqrt(np.minimum(half, 1)))
    weight = rng.lognormal(0.0, 0.7, len(places)) * np.sqrt([place.population for place in places])
    flow = np.outer(weight, weight) / (distance + 500)
    np.fill_diagonal(flow, 0)
    return _TRAVELLERS * flow / flow.sum()


def course_csv(cases: CaseCounts) -> str:
    """`cases` as the course's pivot table with its three heading rows, LF line ends.

    Simulated counts carry a mark in the corner cell, which the course's file leaves empty.
    """
    days = [day.item() for day in cases.dates]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    corner = SIMULATED_MARK if cases.simulated else ""
    rows.writerow([corner, "Lat", "Long", *(f"{day.month}/{day.day}/{day:%y}" for day in days)])
    rows.writerow(["", "sum", "sum", *("sum" for _ in days)])
    rows.writerow(["Country/Region", "", "", *("" for _ in days)])
    for name, *position, counts in zip(cases.countries, cases.latitude, cases.longitude, cases.cumulative, strict=True):
        angles = ("" if np.isnan(angle) else repr(float(angle)) for angle in position)
        rows.writerow([name, *angles, *counts.tolist()])
    return text.getvalue()
