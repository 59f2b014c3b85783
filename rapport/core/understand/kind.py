"""What a message is about. It may be of several kinds, and is "other" when nothing speaks for one.

Question, complaint, praise, idea, bug, lead and delivery are learned: each has a probability of its own, by logistic
regression on signs (how the text sounds, cues of the lists below, whether it begins like a question) and on hashed
n-grams, which learn what the signs leave open. A text is of a kind from a probability on that was chosen so that what
is found is mostly right. Job and spam are found by their cues, and a question by its mark too: there are no labels to
learn from. `training/kind.py` makes the weights and says from what; docs/reference/readers/kind.md says how well they
do. The lists are in English, German, French, Spanish and Italian; all are tried on every text, because the language of
a short text is often unsure.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from rapport.core.understand import tone
from rapport.core.understand.cues import LINK, finder
from rapport.core.understand.grams import BATCH, FAMILIES, Grams, grams

OTHER = "other"
LONGEST = 4_000
SPAM_HASHTAGS = 10
SPAM_LINKS = 5
LEARNED = ("question", "complaint", "praise", "idea", "bug", "lead", "delivery")

# One line per language. Cues are parted by commas; * stands for the rest of a word; matched as whole words.
CUES = {
    "question": """
        how do i, how can i, how does, how much, how long, what is, what are, where is, where can, when is, when will,
            why is, why do, can you, could you, do you, does anyone, is it possible, is there, are there, anyone know
        wie kann ich, wie lange, wie viel, was kostet, wo ist, wo finde, wann kommt, wann fährt, warum ist, gibt es,
            könnt ihr, können sie, weiß jemand
        comment faire, comment puis-je, combien coûte, combien de temps, où est, où puis-je, quand est-ce, pourquoi,
            est-ce que, est-ce qu'il, pouvez-vous, savez-vous
        cómo puedo, cuánto cuesta, cuánto tiempo, dónde está, dónde puedo, cuándo, por qué, alguien sabe, hay alguna
        come posso, quanto costa, quanto tempo, dov'è, dove posso, quando arriva, perché non, qualcuno sa, è possibile
    """,
    "complaint": """
        worst, terrible, awful, unacceptable, disgrace*, disgusting, ridiculous, appalling, rip off, ripped off,
            scammed, refund, compensation, let down, fed up, still waiting, no reply, no response, never again,
            waste of money, poor service, bad service, rude, ruined, complain*, disappointed, disappointing, useless
        unverschämt*, frechheit, katastroph*, beschwer*, enttäusch*, unmöglich, nie wieder, schlechter service,
            schlechteste*, erstattung, geld zurück, warte immer noch, keine antwort, abzocke, ärgerlich,
            saftladen, unzumutbar
        inadmissible, honte, honteux, scandaleux, catastroph*, déçu*, remboursement, rembours*, arnaque, plus jamais,
            aucune réponse, lamentable, inacceptable, réclamation
        inaceptable, vergüenza, pésimo, pésima, horrible, decepci*, reembolso, estafa, nunca más, sin respuesta,
            queja, reclamación, lamentable
        inaccettabile, vergogna, vergognos*, pessimo, pessima, delus*, rimborso, truffa, mai più, nessuna risposta,
            reclamo, scandaloso
    """,
    "praise": """
        thank you so much, thanks so much, well done, great job, great service, amazing service, excellent service,
            love it, love this, love your, best service, so helpful, very helpful, highly recommend, kudos, shout out,
            made my day, brilliant service, fantastic service, lovely staff, great staff, friendly staff
        vielen dank, herzlichen dank, toller service, super service, großartig*, begeistert, sehr freundlich*,
            weiter so, sehr zufrieden, gern wieder, gerne wieder, danke an, hervorragend*
        merci beaucoup, un grand merci, merci à, bravo, excellent service, super service, très satisfait*,
            je recommande, génial*, chapeau
        muchas gracias, mil gracias, gracias por, excelente servicio, buen servicio, enhorabuena, encantad*,
            lo recomiendo, muy amable*, genial
        grazie mille, molte grazie, grazie a, ottimo servizio, complimenti, bravissim*, consiglio a tutti,
            gentilissim*, molto gentil*
    """,
    "idea": """
        you should add, please add, would be nice if, would be great if, would love to see, wish you would,
            wish you had, feature request, suggestion, how about adding, why not offer, could you add, can you add,
            it would help if
        wäre schön wenn, wäre toll wenn, wäre super wenn, vorschlag, wünsche mir, könntet ihr bitte, ihr solltet,
            verbesserungsvorschlag
        ce serait bien, il serait bien, serait génial, suggestion, vous devriez, pourquoi ne pas proposer
        estaría bien que, sería genial, sería bueno, sugerencia, deberían, podrían añadir
        sarebbe bello, sarebbe utile, suggerimento, dovreste, potreste aggiungere
    """,
    "bug": """
        bug, crash, crashes, crashed, crashing, error message, error code, not working, doesn't work, does not work,
            isn't working, won't load, won't open, can't log in, cannot log in, can't login, unable to log in,
            login fails, freezes, website is down, site is down, app is down, glitch*, broken link
        absturz, stürzt ab, abgestürzt, fehlermeldung, funktioniert nicht, geht nicht, lädt nicht,
            kann mich nicht anmelden, kann mich nicht einloggen, app hängt
        l'appli plante, l'application plante, message d'erreur, ne fonctionne pas, ne marche pas, fonctionne plus,
            marche plus, impossible de se connecter, impossible de me connecter, bogue
        no funciona, mensaje de error, se cuelga, se cierra sola, no puedo entrar, no puedo iniciar sesión, no carga
        non funziona, messaggio di errore, si blocca, non si apre, non riesco ad accedere, non carica, va in crash
    """,
    "lead": """
        want to buy, looking to buy, would like to buy, want to order, would like to order, looking for a quote,
            get a quote, price for, pricing, interested in buying, thinking of switching, thinking of buying,
            group booking, would like to book, want to book, do you sell, do you offer, can anyone recommend,
            where can i buy
        möchte kaufen, möchte bestellen, möchte buchen, will kaufen, angebot für, was kostet, preis für, interesse an,
            gruppenbuchung, könnt ihr empfehlen, wo kann ich kaufen
        je voudrais acheter, je souhaite acheter, je voudrais réserver, je souhaite réserver, un devis,
            quel est le prix, combien coûte, où acheter
        quiero comprar, quisiera comprar, quiero reservar, quisiera reservar, presupuesto, qué precio, cuánto cuesta,
            dónde comprar
        vorrei comprare, vorrei acquistare, vorrei prenotare, un preventivo, quanto costa, dove comprare
    """,
    "delivery": """
        my order, my parcel, my package, my delivery, tracking number, tracking says, not delivered, out for delivery,
            delivered to, hasn't arrived, has not arrived, not arrived, never arrived, lost luggage, my luggage,
            my bag, lost baggage, my baggage, courier, shipment, shipping, delayed flight, flight delayed, delay,
            delayed, cancelled flight, flight cancelled, been cancelled, cancelled sailing, late delivery
        meine bestellung, mein paket, lieferung, sendungsnummer, sendungsverfolgung, nicht angekommen,
            nicht geliefert, mein gepäck, mein koffer, verspätet, verspätung, ausgefallen, spedition, zugestellt
        ma commande, mon colis, livraison, numéro de suivi, pas arrivé, pas livré, mes bagages, mon bagage, ma valise,
            en retard, retard, annulé, livreur, transporteur
        mi pedido, mi paquete, entrega, número de seguimiento, no ha llegado, no llegó, mi equipaje, mi maleta,
            retraso, retrasado, cancelado, envío, mensajero
        il mio ordine, il mio pacco, consegna, numero di tracking, spedizione, non è arrivato, non ancora arrivato,
            il mio bagaglio, la mia valigia, ritardo, cancellato, corriere
    """,
    "job": """
        job opening, job openings, are you hiring, is hiring, apply for a job, job application, my application,
            vacancy, vacancies, internship, work for you, working for you, my cv, my resume, recruiter, recruiting,
            apprenticeship
        stellenangebot*, offene stelle*, bewerbung, bewerben, praktikum, ausbildungsplatz, lebenslauf, arbeiten bei,
            stellt ihr ein
        offre d'emploi, offres d'emploi, recrutez, candidature, stage chez, mon cv, postuler, travailler chez,
            alternance
        oferta de empleo, ofertas de empleo, vacante*, currículum, trabajar con, candidatura, prácticas en
        offerta di lavoro, offerte di lavoro, assumete, candidatura, il mio curriculum, lavorare da voi, tirocinio
    """,
    "spam": """
        free followers, get followers, buy followers, earn money, make money from home, work from home and earn,
            click the link in my bio, link in bio, dm me to earn, dm for promo, promote it on, crypto giveaway,
            double your bitcoin, guaranteed profit, guaranteed returns, cash prize, you have won, claim your prize,
            onlyfans, adult content, forex signals, binary options, recovery expert, whatsapp me
        geld verdienen von zu hause, gratis follower, garantierter gewinn, sie haben gewonnen
        gagner de l'argent, abonnés gratuits, vous avez gagné, gains garantis
        gana dinero, ganar dinero desde casa, seguidores gratis, ha ganado un premio
        guadagna da casa, guadagnare da casa, follower gratis, hai vinto
    """,
}
KINDS = (*CUES, OTHER)

# Words that a question begins with, in the same languages.
_ASKING = """
    who what when where why how which whose whom is am are was were do does did can could will would should has have any
    anyone anybody what's where's how's when's who's may shall isn't aren't don't doesn't can't
    wer was wann wo warum wieso weshalb wie welche welcher welches wem wen woher wohin ist sind gibt hat habt kann
    können könnt könnte könnten könntet wird werden darf muss weiß
    qui que quoi quand où pourquoi comment combien quel quelle quels quelles est-ce est pouvez-vous peut-on avez-vous
    quién qué cuándo dónde cómo cuánto cuál cuáles es hay puedo pueden podéis tienen alguien
    chi cosa quando dove perché come quanto quale quali è c'è ci posso potete avete qualcuno
