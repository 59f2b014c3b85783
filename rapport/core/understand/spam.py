"""Whether a text is spam: signs that anybody can check, weighed by what was learned from labelled spam.

A sign is a list of words or something about the form of the text. Each has a weight, the weights add up to a
probability, and the signs that count most are the reason that a person is shown. What its author does (the same text
again and again, sixty messages an hour) is not in the text: `noise.py` judges it.

The weights are made by `training/spam.py`; docs/reference/readers/spam.md says from what, and how well they do.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from rapport.core.understand.cues import LINK, finder

LONGEST = 4_000

# One line per language: English, German, French, Spanish, Italian.
WORDS = {
    "prize": """
        you won, you have won, you've won, winner, prize, jackpot, lottery, voucher, you have been selected, award*,
            claim your, to claim, bonus, congratulations
        gewonnen, gewinner, hauptgewinn, gutschein, glückwunsch, sie wurden ausgewählt
        vous avez gagné, gagnant, loterie, bon d'achat, félicitations
        has ganado, ha ganado, ganador, lotería, premio, enhorabuena
        hai vinto, ha vinto, vincitore, lotteria, premio, congratulazioni
    """,
    "free": """
        free
        gratis, kostenlos, umsonst
        gratuit, gratuite, gratuitement
        gratis, gratuito
        gratis, gratuito
    """,
    "do something": """
        call now, text now, txt, reply yes, click here, click the link, click below, order now, buy now, act now,
            apply now, sign up, subscribe, visit our, call from landline, send to, text me back
        jetzt anrufen, hier klicken, jetzt bestellen, jetzt kaufen, jetzt anmelden
        appelez maintenant, cliquez ici, commandez, inscrivez-vous, abonnez-vous
        llama ya, haz clic, haga clic, compra ahora, suscríbete, regístrate
        chiama ora, clicca qui, acquista ora, iscriviti, registrati ora
    """,
    "hurry": """
        urgent, limited time, today only, expires, last chance, hurry, final attempt, final notice, act fast,
            only today, while stocks last, offer ends
        nur heute, letzte chance, dringend, angebot endet, nur noch wenige
        aujourd'hui seulement, dernière chance, offre limitée, dépêchez-vous
        solo hoy, última oportunidad, oferta limitada, date prisa
        solo oggi, ultima occasione, offerta limitata, affrettati
    """,
    "money": """
        earn money, make money, cash, guaranteed, loan, loans, credit score, investment, investor*, profit, profits,
            income, work from home, per week, per month, mortgage, debt, refinance, financial freedom, get paid
        geld verdienen, kredit, darlehen, rendite, nebenverdienst, passives einkommen
        gagner de l'argent, prêt, crédit, rendement, revenu passif, travail à domicile
        ganar dinero, préstamo, crédito, ingresos pasivos, trabaja desde casa
        guadagna, guadagnare, prestito, rendita, lavora da casa
    """,
    "coins": """
        bitcoin, btc, crypto*, ethereum, forex, binary options, airdrop, trading signals, usdt, nft, nfts
        krypto*
        cryptomonnaie*
        criptomoneda*
        criptovalut*
    """,
    "followers": """
        followers, promote it on, promo, link in bio, link in my bio, follow back, shoutout for shoutout, go viral,
            collab, ambassador
        mehr follower
        plus d'abonnés, abonnés gratuits
        más seguidores
        più follower
    """,
    "adult": """
        xxx, sexy, adult*, onlyfans, horny, hot girls, singles, dating, chat with, naked, nude, nudes, babes, 18+, sex
        heiße girls, erotik*
        rencontres coquines, érotique*
        chicas calientes, erótic*
        ragazze calde, erotic*
    """,
    "write to me": """
        dm me, dm us, whatsapp me, on whatsapp, telegram, inbox me, text me on, message me on, recovery expert
        schreib mir auf
        écris-moi sur, contactez-moi sur
        escríbeme al, escríbeme por
        scrivimi su
    """,
    "small print": """
        opt out, unsubscribe, text stop, reply stop, to stop, t&c, t&cs, t&c's, terms apply, std, ppm, per msg, p/msg,
            ringtone, ringtones, mobileupd8, tone, tones, polyphonic, removed from, mailing list
        abmelden, abbestellen, agb
        se désabonner, désinscrire, stop au
        darse de baja, cancelar suscripción
        annulla iscrizione, cancellati
    """,
    "pills": """
        viagra, cialis, pharmacy, weight loss, lose weight, pills, enlarge*, prescription, casino, replica, rolex
        abnehmen, apotheke
        perdre du poids, pharmacie
        perder peso, farmacia
        dimagrire, farmacia
    """,
}
_SHORTENED = re.compile(
    r"(?<![\w.-])(?:bit\.ly|tinyurl\.com|goo\.gl|ow\.ly|is\.gd|cutt\.ly|rb\.gy|t\.me|wa\.me)/", re.IGNORECASE
)
_CAPITALS = string.ascii_uppercase.encode()
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?<![\w.,/-])(?:\+?\d[\d -]{8,14}\d|[4-9]\d{4})(?![\w/-]|[.,]\d)")
_AMOUNT = re.compile(r"[£$€] ?\d|\d ?(?:[£€]|usd\b|eur\b|pounds\b|dollars\b)", re.IGNORECASE)
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_MENTION = re.compile(r"(?<!\w)@\w+")

FORMS: dict[str, Callable[[str], bool]] = {
    "a link": lambda text: _links(text) >= 1,
    "many links": lambda text: _links(text) >= 3,
    "a shortened link": lambda text: "/" in text and bool(_SHORTENED.search(text)),
    "a number to call": lambda text: bool(_DIGIT.search(text) and _NUMBER.search(text)),
    "an amount": lambda text: bool(_DIGIT.search(text) and _AMOUNT.search(text)),
    "capitals": lambda text: _capitals(text),
    "exclamation marks": lambda text: text.count("!") >= 3,
    "many hashtags": lambda text: text.count("#") >= 6 and len(_HASHTAG.findall(text)) >= 6,
    "many mentions": lambda text: text.count("@") >= 5 and len(_MENTION.findall(text)) >= 5,
}
SIGNS = (*WORDS, *FORMS)
SUSPECTED = 0.5
"""Probability from which on a text may be spam, if more speaks for it than its words."""
REASONS = 3
"""Signs that a person is shown."""


@dataclass(frozen=True, slots=True)
class Spam:
    """What speaks for spam.

    probability   between 0 and 1
    signs         up to REASONS of SIGNS, those that speak for it most first
    sure          the probability is so high that hardly a message of a customer has it
    """

    probability: float
    signs: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """What the training left: added per sign, added always, and from which probability on it is sure."""

    signs: Mapping[str, float]
    bias: float
    sure: float
    version: str


def spam_of(texts: Sequence[str]) -> list[Spam]:
    """How likely each text is spam, and why.

    >>> one, other = spam_of(["You have WON a prize! Call now 09061701461 to claim", "My bag is lost, who helps?"])
    >>> one.sure, one.signs, other.sure
    (True, ('do something', 'a number to call', 'prize'), False)
    """
    model = weights()
    return [_judge(signs(text), model) for text in texts]


def signs(text: str) -> list[str]:
    """The signs that a text has, in the order of SIGNS."""
    text = text[:LONGEST]
    return _find()(text) + [name for name, holds in FORMS.items() if holds(text)]


def _judge(found: Sequence[str], model: Weights) -> Spam:
    score = model.bias + sum(model.signs[name] for name in found)
    probability = 1 / (1 + math.exp(-score))
    telling = sorted((name for name in found if model.signs[name] > 0), key=lambda name: -model.signs[name])
    return Spam(probability, tuple(telling[:REASONS]), probability >= model.sure)


def _links(text: str) -> int:
    return len(LINK.findall(text)) if "://" in text or "www." in text else 0


def _capitals(text: str) -> bool:
    """A third of at least twenty letters."""
    plain = text.isascii()
    capitals = len(text) - len(text.encode().translate(None, _CAPITALS)) if plain else sum(map(str.isupper, text))
    if capitals * 3 < 20:
        return False
    letters = sum(map(str.isalpha, text))
    return letters >= 20 and capitals * 3 >= letters


def version() -> str:
    """Names the weights, so that a reading can be traced to what made it."""
    return weights().version


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that lie beside this file. Raises ValueError when they were made for other signs."""
    content = (resources.files(__package__) / "models" / "spam.json").read_bytes()
    found = json.loads(content)
    if tuple(found["signs"]) != SIGNS:
        raise ValueError("these weights were made for other signs")
    return Weights(found["signs"], found["bias"], found["sure"], f"spam-{hashlib.sha256(content).hexdigest()[:8]}")


@lru_cache(maxsize=1)
def _find() -> Callable[[str], list[str]]:
    return finder(WORDS)
