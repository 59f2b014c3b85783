"""How soon a message wants somebody: now, soon, or in its turn; and why.

Words speak for harm, despair, law, press, theft and a clock that runs; to them come how it sounds, of what kind it is,
what private data stands in the open, and how many people hear its author. Rules that anybody can read, and no model:
there are no labelled messages to learn from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

from rapport.core.types import Urgency
from rapport.core.understand.cues import finder

VERSION = "urgency-1"
LONGEST = 4_000
FAR = 10_000
"""Followers from which on a complaint is heard far."""
NEGATIVE = 0.6
"""Probability from which on a text counts as negative."""
EXPOSED = frozenset({"card", "iban", "national_id"})
"""Private data that does harm while it stands in the open."""

# One line per language: English, German, French, Spanish, Italian.
WORDS = {
    "despair": """
        kill myself, killing myself, commit suicide, thinking of suicide, suicidal, end my life, want to die,
            don't want to live, self harm
        mich umbringen, bringe mich um, suizidgedanken, selbstmordgedanken, selbstmord begehen, nicht mehr leben,
            will sterben
        me suicider, me tuer, pensées suicidaires, en finir avec la vie, envie de mourir, plus envie de vivre
        suicidarme, pienso en el suicidio, quitarme la vida, quiero morir, no quiero vivir
        suicidarmi, penso al suicidio, uccidermi, farla finita, voglio morire, non voglio più vivere
    """,
    "harm": """
        injured, bleeding, unconscious, ambulance, medical emergency, in hospital, caught fire, there's a fire,
            there is a fire, fire on board,
            smoke in, smell of smoke, allergic reaction, anaphyla*, can't breathe, is choking, was choking,
            choking on, food poisoning,
            poisoned, electric shock, exploded, explosion, gas leak, overdose, assaulted, attacked me, threatened me,
            heart attack, someone could die, nearly died, almost died, could have died, missing child, child is missing
        verletzt*, blutet, bewusstlos, notarzt, krankenwagen, im krankenhaus, es brennt, feuer an bord, rauch im,
            allergische reaktion,
            keine luft, erstickt, lebensmittelvergiftung, vergiftet, stromschlag, explodiert, explosion, gasgeruch,
            angegriffen, bedroht, herzinfarkt, lebensgefahr*, fast gestorben, kind vermisst
        blessé*, saigne, inconscient*, ambulance, à l'hôpital, prend feu, a pris feu, fumée dans, réaction allergique,
            étouffe, étouffé*, intoxication alimentaire, empoisonné*, décharge électrique, explosé, explosion,
            fuite de gaz, agressé*, menacé*, crise cardiaque, danger de mort, failli mourir, enfant disparu
        herido*, herida*, sangra*, inconsciente, ambulancia, en el hospital, en llamas, se incendió, humo en,
            reacción alérgica, no puede respirar, asfixi*, intoxicación alimentaria, envenenad*, descarga eléctrica,
            explotó, explosión, fuga de gas, me atacó, agredid*, amenazad*, infarto, peligro de muerte, casi muero
        ferito*, ferita*, sanguina*, svenut*, ambulanza, in ospedale, prende fuoco, ha preso fuoco, fumo in,
            reazione allergica, non respira, soffoca*, intossicazione alimentare, avvelenat*, scossa elettrica, esploso,
            esplosione, fuga di gas, aggredit*, minacciat*, infarto, pericolo di morte, quasi morto
    """,
    "law": """
        lawyer, lawyers, attorney, solicitor, suing, sue you, sue them, will sue, going to sue, gonna sue, to sue,
            lawsuit, legal action, take you to court, see you in court,
            small claims, ombudsman, regulator, trading standards, press charges, class action, consumer protection,
            data protection authority, report you to, reported you to, police
        anwalt, anwältin, rechtsanwalt*, verklage*, klage einreichen, rechtliche schritte, vor gericht,
            schlichtungsstelle,
            verbraucherzentrale, verbraucherschutz, aufsichtsbehörde, datenschutzbehörde, strafanzeige,
            anzeige erstatten,
            polizei
        avocat*, porter plainte, poursuivre en justice, action en justice, tribunal, mise en demeure, médiateur,
            ufc que choisir, répression des fraudes, dgccrf, cnil, police
        abogad*, demandar, demanda judicial, denunciar*, denuncia, acciones legales, tribunales, juzgado,
            defensor del consumidor, hoja de reclamaciones, protección de datos, policía
        avvocat*, denunciar*, denuncia, querela, vie legali, azione legale, tribunale, garante,
            associazione consumatori,
            codacons, altroconsumo, polizia
    """,
    "press": """
        journalist, reporter, newspaper, the press, to the media, news channel, consumer watchdog, local news
        journalist*, zeitung, an die presse, reporter*, fernsehen
        journaliste*, presse, aux médias, journal télévisé
        periodista*, a la prensa, los medios, noticiero, telediario
        giornalist*, alla stampa, ai giornali, telegiornale, striscia la notizia
    """,
    "theft": """
        hacked, account was stolen, stolen card, card was stolen, fraud, fraudulent, unauthorised, unauthorized,
            identity theft, phishing, data breach, charged twice, someone used my
        gehackt, konto gestohlen, karte gestohlen, betrug, betrüger*, unberechtigt*, phishing, datenleck,
            zweimal abgebucht
        piraté*, compte volé, carte volée, fraude, frauduleux, non autorisé*, hameçonnage, fuite de données,
            débité deux fois
        hackead*, cuenta robada, tarjeta robada, fraude, no autorizad*, phishing, filtración de datos, cobrado dos veces
        hackerat*, account rubato, carta rubata, frode, non autorizzat*, phishing, violazione dei dati,
            addebitato due volte
    """,
    "the clock": """
        stranded, stuck at, stuck in, stuck on, locked out, urgent, urgently, asap, as soon as possible, right now,
            in an hour, within the hour, leaves in, boarding now, about to board, missed my connection, tonight,
            tomorrow morning, funeral, wedding
        gestrandet, sitze fest, sitzen fest, ausgesperrt, dringend, sofort, so schnell wie möglich, in einer stunde,
            fährt gleich, anschluss verpasst, heute abend, heute nacht, morgen früh, beerdigung, hochzeit
        bloqué*, coincé*, urgent, urgence, au plus vite, dès que possible, dans une heure, correspondance ratée,
            ce soir,
            cette nuit, demain matin, enterrement, obsèques, mariage
        varado*, varada*, atrapad*, urgente, urgentemente, cuanto antes, lo antes posible, en una hora,
            perdí la conexión, esta noche, mañana por la mañana, funeral, boda
        bloccat*, urgente, urgentemente, al più presto, il prima possibile, tra un'ora, coincidenza persa, stasera,
            stanotte, domani mattina, funerale, matrimonio
    """,
}
AT_ONCE = frozenset({"despair", "harm"})
SOON = frozenset({"law", "press", "theft"})
WITH_A_REQUEST = frozenset({"question", "complaint", "bug", "delivery"})
"""A clock that runs counts for who wants something, not for who looks forward to tonight."""


def urgency_of(
    text: str, kinds: Collection[str] = (), negative: float = 0.0, private: Collection[str] = (), reach: int = 0
) -> Urgency:
    """How soon it wants somebody, and why; reasons in the order in which they are looked for.

    kinds      what the message is about
    negative   probability that it sounds negative, 0 to 1
    private    the kinds of private data in it
    reach      followers of its author; 0 where nobody knows

    "now" for harm and despair, and where two others come together in a negative text; "soon" for one; "normal"
    otherwise.

    >>> urgency_of("My son had an allergic reaction on board")
    Urgency(level='now', reasons=('harm',))
    >>> urgency_of("I am talking to my lawyer", negative=0.8, reach=50_000)
    Urgency(level='now', reasons=('law', 'heard far'))
    """
    if "spam" in kinds:
        return Urgency()
    found = _find()(text[:LONGEST])
    reasons = [name for name in found if name != "the clock" or WITH_A_REQUEST & set(kinds)]
    if EXPOSED & set(private):
        reasons.append("private data in the open")
    if reach >= FAR and (negative >= NEGATIVE or "complaint" in kinds):
        reasons.append("heard far")
    if AT_ONCE & set(reasons) or (len(reasons) > 1 and negative >= NEGATIVE):
        return Urgency("now", tuple(reasons))
    return Urgency("soon" if reasons else "normal", tuple(reasons))


@lru_cache(maxsize=1)
def _find() -> Callable[[str], list[str]]:
    return finder(WORDS)
