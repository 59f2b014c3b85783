"""Danish."""

# ruff: noqa: E501 (one sentence a line)

SCENES = {
    "pet": """
- Må {dog} komme med i kahytten på {ship}, eller skal hunde [blive i bilen|i buret]?
- Vi rejser {when} med en {breed}. Er der en dyrekahyt tilbage på {from}–{to}?
- Skal en kat i transportkasse have sin egen billet fra {from} til {to}?
- Er der mundkurvspligt på dækket? {dog} er fjorten og har [fire tænder|andre bekymringer].
+ Sidst sagde de ét i telefonen og noget andet i skranken.
+ Bookingen er {ref}.
> På {ship} rejser {dog} i dyrekahyt, i bur på dæk {deck} eller i bilen. Der er én kahyt tilbage, jeg holder den gerne.
> Snor er nok på dækket, men hav en mundkurv med. På dæk {deck} agter er der en luftegård med vandhane.
""",
    "cabin": """
- Hvilke kahytter på {ship} er de mest stille? Jeg sover [elendigt|let] til søs.
- Har I babysenge om bord? Vi sejler {when} med en på {age} måneder.
- Kan vores to kahytter på {ref} ligge ved siden af hinanden?
- Er sengetøj og håndklæder med i prisen?
+ Sidst i {cabin} hørte vi hver eneste kæde på bildækket.
> De stilleste ligger midtskibs på dæk {deck}. Jeg har flyttet jer til {cabin}, det står i bookingen om lidt.
> Babysenge er gratis, og der står nu en på {ref}. Sengetøjet ligger klar i kahytten.
""",
    "checkin": """
- Hvor tidligt skal man egentlig være i {from} til afgangen kl. {time}? Billetten siger 60 minutter, sms'en 90.
- Er terminalen i {from} åben om natten? Vi er der nok ved [to-tiden|halvfire-tiden].
- Skal jeg printe noget for {ref}, eller er mobilen nok?
- Hvordan kommer man til fods fra kajen i {to} ind til byen?
+ Vi kører fra {town}, godt to timer hvis vejret vil.
+ Min mor vil være i god tid til alt.
> Med bil lukker bommen 45 minutter før, til fods 60. I højsæsonen anbefaler vi 90, på grund af rundkørslen.
> Mobilen er nok. Nummerpladen bliver læst ved bommen, og så dukker {ref} op. Hav passene klar.
> Bane 14 i {from} er åben og oplyst hele natten, med toiletter. Skranken åbner to timer før første afgang.
""",
    "bike": """
- To personer, to cykler, {from}–{to} {when}. Kører vi om bord sammen med bilerne?
- Hvad koster en cykel på {ship}? Siden vil have [en nummerplade|køretøjets højde].
- Må batteriet blive på elcyklen, og kan man lade?
+ Vi er ni, gennemsnitsalder enogtres.
> Det er {fee} hver vej. I kører om bord med bilerne, og på dæk 3 er der stativer og remme.
> Vælg "cykel" under "uden køretøj", så forsvinder feltet. Batteriet må I tage med op i kahytten.
""",
    "vehicle": """
- Vores {car} er 2,38 m med tagboks. Skal jeg booke personbil eller varevogn?
- Er der ladestandere på bildækket på {ship}? Vi når {from} næsten tomme for strøm.
- Vi har fået ny bil siden {ref}. Hvordan retter jeg nummerpladen uden gebyr?
+ Målt to gange, med kosteskaft og svoger.
> Med 2,38 m er I desværre på højt dæk, det lave slutter ved 2,20. Forskellen på {ref} er {fee}.
> Otte ladepladser på dæk 3, {fee} pr. overfart. Sig det ved bommen, så vinker de jer derhen.
> Den nye plade står nu på {ref}, uden gebyr.
""",
    "change": """
- Jeg skal flytte {ref} én dag. Kan det gøres på nettet, og hvad koster det?
- Kan vi nøjes med at ændre hjemrejsen? Udrejsen passer fint.
- Jeg kom til at booke forkert, jeg ville have den kl. {time}. Er der en fortrydelsesfrist for klodrianer?
- Får jeg penge eller tilgodebevis, hvis jeg annullerer {ref}?
+ Formularen takkede mig og gjorde ellers ingenting.
> Klaret: {ref} sejler nu en dag senere. Forskellen på {fee} er eftergivet, I var i god tid.
> Ja, under "Mine overfarter" og så "Kun én vej". Med din billet koster det {fee}.
> Inden for 24 timer er det gratis. Du er flyttet til {time}, og bekræftelsen er på vej.
""",
    "papers": """
- Skal et barn på {age} år have eget pas på {from}–{to}?
- Mit pas udløber tre uger efter hjemrejsen. Må jeg komme om bord?
- Nyt pas siden jeg bookede {ref}. Skal nummeret rettes?
+ Jeg vil hellere høre det fra jer end fra et forum.
> Ja, også de mindste skal have pas eller id-kort, og det skal være gyldigt på rejsedagen.
> Nummeret kan rettes til to timer før afgang. På {ref} har jeg gjort det.
""",
    "food": """
- Er der noget glutenfrit på {ship} ud over et æble?
- Må man have madpakke med? Vores søn spiser præcis fire ting.
- Har restauranten morgenmad, inden vi lægger til i {to}?
> Kabyssen på {ship} har en særskilt glutenfri linje. Sig til hos tjeneren, når I går om bord; det står også på {ref}.
> Morgenmaden begynder halvanden time før ankomst. Madpakken er velkommen overalt undtagen i restauranten.
""",
    "access": """
- Min mor sidder i kørestol. Er der elevator fra bildækket på {ship}?
- Hvordan får vi plads tæt på elevatoren? I formularen kan man skrive tyve tegn.
+ Vi bad også om det sidst, men det kom aldrig frem.
> To elevatorer, døre på 90 cm. Nu står der "elevator" på {ref}: tænd havariblinket ved bommen, så bliver I vinket frem.
""",
    "status": """
- Sejler {time} fra {from} i dag? [Tavlen siger forsinket, appen siger til tiden.|Udsigten ser slem ud.]
- Vi holder i bane 9 i {from}. Ved nogen, hvornår vi skal om bord?
- Hvornår er {ship} i {to}? Jeg skal hente min mormor.
- Er der en senere afgang, hvis vi ikke når {time}? {road} er spærret.
+ To børn, én skærm, ni procent.
+ Jeg klager ikke, jeg skal bare give besked på den anden side.
> {ship} gik fra {to} {mins} minutter for sent og indhenter det halve. Der lastes fra bane 9.
> Den sejler langsommere i tågen, regn med {mins} minutter ekstra. Kortet er ti minutter bagud.
> Der er plads på den næste, og jeres billet gælder.
""",
    "lost": """
- Glemt på {ship} {day}: {thing}. Er der afleveret noget?
- Min søns bamse er stadig om bord på {ship}. Han er {age} og utrøstelig. Er der håb?
+ {from} sender mig til {to}, og {to} til {from}.
> Den er her! Overstyrmanden har den i boksen. Skal vi sende til {town} eller gemme i {from}?
> Intet endnu, desværre. Det står på listen, som læses på alle skibe. Jeg skriver i morgen uanset hvad.
""",
    "fares": """
- Hvornår kommer sommerpriserne for {from}–{to}?
- Er der rabat til [pensionister|studerende|børnefamilier] på {from}–{to}?
- Hvorfor koster samme tur {price} på mobilen og {price2} på computeren?
- Findes klippekortet til ti ture stadig? Jeg pendler hver anden uge.
+ {rival} har deres fremme.
> Sommerpriserne kommer første tirsdag i næste måned kl. ni. De to første uger er de billigste.
> Ti procent fra 60 år uden for ferierne. Til faste rejsende er der pendlerkortet: ti ture på et år for {big} med bil.
> Prisen på mobilen var gammel, undskyld. {price} er den rigtige, jeg holder den i 24 timer.
""",
    "late": """
- {time} fra {from} gik {mins} minutter for sent {day}, og ingen sagde hvorfor.
- {hours} timer i banerne i {from}, ét toilet, ingen skygge, ingen besked. Sådan behandler man ikke folk.
- Jeg nåede ikke sidste tog i {to} på grund af jer. Hotellet kostede {price}. Hvem betaler?
- "Driftsmæssige årsager". {mins} minutters årsager. Børnene sover på asfalten.
- {ship} forsinket igen. Jeg fører liste, og den er [lang|på to sider].
+ En ansat trak på skuldrene. Det gjorde han faktisk.
+ En kop te og én sætning havde været nok.
> Det er jeg ked af, {name}. En pumpe i bovrampen på {ship} stod af, og nogen skulle have sagt det i banerne.
> Ved {mins} minutter har I krav på en fjerdedel tilbage. Det er sat i gang på {ref}, I skal ikke gøre mere.
> Send mig hotelregningen. Når forsinkelsen er vores, er forbindelsen det også.
""",
    "refund": """
- {weeks} uger og stadig ingen penge for {ref}. I brugte fire sekunder på at trække {price}.
- Det var JER, der aflyste. Hvor er mine {price}? {ref}.
- "Behandlet", skriver I. Min bank har aldrig hørt om jer.
- Jeg vil ikke have et tilgodebevis, jeg vil have {price}. Tredje gang, {ref}.
+ For en pensionist er det en måneds indkøb.
+ Kommer der intet inden fredag, går jeg til Forbrugerklagenævnet.
> Fundet: pengene for {ref} gik til et udløbet kort og kom retur. {price} er overført igen i dag.
> Når vi aflyser, er det penge og ikke tilgodebevis. Det er rettet på {ref}, og {price} er på vej.
""",
    "hotline": """
- {mins} minutter i telefonkø, så blev der lagt på. [To gange.|Fantastisk.]
- Er der nogen på arbejde? Telefonen ringer ud, og chatten påstår, det er søndag. Det er {weekday}.
- I telefonen: skriv. På mail: ring. Jeg føler mig som bagage.
+ Det er endda et spørgsmål til to minutter.
> Undskyld, {name}. Halvdelen af holdet var væk, og det sagde vi ikke. Jeg har {ref} foran mig: hvad skal du bruge?
> Opkaldet gik tabt ved vagtskiftet. Jeg ringer selv mellem to og tre, hvis det passer.
""",
    "berth": """
- Kahyt {cabin} på {ship}: kold, klam og med en andens hår i bruseren.
- Betalt for udvendig kahyt. Udsigt til en redningsbåd. [Orange.|Fin båd.]
- Ikke et minuts søvn, ventilatoren i {cabin} lyder som en helikopter.
- Sengetøjet i {cabin} var brugt. Til {price} for natten.
+ Jeg har billeder, desværre.
> Den kahyt ville vi ikke have solgt dig. {cabin} er lukket, til den er gjort i stand, og {price} kommer retur.
""",
    "meal": """
- {snack} for [en lunken lasagne|fisk med smag af fryser] på {ship}. [Aldrig igen.|Sørøveri.]
- Restaurant lukket, café lukket, {hours} timer til søs og en automat med én chokoladebar.
- {mins} minutter i kø til morgenmad, og så var æg, brød og tålmodighed sluppet op.
+ Og kortterminalen virkede heller ikke.
> Det er for lidt for {snack}, undskyld. Kokken på {ship} har din besked, og pengene går retur.
> Vi manglede to kokke og burde have sagt det. Der ligger en middag på {ref} til næste gang.
""",
    "boarding": """
- Ombordkørslen i {from} er kaos. Først i bane 6, sidst på skibet.
- Jeres mand vinkede mig skævt op ad rampen, og kofangeren blev dernede. "Det sker", sagde han. {ref}.
- Gående stod i regnen i {from} i {mins} minutter, bussen ved siden af, tændt og tom.
+ Min kone er syv måneder henne og måtte stå op.
> Vores mand, vores regning: skadesanmeldelsen ligger i din mail. To billeder og et tilbud er nok.
> Bussen skulle have været åben. Fra nu af gælder det: regner det, åbner dørene.
""",
    "wifi": """
- {fee} for "premium-wifi" på {ship}. Den hentede et halvt kattebillede.
- Wifi nede siden {from}. Jeg havde en aflevering. Havde.
+ "Det er satellitten". Det har det været siden {since}.
> Betalt og ikke fået: {fee} kommer retur. Antennen på {ship} skiftes ved næste værftsophold.
""",
    "pricey": """
- {price} for {from}–{to}. Sidste år {price2}. Samme skib, samme rust, samme pomfritter.
- {pct} % dyrere, og I kalder det "enklere priser". Det er enkelt: jeg har ikke råd.
- Klippekortet væk og {pct} % mere pr. tur. Vi bor her. Det er vores vej.
- Med jer hver sommer siden {since}. Til {price} kører vi udenom.
- {fee} i "havnebidrag" på sidste side. Tror I, vi er dumme?
+ Det er altid de trofaste, der betaler.
+ Min løn steg ikke {pct} %, jeg har tjekket.
> {pct} % er meget, det skal jeg ikke pynte på. Det meste er brændstof. Fra fem ture om året er øboprisen næsten den gamle, og jeg kan oprette den.
> Du har ret om havnebidraget: fra mandag er det med i den første pris, man ser.
""",
    "cancelled": """
- {time} fra {from} aflyst på sms, mens vi holdt ved bommen. Vi kommer fra {town}. Hvad nu?
- Storm, fint. Men tre timers "vent venligst" og så slukker I lyset?
- {ref} aflyst, og næste ledige plads er om fem dage. Jeg skal på arbejde i morgen.
- Familier sover på gulvet i terminalen i {from}. Intet hotel, ingen mad, intet personale.
- Vinden kan I ikke gøre for. Tavsheden kan I.
+ Det er politiet, der deler tæpper ud. Politiet, ikke jer.
+ Tre ansatte, tre svar.
> I er med første afgang, {name}: {time} fra {from}, kahyt inkluderet. I nat er der et værelse i jeres navn på Hotel Signal på kajen.
> Jeg har flyttet {ref} herfra, siden var gået ned. Gem hotelregningen, vi betaler op til {price} og maden.
""",
    "login": """
- Appen logger mig ud, når jeg vender telefonen. {device}, version {version}.
- Mailen om nyt kodeord kommer aldrig, heller ikke i spam.
- Efter opdateringen findes min konto ikke. Mine bookinger er uenige.
> Tak, det er vendefejlen i {version}; rettelsen er på vej ud. Lås skærmen imens.
""",
    "pass": """
- Boardingkortet i appen viser datoen i går. Det gav et langt blik ved bommen i {from}.
- Uden net åbner kortet for {ref} ikke, og der er intet net i banerne.
> Bommen læser koden og ikke datoen, så I kommer med. Fejlen ved midnat rettes i næste version.
""",
    "pay": """
- Betalingssiden drejer rundt, efter banken har sagt ja. Har jeg betalt {price} eller ej? {ref}
- Trukket to gange for {ref}, {price} og {price}, kun én bekræftelse.
+ Tre browsere og et bandeord.
> Du har betalt én gang, den anden linje forsvinder inden {weekday}. {ref} er bekræftet.
""",
    "crash": """
- Appen går ned, når jeg trykker på "Mine overfarter". {device}, {version}.
- Elleve beskeder om ombordkørsel kl. {time}. Jeg er hjemme, vi sejlede i {month}.
- Sejlplanen i appen er fra sidste år. Det fandt jeg ud af i {from}, alene på kajen.
+ Én stjerne, til det virker.
> Tak for version og telefon, det var det, der fandt fejlen. Rettelsen kommer i denne uge.
""",
    "idea_app": """
- En idé: lad appen vise, hvornår min bane kører. Så var den halve stress væk.
- En kalenderfil i bekræftelsen, mere ønsker jeg mig ikke.
+ Ikke brok, bare en tanke.
> Den er god, {name}. Den hænger på tavlen med dit navn, og Priya har to spørgsmål til dig.
""",
    "idea_board": """
- Hvad med en stillestue på {ship}? Ingen skærme, kun hav.
- En vandhane til flasker på dæk {deck} ville spare meget plastik.
- En byttehylde til bøger på {ship}, jeg kommer med tre.
> Det blev læst op på mødet, {name}. Vi prøver det på {ship} i {month}.
""",
    "crew": """
- Ros til [damen med de røde briller|den unge fyr ved rampen i {from}|kvinden i informationen] på {ship}. Det gjorde turen.
- Min far blev dårlig på {time}. Fire minutter, så lå han med tæppe og sygeplejerske. Tusind tak.
- Styrmanden, der lod vores barn på {age} trykke på hornet, har skabt en sømand. Tak!
- Dejlige mennesker på {ship}, fra bar til bro. Vi kommer igen.
+ Sig det til dem, jeg fik ikke navnet.
> Det hænger nu på opslagstavlen på {ship}, med en tegning. Tak, {name}.
""",
    "view": """
- Solnedgang fra agterdækket på {ship} {day}. {photo}
- Marsvin! Lige uden for {to}, mindst otte. {photo}
- Ingen fortæller én, hvor blåt der er halvvejs. Kaffe, dæk {deck}, intet at lave. [Skønt.|Anbefales.]
- {ship} på vej ind forbi fyret, som malet. {photo}
+ Bedste plads er bag skorstenen, sig det ikke til nogen.
> Sikke et billede. Må vi vise det med dit navn? Et ja her er nok.
""",
    "smooth": """
- Fra bil til kahyt på tolv minutter, til tiden ud og før tiden ind. [Mere af det.|Tak.]
- Jeg frygtede turen med tre børn. Den var nem, I er fantastiske.
- Rent skib, rolig kahyt, søde folk, god kaffe. {ship} kan anbefales.
- Booket til morgenmaden, sejlet kl. {time}, aftensmad i {to}. Det var en fornøjelse.
+ Selv toiletterne, og jeg er streng.
> Tak, fordi du også skriver på de gode dage. Vi ses i {month}, {name}.
""",
    "helped": """
- [Sofie|Jonas|Nils] klarede på ti minutter det, jeg havde frygtet i en uge. Tak!
- Ringede om {ref} klar til kamp, fik et menneske med humor. Alt løst.
- I fandt det OG sendte det: {thing}. Kunde for livet.
> Tak, {name}, det bliver læst højt her. To borde væk er der en, der smiler.
""",
    "tasty": """
- Kan vi tale om kanelsneglene på {ship}? [En drøm.|Jeg kan ikke stoppe.]
- Bedste morgenmad til søs. Rundstykkerne alene er {snack} værd.
- Endelig ordentlig kaffe på en færge. Herligt.
> Kabyssen har læst det og er ikke til at være i nærheden af. Tak, {name}.
""",
    "app_nice": """
- Den nye app er en fornøjelse. {from}–{to} booket med én tommelfinger i bussen.
- Version {version} rettede alt det, jeg brokkede mig over. Fem stjerner, som lovet.
> Tak for de ekstra stjerner, {name}. Holdet lader, som om det er ingenting.
""",
    "group": """
- Vi er et kor på {num}, {from}–{to} {when}. Har I gruppepris, og må man synge?
- Lejrskole, {num} elever og fire lærere. Hvem giver os et tilbud med madpakker?
- Vandreklub, en bus, {num} personer, ud {when} og hjem fem dage efter. Hvad koster det?
+ En dag eller to fra eller til er fint.
> For {num} personer er det {price} pr. hoved med frokost, hver enogtyvende plads gratis. Tilbuddet ligger i mailen.
> Syng endelig, gerne på dæk {deck}, der runger det. Jeg holder {num} pladser til fredag.
""",
    "freight": """
- Trailer {trailer} skulle med {time} til {to} {day}. Chaufføren er der, traileren er ikke. Hvor er den?
- Jeg mangler to uledsagede pladser {from}–{to} {when}, den ene på køl. Er der fragt-meter tilbage?
- Køletrailer {trailer} kom til {to} med plus ni, sat til minus atten. Hvem taler jeg med?
+ Kunden råber, jeg er høflig.
> {trailer} blev stående på grund af vægt og går med næste {time}. Ingen ståleje.
> Toogfyrre lanemeter er ledige, strøm til køl også. Bekræft inden kl. fire, så er de jeres.
""",
    "work": """
- Mangler I dæksfolk til sæsonen? Jeg har sikkerhedskurset og vil gerne ansøge.
- Har I lærlinge i maskinen? Min søn er sytten og skiller alt ad.
- Ansøgte kabyssen for {weeks} uger siden og har intet hørt. Er jobbet besat?
> Ja, seks pladser på dækket. Skemaet ligger under job, nævn gerne denne besked.
> Din ansøgning manglede en underskrift hos os. Du hører fra mig inden {weekday}.
""",
    "spam": """
- {num}00 ægte følgere for {price2}, ingen kode 🚀 https://{junk}.example/{code}
- Jeg tjente {price}0 på en uge med {coin}. {mentor} viste mig hvordan 📈 https://{junk}.example/{code}
""",
    "chatter": """
- Er der andre, der tager {from}–{to} bare for [pomfritterne|hornet|at være uden net]?
- Ser {ship} stå ud fra {lookout}. Om {hours} timer er nogen i {to}. Mærkeligt, ikke.
- {from} havn, {time}. Måger, diesel, en mand der sælger rejer. Det må være {month}.
- I morgen til {to} med Merrow Line. Tips til en eftermiddag med et barn på {age}?
+ Det var det, fortsæt bare.
+ Det frisker op.
""",
    "rivaltalk": """
- Har nogen sammenlignet {rival} og Merrow Line til {to}? To voksne og en hund.
- {rival} har fået nyt skib. Ligner et køleskab og sejler vist sådan.
- Prøvede {rival} til {to} denne gang. Billigere, og man kan se hvor.
""",
    "stormwait": """
- Sejler {time} fra {from} i det her? {storm} tager tagstenene her.
- Vi har {ref} på {ship} i morgen. Hvornår beslutter I jer om {storm}?
- Skal vi køre fra {town} eller ej? {hours} timers kørsel for måske ingenting.
- Bliver vi flyttet af os selv, hvis I aflyser?
> Aftenen afgøres før kl. tolv, morgenen før seks. Som det ser ud, går {time} ikke, så bliv i {town} lidt endnu.
> Aflyser vi, er I automatisk på første ledige afgang; med sms'en kan I ændre eller få pengene.
""",
    "news": """
- {ship} tilbage efter værftsophold | Færgen sejler igen mellem {from} og {to} med nye elevatorer, oplyser Merrow Line.
- Ja til ny rampe i {from} | To færger kan snart laste samtidig. Arbejdet begynder tidligst i {month}, og butikkerne frygter for parkeringen.
- {num} sække affald fra stranden | Frivillige fandt en flaskepost fra {since} ved terminalen i {from}.
""",
    "news_storm": """
- {storm}: færgerne bliver i havn i {from} | Vindstød på {gust} km/t, alle Merrow Lines afgange aflyst, hundredvis overnattede i terminalen.
""",
    "news_price": """
- Færgen bliver op til {pct} procent dyrere | Merrow Line peger på brændstof og havneafgifter. Pendlere i {from} kalder det et slag.
""",
}

