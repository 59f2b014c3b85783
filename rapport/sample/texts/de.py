"""German."""

# ruff: noqa: E501 (one sentence a line)

SCENES = {
    "pet": """
- Darf {dog} auf der {ship} mit in die Kabine oder müssen Hunde [in den Zwinger|unten im Auto bleiben]?
- Wir reisen {when} mit einem {breed}. Gibt es auf {from}–{to} noch eine Tierkabine?
- Braucht eine Katze im Körbchen ein eigenes Ticket von {from} nach {to}?
- Maulkorbpflicht an Deck, ja oder nein? {dog} ist vierzehn und hat [noch vier Zähne|andere Sorgen].
- Wie oft darf man während der Überfahrt nach dem Hund im Auto schauen? {hours} Stunden sind ihm zu lang.
+ Letztes Mal hieß es am Telefon so und am Schalter anders.
+ Impfpass und Chip sind natürlich da.
+ Buchungsnummer ist {ref}.
> Auf der {ship} reist {dog} in einer Tierkabine, im Zwinger auf Deck {deck} oder im Fahrzeug. Eine Tierkabine ist noch frei, ich kann sie gern festhalten.
> An Deck gilt Leinenpflicht, einen Maulkorb brauchen Sie nur dabeizuhaben. Auf Deck {deck} achtern gibt es einen Auslauf mit Wasserhahn.
> Kleintiere in der geschlossenen Box fahren kostenlos mit und dürfen bei Ihnen bleiben. Für {dog} habe ich einen Platz auf {ref} eingetragen.
""",
    "cabin": """
- Welche Kabinen auf der {ship} liegen am ruhigsten? Ich schlafe auf See [schlecht|so gut wie nie].
- Gibt es Babybetten an Bord? Wir fahren {when} mit einem {age} Monate alten Mitbewohner.
- Kann man zwei Zweierkabinen auf {ref} nebeneinander legen lassen?
- Sind Bettwäsche und Handtücher in der Kabine dabei, oder bringt man das selbst mit?
- Ab wann kann man in die Kabine, wenn das Schiff um {time} Uhr ablegt?
+ Der Deckplan auf der Seite hört bei Deck sieben auf.
+ Beim letzten Mal hatten wir {cabin} und hörten jede Kette im Autodeck.
+ Wir sind zu fünft, einer davon ist keine zwei.
> Am ruhigsten ist es mittschiffs auf Deck {deck}. Ich habe Sie in {cabin} umgebucht, das steht gleich so in Ihrer Buchung.
> Babybetten sind kostenlos, eins steht jetzt auf {ref}. Bettwäsche liegt bei der Ankunft in der Kabine.
> Bettwäsche und Handtücher sind immer dabei. In die Kabine können Sie, sobald Sie vom Autodeck oben sind.
""",
    "checkin": """
- Wie früh muss man für die Abfahrt um {time} wirklich in {from} sein? Im Ticket steht 60 Minuten, in der SMS 90.
- Kommen wir auch nachts schon auf das Terminal in {from}? Wir wären gegen [zwei|halb vier] da.
- Muss ich für {ref} etwas ausdrucken oder reicht das Handy?
- Wie kommt man zu Fuß vom Anleger in {to} in die Stadt, gibt es einen Bus?
- Erste Fähre meines Lebens. Wie läuft das in {from} ab, so wie am Flughafen?
+ Wir kommen aus {town}, also gut zweieinhalb Stunden ohne Stau.
+ Meine Mutter möchte überall zwei Stunden zu früh sein.
> Mit Fahrzeug schließt die Spur 45 Minuten vor Abfahrt, zu Fuß sind es 60. In der Ferienzeit raten wir zu 90, wegen des Kreisels vor dem Hafen.
> Das Handy reicht völlig. Am Tor wird das Kennzeichen gelesen, dann erscheint {ref} von selbst. Ausweise bitte griffbereit.
> Spur 14 in {from} ist nachts beleuchtet und offen, Toiletten gibt es auch. Der Schalter macht zwei Stunden vor der ersten Abfahrt auf.
""",
    "bike": """
- Zwei Personen, zwei Räder, {from}–{to} {when}. Fahren wir mit den Autos aufs Schiff?
- Was kostet ein Fahrrad auf der {ship}? Die Seite will [ein Kennzeichen|die Fahrzeughöhe] von mir wissen.
- Darf der Akku vom E-Bike dranbleiben und kann man irgendwo laden?
- Gibt es vom Hafen {to} einen Radweg oder fährt man zwischen den Lkw?
+ Wir sind zu neunt, Durchschnittsalter einundsechzig.
+ Es wird schon dunkel sein, wenn wir ankommen.
> Räder kosten {fee} pro Strecke. Sie fahren mit den Autos an Bord, auf Deck 3 gibt es Ständer und Gurte.
> Bitte "Fahrrad" unter "ohne Fahrzeug" wählen, dann verschwindet das Feld fürs Kennzeichen. Der Akku darf mit in die Kabine und dort laden.
> In {to} folgen Sie der grünen Linie auf dem Asphalt, sie führt abseits der Lkw bis zum Leuchtturm.
""",
    "vehicle": """
- Unser {car} ist mit Dachbox 2,38 m hoch. Buche ich da Pkw oder Transporter?
- Gibt es auf dem Autodeck der {ship} Ladesäulen? Wir kommen mit fast leerem Akku in {from} an.
- Neues Auto seit der Buchung {ref}. Wie ändere ich das Kennzeichen ohne Gebühr?
- Muss die Gasflasche im {car} angemeldet werden oder reicht zudrehen?
- Gespann mit 11,4 Metern, die Buchungsseite kann nur zehn. Und jetzt?
+ Zweimal gemessen, mit Besenstiel und Schwager.
+ In der Auswahlliste steht jede Marke, nur unsere nicht.
> Mit 2,38 m sind Sie leider im hohen Deck, das niedrige endet bei 2,20. Der Unterschied auf {ref} beträgt {fee}.
> Acht Ladepunkte auf Deck 3, {fee} pro Überfahrt. Bitte am Tor Bescheid sagen, dann werden Sie dorthin gewinkt.
> Das neue Kennzeichen steht auf {ref}, kostenlos. Die Bestätigung müsste schon bei Ihnen sein.
""",
    "change": """
- Ich müsste {ref} um einen Tag verschieben. Geht das online und was kostet es?
- Können wir nur die Rückfahrt ändern? Die Hinfahrt passt.
- Habe mich vertan und die falsche Abfahrt gebucht, ich wollte die um {time}. Gibt es eine [Schonfrist|Gnadenfrist] für Schussel?
- Wir sind jetzt fünf statt vier auf {ref}. Wie trägt man die Oma nach?
- Bekomme ich bei einer Stornierung von {ref} Geld zurück oder einen Gutschein?
+ Das Formular hat sich bedankt und sonst nichts getan.
+ Standardtarif, bezahlt habe ich {price}.
> Erledigt: {ref} fährt jetzt einen Tag später. Die Differenz von {fee} habe ich Ihnen erlassen, Sie haben ja früh Bescheid gegeben.
> Ja, unter "Meine Überfahrten" und dann "Nur eine Strecke". Bei Ihrem Tarif kostet das {fee}.
> Innerhalb von 24 Stunden ist eine Umbuchung frei. Sie sind auf {time} umgebucht, die neue Bestätigung ist unterwegs.
""",
    "papers": """
- Reicht für ein Kind von {age} Jahren der Personalausweis auf {from}–{to}?
- Mein Pass läuft drei Wochen nach der Rückreise ab. Kommen wir damit an Bord?
- Ich reise mit meiner Enkelin ohne die Eltern. Genügt eine unterschriebene Vollmacht?
- Neuer Pass seit der Buchung: Muss ich die Nummer in {ref} ändern?
+ Sie heißt anders als ich, das gibt immer eine Pause am Schalter.
+ Ich lese es lieber von Ihnen als in einem Forum.
> Für EU-Bürger genügt der Personalausweis, in jedem Alter. Ein Kinderausweis muss ein aktuelles Foto haben.
> Eine Vollmacht mit Kopie des Ausweises der Eltern genügt. Ein Muster in zwei Sprachen finden Sie auf unserer Seite.
> Die Nummer lässt sich bis zwei Stunden vor Abfahrt unter "Reisende" ändern. Bei {ref} habe ich sie schon eingetragen.
""",
    "food": """
- Gibt es auf der {ship} etwas Glutenfreies, das kein Apfel ist?
- Darf man eigenes Essen mitbringen? Unser Kind isst genau vier Dinge.
- Hat das Restaurant vor der Ankunft in {to} noch Frühstück?
- Schwere Nussallergie: Mit wem spreche ich auf der {ship} wegen der Küche?
+ Wir sind von sieben bis Mitternacht an Bord, da wird es wichtig.
> Die Küche der {ship} hat eine eigene glutenfreie Linie. Bitte sprechen Sie beim Einsteigen die Restaurantleitung an, es steht auch auf {ref}.
> Frühstück gibt es ab neunzig Minuten vor der Ankunft. Eigenes Essen dürfen Sie überall verzehren, nur nicht im Restaurant.
> Fragen Sie an der Information nach dem Küchenchef, er kocht für Allergiker getrennt. Ich habe das Schiff vorgewarnt.
""",
    "access": """
- Meine Mutter sitzt im Rollstuhl. Gibt es auf der {ship} einen Aufzug vom Autodeck?
- Wie bekomme ich einen Stellplatz nahe am Aufzug? Im Formular passen zwanzig Zeichen.
- Mein Sohn ist Autist, die Durchsagen sind schlimm für ihn. Gibt es einen ruhigen Raum?
+ Wir hatten es letztes Mal auch angegeben, nur kam es nie an.
> Zwei Aufzüge, Türbreite 90 cm. Auf {ref} steht jetzt "Aufzug": Warnblinker an, dann werden Sie herangewinkt.
> Auf Deck {deck} gibt es einen abgedunkelten Raum, den Schlüssel hat die Information. Auf Wunsch sagt Ihnen die Crew vor jeder Durchsage Bescheid.
""",
    "status": """
- Fährt die {time} ab {from} heute? [Anzeige sagt verspätet, App sagt pünktlich.|Die Vorhersage sieht finster aus.]
- Stehen in Spur 9 in {from}. Weiß jemand, wann es losgeht?
- Wann kommt die {ship} heute in {to} an? Ich hole meine Oma ab.
- Gibt es eine spätere Fähre, wenn wir die {time} verpassen? Die {road} ist gesperrt.
- Laut Karte dreht die {ship} vor {to} Kreise. Alles in Ordnung da draußen?
+ Zwei Kinder, ein Tablet, neun Prozent.
+ Ich beschwere mich nicht, ich muss nur am anderen Ende Bescheid sagen.
> Die {ship} hat {to} mit {mins} Minuten Verspätung verlassen und holt etwa die Hälfte auf. Geladen wird ab Spur 9.
> Sie fährt wegen Nebel langsamer. Ankunft voraussichtlich {mins} Minuten später, die Karte hinkt zehn Minuten nach.
> Auf der nächsten ist Platz und Ihr Ticket gilt. Sagen Sie am Tor, dass Sie auf der {road} standen.
""",
    "lost": """
- {day} auf der {ship} liegen geblieben: {thing}. Wurde etwas abgegeben?
- Das Kuscheltier meines Sohnes ist noch an Bord der {ship}. Er ist {age} und untröstlich. Gibt es Hoffnung?
- Wo ist das Fundbüro? Ich vermisse etwas aus Kabine {cabin}: {thing}, wertlos für alle außer mir.
+ {from} verwies mich an {to} und {to} an {from}.
+ Porto und ein Kuchen gehen auf mich.
> Ist da. Der Zahlmeister hat es im Tresor. Sollen wir es nach {town} schicken oder in {from} für Sie aufheben?
> Noch nichts, tut mir leid. Es steht mit Ihrer Beschreibung auf der Liste, die auf jedem Schiff gelesen wird. Ich melde mich morgen in jedem Fall.
""",
    "fares": """
- Wann kommen die Sommerpreise für {from}–{to} heraus?
- Gibt es Ermäßigung für [Rentner|Studierende|Familien mit drei Kindern] auf {from}–{to}?
- Warum kostet dieselbe Überfahrt am Handy {price} und am Rechner {price2}?
- Gibt es die Zehnerkarte noch? Ich pendle alle zwei Wochen.
- Was ist im Tarif "Plus" drin, nur die Lounge oder darf ich auch zuerst runter?
+ Bei {rival} stehen sie schon drin.
+ Wir fahren seit {since} mit Ihnen, falls das zählt.
> Die Sommerpreise kommen am ersten Dienstag des nächsten Monats um neun. Die ersten zwei Wochen sind die günstigsten.
> Zehn Prozent ab 60 außerhalb der Ferien, einfach unter "Reisende" auswählen. Für Vielfahrer gibt es die Pendlerkarte: zehn Fahrten im Jahr für {big} mit Auto.
> Der Preis am Handy war veraltet, Entschuldigung. {price} ist richtig, ich halte ihn 24 Stunden für Sie fest.
""",
    "late": """
- Die {time} ab {from} ging {day} {mins} Minuten zu spät los, und kein Mensch hat gesagt, warum.
- {hours} Stunden in der Wartespur in {from}, eine Toilette, kein Schatten, keine Durchsage. So geht man nicht mit Leuten um.
- Wegen Ihrer Verspätung den letzten Zug in {to} verpasst. Das Hotel kostete {price}. Wer zahlt das?
- "Betriebliche Gründe". {mins} Minuten betriebliche Gründe. Die Kinder schlafen auf dem Asphalt.
- Schon wieder zu spät, die {ship}. Ich führe inzwischen eine Liste, [sie ist lang|zwei Seiten].
- Ihre SMS über die Verspätung kam, als wir in {to} von Bord fuhren. [Bravo|Glückwunsch].
+ Ein Mitarbeiter zuckte mit den Schultern. Wirklich.
+ Ein Tee und ein Satz Erklärung hätten genügt.
+ Auf der Anzeige stand bis zuletzt "pünktlich".
> Das tut mir leid, {name}. Eine Pumpe an der Bugrampe der {ship} war ausgefallen, und in den Spuren hätte es jemand sagen müssen.
> Ab {mins} Minuten steht Ihnen ein Viertel des Fahrpreises zu. Ich habe das für {ref} veranlasst, Sie müssen nichts weiter tun.
> Bitte schicken Sie mir die Hotelrechnung. Wenn die Verspätung bei uns liegt, zahlen wir auch den Anschluss.
""",
    "refund": """
- Seit {weeks} Wochen warte ich auf die Erstattung für {ref}. Abgebucht waren die {price} in vier Sekunden.
- Storniert haben SIE, nicht ich. Wo bleiben meine {price}? Buchung {ref}.
- Laut Mail "bearbeitet". Meine Bank weiß davon nichts.
- Ich will keinen Gutschein, ich will mein Geld. {price}, {ref}, zum dritten Mal.
- Erstattet wurde eine von zwei Kabinen. Und die andere, {price}?
- Fristgerecht storniert, jetzt soll ich "nicht erschienen" sein. Ich habe es schriftlich.
+ Das ist für eine Rentnerin viel Geld.
+ Kommt bis Freitag nichts, schreibe ich der Schlichtungsstelle.
+ Gefragt wird nach einer Belegnummer, die auf dem Beleg nicht steht.
> Ich habe die Erstattung gefunden: Sie ging an eine abgelaufene Karte und kam zurück. {price} sind heute neu überwiesen, drei Werktage etwa.
> Bei einer Absage durch uns gibt es Geld, keinen Gutschein. Den Gutschein auf {ref} habe ich zurückgenommen, die {price} sind angewiesen.
> Das "nicht erschienen" war unser Fehler, Ihre Stornierung steht mit Uhrzeit im System. Ich bleibe dran, bis das Geld da ist.
""",
    "hotline": """
- {mins} Minuten Warteschleife, dann aufgelegt. [Zweimal|Großartig].
- Arbeitet bei Ihnen jemand? Telefon klingelt durch, Formular schweigt, Chat behauptet, es sei Sonntag. Es ist {weekday}.
- Am Telefon heißt es: schreiben Sie. Per Mail heißt es: rufen Sie an. Ich fühle mich wie Gepäck.
- Rückruf für {day} versprochen. Das Handy liegt seitdem neben mir. Nichts.
- Vier Takte Seemannslied, {mins} Minuten lang. Ich träume davon.
+ Dabei ist es eine Frage von zwei Minuten.
+ Es geht nur um einen Buchstaben im Namen.
> Das tut mir leid, {name}. Die halbe Schicht war krank und wir haben es nicht angesagt. Ich habe {ref} offen vor mir: Was brauchen Sie?
> Der Rückruf ging beim Schichtwechsel verloren. Ich rufe Sie heute zwischen zwei und drei selbst an, wenn das passt.
""",
    "berth": """
- Kabine {cabin} auf der {ship}: kalt, klamm, und fremde Haare in der Dusche.
- Außenkabine bezahlt, Blick auf ein Rettungsboot. [In Orange.|Schönes Boot.]
- Die ganze Nacht kein warmes Wasser in {cabin}. "Kommt und geht", sagte die Information. Es ging.
- Keine Minute geschlafen, der Lüfter in {cabin} klingt wie ein Hubschrauber.
- In der Bettwäsche von {cabin} hatte schon jemand geschlafen. Für {price} die Nacht.
+ Der Steward war nett, hatte aber keine andere Kabine.
+ Fotos habe ich, leider.
> So wollten wir Ihnen keine Kabine verkaufen. {cabin} ist gesperrt, bis Reinigung und Technik durch sind, und {price} gehen an Sie zurück.
> Eine Nacht ohne warmes Wasser heißt halber Kabinenpreis zurück, das ist unsere eigene Regel. Steht auf {ref}.
""",
    "meal": """
- {snack} für [lauwarme Lasagne|Fisch mit Gefriergeschmack] auf der {ship}. [Nie wieder.|Seeräuberei.]
- Restaurant zu, Café zu, {hours} Stunden Überfahrt, ein Automat mit einem Schokoriegel.
- {mins} Minuten fürs Frühstück angestanden, dann waren Eier, Brot und Geduld alle.
- Vegetarisch auf der {ship}: ein Salat. Im Salat: Schinken.
- Die Hälfte der Tische klebte noch von der letzten Überfahrt. Unappetitlich.
+ Und Kartenzahlung ging auch nicht.
+ Die junge Frau an der Kasse konnte nichts dafür.
> Für {snack} ist das zu wenig, Entschuldigung. Der Küchenchef der {ship} hat Ihre Nachricht, das Geld geht zurück auf Ihre Karte.
> Uns fehlten auf dieser Fahrt zwei Köche, und das hätten wir vorher sagen müssen. Auf {ref} liegt ein Essen für das nächste Mal.
""",
    "boarding": """
- Das Verladen in {from} ist ein Durcheinander. Wir standen als Erste in Spur 6 und kamen als Letzte an Bord.
- Ihr Einweiser winkte mich schräg auf die Rampe, jetzt fehlt die Stoßstange. Kommentar: "Passiert halt." {ref}.
- Fußpassagiere standen in {from} {mins} Minuten im Regen, der Bus daneben beleuchtet und leer.
- {fee} für bevorzugtes Boarding. An Bord kamen wir nach dem Milchlaster.
- Entladen in {to}: {mins} Minuten, keine Luft, bellende Hunde, eine Frau in Tränen.
+ Chaos in Warnweste.
+ Meine Frau ist im siebten Monat und musste stehen.
> Unser Einweiser, unsere Rechnung: Das Schadensformular mit der Vorgangsnummer ist in Ihrer Post. Zwei Fotos und ein Kostenvoranschlag genügen.
> Der Bus hätte offen sein müssen. Ich war bei der Schichtleitung in {from}: Bei Regen gehen die Türen ab jetzt auf.
> Bezahlt und nicht bekommen, also gehen {fee} zurück. Die Spuren waren an dem Morgen falsch herum ausgeschildert.
""",
    "wifi": """
- {fee} für "Premium-WLAN" auf der {ship}. Geladen wurde ein halbes Katzenfoto.
- WLAN seit {from} tot. Ich hatte heute Abgabe. Hatte.
- Alle zehn Minuten wirft mich Ihr WLAN raus und fragt wieder nach dem Geburtsdatum.
- Für das WLAN zweimal abgebucht und keinmal verbunden.
+ "Liegt am Satelliten", heißt es. Das heißt es seit {since}.
> Bezahlt und nicht bekommen: {fee} gehen zurück. Die Antenne der {ship} wird in der nächsten Werftzeit getauscht.
> Die doppelte Abbuchung ist storniert, bei der Bank steht sie noch ein, zwei Tage als vorgemerkt.
""",
    "pricey": """
- {price} für {from}–{to}. Letztes Jahr {price2}. Gleiches Schiff, gleicher Rost, gleiche Pommes.
- {pct} % teurer und das nennt sich "einfachere Tarife". Einfach zu teuer, ja.
- Zehnerkarte weg und jede Fahrt {pct} % mehr. Wir wohnen hier. Das ist unsere Straße.
- Seit {since} jeden Sommer mit Ihnen. Für {price} fahren wir außen herum.
- Auf der letzten Seite noch {fee} "Hafenbeitrag". Halten Sie uns für blöd?
- {rival} fährt dieselbe Strecke {pct} % billiger, und da tropft es nicht durchs Dach.
- Erhöhen Sie die Preise, wenn es sein muss. Aber verkaufen Sie es nicht als gute Nachricht.
+ Zahlen dürfen wie immer die Treuen.
+ Mein Lohn ist nicht um {pct} % gestiegen, ich habe nachgesehen.
> {pct} % sind viel, da rede ich nichts schön. Das meiste ist Treibstoff. Ab fünf Fahrten im Jahr kommen Sie mit dem Anwohnertarif fast auf den alten Preis, ich kann ihn einrichten.
> Ihr Einwand zum Hafenbeitrag ist berechtigt: Ab Montag steht er im ersten Preis, den man sieht.
> Den alten Preis kann ich für Ihre Daten bis Ende der Woche halten. Ein Ja genügt.
""",
    "cancelled": """
- {time} ab {from} per SMS abgesagt, da standen wir schon am Tor. Wir kommen aus {town}. Und jetzt?
- Sturm, gut. Aber drei Stunden "bitte warten Sie auf Informationen" und dann geht das Licht aus?
- {ref} gestrichen, nächster freier Platz in fünf Tagen. Ich muss morgen arbeiten.
- Familien schlafen im Terminal {from} auf dem Boden. Kein Hotel, kein Essen, kein Personal.
- Die Seite lässt mich {ref} nicht umbuchen, angeblich bin ich schon gefahren. Ich stehe auf dem Parkplatz und schaue aufs Meer.
- Zwölf Stunden mit einem zuckerkranken Vater in {from}, und niemand weiß etwas über {storm}.
- Für den Wind können Sie nichts. Für das Schweigen schon.
+ Die Polizei verteilt Decken. Die Polizei, nicht Sie.
+ Drei Leute gefragt, drei Antworten bekommen.
+ Akku 6 %, bitte schnell.
> Sie sind auf der ersten Abfahrt, {name}: {time} ab {from}, Kabine inklusive. Im Hotel Signal am Kai ist heute Nacht ein Zimmer auf Ihren Namen frei.
> {ref} habe ich von hier umgebucht, die Seite war überlastet. Heben Sie die Hotelrechnung auf, wir zahlen bis {price} und die Mahlzeiten.
> Das Schweigen tut mir leid. Im Terminal war eine Person für vierhundert Leute da. Jetzt kommen zwei weitere, mit Wasser, Ladegeräten und Listen.
""",
    "login": """
- Die App meldet mich ab, sobald ich das {device} quer halte. Version {version}.
- Die Mail zum Zurücksetzen des Passworts kommt nie an, auch nicht im Spam.
- Seit dem Update gibt es mein Konto angeblich nicht. Meine Buchungen sehen das anders.
- Der Code hat sechs Ziffern, das Feld nur fünf. {device}.
+ Zweimal neu installiert.
> Danke, der Querformat-Fehler in {version} ist gefunden, die Korrektur wird gerade verteilt. Bis dahin hilft die Drehsperre.
> Die Mails hingen heute früh drei Stunden fest. Ich habe Ihnen von Hand eine neue geschickt, eine Stunde gültig.
""",
    "pass": """
- Die Bordkarte in der App zeigt das Datum von gestern. Das gab lange Blicke am Tor in {from}.
- Ohne Netz öffnet sich die Bordkarte für {ref} nicht, und in den Spuren ist kein Netz.
- Der QR-Code ist auf dem {device} so blass, dass der Scanner aufgibt.
+ Gerettet hat uns ein Bildschirmfoto der Mail.
> Das Tor liest den Code, nicht das Datum, Sie kommen also sicher an Bord. Der Fehler um Mitternacht steht auf der Liste fürs nächste Update.
> Einmal mit Netz öffnen, dann bleibt sie gespeichert. Ab der nächsten Version geht das von selbst.
""",
    "pay": """
- Die Zahlungsseite dreht sich ewig, nachdem die Bank ja gesagt hat. Sind die {price} bezahlt oder nicht? {ref}
- Zweimal abgebucht für {ref}, {price} und noch mal {price}, aber nur eine Bestätigung.
- Viermal Karte abgelehnt, die Bank weiß von nichts. Ich möchte Ihnen Geld geben, lassen Sie mich doch.
- Gutscheincode angenommen, Preis STEIGT um {fee}. Das war anders gemeint.
+ Drei Browser probiert und einmal geflucht.
> Bezahlt haben Sie einmal, die zweite Zeile ist nur vorgemerkt und verschwindet bis {weekday}. {ref} ist bestätigt.
> Vier Versuche sind bei uns hängen geblieben, an der Karte liegt es nicht. Bitte noch einmal, ich halte {price} für Sie fest.
""",
    "crash": """
- App stürzt ab, sobald ich "Meine Überfahrten" antippe. {device}, {version}.
- Elf Meldungen, dass die {time} lädt. Ich bin zu Hause, gefahren sind wir im {month}.
- Der Fahrplan in der App ist vom letzten Jahr. Gemerkt habe ich es am Kai in {from}, allein.
- Im Dunkelmodus steht die Abfahrtszeit weiß auf weiß. [Sehr beruhigend.|Man gewöhnt sich an alles.]
+ Ein Stern, bis es geht. Dann gern mehr.
> Danke für Version und Gerät, damit haben wir es gefunden: alte Buchungen ohne Rückfahrt. Die Korrektur kommt diese Woche.
> Weiß auf Weiß ist in der nächsten Version behoben. Wenn Sie mögen, schicke ich Ihnen die Vorabversion zum Testen.
""",
    "idea_app": """
- Vorschlag: Die App könnte zeigen, wann meine Spur losfährt. Das nähme den halben Stress.
- Bitte eine Kalenderdatei in die Bestätigungsmail. Mehr wünsche ich mir nicht.
- Ein Wecker "Schiff ist pünktlich, bleib liegen" wäre wunderbar.
- Könnte sich die App unseren {car} merken? Ich habe 2,38 m schon vierzigmal getippt.
+ Kein Gemecker, nur ein Gedanke.
> Das gefällt mir, {name}. Es hängt als Idee mit Ihrem Namen an der Tafel, und Luc hätte dazu noch zwei Fragen.
> Die Kalenderdatei kommt nächste Woche. So einfach, dass es uns ein wenig peinlich ist.
""",
    "idea_board": """
- Wie wäre eine stille Lounge auf der {ship}? Kein Bildschirm, keine Durchsage, nur Meer.
- Ein Wasserhahn zum Auffüllen auf Deck {deck} würde viele Flaschen sparen.
- Ein Tauschregal für Bücher auf der {ship}, ich brächte drei mit.
- Bitte ein paar Steckdosen mehr auf Deck {deck}. Wir hocken alle um die eine.
+ Gedacht auf Deck {deck}, mit viel Zeit.
> Das wurde in der Wochenrunde vorgelesen, {name}. Auf der {ship} wird es im {month} ausprobiert.
> Der Wasserhahn kommt mit der nächsten Werftzeit. Schön, einmal ja sagen zu können.
""",
    "crew": """
- Ein Lob an [die Stewardess mit der roten Brille|den jungen Einweiser in {from}|die Dame an der Information] auf der {ship}. So geht das.
- Meinem Vater wurde auf der {time} schlecht. In vier Minuten lag er, mit Decke und Krankenschwester. Danke.
- Der Offizier, der unser Kind ({age}) das Horn drücken ließ, hat einen Seemann erschaffen.
- Reifen platt auf dem Autodeck. Zwei aus der Crew haben ihn gewechselt, bevor die Rampe unten war. [Großartig!|Danke, Jungs.]
- Herzliche Leute auf der {ship}, von der Bar bis zur Brücke. Wir kommen wieder.
+ Bitte ausrichten, ich habe den Namen nicht mitbekommen.
+ So etwas kann man nicht schulen.
> Das hängt jetzt am Schwarzen Brett der {ship}, mit einer Zeichnung darunter. Danke, {name}.
> Die ganze Wache hat sich gefreut. Ich hoffe, Ihrem Vater geht es wieder gut.
""",
    "view": """
- Sonnenuntergang vom Heck der {ship}, {day}. {photo}
- Schweinswale! Kurz vor {to}, mindestens acht. {photo}
- Niemand sagt einem, wie schön es auf halber Strecke ist. Kaffee, Deck {deck}, nichts zu tun.
- Die {ship} läuft am Leuchtturm vorbei ein, wie gemalt. {photo}
- Sterne auf dem obersten Deck. Ich hatte vergessen, wie viele es sind. Herrlich.
+ Am besten sitzt man hinter dem Schornstein. Nicht weitersagen.
> Was für ein Bild. Dürfen wir es mit Ihrem Namen auf unserer Seite zeigen? Ein Ja hier genügt.
> Hinter dem Schornstein, das bleibt unter uns. Danke, {name}.
""",
    "smooth": """
- Vom Auto in die Kabine in zwölf Minuten, pünktlich los, zu früh da. [Mehr davon|Danke].
- Mir graute vor der Fahrt mit drei Kindern. Es war ganz leicht, ihr seid klasse.
- Morgens gebucht, um {time} gefahren, abends in {to}. Reisen kann so einfach sein, wunderbar.
- Sauberes Schiff, ruhige Kabine, freundliche Leute, ordentlicher Kaffee. {ship}, gern wieder.
+ Sogar die Toiletten, und da bin ich streng.
+ Bis {month}.
> Schön, dass Sie auch an guten Tagen schreiben. Bis {month}, {name}.
> Das kommt gerahmt neben die neue Kaffeemaschine. Danke.
""",
    "helped": """
- [Jonas|Camille|Ben] hat in zehn Minuten gelöst, wovor mir eine Woche graute. Danke!
- Wegen {ref} angerufen, Kampf erwartet, Mensch mit Humor bekommen. Alles gut.
- Ihr habt das Verlorene gefunden UND geschickt: {thing}. Ich bleibe Kunde auf Lebenszeit.
- Bei {storm} waren wir umgebucht, bevor wir geparkt hatten. Hut ab.
+ Bitte auch der Chefin sagen.
> Danke, {name}, das wird hier wirklich vorgelesen. Zwei Tische weiter grinst jetzt jemand.
> Sehr gern. Das ist der schönste Teil der Arbeit.
""",
    "tasty": """
- Können wir über die Zimtschnecken auf der {ship} reden? [Ein Traum.|Ich höre nicht mehr auf.]
- Bestes Frühstück auf See. Allein das Rührei ist {snack} wert.
- Endlich richtiger Kaffee auf einer Fähre, großartig.
- Extra Pfannkuchen für unser Kind mit Zöliakie. Es redet von nichts anderem. Danke an die Küche!
+ Nächsten Monat bitte genauso.
> Die Küche hat das gelesen und ist jetzt unausstehlich stolz. Danke, {name}.
""",
    "app_nice": """
- Die neue App macht Freude. {from}–{to} mit einem Daumen gebucht, im Bus.
- Version {version} hat alles behoben, worüber ich geschimpft hatte. Fünf Sterne, versprochen ist versprochen.
- Schnell, klar, ohne Schnickschnack. Läuft super auf dem {device}.
> Danke fürs Nachbessern der Sterne, {name}. Das Team tut so, als wäre es nichts.
""",
    "group": """
- Chorreise mit {num} Personen, {from}–{to} {when}. Gibt es Gruppenpreise, und darf man singen?
- Klassenfahrt, {num} Kinder und vier Lehrkräfte. Wer macht uns ein Angebot mit Lunchpaketen?
- Wanderverein, ein Reisebus, {num} Leute, hin {when}, fünf Tage später zurück. Was kostet das?
- Wir überlegen, unsere Busreisen von {rival} zu Ihnen zu verlegen, {num} Plätze die Woche. Wer ist zuständig?
- Kann man die Bar der {ship} für einen Sechzigsten mieten? Etwa {num} Gäste, die meisten brav.
+ Ein, zwei Tage früher oder später ginge auch.
+ Zwei Rollstühle sind dabei.
> Für {num} Personen sind es {price} pro Kopf mit Mittagessen, jeder einundzwanzigste Platz ist frei. Das Angebot ist in Ihrer Post.
> Singen dürfen Sie, am liebsten auf Deck {deck}, da hallt es schön. {num} Plätze halte ich bis Freitag fest.
""",
    "freight": """
- Auflieger {trailer} sollte {day} mit der {time} nach {to}. Fahrer da, Auflieger nicht. Wo ist er?
- Brauche {when} zwei Plätze unbegleitet {from}–{to}, einer mit Kühlung. Noch Lademeter frei?
- Kühler {trailer} kam in {to} mit plus neun Grad an, eingestellt waren minus achtzehn. Wer ist zuständig?
- Zollstatus für {trailer} seit {weekday} "offen". Der Fisch wird nicht jünger.
+ Der Kunde schreit, ich bleibe höflich.
> {trailer} musste wegen Gewicht stehen bleiben und fährt mit der nächsten um {time}. Standgeld fällt nicht an.
> Zweiundvierzig Lademeter sind frei, Kühlanschluss auch. Ich habe Sie vorgemerkt, bitte bis vier Uhr bestätigen.
""",
    "work": """
- Sucht ihr für den {season} noch Leute an Deck? Grundausbildung Sicherheit habe ich.
- Bilden Sie im Maschinenraum aus? Mein Sohn ist siebzehn und zerlegt alles.
- Vor {weeks} Wochen als Koch beworben, seitdem Stille. Ist die Stelle noch offen?
- Gibt es Teilzeit am Terminal {from}, vormittags? Ich wohne zehn Minuten weg.
+ Deutsch, Englisch und genug Dänisch zum Höflichsein.
> Ja, sechs Stellen an Deck. Das Formular steht unter Karriere, bitte erwähnen Sie diese Nachricht.
> Ihre Bewerbung lag bei uns und wartete auf eine Unterschrift. Sie hören bis {weekday} von mir persönlich.
> Die Ausbildung beginnt im September. Am offenen Samstag kann Ihr Sohn den Maschinenraum sehen, soll ich ihn anmelden?
""",
    "spam": """
- Mehr Reichweite?! {num}00 echte Follower für {price2}, ohne Passwort 🚀 https://{junk}.example/{code}
- Mit {coin} habe ich in einer Woche {price}0 verdient. Meine Mentorin {mentor} zeigt wie 📈 https://{junk}.example/{code}
- Sehr geehrter Inhaber, Ihre Webseite hat {mins} Fehler im Ranking. Angebot für Backlinks: https://{junk}.example/{code}
- Ihr Konto wird in 24 Stunden gesperrt, Vorgang {code}. Jetzt bestätigen: https://{junk}.example/{code}
""",
    "chatter": """
- Fährt noch jemand {from}–{to} nur wegen [der Pommes|des Horns|des Funklochs]?
- Schaue der {ship} vom {lookout} aus nach. In {hours} Stunden ist da jemand in {to}. Komisch, oder.
- Hafen {from}, {time}. Möwen, Diesel, einer verkauft Krabben. Es ist {month}.
- Morgen mit der Merrow Line nach {to}. Tipps für einen Nachmittag mit Kind ({age})?
- Packliste Nachtfähre: Buch, dicke Socken, Käse, zweites Buch. Was fehlt?
- Gerade im Trockendock gesehen: die {ship}, wie vergessenes Badespielzeug.
+ Das war alles, weitermachen.
+ Der Wind frischt auf.
""",
    "rivaltalk": """
- Hat jemand {rival} und Merrow Line nach {to} verglichen? Zwei Erwachsene, ein Hund.
- {rival} hat ein neues Schiff. Sieht aus wie ein Kühlschrank, fährt angeblich auch so.
- Diesmal mit {rival} nach {to}. Billiger, und man merkt, wo.
- {rival} stellt den Winterfahrplan ein. Bleiben Merrow Line und Schwimmen.
+ Leider nicht gesponsert.
""",
    "stormwait": """
- Geht die {time} ab {from} bei dem Wetter raus? {storm} nimmt hier gerade die Ziegel mit.
- Gebucht auf der {ship} morgen, {ref}. Wann entscheiden Sie wegen {storm}?
- Sollen wir in {town} losfahren oder nicht? {hours} Stunden Fahrt für vielleicht nichts.
- Werden wir bei einer Absage von selbst umgebucht?
- Welche Abfahrt ist die erste nach {storm}? Auf der Seite ist alles grau.
+ Mir ist beides recht, ich will es nur wissen.
> Über den Abend entscheiden wir bis zwölf, über den Morgen bis sechs. Wie es aussieht, fährt die {time} nicht, bleiben Sie also bitte noch in {town}.
> Bei einer Absage sind Sie von selbst auf der ersten freien Abfahrt, ein Tipp in der SMS ändert oder erstattet.
> Bis etwa vier Meter Welle fährt die {ship}. Heute sind es sechs. Sie bleibt drin, und Sie am besten auch.
""",
    "news": """
- {ship} nach Werftzeit zurück | Die Fähre fährt seit {weekday} wieder zwischen {from} und {to}, mit neuen Aufzügen und frischem Anstrich, teilte Merrow Line mit.
- Rat stimmt für zweite Rampe in {from} | Künftig sollen zwei Fähren zugleich laden können. Baubeginn ist frühestens im {month}. Die Händler am Kai bangen um ihre Parkplätze.
- {rival} dünnt Winterfahrplan aus | Gefahren wird ab {month} nur noch an vier Tagen. Die Gewerkschaft spricht von einer harten Saison.
- {num} Säcke Müll am Strand | Freiwillige räumten neben dem Terminal {from} auf. Unter den Funden: eine Flaschenpost von {since}.
- Schüler auf der {ship} | {num} Kinder aus {town} sahen Maschinenraum und Kombüse. "Ich dachte, es wäre kleiner", sagte eines ({age}).
""",
    "news_storm": """
- {storm}: Fähren in {from} bleiben im Hafen | Nach Böen von {gust} km/h sagte Merrow Line alle Abfahrten ab. Hunderte verbrachten die Nacht im Terminal.
- Ärger nach Nacht im Terminal | Familien berichten von Stunden ohne Auskunft während {storm}. Merrow Line entschuldigte sich.
""",
    "news_price": """
- Fähre wird bis zu {pct} Prozent teurer | Merrow Line nennt Treibstoff und Hafengebühren. Pendler in {from} sind empört, die Zehnerkarte entfällt.
- Protest am Hafentor von {from} | Rund {num} Menschen demonstrierten gegen die neuen Fährpreise von Merrow Line.
""",
}

