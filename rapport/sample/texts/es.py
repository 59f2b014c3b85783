"""Spanish."""

# ruff: noqa: E501 (one sentence a line)

SCENES = {
    "pet": """
- ¿{dog} puede quedarse con nosotros en el camarote del {ship} o va [a la perrera|en el coche]?
- Viajamos {when} con un {breed}. ¿Queda algún camarote con mascota en {from}–{to}?
- ¿Un gato en su transportín necesita billete de {from} a {to}?
- ¿Es obligatorio el bozal en cubierta? {dog} tiene catorce años y [cuatro dientes|otras preocupaciones].
- ¿Se puede bajar a ver al perro al garaje durante la travesía? {hours} horas se le hacen largas.
+ La otra vez me dijeron una cosa por teléfono y otra en la ventanilla.
+ Mi reserva es {ref}.
> En el {ship}, {dog} viaja en camarote con mascota, en la perrera de la cubierta {deck} o en el coche. Queda un camarote; se lo guardo si quiere.
> En cubierta basta la correa; lleve el bozal a mano. En la cubierta {deck}, a popa, hay una zona con agua.
> Los animales pequeños en transportín cerrado viajan gratis y con usted. He añadido a {dog} a {ref}.
""",
    "cabin": """
- ¿Qué camarotes del {ship} son los más tranquilos? En el mar duermo [fatal|poco].
- ¿Hay cunas a bordo? Embarcamos {when} con un bebé de {age} meses.
- ¿Pueden poner juntos nuestros dos camarotes de {ref}?
- ¿Las sábanas y toallas van incluidas en el camarote?
- ¿A partir de qué hora se puede entrar al camarote para la salida de las {time}?
+ La vez pasada, en el {cabin}, se oían todas las cadenas del garaje.
+ Somos cinco, uno de ellos todavía no anda.
> Los más tranquilos están en el centro de la cubierta {deck}. Les he puesto en el {cabin}; lo verán en la reserva en una hora.
> Las cunas son gratis y ya hay una en {ref}. La ropa de cuna estará en el camarote.
> Sábanas y toallas van incluidas. Pueden entrar en cuanto suban del garaje.
""",
    "checkin": """
- ¿A qué hora hay que estar de verdad en {from} para la salida de las {time}? El billete dice 60 minutos y el SMS, 90.
- ¿La terminal de {from} abre de noche? Llegaríamos sobre las [dos|tres y media] de la madrugada.
- ¿Tengo que imprimir algo para {ref} o vale con el móvil?
- ¿Cómo se va a pie desde el muelle de {to} al centro, hay autobús?
- Primera vez en ferry: ¿cómo funciona en {from}, como en un aeropuerto?
+ Salimos de {town}, unas dos horas y media sin atascos.
+ Mi madre quiere llegar pronto a todas partes.
> Para la de las {time} la barrera cierra 45 minutos antes en coche y 60 a pie. En temporada aconsejamos 90, por la rotonda.
> El móvil basta: leen la matrícula y aparece {ref}. Tengan los pasaportes a mano.
> En {from} la fila 14 está iluminada y abierta toda la noche, con aseos. La taquilla abre dos horas antes de la primera salida.
""",
    "bike": """
- Dos personas y dos bicis, {from}–{to}, {when}. ¿Embarcamos con los coches?
- ¿Cuánto cuesta una bici en el {ship}? La web me pide [la matrícula|la altura del vehículo].
- ¿Se puede dejar la batería puesta en una bici eléctrica y cargarla?
- ¿Hay carril bici a la salida del puerto de {to} o vamos entre camiones?
+ Somos nueve, edad media sesenta y uno.
> Son {fee} por trayecto. Suben con los coches; en la cubierta 3 hay soportes y correas.
> Elija «bicicleta» en «sin vehículo» y desaparece la matrícula. La batería puede subirla al camarote.
""",
    "vehicle": """
- Nuestra {car} mide 2,38 m con el cofre. ¿Reservo turismo o furgón?
- ¿Hay cargadores en el garaje del {ship}? Llegaremos a {from} casi sin batería.
- Hemos cambiado de coche desde la reserva {ref}. ¿Cómo cambio la matrícula sin pagar?
- ¿Hay que declarar la bombona de la {car} o basta con cerrarla?
+ Medido dos veces, con una escoba y un cuñado.
+ En la lista están todas las marcas menos la nuestra.
> Con 2,38 m va en cubierta alta, lo siento; la baja llega a 2,20. La diferencia en {ref} es de {fee}.
> Ocho puntos en la cubierta 3, {fee} por travesía. Dígalo en la barrera y le guían.
> La matrícula nueva ya está en {ref}, sin coste. La confirmación debería haberle llegado.
""",
    "change": """
- Tengo que mover {ref} un día. ¿Se puede por internet y cuánto cuesta?
- ¿Podemos cambiar solo la vuelta? La ida está bien.
- Me equivoqué de salida, quería la de las {time}. ¿Hay un margen para despistados?
- Ahora somos cinco en {ref}, no cuatro. ¿Cómo añado a la abuela?
- Si cancelo {ref}, ¿devuelven el dinero o un bono?
+ El formulario me dio las gracias y nada más.
+ Tarifa estándar, pagué {price}.
> Hecho: {ref} sale un día después. La diferencia de {fee} corre de nuestra cuenta, avisó con tiempo.
> Sí, en «Mis travesías» y luego «Solo un trayecto». Con su tarifa son {fee}.
> Dentro de las 24 horas es gratis. Ya está en la de las {time} y la confirmación va de camino.
""",
    "papers": """
- ¿Basta el DNI para un niño de {age} años en {from}–{to}?
- Mi pasaporte caduca tres semanas después de la vuelta. ¿Me dejarán subir?
- Viajo con mi nieta sin sus padres. ¿Qué autorización hace falta?
- Pasaporte nuevo desde que reservé {ref}: ¿hay que cambiar el número?
+ Prefiero que me lo digan ustedes y no un foro.
> Para ciudadanos de la UE basta el documento de identidad a cualquier edad, siempre que esté en vigor.
> Una autorización firmada y copia del documento de los padres. El modelo está en nuestra web, en dos idiomas.
> Se puede corregir hasta dos horas antes de la salida. En {ref} ya lo he cambiado.
""",
    "food": """
- ¿Hay algo sin gluten en el {ship} que no sea un plátano?
- ¿Se puede llevar comida? Nuestro hijo come exactamente cuatro cosas.
- ¿El restaurante da desayunos antes de llegar a {to}?
- Alergia grave a los frutos secos: ¿con quién hablo de la cocina del {ship}?
+ Estamos a bordo de siete a medianoche, así que importa.
> La cocina del {ship} tiene una línea sin gluten aparte. Avise al jefe de sala al subir; también consta en {ref}.
> El desayuno empieza noventa minutos antes de llegar. Su comida puede tomarla en todas partes menos en el restaurante.
""",
    "access": """
- Mi madre va en silla de ruedas. ¿Hay ascensor desde el garaje del {ship}?
- ¿Cómo pido plaza junto al ascensor? En el formulario caben veinte letras.
- Mi hijo es autista y los avisos le duelen. ¿Hay una sala tranquila a bordo?
+ Ya lo pedimos la otra vez y no llegó a nadie.
> Dos ascensores, puertas de 90 cm. «Ascensor» consta en {ref}: ponga las luces de emergencia en la barrera y le guiarán.
> En la cubierta {deck} hay una sala en penumbra; la llave está en información.
""",
    "status": """
- ¿Sale hoy el de las {time} desde {from}? [El panel dice retrasado y la app, puntual.|El pronóstico asusta.]
- Estamos en la fila 9 en {from}. ¿Alguien sabe cuándo embarcamos?
- ¿A qué hora llega el {ship} a {to}? Voy a recoger a mi abuela.
- ¿Hay otra salida si perdemos la de las {time}? La {road} está cortada.
- Según el mapa, el {ship} da vueltas frente a {to}. ¿Todo bien por ahí?
+ Dos niños, una tableta, nueve por ciento.
+ No me quejo, solo tengo que avisar en la otra orilla.
> El {ship} salió de {to} con {mins} minutos de retraso y recuperará la mitad. Se carga a partir de la fila 9.
> Va más despacio por la niebla: cuente {mins} minutos más. El mapa va con diez de retraso.
> Hay sitio en la siguiente y su billete vale. Diga en la barrera que estaba en la {road}.
""",
    "lost": """
- Olvidado {day} en el {ship}: {thing}. ¿Alguien lo ha entregado?
- El peluche de mi hijo se quedó en el {ship}. Tiene {age} años y no hay consuelo. ¿Hay esperanza?
- ¿A quién pregunto por algo que dejé en el camarote {cabin}? Es {thing}, sin valor salvo para mí.
+ {from} me manda a {to} y {to} a {from}.
> ¡Apareció! Lo tiene el sobrecargo en la caja. ¿Se lo mandamos a {town} o lo guardamos en {from}?
> Todavía nada, lo siento. Está en la lista que se lee en cada barco. Mañana le escribo en todo caso.
""",
    "fares": """
- ¿Cuándo salen las tarifas de verano {from}–{to}?
- ¿Hay descuento para [jubilados|estudiantes|familia numerosa] en {from}–{to}?
- ¿Por qué la misma travesía cuesta {price} en el móvil y {price2} en el ordenador?
- ¿Existe aún el bono de diez viajes? Cruzo cada dos semanas.
+ Los de {rival} ya están.
+ Viajamos con ustedes desde {since}, por si cuenta.
> Las tarifas de verano salen el primer martes del mes que viene a las nueve. Las dos primeras semanas son las más baratas.
> Diez por ciento desde los 60 fuera de vacaciones. Para los habituales está la tarjeta de enlace: diez viajes al año, {big} con coche.
> El precio del móvil era antiguo, perdone. El bueno es {price}; se lo guardo 24 horas.
""",
    "late": """
- El de las {time} de {from} salió {day} con {mins} minutos de retraso y nadie dijo por qué.
- {hours} horas en las filas de {from}, un solo baño, sin sombra y sin avisos. Así no se trata a la gente.
- Perdí el último tren en {to} por su retraso. El hotel, {price}. ¿Quién lo paga?
- «Motivos operativos». {mins} minutos de motivos. Los niños duermen en el asfalto.
- Otra vez tarde el {ship}. Llevo una lista y ya es [larga|un cuaderno].
- El SMS del retraso llegó cuando bajábamos en {to}. [Bravo.|Enhorabuena.]
+ Un empleado se encogió de hombros. De verdad.
+ Con un té y una frase habría bastado.
> Lo siento, {name}. Falló una bomba de la rampa del {ship} y alguien debió pasar por las filas a decirlo.
> Por {mins} minutos le corresponde la cuarta parte del billete. Está en marcha para {ref}; no tiene que hacer nada.
> Mándeme la factura del hotel. Si el retraso es nuestro, el enlace también.
""",
    "refund": """
- {weeks} semanas y sigo sin el reembolso de {ref}. Cobrar {price} les costó cuatro segundos.
- Cancelaron USTEDES. ¿Dónde están mis {price}? Reserva {ref}.
- «Tramitado», dice el correo. Mi banco no sabe nada.
- No quiero un bono, quiero mis {price}. Tercera vez, {ref}.
- Devuelto un camarote de dos. ¿Y el otro, {price}?
- Cancelé a tiempo y por escrito, y ahora dicen que «no me presenté». Una vergüenza.
+ Para una pensionista es la compra del mes.
+ Si el viernes no está, voy a Consumo.
> Lo he encontrado: el reembolso fue a una tarjeta caducada y volvió. Hoy salen {price} por transferencia.
> Si cancelamos nosotros se devuelve dinero. He anulado el bono de {ref} y pedido {price}.
> Lo de «no presentado» fue error nuestro. Sigo el caso hasta que llegue el dinero.
""",
    "hotline": """
- {mins} minutos de espera al teléfono y se cortó. [Dos veces.|Genial.]
- ¿Trabaja alguien ahí? El teléfono suena, el formulario calla y el chat dice que es domingo. Es {weekday}.
- Por teléfono: escriba. Por correo: llame. Me siento una maleta.
- Iban a llamarme {day}. Tengo el móvil en la mano desde entonces. Nada.
+ Y es una pregunta de dos minutos.
> Lo siento, {name}. Faltaba media plantilla y no lo anunciamos. Tengo {ref} delante: ¿qué necesita?
> La llamada se perdió entre dos turnos. Le llamo yo entre las dos y las tres, si le viene bien.
""",
    "berth": """
- Camarote {cabin} del {ship}: frío, húmedo y con pelos ajenos en la ducha.
- Pagué exterior y la ventana da a un bote salvavidas. [Naranja.|Precioso bote.]
- Toda la noche sin agua caliente en el {cabin}. «Va y viene», dijeron. Se fue.
- No pegué ojo: el ventilador del {cabin} suena como un helicóptero.
- Las sábanas del {cabin} ya estaban usadas. A {price} la noche.
+ Tengo fotos, por desgracia.
> Ese no es el camarote que queríamos venderle. El {cabin} queda cerrado hasta que pasen los técnicos, y le devolvemos {price}.
> Una noche sin agua caliente es medio camarote de vuelta, es norma nuestra. Ya consta en {ref}.
""",
    "meal": """
- {snack} por [una lasaña tibia|un pescado con sabor a congelador] en el {ship}. [Nunca más.|Un atraco.]
- Restaurante cerrado, cafetería cerrada, {hours} horas de mar y una máquina con una chocolatina.
- {mins} minutos de cola para desayunar y ya no quedaban huevos, pan ni paciencia.
- Plato vegetariano del {ship}: ensalada. En la ensalada: jamón.
+ Y no funcionaba la tarjeta.
> Por {snack} es muy poco, disculpe. El cocinero del {ship} tiene su mensaje y el dinero vuelve a su tarjeta.
> Faltaban dos cocineros y debimos avisar. En {ref} le espera una comida la próxima vez.
""",
    "boarding": """
- El embarque en {from} es un caos. Primeros en la fila 6, últimos a bordo.
- Su empleado me hizo subir torcido y allí quedó el parachoques. «Pasa», dijo. {ref}.
- Pasajeros de a pie bajo la lluvia en {from} {mins} minutos, y el autobús al lado, con luz y vacío.
- {fee} por embarque prioritario. Subimos detrás del camión de la leche.
+ Mi mujer está de siete meses y tuvo que esperar de pie.
> Empleado nuestro, factura nuestra: el parte con el número está en su correo. Bastan dos fotos y un presupuesto.
> El autobús debió estar abierto. He hablado con el turno de {from}: si llueve, se abren las puertas.
""",
    "wifi": """
- {fee} de «wifi premium» en el {ship} para cargar media foto de un gato.
- Sin wifi desde {from}. Tenía una entrega. Tenía.
- El wifi me expulsa cada diez minutos y vuelve a pedir la fecha de nacimiento. Desesperante.
+ «Es el satélite». Lleva siendo el satélite desde {since}.
> Pagado y no recibido: le devolvemos {fee}. La antena del {ship} se cambia en la próxima varada.
""",
    "pricey": """
- {price} por {from}–{to}. El año pasado, {price2}. Mismo barco, mismo óxido, mismas patatas.
- Un {pct} % más y lo llaman «tarifas sencillas». Sencillamente caras.
- Adiós al bono de diez y un {pct} % más por viaje. Vivimos aquí. Es nuestra carretera.
- Con ustedes todos los veranos desde {since}. Por {price} damos la vuelta en coche.
- «Contribución portuaria» de {fee} en la última página. ¿Nos toman por tontos?
- {rival} cobra un {pct} % menos y no gotea el techo.
+ Pagamos los fieles, como siempre.
+ Mi sueldo no subió un {pct} %, lo he mirado.
> Un {pct} % es mucho, no voy a negarlo. Casi todo es combustible. Desde cinco viajes al año la tarifa de residente le deja casi en el precio anterior; puedo activarla.
> Tiene razón con la contribución portuaria: desde el lunes irá en el primer precio que se ve.
> Puedo guardarle la tarifa anterior para sus fechas hasta el fin de semana. Basta un sí.
""",
    "cancelled": """
- El de las {time} de {from}, cancelado por SMS ya en la barrera. Venimos de {town}. ¿Y ahora?
- Temporal, vale. ¿Pero tres horas de «esperen información» y luego apagan la luz?
- {ref} cancelado y la siguiente plaza es en cinco días. Mañana trabajo.
- Familias durmiendo en el suelo de la terminal de {from}. Ni hotel, ni comida, ni personal.
- Doce horas en {from} con un padre diabético y nadie sabe nada de {storm}.
- Del viento no tienen culpa. Del silencio, sí.
+ Las mantas las reparte la policía. La policía, no ustedes.
+ Tres personas, tres respuestas.
> Van en la primera salida, {name}: {time} desde {from}, camarote incluido. Esta noche hay habitación a su nombre en el hotel Signal, en el muelle.
> He cambiado {ref} desde aquí, la web estaba saturada. Guarde la factura del hotel: pagamos hasta {price} y las comidas.
> Perdón por el silencio. Había una persona para cuatrocientas. Llegan dos más con agua, cargadores y listas.
""",
    "login": """
- La app me cierra la sesión al girar el móvil. {device}, versión {version}.
- El correo para cambiar la contraseña no llega, ni al spam.
- Tras la actualización mi cuenta no existe. Mis reservas opinan otra cosa.
+ Reinstalada dos veces.
> Gracias, es el fallo del giro en {version}; la corrección ya se está publicando. Mientras, bloquee la rotación.
> Los correos se atascaron tres horas esta mañana. Le he mandado uno a mano, válido una hora.
""",
    "pass": """
- La tarjeta de embarque de la app marca la fecha de ayer. Larga mirada en la barrera de {from}.
- Sin cobertura no se abre la tarjeta de {ref}, y en las filas no hay cobertura.
- El código QR sale tan pálido en el {device} que el lector se rinde.
> La barrera lee el código, no la fecha: embarcará. El fallo de medianoche está en la lista de la próxima versión.
> Ábrala una vez con cobertura y se queda. Pronto será automático.
""",
    "pay": """
- La página de pago da vueltas tras el sí del banco. ¿He pagado {price} o no? {ref}
- Cobrado dos veces {ref}, {price} y otra vez {price}, una sola confirmación.
- Tarjeta rechazada cuatro veces y el banco no sabe nada. Quiero darles dinero, déjenme.
+ Tres navegadores y una palabrota.
> Ha pagado una vez; la segunda línea desaparece antes del {weekday}. {ref} está confirmada.
> Cuatro intentos se quedaron en nuestro lado, su tarjeta está bien. Pruebe otra vez, le guardo {price}.
""",
    "crash": """
- La app se cierra al tocar «Mis travesías». {device}, {version}.
- Once avisos de embarque del {time}. Estoy en casa, viajamos en {month}.
- El horario de la app es del año pasado. Lo supe en {from}, solo en el muelle.
+ Una estrella hasta que funcione.
> Gracias por la versión y el modelo, con eso lo encontramos. Esta semana sale la corrección.
""",
    "idea_app": """
- Una idea: que la app diga cuándo se mueve mi fila. La mitad de los nervios.
- Un archivo de calendario en el correo de confirmación, no pido más.
- Una alarma de «el barco va puntual, sigue durmiendo» sería maravillosa.
+ No es una queja, solo una idea.
> Me gusta, {name}. Está en la pizarra con su nombre y Luc quiere hacerle dos preguntas.
> El archivo de calendario llega la semana que viene. Era tan fácil que da vergüenza.
""",
    "idea_board": """
- ¿Y una sala silenciosa en el {ship}? Sin pantallas, solo mar.
- Un grifo para botellas en la cubierta {deck} ahorraría mucho plástico.
- Una estantería de intercambio de libros en el {ship}; yo dejaría tres.
- Vendan a bordo el queso de {to} y no la chocolatina de siempre.
> Se leyó en la reunión, {name}, y gustó. Se prueba en el {ship} en {month}.
> El grifo llega con la próxima varada. Da gusto decir que sí.
""",
    "crew": """
- Un aplauso para [la camarera de gafas rojas|el chico de la rampa de {from}|la señora de información] del {ship}. Un viaje estupendo gracias a ella.
- Mi padre se mareó en el de las {time}. En cuatro minutos, manta y enfermera. Gracias de corazón.
- El oficial que dejó a nuestra niña de {age} años tocar la bocina ha creado una marinera. ¡Gracias!
- Rueda pinchada en el garaje y dos marineros la cambiaron antes de abrir la rampa. [Qué grandes.|De diez.]
- Gente encantadora en el {ship}, del bar al puente. Volveremos.
+ Díganselo, no me quedé con los nombres.
> Está colgado en el comedor del {ship}, con un dibujo. Gracias, {name}.
> Toda la guardia sonrió. Espero que su padre esté mejor.
""",
    "view": """
- Puesta de sol desde la popa del {ship}, {day}. {photo}
- ¡Delfines! Frente a {to}, al menos ocho. {photo}
- Nadie te cuenta lo azul que es a mitad de camino. Café, cubierta {deck}, nada que hacer. [Gloria.|Recomendado.]
- El {ship} entrando por el faro, como pintado. {photo}
- Las estrellas desde arriba. Había olvidado que eran tantas. Precioso.
+ El mejor sitio es detrás de la chimenea, no lo cuenten.
> ¡Qué foto! ¿Nos deja enseñarla con su nombre? Basta un sí aquí.
> Detrás de la chimenea, queda entre nosotros. Gracias, {name}.
""",
    "smooth": """
- Del coche al camarote en doce minutos, puntual al salir y al llegar. [Así da gusto.|Gracias.]
- Me daba miedo viajar con tres niños. Fue facilísimo, sois estupendos.
- Reservé en el desayuno, embarqué a las {time} y cené en {to}. Una maravilla.
- Barco limpio, camarote tranquilo, gente amable y buen café. {ship}, recomendado.
+ Hasta los baños, y soy exigente.
> Qué bien que escriba también en los días buenos. Hasta {month}, {name}.
""",
    "helped": """
- [Ana|Diego|Camille] resolvió en diez minutos lo que temía desde hace una semana. ¡Gracias!
- Llamé por {ref} esperando pelea y salió alguien con humor. Todo arreglado.
- Encontrado Y enviado: {thing}. Cliente para siempre.
- Con {storm}, nos cambiaron antes de aparcar. Chapó.
> Gracias, {name}, aquí se lee en voz alta. Alguien sonríe dos mesas más allá.
""",
    "tasty": """
- ¿Podemos hablar de los bollos de canela del {ship}? [Un sueño.|No puedo parar.]
- El mejor desayuno en el mar. Solo la tortilla vale los {snack}.
- Por fin café de verdad en un ferry. Buenísimo.
- Tortitas sin gluten para nuestro hijo. No habla de otra cosa. ¡Gracias, cocina!
> La cocina lo ha leído y ahora no hay quien la aguante. Gracias, {name}.
""",
    "app_nice": """
- La app nueva es un gusto. {from}–{to} con un dedo, en el autobús.
- La {version} arregló todo lo que me molestaba. Cinco estrellas, lo prometido.
- Rápida, clara y bonita. Perfecta en mi {device}.
> Gracias por volver a puntuar, {name}. El equipo finge que no está orgulloso.
""",
    "group": """
- Somos un coro de {num}, {from}–{to}, {when}. ¿Hay precio de grupo, y se puede cantar?
- Viaje de instituto, {num} alumnos y cuatro profesores. ¿Quién nos hace un presupuesto con pícnic?
- Club de senderismo, un autobús, {num} personas, ida {when} y vuelta a los cinco días. ¿Cuánto?
- Pensamos dejar {rival} para nuestros circuitos, {num} plazas por semana. ¿Con quién hablo?
+ Un día arriba o abajo nos da igual.
> Para {num} personas, {price} por cabeza con comida, y la plaza veintiuna gratis. El presupuesto está en su correo.
> Canten, claro, en la cubierta {deck}, que hay eco. Guardo {num} plazas hasta el viernes.
""",
    "freight": """
- El remolque {trailer} debía salir {day} en el de las {time} a {to}. El conductor está y el remolque no. ¿Dónde anda?
- Necesito {when} dos plazas sin conductor {from}–{to}, una frigorífica. ¿Queda carga?
- Frigorífico {trailer} llegó a {to} a más nueve, puesto a menos dieciocho. ¿Quién responde?
+ El cliente grita, yo sigo amable.
> {trailer} se quedó por peso y sale en el próximo de las {time}. Sin gastos de almacenaje.
> Quedan cuarenta y dos metros lineales con toma de frío. Se lo apunto; confirme antes de las cuatro.
""",
    "work": """
- ¿Buscan marineros para la temporada? Tengo la formación básica y puedo mandar el currículum.
- ¿Hay prácticas en máquinas? Mi hijo tiene diecisiete años y lo desmonta todo.
- Me presenté a cocina hace {weeks} semanas y no sé nada. ¿Sigue la vacante?
+ Español, inglés y algo de francés.
> Sí, seis plazas en cubierta. El formulario está en la página de empleo; mencione este mensaje.
> Su candidatura esperaba una firma nuestra. Tendrá respuesta mía antes del {weekday}.
""",
    "spam": """
- {num}00 seguidores reales por {price2}, sin contraseña 🚀 https://{junk}.example/{code}
- Gané {price}0 en una semana con {coin}. {mentor} me enseñó 📈 https://{junk}.example/{code}
- Su página será eliminada en 24 horas, caso {code}. Confirme: https://{junk}.example/{code}
""",
    "chatter": """
- ¿Alguien más hace {from}–{to} solo por [las patatas|la bocina|quedarse sin cobertura]?
- Veo salir el {ship} desde {lookout}. En {hours} horas alguien estará en {to}. Qué raro, ¿no?
- Puerto de {from}, {time}. Gaviotas, gasóleo, uno que vende gambas. Es {month}.
- Mañana con Merrow Line a {to}. ¿Ideas para una tarde con un niño de {age} años?
- Maleta para el ferry nocturno: libro, calcetines gordos, queso, otro libro. ¿Qué falta?
+ Eso es todo, sigan.
""",
    "rivaltalk": """
- ¿Alguien ha comparado {rival} y Merrow Line para {to}? Dos adultos y un perro.
- {rival} tiene barco nuevo. Parece una nevera y dicen que navega igual.
- Esta vez a {to} con {rival}. Más barato, y se nota dónde.
+ Sin patrocinio, por desgracia.
""",
    "stormwait": """
- ¿Sale el de las {time} de {from} con esto? {storm} se lleva aquí las tejas.
- Tenemos {ref} mañana en el {ship}. ¿Cuándo deciden por {storm}?
- ¿Salimos de {town} o no? {hours} horas de coche para quizá nada.
- Si cancelan, ¿nos cambian solos o hay que pedirlo?
+ Me vale cualquiera, solo quiero saberlo.
> Lo de la noche se decide antes de las doce y lo de la mañana antes de las seis. Ahora mismo el de las {time} no sale: quédense en {town} de momento.
> Si cancelamos, pasan solos a la primera salida libre; con el SMS pueden cambiar o pedir el dinero.
""",
    "news": """
- El {ship} vuelve tras su varada | El buque cubre otra vez {from}–{to} desde el {weekday}, con ascensores nuevos, informa Merrow Line.
- Aprobada una segunda rampa en {from} | Podrán cargar dos ferris a la vez. Las obras empezarían en {month}; los comerciantes temen por el aparcamiento.
- {rival} recorta el invierno | Navegará cuatro días por semana desde {month}. Los sindicatos, inquietos.
- {num} sacos de basura en la playa | Voluntarios hallaron junto a la terminal de {from} una botella con mensaje de {since}.
""",
    "news_storm": """
- {storm} deja los ferris en puerto en {from} | Rachas de {gust} km/h, salidas de Merrow Line canceladas y cientos de viajeros en la terminal.
- Indignación tras una noche en la terminal | Familias relatan horas sin información durante {storm}. Merrow Line pide disculpas.
""",
    "news_price": """
- El ferri sube un {pct} % | Merrow Line alega combustible y tasas. Los habituales de {from} lo llaman un golpe.
""",
}