POOLS = {
    "hello": """
Hej,
Hejsa,
Godmorgen,
Goddag,
Hej alle,
Lige et spørgsmål:
Nå,
Hej I søde,
""",
    "dear": """
Kære Merrow Line
Hej,
Goddag,
Til rette vedkommende
""",
    "bye": """
Venlig hilsen
Mange tak
Hilsen
På forhånd tak
De bedste hilsner
""",
    "please": """
På forhånd tak.
Tak!
Det haster lidt, desværre.
Det haster ikke.
Er der nogen, der ved det?
""",
    "sour": """
Jeg havde ærligt talt ventet mere af jer.
[Og det er ikke første gang|Det er jo ikke første gang].
Hos {rival} tager de i det mindste telefonen.
Jeg er træt af at spørge.
Det er for dårligt.
Min tålmodighed er ved at slippe op.
Til den pris er det pinligt.
Autosvaret gjorde det kun værre.
Jeg anbefaler jer ikke til nogen mere.
Sikke en start på ferien.
""",
    "sweet": """
Vi elsker jeres skibe, forresten.
Vi glæder os, det er det bedste ved ferien.
Sidst var det vidunderligt.
I er altid så søde.
Børnene tæller dage.
Ros i øvrigt til besætningen på {ship}.
""",
    "thanks": """
Tak, {member}, [det var alt|lige hvad jeg manglede].
Det gik hurtigt! {thanks_more}
Perfekt. {thanks_more}
Modtaget, mange tak. {thanks_more}
Nå sådan. Tak, fordi du forklarede det.
Tusind tak, {member}. {thanks_more}
Super, det gør jeg. {thanks_more}
""",
    "paid": """
Pengene kom i morges. Tak, fordi du blev ved.
Det er på kontoen, til sidste øre. {thanks_more}
""",
    "thanks_more": """
God {weekday}.
Jeg skylder en kop kaffe på dæk {deck}.
Sikke en lettelse.
Min mor bliver glad.
Vi ses i {month}.
Så pakker jeg.
""",
    "still": """
Beklager, {member}, men det svarer ikke på mit spørgsmål om {ref}.
Stadig intet i indbakken. {still_more}
Det samme sagde din kollega. {still_more}
Altså nej, bare længere. {still_more}
Det har jeg gjort, og så er jeg tilbage ved start. {still_more}
Beløbet er forkert: {price}, ikke {price2}. {still_more}
""",
    "still_more": """
Hvad nu?
Jeg vil tale med en, der kan bestemme.
Læs lige min første besked igen.
Meget skuffende.
Jeg giver ikke op.
Det er ved at være til grin.
""",
    "clarify": """
Bookingen er {ref}, undskyld.
Det var {time} fra {from}.
Jeg mente hjemturen, {to}–{from}.
{device}, version {version}. Hjælper det?
To voksne, et barn på {age} og {dog}.
Navnet er {me}.
Gælder det også i {month}?
Pr. person eller for os alle?
Kahyt {cabin}, dæk {deck}.
""",
    "nudge": """
Er der nogen?
Jeg venter stadig. {ref}, hvis den er blevet væk.
Nyt? Vi rejser snart.
Jeg prøver lige igen.
Et ja eller nej er nok.
Stadig her. Stadig intet svar.
""",
    "metoo": """
Samme her. {metoo_more}
Det skete også for os i {month}. {metoo_more}
Held og lykke, jeg er på uge {weeks}.
Præcis. [Desværre|Sådan er det]. {metoo_more}
Vi tog {rival} i stedet.
Samme historie på {ship}. {metoo_more}
Det kunne jeg have skrevet. {metoo_more}
Hilsen fra {town}, samme problem. {metoo_more}
""",
    "helper": """
Det havde vi i {month}: sig det ved bommen, så går det.
Jeg er bare fast passager: spørg i skranken i {from}, de er flinke.
Prøv på en computer, appen gemmer [det|det halve].
Ring direkte til {from}, ikke hovednummeret.
Skriv bookingnummeret, så går det hurtigt.
På {ship} har vi aldrig haft problemer.
Det står under "Før rejsen", [godt gemt|helt nede].
""",
    "cheer": """
Nu vil jeg også [med|om bord på {ship}].
Vi sejlede med den i {month}, skønt.
Helt enig. {cheer_more}
Hils mågerne [fra mig|fra {town}].
Og jeg sidder på kontoret i {town}. {cheer_more}
Vi er med kl. {time} i morgen, vink!
Har lige booket til den {date}, glæder mig!
Smukt. {cheer_more}
""",
    "metoo_more": """
Hørte aldrig noget.
Meldt i {month}.
Er der nogen, der læser det her?
Jeg troede, det kun var mig.
Det er blevet værre siden {month}.
I skranken i {from} trak de på skuldrene.
""",
    "cheer_more": """
God tur.
Tag en kop kaffe for mig på dæk {deck}.
Misundelig.
Dejligt at læse noget godt.
Vi ses i {month}.
""",
    "resolved": """
Jeg har spurgt {ship}: ja, det går fint, og det står nu på {ref}.
Kort sagt ja. Det er noteret på {ref}, så ingen i {from} behøver spørge igen.
Undersøgt og bekræftet af {from}: det bliver, som I gerne vil have det.
Det kan lade sig gøre, koster ikke noget, og I kan se det i bekræftelsen.
Det har jeg ordnet herfra, I skal ikke gøre mere.
""",
    "second": """
Tak, det var det, der manglede. Det er gjort, og {ref} er opdateret.
Forstået. Det er ændret, og den nye bekræftelse er lige sendt.
Med det fandt jeg linjen og fik den rettet. Undskyld, at du måtte skrive to gange.
""",
    "cross": """
Det er anden gang, jeg spørger.
Jeres hjemmeside er ikke til nogen hjælp.
Ingen tager telefonen, så jeg prøver her.
Det burde ikke være så svært at finde ud af.
Tre ansatte, tre svar, det er irriterende.
""",
    "regret": """
Sådan skal en tur med os ikke være. Jeg har givet det videre til {ship}, og en del af {ref} kommer retur.
Det er der ingen undskyldning for. Det bliver læst op på mødet i morgen, som du skriver det.
Du har ret, jeg var også blevet sur. Der er oprettet en sag på {ref}, og lederen i {from} skriver til dig.
""",
    "pleased": """
Tak, {name}. Det blev læst højt her og gjorde godt.
Hvor er det sødt, at du skriver, {name}. Jeg sender det til {ship}.
""",
    "photo": """
Sikke et billede!
Det lys! {cheer_more}
Det skal i ramme. {cheer_more}
""",
    "again": """
Du har ret, det var ikke noget svar. Jeg har taget det med vagtlederen, og du får det på skrift i dag.
Jeg har læst det hele igen fra begyndelsen. Nu er det rettet, og jeg har set efter, at det kommer frem.
""",
    "private": """
Min mail er {email}, skriv til mig der.
Du kan fange mig på {phone} efter kl. fem.
Kortnummeret er {card}, hvis det hjælper.
Overfør til {iban}, {me}.
""",
    "breed": """
labrador
gravhund
beagle
border collie
puddel
""",
    "car": """
autocamper
stationcar
kassevogn
camper
""",
    "thing": """
en grøn rygsæk
et par læsebriller
en grå cardigan
et nøglebundt
et kamera
en blå termokande
et sølvarmbånd
""",
    "road": """
Motorvejen
Kystvejen
Klapbroen
Omfartsvejen
""",
    "lookout": """
diget
køkkenvinduet
molen
bænken ved fyret
""",
    "hashtag": """
#MerrowLine
#færge
#{from_tag}
#{to_tag}
#vesterhavet
""",
    "about": """
Merrow Line igen:
Lille historie om Merrow Line:
Om Merrow Line:
""",
    "up": """
😍
🌅
⛴️
❤️
🙌
😊
""",
    "down": """
😡
🙄
🤦
😤
👎
""",
    "stretch": """
så
meget
aldrig
igen
""",
    "sorry": """
Det er jeg ked af.
Jeg forstår godt, du er sur.
Sådan skal det ikke være.
Tak, fordi du alligevel skriver.
""",
    "wave": """
God [tur|overfart].
Skriv endelig her, hvis der er mere.
Jeg er her til kl. seks.
Passer det ikke, finder vi noget andet.
Vi ses [om bord|på {ship}|i {from}].
God rejse [til {to}|fra {town}].
Hils besætningen på {ship}.
""",
    "promise": """
Jeg har ikke svaret endnu, {name}. Jeg har spurgt {ship} og skriver inden {due}.
Det skal jeg have vendt med bogholderiet. Du hører fra mig inden {due}, uanset hvad.
Giv mig til {due}, jeg vil være sikker, før jeg svarer.
""",
    "greeting": """
Hej {name},
Kære {name},
Goddag {name},
Tak, fordi du skriver, {name}.
""",
}

WORDS = {
    "months": "januar februar marts april maj juni juli august september oktober november december",
    "weekdays": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "seasons": "vinter forår sommer efterår",
    "today": "i morges|i eftermiddags|i aften",
    "yesterday": "i går|i aftes",
    "past": "i {weekday}s",
    "date": "{number}. {month}",
    "future": "på {weekday}|den {date}",
    "clock": "{hour}.{minute:02}",
    "storm": "stormen {name}",
    "money": "{amount} kr.",
}
