"""Hints at what the law protects especially: health, belief, politics, unions, love life, origin (GDPR, Article 9).

A hint and no more: the author speaks of himself or somebody near ("my", "I am") and a word of a list follows. It says
that a person should look before the message is passed on, quoted or exported; it proves nothing and hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from rapport.core.types import Private
from rapport.core.understand.cues import finder

LONGEST = 4_000
CONFIDENCE = 0.3
"""A hint is wrong more often than right."""
NEAR = 40
"""Characters between the author and the word."""

# One line per language: English, German, French, Spanish, Italian.
WORDS = {
    "health": """
        cancer, diabetes, diabetic, depression, depressed, pregnant, pregnancy, miscarriage, disabled, disability,
            wheelchair, epilepsy, epileptic, hiv, autistic, autism, dementia, chemotherapy, surgery, diagnosed,
            medication, anxiety disorder, panic attack, panic attacks, heart condition, asthma, adhd, bipolar, surgeon
        krebs, diabetes, diabetiker*, depression*, schwanger*, fehlgeburt, behindert*, schwerbehindert*, rollstuhl,
            epilepsie, autis*, demenz, chemotherapie, operation, operiert, diagnose, medikamente, panikattacke*, asthma
        cancer, diabète, diabétique, dépression, enceinte, fausse couche, handicap*, fauteuil roulant, épilepsie,
            autis*,
            démence, chimiothérapie, opération, opéré*, diagnostic, médicaments, asthme
        cáncer, diabetes, diabétic*, depresión, embarazad*, aborto, discapacidad, discapacitad*, silla de ruedas,
            epilepsia, autis*, demencia, quimioterapia, operación, operad*, diagnóstico, medicación, asma
        cancro, tumore, diabete, diabetic*, depressione, incinta, aborto, disabil*, invalid*, sedia a rotelle,
            epilessia,
            autis*, demenza, chemioterapia, operazione, operat*, diagnosi, farmaci, asma
    """,
    "belief": """
        muslim, christian, catholic, protestant, jewish, hindu, sikh, buddhist, atheist, hijab, ramadan, kosher, halal
        muslim*, christ, christin, katholisch, evangelisch, jüdisch, jude, jüdin, atheist*, kopftuch, ramadan
        musulman*, chrétien*, catholique, protestant*, juif, juive, athée, voile, ramadan
        musulman*, cristian*, católic*, evangélic*, judí*, ate*, velo, ramadán
        musulman*, cristian*, cattolic*, evangelic*, ebre*, ate*, velo, ramadan
    """,
    "politics": """
        party member, voted for, conservative voter, labour member, republican, democrat, socialist, communist
        parteimitglied, gewählt habe, wähle die
        voté pour, militant*, encarté*
        voté a, voté por, militante
        votato per, militante, tesserat*
    """,
    "union": """
        union rep, union member, trade union, shop steward, on strike
        gewerkschaft*, betriebsrat, streike
        syndiqué*, syndicat, en grève
        sindicalista, sindicato, en huelga
        sindacalista, sindacato, in sciopero
    """,
    "love life": """
        gay, lesbian, bisexual, transgender, trans woman, trans man, queer, same-sex
        schwul, lesbisch, lesbe, bisexuell, transgender, queer
        gay, homosexuel*, lesbienne, bisexuel*, transgenre
        gay, homosexual, lesbiana, bisexual, transgénero
        gay, omosessuale, lesbica, bisessuale, transgender
    """,
    "origin": """
        black man, black woman, asian, latino, latina, immigrant, refugee, asylum, racially, racist, racism
        schwarze*, migrationshintergrund, flüchtling*, asyl*, rassis*
        noir, noire, immigré*, réfugié*, asile, racis*
        negro, negra, inmigrante, refugiad*, asilo, racis*
        nero, nera, immigrat*, rifugiat*, asilo, razzis*
    """,
}
_SELF = re.compile(
    r"(?<!\w)(?:i|i'm|i've|i’m|i’ve|im|my|me|we|our|ich|mein\w*|mir|mich|wir|unser\w*|je|j['’]|mon|ma|mes|nous|notre|nos"
    r"|yo|mi|mis|soy|tengo|estoy|nuestr\w+|io|mio|mia|miei|mie|sono|ho|nostr\w+)(?!\w)",
    re.IGNORECASE,
)


def hints_in(texts: Sequence[str]) -> list[tuple[Private, ...]]:
    """The hints in each text, by place: the word, its category, and a low confidence.

    >>> text = "I am seven months pregnant and stood for two hours"
    >>> [(text[one.start : one.end], one.kind) for one in hints_in([text])[0]]
    [('pregnant', 'health')]
    >>> hints_in(["Cancer research needs volunteers"])
    [()]
    """
    return [tuple(_hints(text[:LONGEST])) for text in texts]


def _hints(text: str) -> Iterator[Private]:
    found = [
        Private(match.start(1), match.end(1), name, CONFIDENCE)
        for name in _find()(text)
        for match in _place(name).finditer(text)
        if _SELF.search(text, max(0, match.start(1) - NEAR), match.start(1))
    ]
    end = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            yield one
            end = one.end


@lru_cache(maxsize=1)
def _find() -> Callable[[str], list[str]]:
    return finder(WORDS)


@lru_cache(maxsize=len(WORDS))
def _place(name: str) -> re.Pattern[str]:
    cues = sorted({" ".join(cue.split()) for cue in WORDS[name].replace("\n", ",").split(",") if cue.strip()})
    words = "|".join(re.escape(cue.removesuffix("*")) + (r"\w*" if cue.endswith("*") else "") for cue in cues)
    return re.compile(rf"(?<![\w'])({words})(?!\w)", re.IGNORECASE)