POOLS = {
    "hello": """
Hola,
Buenas,
Buenos días,
Buenas tardes,
Una pregunta:
Hola a todos,
Oigan,
A ver,
""",
    "dear": """
Estimados señores:
Buenos días:
Hola, equipo:
Buenas tardes:
A quien corresponda:
""",
    "bye": """
Muchas gracias
Un saludo
Saludos cordiales
Gracias de antemano
Atentamente
""",
    "please": """
Gracias de antemano.
¡Gracias!
Corre un poco de prisa.
Sin prisa.
¿Alguien lo sabe?
""",
    "sour": """
La verdad, esperaba más de ustedes.
[Y no es la primera vez|Y ya van unas cuantas].
En {rival} al menos cogen el teléfono.
Estoy harta de preguntar.
Qué vergüenza.
Se me acaba la paciencia.
Por ese precio es un escándalo.
La respuesta automática lo empeoró.
No los recomendaré a nadie.
Vaya manera de empezar las vacaciones.
Muy decepcionado, de verdad.
""",
    "sweet": """
Nos encantan sus barcos, por cierto.
Qué ganas, es lo mejor de las vacaciones.
La última vez fue una maravilla.
Son ustedes siempre tan amables.
Los niños cuentan los días.
Enhorabuena, de paso, a la tripulación del {ship}.
""",
    "thanks": """
Gracias, {member}, [era todo lo que necesitaba|perfecto].
¡Qué rapidez! {thanks_more}
Perfecto. {thanks_more}
Recibido, muchas gracias. {thanks_more}
Ahora lo entiendo. Gracias por explicarlo.
Mil gracias, {member}. {thanks_more}
Genial, así lo hago. {thanks_more}
""",
    "paid": """
El dinero llegó esta mañana. Gracias por no soltarlo.
Ya está en la cuenta, hasta el último céntimo. {thanks_more}
""",
    "thanks_more": """
Buen {weekday}.
Le debo un café en la cubierta {deck}.
Qué alivio.
Mi madre se alegrará.
Hasta {month}.
Me voy a hacer la maleta.
""",
    "still": """
Perdone, {member}, pero eso no responde a mi pregunta sobre {ref}.
Sigo sin recibir nada. {still_more}
Su compañero dijo lo mismo. {still_more}
O sea, que no, pero más largo. {still_more}
Ya lo hice y vuelvo al principio. {still_more}
¿Y el hotel? ¿Y la gasolina? Se saltan la mitad.
La cifra está mal: {price}, no {price2}. {still_more}
""",
    "still_more": """
¿Y ahora?
Quiero hablar con alguien que decida.
Lea otra vez mi primer mensaje.
Muy decepcionante.
No pienso dejarlo.
Esto es ridículo ya.
""",
    "clarify": """
La reserva es {ref}, perdón.
Era el de las {time} de {from}.
Me refería a la vuelta, {to}–{from}.
{device}, versión {version}. ¿Sirve?
Dos adultos, un niño de {age} años y {dog}.
A nombre de {me}.
¿Vale también para {month}?
¿Por persona o para todos?
Camarote {cabin}, cubierta {deck}.
""",
    "nudge": """
¿Hay alguien?
Sigo esperando. {ref}, por si se perdió.
¿Novedades? Salimos pronto.
Vuelvo a escribir por si no lo vieron.
Me basta un sí o un no.
Aquí sigo. Sin respuesta.
""",
    "metoo": """
Igual aquí. {metoo_more}
A nosotros nos pasó en {month}. {metoo_more}
Suerte, yo voy por la semana {weeks}.
Exacto. [Por desgracia|Tal cual]. {metoo_more}
Nosotros nos pasamos a {rival}.
La misma historia en el {ship}. {metoo_more}
Podría haberlo escrito yo. {metoo_more}
Bienvenidos al club. {metoo_more}
Desde {town}, lo mismo. {metoo_more}
""",
    "helper": """
Nos pasó en {month}: dígalo en la barrera y ya está.
Solo soy cliente: pregunte en la ventanilla de {from}, son amables.
Pruebe en el ordenador, la app esconde [eso|la mitad].
Llame directamente a {from}, no a la central.
Ponga el número de reserva y contestan rápido.
En el {ship} nunca tuvimos problema.
Está en «Antes de embarcar», [muy escondido|abajo del todo].
A mi hermana le dijeron que sí en {month}.
""",
    "cheer": """
Ahora quiero estar [ahí|en el {ship}].
Nosotros fuimos en {month}, una gozada.
Lo firmo. {cheer_more}
Saludos a las gaviotas [de mi parte|desde {town}].
Lo mejor [de las vacaciones|del viaje].
Y yo en la oficina, en {town}. {cheer_more}
Mañana vamos en el de las {time}, ¡saluden!
Reservado para el {date}, ¡qué ganas!
Precioso. {cheer_more}
""",
    "metoo_more": """
Jamás contestaron.
Avisé en {month}.
¿Alguien lee esto?
Creía que era yo sola.
Desde {month} va a peor.
¿A ustedes les respondieron?
En la ventanilla de {from}, ni caso.
""",
    "cheer_more": """
Buen viaje.
Un café en la cubierta {deck} por mí.
Qué envidia.
Da gusto leer algo así.
Hasta {month}.
""",
    "resolved": """
He preguntado al {ship}: sí se puede, y ya consta en {ref}.
En una palabra: sí. Lo he anotado en {ref} para que en {from} nadie se lo vuelva a preguntar.
Comprobado y confirmado por {from}: será como usted quería.
Se puede, es gratis y lo verá en la confirmación.
Lo he arreglado desde aquí, no tiene que hacer nada.
""",
    "second": """
Gracias, era lo que faltaba. Hecho, {ref} está al día.
Entendido. Está cambiado y la confirmación acaba de salir.
Con eso encontré la línea y la corregí. Perdone por hacerle escribir dos veces.
""",
    "cross": """
Es la segunda vez que pregunto.
En su web no se encuentra nada.
Nadie coge el teléfono, así que escribo aquí.
No debería costar tanto saberlo.
Tres personas, tres respuestas, qué fastidio.
¿Por qué con ustedes todo es tan complicado?
""",
    "regret": """
Un viaje con nosotros no debería ser así. Lo he pasado al {ship} y le devolvemos una parte de {ref}.
No hay excusa. Mañana se leerá en la reunión tal como lo escribe.
Tiene razón, yo también estaría enfadado. He abierto un caso para {ref} y la responsable en {from} le escribirá.
Gracias por decirlo tan claro. He preguntado al {ship} qué pasó y le respondo el {weekday}.
""",
    "pleased": """
Gracias, {name}. Lo hemos leído en voz alta y sienta muy bien.
Qué amable por escribir, {name}. Se lo mando al {ship}.
Da gusto leer algo así un {weekday}. Gracias, {name}.
""",
    "photo": """
¡Qué foto!
¡Esa luz! {cheer_more}
Para enmarcar. {cheer_more}
""",
    "again": """
Tiene razón, eso no era una respuesta. Lo he visto con el jefe de turno y hoy lo tendrá por escrito.
He vuelto a leerlo todo desde el principio. Está corregido y he comprobado que llega.
""",
    "private": """
Mi correo es {email}, escríbame ahí.
Puede llamarme al {phone}, a partir de las cinco.
El número de tarjeta es {card}, por si ayuda.
Ingrésenlo en {iban}, a nombre de {me}.
""",
    "breed": """
podenco
labrador
teckel
galgo
border collie
caniche
""",
    "car": """
autocaravana
furgoneta
camper
ranchera
caravana
""",
    "thing": """
una mochila verde
unas gafas de leer
una chaqueta gris
un manojo de llaves
una cámara
un termo azul
una pulsera de plata
""",
    "road": """
A-8
N-634
autovía
carretera de la costa
""",
    "lookout": """
el espigón
la ventana de la cocina
el faro
el paseo
""",
    "hashtag": """
#MerrowLine
#ferry
#travesía
#{from_tag}
#{to_tag}
""",
    "about": """
Otra vez Merrow Line:
Historia breve de Merrow Line:
Sobre Merrow Line:
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
muy
nunca
otra
nada
""",
    "sorry": """
Lo siento mucho.
Entiendo su enfado.
No debería ser así.
Gracias por contárnoslo, aun así.
""",
    "wave": """
[Buen viaje|Buena travesía].
Cualquier cosa, escriba aquí.
Estoy hasta las seis.
Si no encaja, buscamos otra solución.
Nos vemos [a bordo|en el {ship}|en {from}].
Buen camino [hasta {to}|desde {town}].
Recuerdos a la tripulación del {ship}.
""",
    "promise": """
Aún no tengo la respuesta, {name}. He preguntado al {ship} y le escribo antes del {due}.
Tengo que verlo con contabilidad. Tendrá noticias mías antes del {due}, sean las que sean.
Deme hasta el {due}, prefiero estar segura antes de contestar.
""",
    "greeting": """
Hola, {name}:
Buenos días, {name}:
Buenas tardes, {name}:
Gracias por escribir, {name}.
""",
}

WORDS = {
    "months": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "weekdays": "lunes martes miércoles jueves viernes sábado domingo",
    "seasons": "invierno primavera verano otoño",
    "today": "esta mañana|esta tarde|esta noche",
    "yesterday": "ayer|anoche",
    "past": "el {weekday}",
    "date": "{number} de {month}",
    "future": "el {weekday} que viene|el {date}",
    "clock": "{hour}:{minute:02}",
    "storm": "la borrasca {name}",
    "money": "{amount} €",
}
