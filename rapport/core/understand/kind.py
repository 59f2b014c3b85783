"""What a message is about, by rules: lists of cues that anybody can read, and a few signs.

A message may be of several kinds, and is "other" when nothing speaks for one. The lists are short on purpose: a cue is
in when it rarely means something else, so what is found is usually right and much is missed. In English, German,
French, Spanish and Italian; all lists are tried on every text, because the language of a short text is often unsure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import re2

VERSION = "kind-1"
OTHER = "other"
LONGEST = 4_000
SPAM_HASHTAGS = 10
SPAM_LINKS = 5

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

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.-]*(?:@[\w.-]+)?")
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_ASKS = re.compile(r"[?¿؟？]")


def kinds_of(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The kinds of each text, in the order of KINDS; ("other",) when nothing speaks for one.

    >>> kinds_of(["My parcel hasn't arrived, this is unacceptable", "Good morning"])
    [('complaint', 'delivery'), ('other',)]
    """
    return [_kinds(text[:LONGEST]) for text in texts]


def _kinds(text: str) -> tuple[str, ...]:
    links = len(_LINK.findall(text))
    words = " ".join(_HANDLE.sub(" ", _LINK.sub(" ", text)).lower().replace("’", "'").split())
    found = {KINDS[index] for index in _matcher().Match(words.encode("utf-8", "replace")) or ()}
    if _ASKS.search(words):
        found.add("question")
    if links >= SPAM_LINKS or len(_HASHTAG.findall(text)) >= SPAM_HASHTAGS:
        found.add("spam")
    return tuple(kind for kind in CUES if kind in found) or (OTHER,)


@lru_cache(maxsize=1)
def _matcher() -> re2.Set:
    """All lists in one automaton: the time grows with the text, not with the lists."""
    options = re2.Options()
    options.max_mem = 16 << 20
    matcher = re2.Set.SearchSet(options)
    for cues in CUES.values():
        alternatives = "|".join(_pattern(cue) for cue in cues.replace("\n", ",").split(",") if cue.strip())
        matcher.Add(rf"(?:^|[^\pL\pN'])(?:{alternatives})(?:$|[^\pL\pN])")
    matcher.Compile()
    return matcher


def _pattern(cue: str) -> str:
    words = " ".join(cue.split())
    return re.escape(words.removesuffix("*")).replace(r"\ ", " ") + (r"\pL*" if words.endswith("*") else "")