"""
ASKING = frozenset(_ASKING.split())
NEAR = 4
"""Words of the beginning among which such a word says something too."""
BEGINNING, BEGUN = 200, 8
"""Characters and words that are looked at for them; handles in front count."""

SIGNS = (
    "negative",
    "positive",
    "more negative than neutral",
    "more positive than neutral",
    *CUES,
    "begins like a question",
    "asks near the beginning",
)

_HASHTAG = re.compile(r"(?<!\w)#\w+")
_ASKS = re.compile(r"[?¿؟？]")
_APART = '.,!:;-"“”()¿¡?*'

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the training left; a column each of LEARNED.

    packed      the weights of each bucket as seven signed bytes and an empty one, read as one number; (buckets,)
    scale       what one step of a byte is worth; shape (7,)
    signs       the weights of the signs; shape (signs, 7)
    bias        added always; shape (7,)
    thresholds  from which probability on a text is of the kind; shape (7,)
    version     changes with the weights
    """

    packed: NDArray[np.uint64]
    scale: Floats
    signs: Floats
    bias: Floats
    thresholds: Floats
    version: str


def kinds_of(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The kinds of each text, in the order of KINDS; ("other",) when nothing speaks for one.

    >>> kinds_of(["My parcel hasn't arrived, this is unacceptable", "The office opens at nine"])
    [('complaint', 'delivery'), ('other',)]
    """
    model = weights()
    return [
        kinds
        for start in range(0, len(texts), BATCH)
        for kinds in _kinds([text[:LONGEST] for text in texts[start : start + BATCH]], model)
    ]


def version() -> str:
    """Names the weights and the lists, so that a reading can be traced to what made it."""
    return weights().version


def _kinds(texts: Sequence[str], model: Weights) -> list[tuple[str, ...]]:
    cues = [_find()(text) for text in texts]
    likely = probabilities(texts, model, cues) >= model.thresholds
    return [_together(text, outright, row) for text, outright, row in zip(texts, cues, likely.tolist())]


def _together(text: str, cues: Sequence[str], likely: Sequence[bool]) -> tuple[str, ...]:
    found = {kind for kind, is_one in zip(LEARNED, likely) if is_one}.union(cues)
    links = "://" in text or "www." in text
    if ("?" in text or not text.isascii()) and _ASKS.search(LINK.sub(" ", text) if links else text):
        found.add("question")
    if (links and len(LINK.findall(text)) >= SPAM_LINKS) or (
        text.count("#") >= SPAM_HASHTAGS and len(_HASHTAG.findall(text)) >= SPAM_HASHTAGS
    ):
        found.add("spam")
    return tuple(kind for kind in CUES if kind in found) or (OTHER,)


def probabilities(texts: Sequence[str], model: Weights, cues: Sequence[Sequence[str]] | None = None) -> Floats:
    """How likely each text is of each of LEARNED, one independent of the other; shape (texts, 7).

    cues   the names of the lists of which each text holds a cue, where they are known
    """
    families = grams(texts)
    scores = model.bias + signs(texts, families, cues) @ model.signs
    for family in families:
        scores += _score(family, model)
    return np.asarray(1 / (1 + np.exp(-scores)))


def signs(texts: Sequence[str], families: Sequence[Grams], cues: Sequence[Sequence[str]] | None = None) -> Floats:
    """What is seen of each text beside its n-grams, in the order of SIGNS; shape (texts, signs)."""
    found = np.zeros((len(texts), len(SIGNS)))
    sounds = tone.scores(families, tone.weights())
    found[:, :2] = tone.shares(sounds)[:, [0, 2]]
    found[:, 2:4] = (sounds[:, [0, 2]] - sounds[:, [1]]) / 3
    place = {kind: index for index, kind in enumerate(CUES, start=4)}
    for row, (text, names) in enumerate(zip(texts, cues if cues is not None else map(_find(), texts))):
        for name in names:
            found[row, place[name]] = 1
        found[row, -2:] = _asks(text)
    return found


def _asks(text: str) -> tuple[bool, bool]:
    """Whether the first word is one that asks, and whether one of the next few is."""
    begun = text[:BEGINNING].lower().replace("’", "'").split(None, BEGUN)[:BEGUN]
    words = [word.strip(_APART) for word in begun if word[0] not in "@#" and not word.startswith("http")][:NEAR]
    return bool(words) and words[0] in ASKING, not ASKING.isdisjoint(words[1:])


def _score(family: Grams, model: Weights) -> Floats:
    """Sum of the weights of a family's n-grams over the root of their number; shape (texts, 7)."""
    bytes_ = model.packed[family.buckets].view(np.int8).reshape(-1, 8)
    sums = np.zeros((len(bytes_) + 1, 8), dtype=np.int32)
    np.cumsum(bytes_, axis=0, dtype=np.int32, out=sums[1:])
    counts = family.counts()
    totals = sums[family.ends] - sums[family.ends - counts]
    return np.asarray(totals[:, : len(LEARNED)] * model.scale / np.sqrt(np.maximum(counts, 1))[:, None])


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that lie beside this file."""
    return load((resources.files(__package__) / "models" / "kind.npz").read_bytes())


def load(content: bytes) -> Weights:
    """Weights from what `training/kind.py` wrote. Raises ValueError when they were made for other n-grams or signs."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        if tuple(file["families"]) != FAMILIES or tuple(file["signs"]) != SIGNS or tuple(file["kinds"]) != LEARNED:
            raise ValueError("these weights were made for other n-grams, signs or kinds")
        table = np.zeros((file["table"].shape[1], 8), dtype=np.int8)
        table[:, : len(LEARNED)] = file["table"].T
        digest = hashlib.sha256(content + repr((CUES, sorted(ASKING))).encode()).hexdigest()[:8]
        return Weights(
            packed=table.view(np.uint64).ravel(),
            scale=file["scale"],
            signs=file["sign_weights"],
            bias=file["bias"],
            thresholds=file["thresholds"],
            version=f"kind-{digest}",
        )


@lru_cache(maxsize=1)
def _find() -> Callable[[str], list[str]]:
    return finder(CUES)