POOLS = {
    "hello": """
Moin!
Hallo!
Guten Morgen!
Hallo zusammen!
Liebes Team!
Kurze Frage.
Also gut.
Servus!
Tag auch.
Guten Abend!
""",
    "dear": """
Sehr geehrte Damen und Herren,
Guten Tag,
Liebes Team von Merrow Line,
Hallo,
Moin,
Guten Morgen,
""",
    "bye": """
Viele Grüße
Mit freundlichen Grüßen
Besten Dank
Danke im Voraus
Schöne Grüße
Gruß
""",
    "please": """
Danke im Voraus.
Danke!
Für eine kurze Antwort wäre ich dankbar.
Eilt ein bisschen, leider.
Eilt nicht.
Weiß das jemand?
Merci schon mal.
""",
    "sour": """
Ich hätte ehrlich mehr von Ihnen erwartet.
[Und das nicht zum ersten Mal|Es ist nicht das erste Mal].
{rival} geht wenigstens ans Telefon.
Früher war man stolz auf diese Fähre.
Ich bin es leid, zu fragen.
So vergrault man Stammgäste.
Ein Trauerspiel.
Langsam reicht es mir.
Für den Preis ist das eine Frechheit.
Die automatische Antwort machte es nur schlimmer.
Ich empfehle Sie niemandem mehr.
Das hinterlässt einen üblen Nachgeschmack.
Was für ein Start in den Urlaub.
Schwach, sehr schwach.
""",
    "sweet": """
Wir lieben Ihre Schiffe übrigens.
Wir freuen uns riesig auf die Fahrt.
Letztes Mal war es wunderschön.
Ihr seid die beste Fähre an der Küste.
Danke, dass ihr immer so schnell antwortet, toll.
Die Kinder zählen schon die Tage.
Bei Ihnen schreibe ich richtig gern, so freundlich ist es sonst nirgends.
Großes Lob nebenbei an die Crew der {ship}.
""",
    "thanks": """
Danke, {member}, [das war alles|genau das wollte ich wissen].
Das ging ja schnell! {thanks_more}
Perfekt. {thanks_more}
Ist angekommen, vielen Dank. {thanks_more}
Jetzt verstehe ich es. Danke fürs Erklären.
Vielen lieben Dank, {member}. {thanks_more}
Super, so mache ich es. {thanks_more}
Na also, geht doch. Danke und nichts für ungut.
Sehr freundlich, {member}. Bis bald auf der {ship}.
""",
    "paid": """
Das Geld ist heute da. Danke fürs Dranbleiben.
Ist auf dem Konto, auf den Cent. {thanks_more}
""",
    "thanks_more": """
Schönen {weekday} noch.
Der Kaffee auf Deck {deck} geht auf mich.
Da fällt mir ein Stein vom Herzen.
Meine Mutter wird sich freuen.
Bis {month}.
Hut ab.
Dann packe ich mal.
Das ist selten geworden.
""",
    "still": """
Das beantwortet leider nicht meine Frage, {member}. Es ging um {ref}.
Noch immer nichts in der Post. {still_more}
Das Gleiche sagte schon Ihr Kollege. {still_more}
Also nein, nur länger. {still_more}
Habe ich gemacht, bin wieder am Anfang. {still_more}
Und das Hotel? Und der Sprit? Sie überspringen die Hälfte.
Die Summe stimmt nicht: {price}, nicht {price2}. {still_more}
"Unannehmlichkeiten" ist keine Uhrzeit und kein Betrag. {still_more}
Der Link ist auch tot. {still_more}
""",
    "still_more": """
Und nun?
Bitte jemand, der entscheiden darf.
Lesen Sie bitte noch einmal meine erste Nachricht.
Sehr enttäuschend.
Ich gebe da nicht nach.
Es wird langsam albern.
Meine Geduld hat auch einen Fahrplan.
""",
    "clarify": """
Buchung ist {ref}, hatte ich vergessen.
Es war die {time} ab {from}.
Ich meinte die Rückfahrt, {to}–{from}.
{device}, Version {version}. Hilft das?
Zwei Erwachsene, ein Kind ({age}) und {dog}.
Läuft auf den Namen {me}.
Gilt das im {month} auch?
Pro Person oder für alle zusammen?
Muss ich jetzt noch etwas tun oder warte ich auf Ihre Mail?
Es ist ein {car}, gut zwei Meter hoch.
Kabine war {cabin}, Deck {deck}.
""",
    "nudge": """
Hallo? Liest hier jemand mit?
Ich warte noch immer. {ref}, falls es untergegangen ist.
Gibt es etwas Neues? Wir fahren bald.
Ich schiebe das noch mal hoch.
Schweigen heißt dann wohl nein?
Ein Ja oder Nein würde mir reichen.
Noch da. Noch keine Antwort.
""",
    "metoo": """
Hier genauso. {metoo_more}
Uns im {month} auch passiert. {metoo_more}
Viel Glück mit der Antwort, ich bin in Woche {weeks}.
[Genau so ist es|So ist es, leider]. {metoo_more}
Wir sind dann [mit {rival} gefahren|zu {rival} gewechselt].
Auf der {ship} [die gleiche Geschichte|haben sie uns dasselbe erzählt]. {metoo_more}
Und dann wundern sie sich, dass alle fliegen.
Willkommen im Klub. {metoo_more}
Könnte von mir sein. {metoo_more}
Gruß aus {town}, selbes Problem. {metoo_more}
""",
    "helper": """
Hatten wir im {month}: einfach am Tor sagen, kein Problem.
Bin nur Stammgast: am Schalter in {from} fragen, die sind nett.
Am Rechner versuchen, die App versteckt [das|die Hälfte].
Die Nummer in {from} direkt anrufen, nicht die Zentrale.
Schreiben Sie die Buchungsnummer dazu, dann geht es meist schnell.
Auf der {ship} kein Thema, wir fahren oft.
Steht unter "Vor der Reise", [gut versteckt|ganz unten].
Meiner Schwester sagten sie im {month}, das gehe in Ordnung.
""",
    "cheer": """
Da will ich jetzt auch [hin|mit].
Mit der waren wir im {month} unterwegs, wunderbar.
Unterschreibe ich sofort. {cheer_more}
Schönstes Stück [vom Urlaub|der ganzen Reise].
Grüß die Möwen von [mir|uns aus {town}].
Und ich sitze in {town} im Büro. {cheer_more}
Wir fahren um {time} hinterher, winkt mal!
Gerade für den {date} gebucht, ich freu mich!
Herrlich. {cheer_more}
""",
    "metoo_more": """
Nie etwas gehört.
Im {month} gemeldet.
Liest das überhaupt jemand?
Ich dachte, es läge an mir.
Seit {month} ist es schlimmer geworden.
Hat man Ihnen je geantwortet?
In {from} am Schalter nur Schulterzucken.
""",
    "cheer_more": """
Gute Fahrt.
Ein Kaffee auf Deck {deck} für mich mit.
Neid.
Schön, auch mal so etwas zu lesen.
Bis {month}.
""",
    "resolved": """
Ich habe auf der {ship} nachgefragt: Ja, das geht, und es steht jetzt auf {ref}.
Kurz gesagt: ja. Auf {ref} habe ich es vermerkt, dann fragt in {from} niemand mehr.
Nachgesehen und von {from} bestätigt: Es klappt so, wie Sie es möchten.
Das ist möglich, kostet nichts und steht gleich in Ihrer Bestätigung.
Habe ich von hier aus erledigt, Sie müssen nichts weiter tun.
""",
    "second": """
Danke, das hatte gefehlt. Es ist erledigt, {ref} ist auf dem neuen Stand.
Verstanden. Geändert ist es, die neue Bestätigung ging gerade hinaus.
Damit habe ich den Eintrag gefunden und berichtigt. Entschuldigung für das zweite Nachfragen.
""",
    "cross": """
Ich frage jetzt zum zweiten Mal.
Auf Ihrer Seite findet man ja nichts.
Am Telefon geht niemand dran, also hier.
Es sollte nicht so schwer sein, das herauszufinden.
Drei Leute gefragt, drei Antworten, ärgerlich.
Warum ist bei Ihnen alles so umständlich?
""",
    "regret": """
So sollte eine Überfahrt mit uns nicht sein. Ich habe es an die {ship} gegeben, und ein Teil des Fahrpreises für {ref} geht zurück.
Da gibt es nichts zu entschuldigen. Morgen liegt es so, wie Sie es schreiben, in der Runde auf dem Tisch.
Sie haben recht, ich wäre auch verärgert. Zu {ref} habe ich einen Vorgang angelegt, die Leitung in {from} schreibt Ihnen selbst.
Danke für die klaren Worte. Ich habe die {ship} gefragt, was los war, und melde mich am {weekday}.
""",
    "pleased": """
Danke, {name}. Das wurde hier vorgelesen und hat gutgetan.
Wie nett, dass Sie schreiben, {name}. Ich schicke es auf die {ship}, da gehört es hin.
So etwas liest man gern an einem {weekday}. Danke, {name}.
""",
    "photo": """
Was für ein Foto!
Dieses Licht! {cheer_more}
Das gehört gerahmt. {cheer_more}
""",
    "again": """
Sie haben recht, das war keine Antwort. Ich habe es mit der Schichtleitung geklärt, heute haben Sie es schriftlich.
Ich habe alles noch einmal von vorn gelesen. Jetzt stimmt es, und ich habe nachgesehen, ob es ankommt.
""",
    "private": """
Meine Mail ist {email}, schreiben Sie mir dort.
Erreichbar bin ich unter {phone}, ab fünf.
Die Kartennummer ist {card}, falls das hilft.
Bitte überweisen auf {iban}, {me}.
""",
    "breed": """
Dackel
Labrador
Mischling
Beagle
Border Collie
Pudel
""",
    "car": """
Kombi
Transporter
Bulli
Camper
Wohnwagen
VW-Bus
""",
    "thing": """
ein grüner Rucksack
eine Lesebrille
ein Hörgerät
eine graue Strickjacke
ein Schlüsselbund
eine blaue Thermoskanne
ein silbernes Armband
ein Fotoapparat
""",
    "road": """
A7
Küstenstraße
Umgehung
B5
Klappbrücke
""",
    "lookout": """
Deich
Leuchtturm
Küchenfenster
Steg
""",
    "hashtag": """
#MerrowLine
#Fähre
#Nachtfähre
#{from_tag}
#{to_tag}
#Nordsee
""",
    "about": """
Merrow Line schon wieder:
Kleine Geschichte von der Merrow Line:
Neues von Merrow Line:
Betrifft Merrow Line.
""",
    "up": """
😍
🌅
⛴️
❤️
🙌
😊
👏
""",
    "down": """
😡
🙄
🤦
😤
👎
""",
    "stretch": """
so
sehr
bitte
lange
nie
""",
    "sorry": """
Das tut mir leid.
Ich verstehe den Ärger.
So soll es nicht sein.
Danke, dass Sie es trotzdem schreiben.
""",
    "wave": """
[Gute|Ruhige] Überfahrt.
Melden Sie sich gern [hier|wieder], wenn noch etwas ist.
Ich bin bis sechs da.
Wenn es nicht klappt, finden wir etwas anderes.
Bis bald [an Bord|auf der {ship}|in {from}].
Gute Fahrt [nach {to}|ab {town}].
Grüße an die Crew der {ship}.
""",
    "promise": """
Die Antwort habe ich noch nicht, {name}. Ich habe die {ship} gefragt und schreibe Ihnen bis {due}.
Das muss ich mit der Buchhaltung klären. Sie hören bis {due} von mir, so oder so.
Geben Sie mir bis {due}, ich möchte erst sicher sein.
""",
    "greeting": """
Hallo {name},
Guten Tag {name},
Moin {name},
Liebe Grüße zurück, {name}.
""",
}

WORDS = {
    "months": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "seasons": "Winter Frühling Sommer Herbst",
    "today": "heute früh|heute Nachmittag|heute Abend",
    "yesterday": "gestern|gestern Abend",
    "past": "am {weekday}",
    "date": "{number}. {month}",
    "future": "nächsten {weekday}|am {date}",
    "clock": "{hour:02}:{minute:02}",
    "storm": "Sturm {name}",
    "money": "{amount} €",
}
