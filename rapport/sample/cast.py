"""Merrow Line, the ferry operator of the sample: its people, channels, briefs and rules. Nobody here exists."""

from __future__ import annotations

from rapport.core.types import Author
from rapport.sample.world import Brief, Channel, Member, Organisation, Team

ORGANISATION = Organisation(
    name="Merrow Line",
    time_zone="Europe/London",
    domain="merrowline.example",
    about="Six ships and five routes between Harrowmouth, Port-Aubray, Puerto Valmar, Nordersiel and Klitsund.",
    rivals=("Norrvik Seaways", "Bluepier", "Galeona"),
)

TEAMS = (
    Team("hub", "Social hub", "hub", is_hub=True),
    Team("service", "Passenger service", "service"),
    Team("product", "Digital and on board", "product"),
    Team("sales", "Groups and fares", "sales"),
    Team("logistics", "Operations and freight", "logistics"),
    Team("people", "Crew and careers", "people"),
    Team("marketing", "Marketing", "marketing"),
)


def _member(name: str, role: str, teams: str, languages: str, time_zone: str = "Europe/London") -> Member:
    first, last = name.lower().replace("é", "e").split(" ", 1)
    email = f"{first}.{last.replace(' ', '')}@{ORGANISATION.domain}"
    return Member(email, name, role, tuple(teams.split()), time_zone, tuple(languages.split()))


MEMBERS = (
    _member("Ines Calloway", "hub", "hub", "en es"),
    _member("Tobias Renner", "hub", "hub", "de en da", "Europe/Berlin"),
    _member("Ana Serrano", "lead", "service", "es en fr", "Europe/Madrid"),
    _member("Ben Aldous", "member", "service", "en"),
    _member("Camille Forestier", "member", "service", "fr en", "Europe/Paris"),
    _member("Jonas Brandt", "member", "service", "de en da", "Europe/Berlin"),
    _member("Sofie Lindegaard", "lead", "logistics", "da en de", "Europe/Copenhagen"),
    _member("Marek Dunne", "member", "logistics", "en fr es"),
    _member("Priya Raman", "lead", "product", "en fr"),
    _member("Luc Delorme", "member", "product", "fr en es de", "Europe/Paris"),
    _member("Hattie Okafor", "lead", "sales", "en fr de"),
    _member("Diego Vidal", "member", "sales", "es en", "Europe/Madrid"),
    _member("Ruth Ellery", "lead", "people", "en de da"),
    _member("Nils Aagaard", "lead", "marketing", "da en de fr es", "Europe/Copenhagen"),
    _member("Eleanor Marsh", "sponsor", "", "en"),
    _member("Gareth Pike", "auditor", "", "en"),
    _member("Wim Castle", "administrator", "", "en"),
)

CHANNELS = (
    Channel(
        slug="bluesky",
        name="Bluesky",
        network="bluesky",
        connector="bluesky",
        handle="merrowline.example",
        own=Author(
            "bluesky",
            "did:plc:merrowline2ferries4sample",
            "merrowline.example",
            "Merrow Line",
            "https://bsky.example/profile/merrowline.example",
        ),
        sources=("notifications", "search"),
        answers=True,
        pulse="The busiest room: commuters before seven, holidaymakers after supper. Quiet for two hours is unusual.",
    ),
    Channel(
        slug="mastodon",
        name="Mastodon",
        network="mastodon",
        connector="mastodon",
        handle="merrowline@harbour.example",
        own=Author(
            "mastodon", "109300000000000001", "merrowline", "Merrow Line", "https://harbour.example/@merrowline"
        ),
        sources=("mentions",),
        answers=True,
        pulse="A few a day, many of them German; long posts, good memories.",
    ),
    Channel(
        slug="contact",
        name="Contact form",
        network="files",
        connector="files",
        handle="hello@merrowline.example",
        own=Author("files", "merrowline", "hello@merrowline.example", "Merrow Line"),
        sources=("folder",),
        answers=True,
        pulse="Letters, taken over every half hour. Mondays are heavy; silence over a working morning means trouble.",
    ),
    Channel(
        slug="crossings",
        name="Crossing reviews",
        network="files",
        connector="files",
        handle="Rate your crossing",
        own=Author("files", "merrowline", "hello@merrowline.example", "Merrow Line"),
        sources=("folder",),
        answers=True,
        pulse="Reviews a day or two after the voyage, imported at six every morning. Nothing on some winter days.",
    ),
    Channel(
        slug="apps",
        name="App store reviews",
        network="files",
        connector="files",
        handle="Merrow Line app",
        own=Author("files", "merrowline", "hello@merrowline.example", "Merrow Line"),
        sources=("folder",),
        answers=True,
        pulse="Short and blunt, imported at six every morning; comes in clusters after a release.",
    ),
    Channel(
        slug="news",
        name="Local news",
        network="feeds",
        connector="feeds",
        handle="Harbour towns, five papers",
        own=Author("feeds", "merrowline", "", "Merrow Line"),
        sources=("entries",),
        answers=False,
        pulse="Two or three items a week from the papers of the ports. Nobody answers here; read it.",
    ),
)

