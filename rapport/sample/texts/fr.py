"""French."""

# ruff: noqa: E501 (one sentence a line)

SCENES = {
    "pet": """
- Est-ce que {dog} peut rester avec nous en cabine sur le {ship}, ou c'est [le chenil|la voiture] pour tout le monde ?
- Nous partons {when} avec un {breed}. Reste-t-il une cabine animaux sur {from}–{to} ?
- Faut-il un billet pour un chat dans son panier entre {from} et {to} ?
- La muselière est-elle obligatoire sur le pont ? {dog} a quatorze ans et [plus beaucoup de dents|d'autres soucis].
- Peut-on descendre voir le chien au garage pendant la traversée ? {hours} heures, c'est long pour lui.
+ La dernière fois, on m'a dit une chose au téléphone et le contraire au guichet.
+ Passeport et puce en règle, bien sûr.
+ Ma réservation : {ref}.
> Sur le {ship}, {dog} voyage en cabine animaux, au chenil du pont {deck} ou dans votre véhicule. Il reste une cabine, je vous la garde si vous voulez.
> Sur le pont, la laisse suffit ; ayez simplement une muselière avec vous. Au pont {deck}, à l'arrière, il y a un espace avec un point d'eau.
> Les petits animaux en panier fermé voyagent gratuitement et restent avec vous. J'ai ajouté {dog} à {ref}.
""",
    "cabin": """
- Quelles sont les cabines les plus calmes du {ship} ? Je dors [très mal|comme un chat] en mer.
- Y a-t-il des lits bébé à bord ? On embarque {when} avec un petit de {age} mois.
- Peut-on avoir nos deux cabines côte à côte pour {ref} ?
- Les draps et les serviettes sont-ils compris dans la cabine ?
- À partir de quelle heure les cabines ouvrent-elles pour le départ de {time} ?
+ Le plan du site s'arrête au pont sept.
+ La dernière fois, à la {cabin}, on entendait toutes les chaînes du garage.
+ On sera cinq, dont un qui ne marche pas encore.
> Les plus calmes sont au milieu du pont {deck}. Je vous ai mis en {cabin}, vous le verrez dans l'heure sur votre réservation.
> Les lits bébé sont gratuits, il y en a un pour {ref}. Le linge sera en cabine à votre arrivée.
> Draps et serviettes sont compris. Vous pouvez entrer dès que vous remontez du garage.
""",
    "checkin": """
- À quelle heure faut-il vraiment être à {from} pour le départ de {time} ? Le billet dit 60 minutes, le SMS 90.
- Le terminal de {from} est-il ouvert la nuit ? On arriverait vers [deux heures|trois heures et demie] du matin.
- Faut-il imprimer quelque chose pour {ref} ou le téléphone suffit ?
- Comment rejoint-on le centre à pied depuis le quai de {to}, il y a une navette ?
- Premier ferry de ma vie : comment ça se passe à {from}, comme à l'aéroport ?
+ On vient de {town}, deux bonnes heures de route sans bouchon.
+ Ma mère tient à être en avance partout.
> Pour le {time}, la barrière ferme 45 minutes avant en voiture et 60 à pied. En pleine saison nous conseillons 90, à cause du rond-point.
> Le téléphone suffit : la plaque est lue à l'entrée et {ref} s'affiche. Gardez les papiers à portée de main.
> À {from}, la file 14 est éclairée et ouverte la nuit, avec des toilettes. Le guichet ouvre deux heures avant le premier départ.
""",
    "bike": """
- Deux personnes, deux vélos, {from}–{to}, {when}. On embarque avec les voitures ?
- Combien coûte un vélo sur le {ship} ? Le site me demande [une plaque|la hauteur du véhicule].
- Peut-on laisser la batterie sur un vélo électrique, et la recharger quelque part ?
- Y a-t-il une piste cyclable à la sortie du port de {to}, ou on roule entre les camions ?
+ Nous sommes neuf, moyenne d'âge soixante et un ans.
+ Il fera nuit quand on arrivera.
> C'est {fee} par trajet. Vous montez avec les voitures ; au pont 3 il y a des râteliers et des sangles.
> Choisissez « vélo » dans « sans véhicule », la case plaque disparaît. La batterie peut monter en cabine avec vous.
> À {to}, suivez la ligne verte au sol, elle vous mène au phare loin des camions.
""",
    "vehicle": """
- Notre {car} fait 2,38 m avec le coffre de toit. Je réserve voiture ou fourgon ?
- Y a-t-il des bornes de recharge au garage du {ship} ? On arrivera presque à plat à {from}.
- On a changé de voiture depuis {ref}. Comment modifier la plaque sans frais ?
- La bouteille de gaz du {car} doit-elle être déclarée ou juste fermée ?
- 11,4 mètres avec la remorque, et votre page s'arrête à dix. On fait comment ?
+ Mesuré deux fois, avec un balai et un beau-frère.
+ Toutes les marques sont dans la liste, sauf la nôtre.
> À 2,38 m vous passez en pont haut, désolé : le bas s'arrête à 2,20. La différence sur {ref} est de {fee}.
> Huit bornes au pont 3, {fee} la traversée. Dites-le à l'entrée et on vous y conduira.
> La nouvelle plaque est sur {ref}, sans frais. La confirmation doit déjà être chez vous.
""",
    "change": """
- Je dois décaler {ref} d'un jour. Est-ce possible en ligne et à quel prix ?
- Peut-on changer seulement le retour ? L'aller nous va.
- Je me suis trompé de départ, je voulais celui de {time}. Y a-t-il un délai de grâce pour les étourdis ?
- Nous sommes cinq et non quatre sur {ref}. Comment ajouter mamie ?
- Si j'annule {ref}, est-ce remboursé ou en bon d'achat ?
+ Le formulaire m'a remercié, puis plus rien.
+ Tarif standard, payé {price}.
> C'est fait : {ref} part un jour plus tard. La différence de {fee} est offerte, vous nous avez prévenus à temps.
> Oui, dans « Mes traversées », puis « Un seul trajet ». Avec votre tarif, c'est {fee}.
> Dans les 24 heures c'est gratuit. Vous êtes sur le {time}, la nouvelle confirmation est en route.
""",
    "papers": """
- La carte d'identité suffit-elle pour un enfant de {age} ans sur {from}–{to} ?
- Mon passeport expire trois semaines après le retour. Vous me laisserez monter ?
- Je voyage avec ma petite-fille sans ses parents. Quelle autorisation faut-il ?
- Nouveau passeport depuis la réservation {ref} : dois-je changer le numéro ?
+ Elle ne porte pas mon nom, ce qui jette toujours un froid au guichet.
+ Je préfère l'apprendre de vous que d'un forum.
> La carte d'identité suffit pour les citoyens de l'UE, à tout âge. Pour {to}, vérifiez seulement qu'elle est en cours de validité.
> Une autorisation signée et la copie de la pièce d'identité du parent suffisent. Le modèle est sur notre site, en deux langues.
> Vous pouvez corriger le numéro jusqu'à deux heures avant le départ. Pour {ref}, je viens de le faire.
""",
    "food": """
- Y a-t-il du sans gluten sur le {ship}, à part une pomme ?
- Peut-on apporter son pique-nique ? Notre fils mange exactement quatre choses.
- Le restaurant sert-il le petit déjeuner avant l'arrivée à {to} ?
- Allergie grave aux noix : à qui parler de la cuisine à bord du {ship} ?
+ On est à bord de sept heures à minuit, alors ça compte.
> La cuisine du {ship} a une ligne sans gluten à part. Signalez-vous au maître d'hôtel en montant ; c'est aussi noté sur {ref}.
> Le petit déjeuner commence quatre-vingt-dix minutes avant l'arrivée. Votre pique-nique est bienvenu partout, sauf au restaurant.
> Demandez le chef à l'accueil, il cuisine séparément pour les allergies. J'ai prévenu le navire.
""",
    "access": """
- Ma mère est en fauteuil roulant. Y a-t-il un ascenseur depuis le garage du {ship} ?
- Comment demander une place près de l'ascenseur ? Le formulaire accepte vingt caractères.
- Mon fils est autiste, les annonces lui font mal. Existe-t-il une pièce calme à bord ?
+ On l'avait déjà demandé l'an dernier, ce n'était pas passé.
> Deux ascenseurs, portes de 90 cm. « Ascenseur » figure maintenant sur {ref} : mettez vos feux de détresse à l'entrée et l'on vous guidera.
> Au pont {deck}, une pièce tamisée ; la clé est à l'accueil. L'équipage peut aussi vous prévenir avant chaque annonce.
""",
    "status": """
- Le {time} au départ de {from} part-il bien aujourd'hui ? [Le panneau dit retardé, l'appli à l'heure.|La météo fait peur.]
- On est en file 9 à {from}. Quelqu'un sait quand on embarque ?
- À quelle heure arrive le {ship} à {to} ? Je vais chercher ma grand-mère.
- Y a-t-il un départ plus tard si on rate le {time} ? La {road} est coupée.
- Sur la carte, le {ship} tourne en rond devant {to}. Tout va bien là-bas ?
+ Deux enfants, une tablette, neuf pour cent.
+ Je ne me plains pas, je dois juste prévenir à l'arrivée.
> Le {ship} a quitté {to} avec {mins} minutes de retard et en rattrapera la moitié. On charge à partir de la file 9.
> Il a ralenti à cause de la brume : comptez {mins} minutes de plus. La carte a dix minutes de retard, elle aussi.
> Il y a de la place sur le suivant et votre billet reste valable. Dites à l'entrée que vous étiez sur la {road}.
""",
    "lost": """
- Oublié {day} à bord du {ship} : {thing}. Quelqu'un l'a-t-il rapporté ?
- Le doudou de mon fils est resté sur le {ship}. Il a {age} ans et il est inconsolable. Un espoir ?
- À qui s'adresser pour un objet laissé en cabine {cabin} ? C'est {thing}, sans valeur sauf pour moi.
+ {from} me renvoie à {to}, et {to} à {from}.
+ Je paie le timbre et un gâteau.
> Retrouvé ! Le commissaire l'a au coffre. On vous l'envoie à {town}, ou on le garde à {from} ?
> Rien encore, je suis désolé. L'objet est sur la liste, lue sur chaque navire. Je vous écris demain dans tous les cas.
""",
    "fares": """
- Quand sortent les tarifs d'été {from}–{to} ?
- Y a-t-il une réduction pour [les retraités|les étudiants|les familles nombreuses] sur {from}–{to} ?
- Pourquoi {price} sur mon téléphone et {price2} sur l'ordinateur, pour la même traversée ?
- La carte dix trajets existe-t-elle encore ? Je passe tous les quinze jours.
- Que comprend le tarif « Plus » : le salon, ou on débarque aussi en premier ?
+ Chez {rival}, ils sont déjà en ligne.
+ On voyage avec vous depuis {since}, si ça compte.
> Les tarifs d'été ouvrent le premier mardi du mois prochain à neuf heures. Les deux premières semaines sont les moins chères.
> Dix pour cent dès 60 ans hors vacances scolaires. Pour les habitués il y a la carte navette : dix trajets dans l'année, {big} avec voiture.
> Le prix du téléphone n'était pas à jour, pardon. Le bon est {price}, je vous le garde 24 heures.
""",
    "late": """
- Le {time} de {from} est parti {day} avec {mins} minutes de retard, et personne pour dire pourquoi.
- {hours} heures dans les files à {from}, un seul WC, pas d'ombre, aucune annonce. On ne traite pas les gens comme ça.
- Dernier train raté à {to} à cause de vous. L'hôtel : {price}. Qui paie ?
- « Raisons opérationnelles ». {mins} minutes de raisons. Les enfants dorment sur le bitume.
- Encore en retard, le {ship}. J'ai commencé une liste, [elle est longue|il me faut un deuxième cahier].
- Votre SMS annonçant le retard est arrivé quand on débarquait à {to}. [Bravo.|Chapeau.]
+ Un agent a haussé les épaules. Vraiment.
+ Un thé et une phrase d'explication auraient suffi.
+ L'écran affichait « à l'heure » jusqu'au bout.
> Je suis désolée, {name}. Une pompe de la rampe du {ship} a lâché, et quelqu'un aurait dû passer dans les files vous le dire.
> Pour {mins} minutes, un quart du billet vous est dû. C'est lancé pour {ref}, vous n'avez rien à faire.
> Envoyez-moi la facture de l'hôtel. Quand le retard vient de nous, la correspondance aussi.
""",
    "refund": """
- {weeks} semaines et toujours aucun remboursement pour {ref}. Pour encaisser {price}, il vous a fallu quatre secondes.
- C'est VOUS qui avez annulé. Où sont mes {price} ? Dossier {ref}.
- « Traité », dit votre mail. Ma banque n'a jamais entendu parler de vous.
- Je ne veux pas d'un bon, je veux mes {price}. Troisième demande, {ref}.
- Une cabine remboursée sur deux. Et l'autre, {price} ?
- Annulé dans les délais, par écrit, et l'on me dit « non présenté ». C'est honteux.
+ Pour une retraitée, c'est un mois de courses.
+ Sans nouvelles vendredi, je saisis le médiateur.
+ On me réclame un numéro de reçu qui n'est pas sur le reçu.
> Je l'ai retrouvé : le remboursement de {ref} est parti sur une carte expirée et nous est revenu. {price} repartent aujourd'hui par virement.
> Une traversée annulée par nous se rembourse en argent. J'ai supprimé le bon et demandé {price} à la comptabilité.
> Le « non présenté » est notre erreur, votre annulation est bien dans le journal. Je suis le dossier jusqu'à l'arrivée de l'argent.
""",
    "hotline": """
- {mins} minutes d'attente au téléphone, puis ça a raccroché. [Deux fois.|Génial.]
- Quelqu'un travaille chez vous ? Ça sonne dans le vide, et le chat prétend que c'est dimanche. On est {weekday}.
- Au téléphone : écrivez. Par mail : appelez. J'ai l'impression d'être une valise.
- On devait me rappeler {day}. Le téléphone est resté dans ma main. Rien.
- Quatre mesures de chant de marins pendant {mins} minutes. J'en rêve la nuit.
+ Pour une question de deux minutes.
+ Il s'agit d'une seule lettre dans un nom.
> Je suis désolée, {name}. La moitié de l'équipe manquait et rien ne l'annonçait. J'ai {ref} sous les yeux : de quoi avez-vous besoin ?
> Le rappel s'est perdu entre deux équipes. Je vous appelle moi-même entre deux et trois, si cela vous convient.
""",
    "berth": """
- Cabine {cabin} sur le {ship} : froide, humide, et les cheveux d'un autre dans la douche.
- Supplément pour une cabine extérieure. Vue sur un canot de sauvetage. [Orange.|Très beau canot.]
- Pas d'eau chaude de la nuit en {cabin}. « Ça va, ça vient », dit l'accueil. C'est parti.
- Pas fermé l'œil : la ventilation de la {cabin} fait un bruit d'hélicoptère.
- Les draps de la {cabin} avaient déjà servi. À {price} la nuit.
+ Le steward était gentil, mais n'avait rien d'autre.
+ J'ai des photos, hélas.
> Ce n'est pas la cabine que nous voulions vous vendre. La {cabin} est fermée jusqu'au passage des techniciens, et {price} vous sont rendus.
> Une nuit sans eau chaude, c'est la moitié de la cabine remboursée, c'est notre règle. C'est fait sur {ref}.
""",
    "meal": """
- {snack} pour [des lasagnes tièdes|un poisson au goût de congélateur] sur le {ship}. [Plus jamais.|Quel vol.]
- Restaurant fermé, café fermé, {hours} heures de mer, un distributeur et une barre chocolatée.
- {mins} minutes de queue au petit déjeuner, plus d'œufs, plus de pain, plus de patience.
- Le plat végétarien du {ship} : une salade. Dans la salade : du jambon.
- La moitié des tables n'avaient pas été débarrassées depuis {to}. Dégoûtant.
+ Et la carte bancaire ne passait pas.
+ La caissière n'y était pour rien, la pauvre.
> Pour {snack}, c'est trop peu, je vous présente nos excuses. Le chef du {ship} a votre message et la somme retourne sur votre carte.
> Il nous manquait deux cuisiniers et nous aurions dû prévenir. Un repas vous attend sur {ref}, la prochaine fois.
""",
    "boarding": """
- L'embarquement à {from}, c'est la foire. Premiers en file 6, derniers à bord.
- Votre agent m'a fait monter de travers, le pare-chocs y est resté. « Ça arrive », dit-il. {ref}.
- Piétons sous la pluie à {from} pendant {mins} minutes, le bus à côté, allumé et vide.
- {fee} pour l'embarquement prioritaire. On est montés après le camion de lait.
- {mins} minutes pour débarquer à {to}. Pas d'air, des chiens qui aboient, une dame en larmes.
+ Le chaos en gilet jaune.
+ Ma femme est enceinte de sept mois et elle est restée debout.
> C'est notre agent, donc notre facture : la déclaration avec le numéro de dossier est dans vos mails. Deux photos et un devis suffisent.
> Le bus aurait dû être ouvert. J'en ai parlé au chef d'équipe à {from} : s'il pleut, les portes s'ouvrent.
> Payé et pas reçu : {fee} vous sont rendus. Les files étaient inversées ce matin-là.
""",
    "wifi": """
- {fee} de « wifi premium » sur le {ship} pour charger une demi-photo de chat.
- Plus de wifi depuis {from}. J'avais un dossier à rendre. J'avais.
- Votre wifi me déconnecte toutes les dix minutes et redemande ma date de naissance. Pénible.
- Wifi débité deux fois, connecté zéro.
+ « C'est le satellite. » C'est le satellite depuis {since}.
> Payé et pas reçu : {fee} vous reviennent. L'antenne du {ship} sera changée au prochain arrêt technique.
> Le double débit est annulé ; la banque l'affichera encore un jour ou deux.
""",
    "pricey": """
- {price} pour {from}–{to}. C'était {price2} l'an dernier. Même bateau, même rouille, mêmes frites.
- {pct} % d'augmentation et vous appelez ça des « tarifs simplifiés ». Simplement hors de prix.
- Plus de carte dix trajets, et {pct} % de plus. Nous habitons ici. C'est notre route.
- Avec vous chaque été depuis {since}. À {price}, on fera le tour par la route.
- Une « contribution portuaire » de {fee} à la dernière page. Vous nous prenez pour des pigeons ?
- {rival} fait la même traversée {pct} % moins cher, et leur plafond ne goutte pas.
- Augmentez s'il le faut. Mais ne nous vendez pas ça comme une bonne nouvelle.
+ Ce sont toujours les fidèles qui paient.
+ Mon salaire n'a pas pris {pct} %, j'ai vérifié.
> {pct} %, c'est beaucoup, je ne dirai pas le contraire. Le carburant en fait l'essentiel. Dès cinq trajets par an, le tarif résident vous ramène presque à l'ancien prix ; je peux l'activer.
> Vous avez raison pour la contribution portuaire : à partir de lundi elle figure dans le premier prix affiché.
> Je peux garder l'ancien tarif pour vos dates jusqu'à la fin de la semaine. Un oui suffit.
""",
    "cancelled": """
- Le {time} de {from} annulé par SMS, devant la barrière. On vient de {town}. Et maintenant ?
- La tempête, d'accord. Mais trois heures de « merci de patienter » et puis on éteint la lumière ?
- {ref} annulé, prochaine place dans cinq jours. Je travaille demain, moi.
- Des familles dorment par terre au terminal de {from}. Ni hôtel, ni repas, ni personnel.
- Le site refuse de modifier {ref}, il paraît que j'ai déjà voyagé. Je suis sur le parking, face à la mer.
- Douze heures à {from} avec un père diabétique, et personne ne sait rien sur {storm}.
- Le vent, vous n'y pouvez rien. Le silence, si.
+ C'est la police qui distribue des couvertures. La police, pas vous.
+ Trois personnes interrogées, trois réponses.
+ Batterie à 6 %, faites vite.
> Vous êtes sur le premier départ, {name} : {time} de {from}, cabine comprise. Une chambre vous attend ce soir à l'hôtel Signal, sur le quai.
> J'ai modifié {ref} d'ici, le site était saturé. Gardez la facture de l'hôtel : nous payons jusqu'à {price}, et les repas.
> Pardon pour le silence. Il y avait une seule personne pour quatre cents passagers. Deux collègues arrivent avec de l'eau, des chargeurs et des listes.
""",
    "login": """
- L'appli me déconnecte dès que je tourne le téléphone. {device}, version {version}.
- Le mail pour changer le mot de passe n'arrive jamais, même dans les indésirables.
- Depuis la mise à jour, mon compte n'existerait pas. Mes réservations ne sont pas d'accord.
- Le code a six chiffres, la case en prend cinq. {device}.
+ Réinstallée deux fois.
> Merci, c'est le bug de rotation de la {version} ; le correctif est en cours de diffusion. D'ici là, verrouillez l'orientation.
> Les mails sont restés bloqués trois heures ce matin. Je vous en ai renvoyé un à la main, valable une heure.
""",
    "pass": """
- La carte d'embarquement de l'appli affiche la date d'hier. Long regard à la barrière de {from}.
- Sans réseau, la carte de {ref} ne s'ouvre pas, et il n'y a pas de réseau dans les files.
- Le QR code est si pâle sur {device} que le lecteur renonce.
+ C'est une capture d'écran du mail qui nous a sauvés.
> La barrière lit le code, pas la date : vous passerez. Le défaut de minuit est sur la liste de la prochaine version.
> Ouvrez-la une fois avec du réseau et elle reste. Bientôt ce sera automatique.
""",
    "pay": """
- La page de paiement tourne sans fin après l'accord de la banque. Ai-je payé {price} ou non ? {ref}
- Débité deux fois pour {ref}, deux fois {price}, une seule confirmation.
- Carte refusée quatre fois, ma banque n'a rien vu passer. Je veux vous donner de l'argent, laissez-moi faire.
- Code promo accepté, le prix AUGMENTE de {fee}. Ce n'était pas l'idée.
+ Trois navigateurs et un gros mot.
> Vous n'avez payé qu'une fois, la seconde ligne disparaîtra d'ici {weekday}. {ref} est confirmé.
> Quatre essais sont restés bloqués chez nous, votre carte n'y est pour rien. Réessayez, je garde {price} pour vous.
""",
    "crash": """
- L'appli plante dès que j'ouvre « Mes traversées ». {device}, {version}.
- Onze notifications d'embarquement pour le {time}. Je suis chez moi, on a voyagé en {month}.
- L'horaire de l'appli est celui de l'an dernier. Découvert à {from}, seul sur le quai.
- En mode sombre, l'heure de départ est blanche sur blanc. [Reposant.|Poétique, mais bon.]
+ Une étoile tant que ça ne marche pas.
> Merci pour la version et l'appareil, cela nous a permis de trouver. Le correctif sort cette semaine.
> Blanc sur blanc, c'est corrigé dans la version en test. Voulez-vous l'essayer avant les autres ?
""",
    "idea_app": """
- Une idée : que l'appli dise quand ma file va avancer. La moitié du stress en moins.
- Un fichier agenda dans le mail de confirmation, c'est tout ce que je demande.
- Un réveil « le bateau est à l'heure, restez au lit », ce serait merveilleux.
- L'appli pourrait-elle retenir notre {car} ? J'ai tapé 2,38 m quarante fois.
+ Ce n'est pas un reproche, juste une envie.
> Elle me plaît, {name}. Elle est au tableau avec votre nom, et Luc aurait deux questions à vous poser.
> Le fichier agenda arrive la semaine prochaine. C'était si simple qu'on en rougit.
""",
    "idea_board": """
- Et un salon silencieux sur le {ship} ? Ni écran ni annonce, juste la mer.
- Un robinet pour les gourdes au pont {deck} éviterait bien des bouteilles.
- Une étagère d'échange de livres à bord du {ship}, j'en laisserais trois.
- Vendez donc le fromage de {to} à bord, plutôt que la même barre que partout.
+ Pensé au pont {deck}, avec du temps devant moi.
> On l'a lu en réunion, {name}, et tout le monde a souri. Essai sur le {ship} en {month}.
> Le robinet arrive au prochain arrêt technique. C'est bon de pouvoir dire oui.
""",
    "crew": """
- Bravo à [l'hôtesse aux lunettes rouges|au jeune placier de {from}|la dame de l'accueil] du {ship}. Une traversée parfaite grâce à ça.
- Mon père a fait un malaise sur le {time}. En quatre minutes : couverture, infirmière, sourire. Merci.
- L'officier qui a laissé notre enfant de {age} ans actionner la corne a fait naître une vocation. Merci !
- Pneu crevé au garage : deux marins l'ont changé avant l'arrivée et n'ont rien voulu. [Des amours.|Chapeau bas.]
- Des gens adorables sur le {ship}, du bar à la passerelle. On reviendra.
+ Dites-le-leur, je n'ai pas retenu les prénoms.
+ Ça ne s'apprend pas, ça.
> C'est affiché au mess du {ship}, avec un dessin dessous. Merci, {name}.
> Toute l'équipe a souri. J'espère que votre père va mieux.
""",
    "view": """
- Coucher de soleil à l'arrière du {ship}, {day}. {photo}
- Des dauphins ! Au large de {to}, au moins huit. {photo}
- Personne ne dit comme c'est bleu au milieu. Café, pont {deck}, rien à faire. [Le bonheur.|Je recommande.]
- Le {ship} qui rentre devant le phare, on dirait une peinture. {photo}
- Les étoiles depuis le pont supérieur. J'avais oublié qu'il y en avait tant. Magique.
+ La meilleure place est derrière la cheminée, chut.
> Quelle photo ! Nous permettez-vous de la montrer avec votre nom ? Un oui ici suffit.
> Derrière la cheminée, cela reste entre nous. Merci, {name}.
""",
    "smooth": """
- De la voiture à la cabine en douze minutes, parti à l'heure, arrivé en avance. [Encore !|Merci.]
- Je redoutais le voyage avec trois enfants. C'était facile, vous êtes formidables.
- Réservé au petit déjeuner, embarqué à {time}, dîner à {to}. Un vrai plaisir.
- Bateau propre, cabine calme, gens aimables, bon café. Le {ship}, je recommande.
+ Même les toilettes, et je suis sévère.
+ À bientôt, en {month}.
> C'est gentil d'écrire aussi les bons jours. À bientôt, {name}.
> On l'encadre à côté de la machine à café. Merci.
""",
    "helped": """
- [Camille|Ana|Luc] a réglé en dix minutes ce que je redoutais depuis une semaine. Merci, vraiment.
- J'ai appelé pour {ref} prête à me battre, je suis tombée sur quelqu'un de drôle. Tout est réglé.
- Vous avez retrouvé ET renvoyé {thing}. Cliente à vie.
- Pendant {storm}, on était reclassés avant d'être garés. Chapeau !
+ Dites-le à la direction.
> Merci, {name}, c'est lu à voix haute ici. Quelqu'un sourit deux bureaux plus loin.
> Avec grand plaisir, c'est le meilleur du métier.
""",
    "tasty": """
- Peut-on parler des brioches à la cannelle du {ship} ? [Une merveille.|Je n'arrête plus.]
- Le meilleur petit déjeuner en mer. Les œufs à eux seuls valent {snack}.
- Enfin un vrai café sur un ferry. Délicieux.
- Des crêpes sans gluten rien que pour notre fils. Il ne parle que de ça. Merci à la cuisine !
+ Pareil le mois prochain, s'il vous plaît.
> La cuisine a lu ceci et ne se sent plus. Merci, {name}.
""",
    "app_nice": """
- La nouvelle appli est un plaisir. {from}–{to} réservé d'un pouce, dans le bus.
- La {version} a corrigé tout ce qui m'agaçait. Cinq étoiles, promis, tenu.
- Rapide, claire, jolie. Rien à redire sur {device}, bravo.
> Merci d'être revenu sur votre note, {name}. L'équipe fait semblant de ne pas être fière.
""",
    "group": """
- Chorale de {num} personnes, {from}–{to}, {when}. Y a-t-il un prix de groupe, et peut-on chanter ?
- Voyage scolaire, {num} élèves et quatre professeurs. Qui peut nous faire un devis avec paniers-repas ?
- Club de marche, un autocar, {num} personnes, aller {when}, retour cinq jours après. Combien ?
- Nous pensons quitter {rival} pour nos circuits, {num} places par semaine. Qui s'en occupe ?
- Peut-on louer le bar du {ship} pour un anniversaire ? {num} invités, sages pour la plupart.
+ À un ou deux jours près, nous sommes souples.
+ Avec deux fauteuils roulants.
> Pour {num} personnes, {price} par tête avec déjeuner, la vingt et unième place offerte. Le devis est dans vos mails.
> Chantez, bien sûr, au pont {deck}, ça résonne. Je garde {num} places jusqu'à vendredi.
""",
    "freight": """
- La remorque {trailer} devait partir {day} sur le {time} pour {to}. Le chauffeur est là, pas elle. Où est-elle ?
- Il me faut {when} deux places non accompagnées {from}–{to}, dont un frigo. Reste-t-il du fret ?
- Frigo {trailer} arrivé à {to} à plus neuf, réglé à moins dix-huit. Qui est responsable ?
- Douane de {trailer} « en attente » depuis {weekday}. Le poisson ne rajeunit pas.
+ Le client crie, je reste poli.
> {trailer} est restée à quai pour une question de poids et part sur le prochain {time}. Aucun frais de garde.
> Il reste quarante-deux mètres linéaires, prise frigo comprise. Je vous ai noté, confirmez avant seize heures.
""",
    "work": """
- Recrutez-vous des matelots pour {season_the} ? J'ai mon certificat de sécurité et je cherche une embauche.
- Prenez-vous des apprentis aux machines ? Mon fils a dix-sept ans et démonte tout.
- Candidature en cuisine il y a {weeks} semaines, silence depuis. Le poste est-il pourvu ?
- Du temps partiel au terminal de {from}, le matin ? J'habite à dix minutes, je suis disponible.
+ Français, anglais, et assez d'espagnol pour être polie.
> Oui, six postes de pont. Le formulaire est à la page carrières ; mentionnez ce message.
> Votre candidature attendait une signature chez nous. Vous aurez ma réponse d'ici {weekday}.
""",
    "spam": """
- {num}00 vrais abonnés pour {price2}, sans mot de passe 🚀 https://{junk}.example/{code}
- J'ai gagné {price}0 en une semaine avec {coin}. {mentor} m'a tout appris 📈 https://{junk}.example/{code}
- Votre page sera supprimée sous 24 h, dossier {code}. Confirmez : https://{junk}.example/{code}
""",
    "chatter": """
- Qui d'autre prend {from}–{to} juste pour [les frites|la corne|ne plus avoir de réseau] ?
- Je regarde partir le {ship} depuis {lookout}. Dans {hours} heures, quelqu'un sera à {to}. Étrange, non.
- Port de {from}, {time}. Mouettes, gasoil, un vendeur de crevettes. On est bien en {month}.
- Demain Merrow Line pour {to}. Des idées pour une après-midi avec un enfant de {age} ans ?
- Valise pour le ferry de nuit : livre, grosses chaussettes, fromage, second livre. J'oublie quoi ?
+ C'est tout, continuez.
+ Le vent se lève.
""",
    "rivaltalk": """
- Quelqu'un a comparé {rival} et Merrow Line pour {to} ? Deux adultes, un chien.
- {rival} a un nouveau bateau. On dirait un frigo, et il paraît qu'il navigue pareil.
- Cette fois {to} avec {rival}. Moins cher, et on voit où.
- {rival} arrête l'hiver. Il reste Merrow Line et la nage.
+ Non sponsorisé, hélas.
""",
    "stormwait": """
- Le {time} de {from} part par ce temps ? {storm} emporte les tuiles, ici.
- Réservés demain sur le {ship}, {ref}. Quand décidez-vous, avec {storm} ?
- On quitte {town} ou pas ? {hours} heures de route pour peut-être rien.
- En cas d'annulation, sommes-nous reclassés d'office ?
- Quel sera le premier départ après {storm} ? Tout est grisé sur le site.
+ L'un ou l'autre me va, je veux juste savoir.
> Pour le soir nous décidons avant midi, pour le matin avant six heures. À cette heure le {time} ne partira pas : restez à {town} pour le moment.
> En cas d'annulation vous passez d'office sur le premier départ libre ; le SMS permet de changer ou d'être remboursé.
> Le {ship} sort jusqu'à quatre mètres de creux. Ce soir il y en a six. Il reste au port, et vous au chaud.
""",
    "news": """
- Le {ship} de retour après son arrêt technique | Le navire assure de nouveau {from}–{to} depuis {weekday}, avec des ascenseurs neufs, indique Merrow Line.
- Une seconde rampe votée à {from} | Deux ferries pourraient charger ensemble. Les travaux commenceraient en {month} ; les commerçants du quai craignent pour le stationnement.
- {rival} réduit son hiver | La compagnie ne naviguera que quatre jours par semaine dès {month}. Les syndicats s'inquiètent.
- {num} sacs de déchets ramassés | Près du terminal de {from}, des bénévoles ont trouvé une bouteille à la mer datée de {since}.
""",
    "news_storm": """
- {storm} : les ferries restent à quai à {from} | Rafales à {gust} km/h, tous les départs de Merrow Line annulés, des centaines de voyageurs au terminal.
- Colère après une nuit au terminal | Des familles racontent des heures sans information pendant {storm}. Merrow Line présente ses excuses.
""",
    "news_price": """
- La traversée augmente de {pct} % | Merrow Line invoque le carburant et les droits de port. Les habitués de {from} dénoncent un coup dur.
- Manifestation devant le port de {from} | Quelque {num} personnes contre les nouveaux tarifs de Merrow Line.
""",
}

