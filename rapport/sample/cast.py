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
        sources=("notifications",),
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
        sources=("import",),
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
        sources=("import",),
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
        sources=("import",),
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
        sources=("feed",),
        answers=False,
        pulse="Two or three items a week from the papers of the ports. Nobody answers here; read it.",
    ),
)

BRIEFS = (
    Brief("brand", "Us, by name", "brand", '"merrow line" OR merrowline'),
    Brief(
        "ships",
        "Our ships",
        "brand",
        "(sanderling OR kittiwake OR fulmar OR guillemot OR turnstone) AND (ferr* OR ship OR deck OR crossing OR Fähre OR traversée OR travesía OR færge)",
    ),  # noqa: E501
    Brief("rivals", "Norrvik, Bluepier, Galeona", "rival", "norrvik OR bluepier OR galeona"),
    Brief(
        "storm",
        "Weather and cancelled sailings",
        "topic",
        "(storm OR gale OR Sturm OR tempête OR temporal OR stormvejr) AND (ferr* OR sailing* OR Fähre OR traversée OR ferry OR færge)",
    ),  # noqa: E501
    Brief(
        "harbours",
        "Our harbours",
        "topic",
        '(harrowmouth OR "port-aubray" OR "puerto valmar" OR nordersiel OR klitsund) AND (ferr* OR harbour OR Hafen OR port OR puerto OR havn)',
    ),  # noqa: E501
)

RULES = """\
followers OR crypto* OR bitcoin OR "passive income" OR backlinks -> hub
trailer* OR freight OR Fracht OR fret OR carga OR fragt OR Auflieger OR remorque OR remolque -> logistics
vacanc* OR apprentice* OR hiring OR Ausbildung OR bewerb* OR embauch* OR candidature OR vacante OR currículum OR ansøg* -> people
"group booking" OR coach OR Gruppe* OR groupe OR grupo OR gruppe OR choir OR Reisebus* OR autocar OR autobús -> sales
app OR update OR login OR wifi OR wi-fi OR wlan OR website OR Webseite OR site OR web OR checkout -> product
delay* OR cancel* OR late OR storm OR boarding OR verspät* OR ausgefallen OR retard OR annul* OR retras* OR cancelad* OR forsink* OR aflyst -> logistics
fare* OR price* OR Preis* OR tarif* OR prix OR precio* OR tarifa* OR pris* -> sales
refund* OR booking OR cabin* OR dog OR vet OR bike* OR passport* OR Buchung OR Kabine OR Hund OR réservation OR cabine OR chien OR reserva OR camarote OR perro OR booking OR kahyt OR hund -> service
thank* OR lovely OR brilliant OR danke OR merci OR gracias OR tak OR sunset -> marketing
* -> hub
"""  # noqa: E501
