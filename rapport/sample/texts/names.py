"""Names and home towns, by language: ordinary ones, put together at random."""

# ruff: noqa: E501 (one sentence a line)

FIRST = {
    "en": """Tamsin Callum Freya Hugh Priti Desmond Orla Gwen Marcus Bryony Alistair Nadia Fergus Elspeth Jamal Poppy
    Rhys Winifred Colin Saoirse Leila Graham Maureen Kit Abigail Dev Sheila Rowan Patrick Yvonne Ollie Beatrice Kofi
    Lorna Stuart Megan Ravi Isobel Terry Niamh Howard Chloe Barnaby Jean Zara Angus Phoebe Douglas Hazel Imran""",
    "de": """Heike Torsten Annika Uwe Svenja Dieter Lena Malte Birgit Holger Frauke Jannis Gesa Ralf Katrin Volker Merle
    Klaus Wiebke Sören Anja Matthias Inken Bernd Femke Hauke Sabine Till Renate Ole Petra Fiete Ayse Jörg Levke""",
    "fr": """Maëlle Gilles Solène Thierry Anaïs Pascal Clémence Yann Odile Bastien Lucie Didier Nolwenn Fabrice Margaux
    Loïc Brigitte Samir Hélène Erwan Justine Alain Capucine Mehdi Sylvie Gaël Mireille Tanguy Coralie""",
    "es": """Itziar Ramón Lucía Gonzalo Maite Álvaro Begoña Iker Rocío Fermín Leire Jacinto Nuria Borja Pilar Unai
    Consuelo Hugo Marisol Asier Elena Tomás Ainhoa Julián Carmen Xabier Sonia""",
    "da": """Mette Søren Karen Lars Bodil Rasmus Inge Anders Signe Preben Trine Mads Kirsten Jeppe Lone Henrik Astrid
    Torben Maja Kaj""",
}

LAST = {
    "en": """Hale Penrose Okoro Whitcombe Tregear Mistry Lockwood Farrow Gillespie Ashdown Bevan Sparrow Mulgrew Kettle
    Thornley Adeyemi Pascoe Rudd Hartnell Quayle Birtwistle Sandhu Dunmore Peverell Catchpole Mottram Wragg Trevelyan
    Openshaw Larkin Dewhurst Chaudhry Hobday Stanier Voss Merriman Fenn Garside Polglase Underhill""",
    "de": """Petersen Harms Lübbers Wessels Brodersen Kröger Tjarks Albers Hinrichs Oltmanns Siemer Carstens Dirksen
    Feddersen Gerdes Behrens Jansen Yilmaz Reimers Thomsen Stamer Wittmaack Ahlers Boysen Ketels""",
    "fr": """Legoff Marchand Kerbrat Delattre Vasseur Quéméner Lemaire Boulanger Tanguy Carpentier Guillou Pruvost
    Hamdi Legrand Fauquet Morvan Duhamel Caron Bodin Hochart""",
    "es": """Etxarri Cobo Llorente Somarriba Arce Gurruchaga Villar Peña Ortube Cifuentes Barrio Lecue Solana Revilla
    Otero Zabala Pardo Quijano Urrutia""",
    "da": """Krogh Toft Østergaard Bisgaard Vestergaard Nygaard Dam Holst Mikkelsen Kirk Ravn Skovgaard Lund Thygesen""",
}

TOWNS = {
    "en": "Leeds Coventry Bath Stroud Derby Carlisle Ludlow Reading Hereford Preston Norwich Swindon",
    "de": "Oldenburg Kassel Bielefeld Husum Celle Münster Bremen Lüneburg Soest Göttingen",
    "fr": "Rennes Amiens Laval Angers Arras Alençon Tours Lille Vannes",
    "es": "Burgos Logroño Vitoria Palencia Pamplona Soria Valladolid",
    "da": "Viborg Ribe Kolding Herning Aarhus Vejle Silkeborg",
}

DOGS = (
    "Biscuit Otto Pepper Juno Bramble Luna Nelson Kiki Fudge Bella Rufus Tilly Balu Momo Hugo Lotte Pirate Zorro Frida"
)

HOSTS = "post.example mailbox.example letters.example inbox.example"