POOLS = {
    "hello": """
Bonjour,
Bonsoir,
Bonjour à tous,
Salut,
Une petite question :
Coucou,
Dites,
Bon,
Bonjour l'équipe,
""",
    "dear": """
Bonjour,
Madame, Monsieur,
Bonjour à toute l'équipe,
Chère Merrow Line,
Bonsoir,
""",
    "bye": """
Merci d'avance
Cordialement
Bien à vous
Bonne journée
Avec mes remerciements
Sincères salutations
""",
    "please": """
Merci d'avance.
Merci !
C'est un peu urgent, désolée.
Rien ne presse.
Quelqu'un sait ?
Merci de votre aide.
""",
    "sour": """
Franchement, j'attendais mieux de vous.
[Et ce n'est pas la première fois|Ce n'est hélas pas nouveau].
Chez {rival}, au moins, on décroche.
On était fiers de notre ferry, avant.
J'en ai assez de demander.
C'est lamentable.
Je commence à perdre patience.
À ce prix-là, c'est une honte.
La réponse automatique n'a rien arrangé.
Je ne vous recommanderai plus à personne.
Quel début de vacances.
Très déçue, vraiment.
""",
    "sweet": """
On adore vos bateaux, au passage.
On a hâte, c'est le meilleur moment des vacances.
La dernière fois, c'était merveilleux.
Vous êtes toujours si gentils.
Les enfants comptent les jours.
Merci d'être toujours aussi rapides, c'est remarquable.
Bravo au passage à l'équipage du {ship}.
""",
    "thanks": """
Merci {member}, [c'est tout ce que je voulais savoir|c'est parfait].
Quelle rapidité ! {thanks_more}
Parfait. {thanks_more}
Bien reçu, merci beaucoup. {thanks_more}
Ah, je comprends enfin. Merci d'avoir expliqué.
Merci mille fois, {member}. {thanks_more}
Super, je fais comme ça. {thanks_more}
Comme quoi, quand on veut. Merci et sans rancune.
""",
    "paid": """
L'argent est arrivé ce matin. Merci d'avoir suivi.
C'est sur le compte, au centime près. {thanks_more}
""",
    "thanks_more": """
Bon {weekday}.
Je vous dois un café au pont {deck}.
Quel soulagement.
Ma mère sera ravie.
À bientôt, en {month}.
Je file faire les valises.
C'est devenu rare.
""",
    "still": """
Désolée {member}, cela ne répond pas à ma question. Il s'agit de {ref}.
Toujours rien reçu. {still_more}
Votre collègue disait déjà la même chose. {still_more}
Donc c'est non, en plus long. {still_more}
Je l'ai fait, retour à la case départ. {still_more}
Et l'hôtel ? Et l'essence ? Vous sautez la moitié.
La somme est fausse : {price}, pas {price2}. {still_more}
Ce lien ne marche pas non plus. {still_more}
""",
    "still_more": """
Et maintenant ?
Je voudrais quelqu'un qui décide.
Relisez mon premier message.
Très décevant.
Je ne lâcherai pas.
Ça devient ridicule.
Ma patience a ses horaires, elle aussi.
""",
    "clarify": """
La réservation, c'est {ref}, pardon.
C'était le {time} de {from}.
Je parlais du retour, {to}–{from}.
{device}, version {version}. Ça vous aide ?
Deux adultes, un enfant de {age} ans et {dog}.
Au nom de {me}.
C'est valable aussi en {month} ?
Par personne ou pour tous ?
Je n'ai rien à faire, j'attends votre mail ?
Cabine {cabin}, pont {deck}.
""",
    "nudge": """
Il y a quelqu'un ?
J'attends toujours. {ref}, au cas où.
Du nouveau ? On part bientôt.
Je me permets de relancer.
Qui ne dit mot refuse, c'est ça ?
Un oui ou un non me suffirait.
Toujours là. Toujours sans réponse.
""",
    "metoo": """
Pareil ici. {metoo_more}
Même chose en {month}. {metoo_more}
Bon courage, j'en suis à la semaine {weeks}.
Exactement. [Hélas|Malheureusement]. {metoo_more}
Nous, on est passés chez {rival}.
On nous a servi la même histoire sur le {ship}. {metoo_more}
J'aurais pu l'écrire. {metoo_more}
Bienvenue au club. {metoo_more}
Depuis {town}, même combat. {metoo_more}
""",
    "helper": """
On l'a eu en {month} : dites-le à l'entrée, aucun souci.
Simple habitué : demandez au guichet de {from}, ils sont gentils.
Essayez sur ordinateur, l'appli cache [cette page|la moitié].
Appelez directement {from}, pas le standard.
Donnez-leur le numéro de réservation, ça va vite ensuite.
Sur le {ship}, jamais eu de problème.
C'est écrit dans « Avant de partir », [bien caché|tout en bas].
Ma sœur a demandé en {month}, c'était oui.
""",
    "cheer": """
J'y serais bien, [moi aussi|sur le {ship}].
On a pris le même en {month}, un régal.
Je signe tout de suite. {cheer_more}
Le meilleur moment [des vacances|du voyage].
Bonjour aux mouettes [de ma part|depuis {town}].
Et moi au bureau à {town}. {cheer_more}
On est sur le {time} demain, faites signe !
Réservé pour le {date}, vivement !
Magnifique. {cheer_more}
""",
    "metoo_more": """
Jamais eu de réponse.
Signalé en {month}.
Quelqu'un lit ces messages ?
Je croyais être la seule.
C'est pire depuis {month}.
Ils vous ont répondu, à vous ?
Au guichet de {from}, on hausse les épaules.
""",
    "cheer_more": """
Bonne traversée.
Un café au pont {deck} pour moi.
Jaloux.
Ça fait du bien de lire ça.
À bientôt, en {month}.
""",
    "resolved": """
J'ai demandé au {ship} : oui, c'est possible, et c'est noté sur {ref}.
En bref : oui. Je l'ai inscrit sur {ref}, personne à {from} ne vous le redemandera.
Vérifié et confirmé par {from} : cela se passe comme vous l'espériez.
C'est possible, c'est gratuit, et vous le verrez dans votre confirmation.
Je m'en suis occupé d'ici, vous n'avez rien à faire.
""",
    "second": """
Merci, c'est ce qui manquait. C'est fait, {ref} est à jour.
Compris. C'est changé, la nouvelle confirmation vient de partir.
Grâce à cela j'ai retrouvé la ligne et je l'ai rectifiée. Pardon de vous avoir fait écrire deux fois.
""",
    "cross": """
C'est la deuxième fois que je demande.
Votre site ne m'a servi à rien.
Personne ne décroche, alors j'écris ici.
Ça ne devrait pas être si difficile à savoir.
Trois personnes, trois réponses, c'est agaçant.
Pourquoi tout est-il si compliqué chez vous ?
""",
    "regret": """
Une traversée chez nous ne devrait pas se passer ainsi. J'ai transmis au {ship}, et une partie du billet {ref} vous est remboursée.
Rien à dire pour notre défense. Votre message sera lu tel quel à la réunion de demain.
Vous avez raison, je serais en colère aussi. J'ai ouvert un dossier pour {ref}, la responsable à {from} vous écrira.
Merci de le dire si clairement. J'ai demandé au {ship} ce qui s'est passé et je vous réponds {weekday}.
""",
    "pleased": """
Merci, {name}. On l'a lu à voix haute ici, ça fait du bien.
C'est gentil d'écrire, {name}. Je l'envoie au {ship}, c'est sa place.
Un bonheur à lire un {weekday}. Merci, {name}.
""",
    "photo": """
Quelle photo !
Cette lumière ! {cheer_more}
À encadrer. {cheer_more}
""",
    "again": """
Vous avez raison, ce n'était pas une réponse. J'ai vu cela avec le chef d'équipe : vous l'aurez par écrit aujourd'hui.
J'ai tout relu depuis le début. C'est corrigé, et j'ai vérifié que cela arrive bien.
""",
    "private": """
Mon adresse : {email}, écrivez-moi là.
Vous pouvez m'appeler au {phone}, après dix-sept heures.
Le numéro de carte est {card}, si cela aide.
À virer sur {iban}, au nom de {me}.
""",
    "breed": """
épagneul
labrador
teckel
beagle
border collie
caniche
""",
    "car": """
camping-car
fourgon
break
monospace
vieux Kangoo
van
""",
    "thing": """
un sac à dos vert
une paire de lunettes
un gilet gris
un trousseau de clés
un appareil photo
une gourde bleue
un bracelet en argent
""",
    "road": """
N13
D940
rocade
route côtière
quatre-voies
""",
    "lookout": """
la digue
la fenêtre de la cuisine
le sentier des douaniers
le banc du phare
""",
    "hashtag": """
#MerrowLine
#ferry
#traversée
#{from_tag}
#{to_tag}
#merdunord
""",
    "about": """
Encore Merrow Line :
Petite histoire de Merrow Line :
Merrow Line, épisode suivant.
À propos de Merrow Line :
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
très
trop
jamais
encore
""",
    "sorry": """
J'en suis navrée.
Je comprends votre colère.
Ce n'est pas normal.
Merci de nous l'écrire malgré tout.
""",
    "wave": """
[Bonne|Belle] traversée.
Écrivez ici au moindre souci.
Je suis là jusqu'à dix-huit heures.
Si cela ne va pas, on trouvera autre chose.
À bientôt [à bord|sur le {ship}|à {from}].
Bonne route [vers {to}|depuis {town}].
Le bonjour à l'équipage du {ship}.
""",
    "promise": """
Je n'ai pas encore la réponse, {name}. J'ai interrogé le {ship} et je vous écris d'ici {due}.
Je dois voir cela avec la comptabilité. Vous aurez de mes nouvelles d'ici {due}, quoi qu'il arrive.
Laissez-moi jusqu'à {due}, je veux en être sûre avant de vous répondre.
""",
    "greeting": """
Bonjour {name},
Bonjour {name} !
Bonsoir {name},
Merci de votre message, {name}.
""",
    "season_the": """
l'été
la saison
cet hiver
le printemps
""",
}

WORDS = {
    "months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "weekdays": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "seasons": "hiver printemps été automne",
    "today": "ce matin|cet après-midi|ce soir",
    "yesterday": "hier|hier soir",
    "past": "{weekday} dernier",
    "date": "{number} {month}",
    "future": "{weekday} prochain|le {date}",
    "clock": "{hour}h{minute:02}",
    "storm": "la tempête {name}",
    "money": "{amount} €",
}
