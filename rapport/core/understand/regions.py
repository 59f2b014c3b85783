"""Countries whose national telephone numbers are recognised: "030 901820" is one in Germany, and nothing in Denmark."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from rapport.core.understand.private import REGIONS

MOST = 10
"""Each country is another search through every text."""


def is_region(code: str) -> bool:
    """
    >>> is_region("DK"), is_region("dk"), is_region("XX")
    (True, False, False)
    """
    return code in phonenumbers.SUPPORTED_REGIONS


def regions_of(time_zone: str) -> tuple[str, ...]:
    """The countries to begin with, for an organisation in this time zone: its own, then those of `REGIONS`.

    >>> regions_of("Europe/Copenhagen")
    ('DK', 'GB', 'US', 'DE', 'FR')
    >>> regions_of("UTC")
    ('GB', 'US', 'DE', 'FR')
    """
    own = _by_zone().get(time_zone)
    return (own, *(one for one in REGIONS if one != own)) if own else REGIONS


@lru_cache(maxsize=1)
def _by_zone() -> dict[str, str]:
    """From which country code numbers of a zone are dialled, and the first country that has it."""
    from phonenumbers.tzdata import TIMEZONE_DATA  # only where nobody chose: it takes 0.1 s to load

    countries: dict[str, str] = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        for zone in TIMEZONE_DATA.get(str(code), ()):
            countries.setdefault(zone, regions[0])
    return countries