BRIEFS = (
    Brief("brand", "Us, by name", "brand", '"merrow line" OR #merrowline'),
    Brief(
        "ships",
        "Our ships",
        "brand",
        "(sanderling OR kittiwake OR fulmar OR guillemot OR turnstone OR dunlin) "
        "(ferr* OR ship OR deck OR Fähre OR Schiff OR traversée OR pont OR travesía OR barco OR færge* OR dæk)",
    ),
    Brief("rivals", "Norrvik, Bluepier, Galeona", "rival", "norrvik OR bluepier OR galeona"),
    Brief(
        "storm",
        "Weather and cancelled sailings",
        "topic",
        "(storm* OR gale OR Sturm OR tempête OR borrasca) (ferr* OR sail* OR Fähre* OR départ* OR salida* OR færge*)",
    ),
    Brief(
        "harbours",
        "Our harbours",
        "topic",
        '(harrowmouth OR "port-aubray" OR "puerto valmar" OR nordersiel OR klitsund) '
        "(ferr* OR harbour OR ramp OR terminal OR Hafen OR Fähre* OR rampe OR port OR puerto OR havn* OR færge*)",
    ),
)

RULES = """\
# One rule a line, the first that matches decides. Change a line only with a reason; the hub reads along.

# Noise
followers OR Follower OR abonnés OR seguidores OR følgere OR airdrop OR backlinks OR FOB OR blogger -> hub
tidecoin OR seatoken OR anchorium OR moonbit OR "verification badge" OR "24 h" OR "24 Stunden gesperrt" -> hub

# Where the reader is sure what somebody wants
kind:lead -> sales
kind:job -> people
kind:delivery -> logistics
kind:praise -> marketing
kind:bug OR kind:idea -> product

# Freight and jobs use words that nobody else does
trailer OR reefer OR "lane metres" OR demurrage OR consignment OR low-loader OR "cut-off for freight" -> logistics
Auflieger OR Lademeter OR Kühler OR Zollstatus OR remorque OR frigo OR douane OR remolque OR frigorífic* -> logistics
køletrailer OR uledsagede -> logistics
apprentice* OR vacancies OR "deck crew" OR "galley job" OR steward OR "work experience" OR "life at sea" -> people
Ausbildung OR Bilden OR beworben OR Teilzeit OR Grundausbildung OR Recrutez OR apprentis OR Candidature -> people
"temps partiel" OR currículum OR prácticas OR vacante OR dæksfolk OR lærlinge OR Ansøgte -> people

# Groups and fares
choir OR "school trip" OR "walking club" OR sixtieth OR "football club" OR "coach tours" OR outing -> sales
"group rates" OR "group booking" OR "group fare" OR guests -> sales
Chorreise OR Klassenfahrt OR Wanderverein OR Busreisen OR Sechzigsten OR chorale OR scolaire OR autocar -> sales
circuits OR anniversaire OR coro OR instituto OR senderismo OR kor OR Lejrskole OR Vandreklub -> sales
"fares" OR discount OR "ten-trip" OR tariff OR loyalty OR singles OR "% rise" OR "harbour contribution" -> sales
"last year" OR "prices up" OR "state pension" OR paying OR "same ship" OR "every summer since" -> sales
Sommerpreise OR Ermäßigung OR Zehnerkarte OR Tarif* OR Hafenbeitrag OR billiger OR teurer OR preise -> sales
tarif* OR réduction OR "dix trajets" OR "contribution portuaire" OR augment* OR descuento OR bono -> sales
"contribución portuaria" OR sommerpriser* OR rabat OR klippekort* OR havnebidrag* OR dyrere -> sales

# What is digital or on board
app OR website OR browser* OR QR OR login OR log OR password OR update OR wifi OR checkout OR pass -> product
App OR WLAN OR Passwort* OR Bordkarte OR Zahlungsseite OR Konto OR Gutscheincode OR abgebucht -> product
appli OR "mot de passe" OR paiement OR débité OR "mise à jour" OR contraseña OR pago OR "tarjeta de embarque" -> product
appen OR kodeord OR boardingkort* OR betalingssiden OR trukket OR "page spins" OR declined OR "charged twice" -> product
lasagne OR lasaña OR breakfast OR soup OR coffees OR tables OR "hot water" OR lifeboat OR linen OR disco -> product
Frühstück OR Rettungsboot OR Lüfter OR Bettwäsche OR canot OR ventilation OR "eau chaude" OR jambon -> product
"agua caliente" OR salvavidas OR jamón OR sábanas OR redningsbåd OR ventilatoren OR morgenmad OR idea OR idé -> product
idée OR Vorschlag OR suggestion OR "quiet lounge" OR sockets OR "book swap" OR Steckdosen OR robinet OR grifo -> product

# Ships that sail, or do not
late OR delay* OR cancel* OR storm OR boarding OR lanes OR lane OR loader OR tracker OR running OR fog -> logistics
sailing OR "going out" OR alongside OR boarded OR unloading OR bumper OR ramp OR rebook* OR gate -> logistics
Verspätung OR "zu spät" OR Sturm OR Spur OR Einweiser OR Verladen OR Entladen OR abgesagt OR gestrichen -> logistics
Terminal OR Fährt OR retard OR tempête OR annulé OR file OR embarquement OR terminal OR débarquer OR arrive -> logistics
retraso OR borrasca OR cancelado OR filas OR fila OR embarque OR tarde OR temporal OR forsinket -> logistics
aflyst OR stormen OR bane OR banerne OR ombordkørsl* OR sent OR sejler -> logistics

# Passengers and their bookings
refund* OR booking OR cabin* OR dog OR vet OR bike* OR passport OR wheelchair OR lost OR found OR phone -> service
"pet cabins" OR cat OR cot* OR check-in OR print OR towels OR van OR trailer OR plate OR allergy OR vegan -> service
Buchung OR Kabine* OR Hund* OR Erstattung OR Gutschein OR Rad OR Räder OR Pass OR Rollstuhl OR Ausweis -> service
Warteschleife OR Rückruf OR Maulkorbpflicht OR Babybetten OR Kennzeichen OR Dachbox OR glutenfrei* -> service
réservation OR cabine* OR chien OR remboursement OR vélo* OR passeport OR fauteuil OR attente OR doudou -> service
"bon" OR rembours* OR muselière OR draps OR plaque OR allergie OR billet -> service
reserva OR camarote* OR perro OR reembolso OR bici* OR pasaporte OR silla OR peluche OR matrícula OR gluten -> service
kahyt* OR hund* OR penge OR tilgodebevis OR cykel OR pas OR kørestol OR bamse OR nummerplade* OR telefonkø -> service

# A good word
sunset OR dolphins OR lovely OR crew OR thank* OR perfect OR best OR stars OR recommended OR horn OR gulls -> marketing
Sonnenuntergang OR Danke OR großartig OR herzlich* OR Lob OR wunderbar OR Möwen OR Leuchtturm -> marketing
merci OR bravo OR soleil OR étoiles OR plaisir OR mouettes OR gracias OR sol OR delfines OR estrellas -> marketing
tak OR ros OR solnedgang OR marsvin OR dejlige OR måger OR norrvik OR bluepier OR galeona -> marketing
kind:question OR kind:complaint -> service
* -> hub
"""
