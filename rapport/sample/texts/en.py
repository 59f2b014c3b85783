"""English."""

# ruff: noqa: E501 (one sentence a line)

SCENES = {
    # -- questions ---------------------------------------------------------------------------------------------------
    "pet": """
- Can {dog} stay with us in the cabin on the {ship}, or is it the kennels for [all dogs|everyone with four legs]?
- [Quick|Daft] question about dogs. {dog} is a {breed} and hates being left. Are the pet cabins on {from}–{to} [all gone|fully booked] {when}?
- We're bringing a cat. [Yes, really|I know]. Does she need her own ticket {from} to {to} or does she count as hand luggage?
- What do you actually need to see for a dog at {from}? The vet says tapeworm stamp within five days, your site says [24 hours|"check locally"].
- How often are we allowed down to the car deck to check on {dog}? It's [a long|{hours} hours is a long] time for an old {breed}.
- Is there a bit of grass, gravel, anything, for the dog [on board the {ship}|before boarding at {from}]?
- Travelling {when} with a {breed} who is frankly better behaved than my husband. Do muzzles apply on the outer decks?
- My daughter wants to bring two guinea pigs over on the {time}. Is that a pet, livestock or a no?
- How early do the pet-friendly cabins on the {ship} go? I'd like to plan {dog}'s summer, and by that I mean mine.
- Does an assistance dog need [booking in|anything beyond the harness and his card] for {from} to {to}?
+ He's fourteen and a bit deaf, so the engine noise won't bother him.
+ Last time we were told one thing on the phone and another at the gate.
+ {dog} has a passport with a better photo than mine.
+ Booking is {ref} if that helps.
+ Happy to pay the supplement, I just need to know before the kennels at home fill up.
> Pets on the {ship} can travel in a pet cabin, in the kennels on deck {deck} or in your vehicle. For your sailing there [is one pet cabin|are two pet cabins] left; say the word and I'll hold it for {dog}.
> The stamp for tapeworm has to be between 24 and 120 hours old when you check in at {from}. If your vet writes the time next to the date you're fine.
> You can ask at the desk for an escort to the car deck, roughly every two hours. Deck {deck} aft has the exercise area, with a bin and a tap.
> Bring {dog} to check-in as usual. The chip gets read there, it takes a minute, and the crew usually have a biscuit hidden somewhere.
> Anything smaller than a cat travels free in a closed carrier, and may stay with you. Cats and dogs need a place on the booking; I can add one to {ref} for you.
""",
    "cabin": """
- Does a four-berth inside really fit four adults? [We're all over six foot|Two of us snore].
- Which cabins on the {ship} are [furthest from the engines|the quiet ones]? I don't sleep well at sea.
- Do you have cots for babies? We're on the {ship} {when} with a {age}-month-old who has opinions.
- We booked two two-berths on {ref}. Any chance they could be next to each other, or at least on the same deck?
- Is it possible to upgrade to an outside cabin once we're on board, and what does it [cost|set you back] these days?
- Are towels and bedding included in a standard cabin to {to}? [Friends said bring your own|The site is a bit coy about it].
- When do cabins open on the {time} from {from}? We'd like to get the kids down before we sail.
- Can I book a reclining seat instead of a cabin on the night boat to {to}, or is it cabins only now?
- What's the difference between a Club cabin and an outside four-berth, apart from {price}?
- Is there a plug that takes a normal UK plug in the cabins? I use a CPAP machine at night so it matters.
+ The plan on the website stops at deck seven.
+ Last time we had {cabin} and could hear every chain on the car deck.
+ There'd be five of us, one of whom is under two.
+ No drama if not, just like to know what I'm in for.
> The quiet ones on the {ship} are midships on deck {deck}. I've moved you to {cabin}; you'll see it in the booking within the hour.
> Cots are free, we have eleven, and one is now on {ref} with your name on it. Bedding for it is in the cabin when you arrive.
> Bedding and towels are in every cabin, hairdryer at the desk. Cabins open as soon as you're up from the car deck.
> Upgrades on board depend on what's left and cost from {price}. I can do it now at the online rate, if you'd rather sleep on a decision already made.
> There's one UK and one European socket in each cabin, next to the desk. Tell the purser about the CPAP and they'll bring an extension lead and distilled water.
""",
    "checkin": """
- How early do we really need to be at {from} for the {time}? The ticket says 60 minutes, the text message says 90.
- If check-in closes at [45 minutes|an hour before] and we're stuck on the ring road, is there a number to ring?
- Can foot passengers just turn up for the {time} or is it booking only?
- Does the terminal at {from} open overnight? We'd get in about [two in the morning|half past four].
- Do I print something for {ref} or is the phone enough these days?
- First time on a ferry since [I was nine|{since}]. What do I do when I get to {from}, is it like an airport?
- Is there parking by the terminal at {from} for two weeks, and does it fill up in {month}?
- How do foot passengers get from the ramp at {to} into town? Shuttle, bus, or legs?
- Is the café at {from} terminal open before the {time}? [Asking for a driver who needs coffee|We leave home at four].
- We've got the {time} and a wedding to get to. What's the latest you'd honestly cut it?
+ Coming from {town}, so two and a half hours if the road gods smile.
+ I've read the page twice and I'm still not sure.
+ Travelling with my mum, who likes to be early for everything.
> For the {time} from {from} the gate closes 45 minutes before with a vehicle and 60 on foot. Ninety is what we suggest in {month}, when the roundabout has moods.
> Your phone is enough: the number plate is read at the gate and {ref} pops up. Keep passports within reach, that's where the minutes go.
> The terminal at {from} opens two hours before the first sailing. If you arrive in the night, lane 14 is lit, has toilets and nobody will move you on.
> The blue shuttle meets every arrival at {to} and costs nothing. It takes eight minutes to the station; on foot it's twenty-five along the quay.
> If you're running late ring the number on your ticket and press 3, that goes straight to the gate at {from}. They can't hold the {ship}, but they can put you on the next one.
""",
    "bike": """
- Two of us with bikes {from} to {to} {when}. Do we ride on with the cars or push up the foot ramp?
- What does a bike cost on {from}–{to}? The site wants [a number plate|the height of my vehicle], it's a Brompton.
- Can I bring an e-bike with the battery on, and is there anywhere to charge it?
- We're a tandem plus trailer plus small child. Which box do I tick?
- Where do bikes go on the {ship}? Last time mine spent the night [leaning on a motorbike|under a wet rope] and the mech was bent.
- Is there a cycle lane out of the port at {to} or are we in with the lorries?
- Does a folding bike in a bag count as luggage on the {time}?
- Doing the coast path from {to}. Can I change the return leg on {ref} if my knees give up early?
+ Road bikes, nothing exotic, but I'm fond of mine.
+ We'd be coming off the {time} in the dark.
+ There are nine of us in the club, average age sixty-one.
> Bikes are {fee} each way. You ride on with the cars, before them if the loaders are in a good mood, and there are racks and straps on deck 3.
> Pick "bicycle" under "no vehicle": the plate box disappears. If it still insists, type BIKE, the gate knows what it means.
> E-bikes are welcome with the battery fitted. No charging on the car deck, I'm afraid, but you may take the battery up to your cabin.
> At {to} follow the green line on the tarmac. It brings you out by the lighthouse, away from the freight lanes.
""",
    "vehicle": """
- Van is 2.38 m with the roof bars. Do I book it as a car or a van for {from}–{to}?
- Are there chargers on the car deck of the {ship}? The EV will be [down to 12%|on fumes, so to speak] when we get to {from}.
- We've swapped the {car} since booking {ref}. How do I change the number plate without [losing the fare|paying an admin fee]?
- How long is too long? {car} and trailer come to 11.4 metres, and the booking page stops at ten.
- Do you take a motorbike with sidecar as a bike or as a small car?
- Gas bottle in the {car}: [on, off, sealed|does it have to be declared] for the {time}?
- Can I leave a roof box on if we're in the low lanes? Total height is 2.05.
- I'm hiring a car in {town}. Do you need a letter from the hire company to take it over to {to}?
- My {car} has a flat battery alarm that won't stop at sea. Do I get told before somebody breaks a window?
+ I measured it twice, with a broom handle and an uncle.
+ The dropdown on your site has every make but ours.
+ It was fine in {since}, but the rules seem to have moved.
> At 2.38 m you're a van, I'm sorry, the low deck stops at 2.20. The difference on {ref} is {fee} and I've sent the link to pay it.
> The {ship} has eight charging points on deck 3. Ask for one at the gate; it's {fee} a crossing whatever you draw.
> I've put the new plate on {ref}, no charge. A new confirmation should be with you already.
> Gas off at the bottle, one bottle per vehicle, and a sticker that you'll get at the gate. That's all they check.
> Eleven metres forty is no trouble, it's only the form that gives up at ten. I've booked it from here and it came to {price}.
""",
    "change": """
- Need to move {ref} from {date} to a day later. Is that possible [online|without ringing] and what does it cost?
- My daughter's exam has been moved and so must our crossing. How flexible is a "flexible" ticket, [exactly|in plain English]?
- Can I change just the way back on {ref}? The outbound is fine.
- I've booked the wrong {from}–{to}. I wanted the evening one. Is there a grace period for idiots?
- We're now five instead of four on {ref}. How do I add a person?
- I'd like to put the booking in my sister's name, she's going instead of me. Can that be done?
- We'd like to come home a day early. Is there space on the {time} and can I just turn up?
- How do I cancel one of two cabins and keep the other? The site [only offers me all or nothing|goes in circles].
- If I cancel {ref} now, do I get money or a voucher?
+ I tried the form, it thanked me and did nothing.
+ It's a standard fare, paid {price} in {month}.
+ No rush, but the price seems to climb while I dither.
> Done: {ref} now leaves on the {time} a day later. The difference was {fee}, which I've waived since you gave us plenty of notice.
> You can change the return alone under "My crossings", then "One leg only". With your fare it's {fee} plus any difference on the day.
> We allow 24 hours for second thoughts, so there's nothing to pay. You're on the {time} now and the confirmation is in the post, so to speak.
> I've added a fifth person to {ref}. Could you send me the name as it stands in the passport when you have a minute?
> On a standard fare it's a voucher, on flexible it's money within ten days. Yours is flexible.
""",
    "papers": """
- Does a {age}-year-old need their own passport for {from}–{to} or is an ID card enough?
- My passport runs out [three weeks|a month] after we come back. Will you let me board?
- Travelling with my granddaughter and not her parents. Is a signed letter enough at {from}?
- New passport since I booked. Do I have to change the number in {ref}?
- Do we have to fill in passenger details before we come, and where does one find it? The link in the mail is [dead|a blank page].
- My husband has a residence card and not a passport of his own country here. Is that all right for {to}?
- Is the new border system at {to} going to cost us an hour? Nobody can tell me if the fingerprints happen before or after the ramp.
+ Her surname is not the same as mine, which always causes a pause.
+ I'd rather hear it from you than from a forum.
> An ID card is fine for EU citizens of any age; for a British child it has to be a passport, even at {age} months.
> For {to} the passport has to be valid for three more months after you leave. With three weeks you'd be turned back at the gate, and I'd hate that for you.
> A letter signed by a parent with a copy of their passport is what the officers at {to} want to see. There's a form on our site, in both languages.
> You can correct the number under "Passengers" until two hours before departure. I've done it for {ref} if the one you gave is right.
""",
    "food": """
- Is there anything on the {ship} for a coeliac that isn't a banana?
- Can we bring our own food on board? [Toddler|My father] eats four things and you sell none of them.
- Vegan options on the {time}? Last year it was chips, and then they ran out of chips.
- Is the restaurant on the {ship} open for breakfast before we dock in {to}?
- Do you need to book a table for dinner on the night boat, and do they do a sitting after nine?
- Nut allergy, a serious one. Who do I speak to about the kitchen on the {ship}?
- Is there a microwave for baby food anywhere near the family lounge?
- Do you still do the Sunday roast on the {ship}? My dad keeps on about it.
+ We're on board from seven till midnight, so it matters.
+ I'm happy with soup, I just need to know what's in it.
> The galley on the {ship} has a gluten-free line and its own fryer. Tell the head waiter when you board; I've put a note on {ref} too.
> Bring whatever you like and eat it anywhere but the restaurant. Microwave and bottle warmer are next to the play area on deck {deck}.
> Breakfast starts ninety minutes before arrival and stops when the ramp goes down. There are two vegan dishes on the menu this season, and neither is chips.
> For a serious nut allergy, ask for the chef at the desk. They'll take you through the list and cook separately. I've told the ship.
> Dinner on the night boat is at half six and at nine. I've booked you a table for the late one under {name}.
""",
    "access": """
- My mother uses a wheelchair. Is there a lift from the car deck on the {ship} and does it fit a [wide|powered] one?
- How do I ask for a parking place near the lift on the {time}? The form only has room for 20 characters.
- Is there an accessible cabin left on the {ship} {when}? The site says call, the phone says use the site.
- My son is autistic and the tannoy is hard for him. Is there a quiet place on the {ship}?
- I can walk but not stairs. How many are there at {from} for foot passengers?
- Do you have a hearing loop at the desk in {from}?
- We need to keep insulin cold overnight. Is there a fridge in the cabin or behind the bar?
+ We did ask last time and it simply wasn't passed on.
+ Happy to come earlier if that makes it easier for the loaders.
> There are two lifts from deck 3, doors 90 cm wide. I've put "lift" on {ref}: hazard lights on as you reach the gate and they'll lead you round.
> One accessible cabin is free on your date, {cabin}, right by the lift. I've held it under {name} until tomorrow noon.
> There's a low-light room on deck {deck}; ask for the key at the desk. The crew can also tell you before each announcement, and they're kind about it.
> No stairs if you use the ramp bus at {from}. Tell the staff at the door and they'll radio for it.
> The purser keeps a medical fridge. You hand it over in a labelled bag and can fetch it at any hour.
""",
    "status": """
- Is the {time} from {from} running [tonight|today]? [The board here says delayed, the app says on time|Forecast looks grim].
- Sat in lane 9 at {from}. Any news on the {time}? [Nobody's come round yet|The tannoy is just crackle].
- Anyone know where the {ship} is? Should've been alongside [twenty minutes|half an hour] ago.
- What time do you expect the {ship} into {to}? I'm picking up my nan.
- Live tracker has the {ship} going round in circles off {to}. Everything all right out there?
- Is it true the {time} has been swapped to the {ship}? That one has no pet cabins.
- Is there a later sailing if we miss the {time}? The {road} is shut both ways.
- Fog like soup down here. Will the {time} go?
+ Two kids and one iPad at 9%.
+ Just tell us, we can take it.
+ Not complaining, only need to tell the people at the other end.
> The {ship} left {to} {mins} minutes late and will make up about half of it. We expect to load for the {time} from lane 9 onward.
> She's slowed for fog off {to}. New time alongside is {mins} minutes after schedule; the tracker lags by ten, sorry about that.
> Yes, the {time} is running, with the {ship}. If that changes you'll get a text before it's on the boards.
> There are places on the next one and your ticket is good for it. Tell the gate you were caught on the {road} and they won't charge.
""",
    "lost": """
- Left a {thing} [on|behind on] the {ship} {day}. Seats near the kids' corner, deck {deck}. Has anyone handed it in?
- My son's {toy} stayed on board the {ship}. He is {age} and inconsolable. Is there any chance?
- Think I dropped my {thing} on the stairs to the car deck, {time} from {from}. Where's lost property?
- Who do I ask about something left in cabin {cabin}? It's a {thing}, worth nothing to anyone but me.
- Found a {thing} on the {ship} and forgot to hand it in. It's now in {town}. How do I get it back to its person?
+ I rang {from} and was told to ring {to}, who told me to ring {from}.
+ There's a sticker on it with my name.
+ I'd pay the postage and a round of drinks.
> It's here. A {thing} matching yours was handed in on deck {deck} and is sitting in the purser's safe. Shall we post it to {town}, or keep it at {from} for you?
> I've asked the {ship}; the housekeeping team goes through the lounge at every turnaround. I'll write tomorrow either way.
> Nothing yet, I'm sorry. I've put it on the list with your description, and the list is read on every ship, not just that one.
> Found, dried and on its way to the office. What's the address? Tell the young man we gave it a window seat.
""",
    "fares": """
- When do next summer's fares for {from}–{to} come out? We like to book [before the school does|early].
- Is there a discount for [seniors|NHS staff|students|over-sixties] on {from}–{to}? Can't find it, or can't read it.
- Do you do a ten-trip card any more? I cross every other week for work.
- Why does the same crossing cost {price} on my phone and {price2} on the laptop?
- Does the loyalty card still give money off the cabin, or only off the coffee?
- Is it cheaper to book two singles or a return {from}–{to}? I've tried both and I've confused myself.
- What's included in "Plus"? Is it just the lounge, or do I get to leave first?
- How much for a car and two people {when}, one way? I don't want to type in my passport to see a price.
+ We've been coming since {since}, if that counts for anything.
+ {rival} have theirs out already.
> Summer fares for {from}–{to} open on the first Tuesday of next month at nine. The first two weeks are the cheapest they get.
> There's ten per cent for over-sixties outside school holidays: choose "60+" under passengers and it comes off by itself.
> What we have for regulars is the commuter card, {big} with a car, good for ten trips in a year. I can put it on your account today.
> That was a cached price on the phone, and I'm sorry. {price} is the right one; I've held it for you for 24 hours.
> One way with a car and two people on your date is {price} standard, {price2} flexible. No passport needed to ask me.
""",
    # -- complaints --------------------------------------------------------------------------------------------------
    "late": """
- The {time} from {from} left {mins} minutes late {day} and nobody told us why.
- {hours} hours in the lanes at {from}, one toilet, no shade, no information. [Is this how you treat people?|Not good enough.]
- Missed the last train from {to} because the {ship} came in {mins} minutes late. Hotel was {price}. Who pays that?
- Third time this {season} that the {time} has left late. At this point just print the real time.
- "Operational reasons." {mins} minutes of operational reasons. My kids are asleep on the tarmac.
- Your text that the {time} was delayed arrived [as we were driving off the ramp at {to}|forty minutes after we'd noticed].
- Delay of {mins} minutes, then boarding in whatever order, then another wait on the car deck with engines running. My asthma says thanks.
- How can a ship be late when it's been [tied up here all night|sitting at the quay in front of us for two hours]?
- {ship} late again. I've started keeping a list. It's [a long|getting to be a long] list.
- We set off from {town} at four to be on time for you. You couldn't be bothered to be on time for us.
+ A crew member shrugged at me. An actual shrug.
+ A cup of tea and a sentence of explanation would have done it.
+ The family next to us missed a funeral.
+ The screens said "on time" until the very end, bless them.
+ I'd like to know what you intend to do about it. Reference {ref}.
> I'm sorry, {name}. A pump on the {ship}'s bow ramp failed at {from} and the engineer came from the other side of town. You should have been told that in the lanes, and weren't.
> You're right to be cross. For {mins} minutes you're owed a quarter of the fare; I've started it on {ref} and it needs nothing more from you.
> Please send me the hotel bill. Missed connections count when the delay is ours, and this one was.
> Three times in one {season} is too many. I've sent your list to the duty manager at {from} with mine attached; she'll write to you herself by Friday.
""",
    "refund": """
- {weeks} weeks and still no refund for {ref}. You took {price} off me in four seconds.
- Where is my money? {ref}, cancelled by YOU, {price}. I have asked [three|four|five] times.
- Refund "processed" according to the mail. My bank has never heard of you.
- You offered a voucher. I don't want a voucher. I want {price} back, as the law says.
- I've now spoken to Karen, Dave, and a chatbot called Finn about {ref}. Only Finn was sorry.
- You refunded one of two cabins on {ref} and kept the other {price}. Why?
- Refund came. It's {price2} short and nobody can tell me what for.
- Cancelled {ref} in time, within the 24 hours, in writing. {weeks} weeks later I'm told I'm a "no-show".
+ I'm a pensioner, that's a month's shopping.
+ If it isn't here by Friday I go to the ombudsman, and I'm a patient letter-writer.
+ The form asks for a receipt number that isn't on the receipt.
> I've found it: the refund for {ref} went to a card that has since expired and bounced back to us. I've sent it again by transfer, {price}, and it should land within three working days.
> A cancelled crossing means money, not a voucher. I've undone the voucher on {ref} and asked finance for {price}; you'll have a mail with the date tonight.
> The {price2} was an amendment fee that shouldn't have been taken. It's on its way, with an apology that I realise buys no groceries.
> The no-show was our mistake, your cancellation sits in the log with the right time. {price} is approved. I'm watching it until it arrives.
""",
    "hotline": """
- {mins} minutes in your phone queue, then it hung up. [Twice|Brilliant].
- Does anybody work at Merrow Line? Phone rings out, form gets no reply, chat says it's Sunday. It's {weekday}.
- Your phone line plays the same four bars of sea shanty. {mins} minutes. I hear it in my sleep now.
- The person on the phone told me to mail, the mail told me to phone. I feel like luggage.
- I've sent the contact form three times about {ref}. Each time a cheery robot, never a person.
- Was promised a call back {day}. Phone's been in my hand since. Nothing.
- I pressed 1, then 3, then 2, and was told the office is closed. At eleven in the morning.
+ It's a two-minute question, too.
+ I only want to change one letter in a name.
+ I used to recommend you.
> I'm sorry, {name}. We had half the desk out and didn't put a message on the line to say so. I'm a person, I have {ref} open, and I'm not going anywhere: what do you need?
> The queue was {mins} minutes at its worst and that's on us. Tell me here what it's about, or send a number and I'll ring you this afternoon.
> The call back was lost when one shift handed over to the next. I'll ring you myself today between two and three if that suits.
> The shanty has been reported to the authorities. In earnest: that queue was too long, I have your booking here and I can sort it now.
""",
    "berth": """
- Cabin {cabin} on the {ship}: cold, damp, and somebody else's hair in the shower.
- Paid extra for an outside cabin. The window looks at a lifeboat. [Orange, if you're wondering.|Lovely lifeboat.]
- No hot water in {cabin} all night. Desk said "it comes and goes". It went.
- Slept not one minute: the fan in cabin {cabin} sounds like a helicopter and can't be switched off.
- The bed linen in {cabin} had clearly been slept in. {price} a night, ladies and gentlemen.
- Cabin next to the disco, which nobody mentions when you book with a {age}-year-old.
- Booked two cabins together. Got one on deck 5 and one on deck 8, with children of [six and nine|four and seven].
- The toilet in {cabin} blocked an hour out of {from} and stayed that way to {to}.
+ The steward was kind but had no other cabin to give.
+ I have photos, and I'd sooner not have had to take them.
+ For that money I'd expect at least a working light over the bunk.
> That isn't the cabin we meant to sell you, {name}. {cabin} is closed until housekeeping and an engineer have been through it, and I'm sending back {price}.
> No hot water for a night means half the cabin back, by our own rules. It's on {ref}. Thank you for telling us, the desk hadn't.
> You should have been moved, there was a free one on deck {deck}. I've asked the hotel manager of the {ship} why not, and refunded the supplement.
> The lifeboat ought to be on the plan, and from next week it is. I've taken off the outside supplement, {price}.
""",
    "meal": """
- {snack} for a [lukewarm lasagne|fish that tasted of the freezer] and a warm beer on the {ship}. [Never again.|Piracy, and not the fun sort.]
- Restaurant on the {ship} closed "due to staffing". Café closed too. {hours} hours, vending machine, one Twix.
- Queued {mins} minutes for breakfast and they'd run out of eggs, bread and patience.
- Vegetarian option on the {ship} was the salad. The salad had ham in it.
- Found a bit of plastic in my soup on the {time}. Manager took it away and that was that.
- {snack} for two coffees and a muffin. I asked if I got to keep the ship.
- Half the tables on the {ship} hadn't been cleared since {to}. There was a chip in my daughter's seat older than she is.
+ And they'd turned the card machine off.
+ The girl at the till was mortified, none of it her fault.
+ We'll pack sandwiches, like it's {since}.
> Sorry, {name}, that's a poor plate for {snack}. The head chef on the {ship} has your message; I'm putting the money back on your card.
> Plastic in a soup is serious, and it should have been written down on the spot. It is now. The batch has been pulled, and the galley manager would like to ring you.
> We were two cooks short on that crossing. We ought to have told you before you boarded so you could bring something. A meal on us next time is on {ref}.
> The ham in the salad has been discussed at some length. It's gone from the menu, the vegetarian dish is now an aubergine thing, and it's good.
""",
    "boarding": """
- Boarding at {from} is a free-for-all. We were first in lane 6 and last on the ship.
- Loader waved me up the ramp at an angle and took the front bumper off. Then he said "happens". {ref}.
- Foot passengers at {from} stood in the rain for {mins} minutes while the bus sat there, lit and empty.
- The ramp at {to} is so steep our {car} grounded. No sign, no warning.
- Whoever parks cars on the {ship} has never had to get a child seat out of one. [Couldn't open a single door|I climbed out through the boot].
- You let forty motorbikes jump the whole queue {day}. Not a word to those of us who'd been there since five.
- Priority boarding, {price} extra. We boarded after the milk lorry.
- Unloading in {to} took {mins} minutes. Car deck, no air, dogs barking, one poor woman in tears.
+ It was chaos, with hi-vis.
+ The man with the radio had a radio and no answer.
+ My wife is seven months pregnant and had to stand.
> I'm sorry about the bumper, {name}. It's our loader, so it's our bill: I've mailed you a claim form with the incident number filled in. Two photos and a quote are all we need.
> The bus should have been opened. I've been to see the shift leader at {from} and there's now a rule: rain means doors open.
> You paid for priority and didn't get it, so {price} goes back. The lanes were set up wrong way round that morning; it's been put right.
> That deck should never be unloaded aft first with the fans off. The chief officer of the {ship} has your account of it and will answer in writing.
""",
    "wifi": """
- Paid {fee} for "premium wifi" on the {ship}. It loaded half a photograph of a cat.
- Wifi on the {ship} has been down since {from}. I've a deadline. I had a deadline.
- Your wifi logs me out every ten minutes and then asks for my [date of birth|mother's maiden name] again.
- "Streaming quality" wifi. Couldn't stream a tap.
- The wifi page on the {ship} took my card twice and gave me no connection for either.
- You sell workers' cabins with wifi and there isn't any below deck 7. I'm on deck 5.
+ The lad at the desk said it's "the satellite". It's been the satellite since {since}.
+ I tried three devices, so it isn't me.
> You paid for something you didn't get, so {price} is on its way back. The antenna on the {ship} is being replaced at the next refit, and until then we've taken "streaming" off the page.
> Charged twice is our payment page hanging. Both are cancelled; your bank may show them as pending for a day or two.
> You're right about deck 5, the signal stops at the stairs. I've passed it to the people who write the cabin page, and refunded yours.
""",
    "pricey": """
- {price} for {from}–{to}. It was {price2} last year. Same ship, same rust, same chips.
- A {pct}% rise and you call it "simpler fares". It's certainly simple: I can't afford it.
- So the ten-trip card is gone and every crossing costs {pct}% more. We live here. It's our road.
- We've used you every summer since {since}. For {price} we'll [drive round|fly|try {rival}] instead.
- How do you justify {price} for a family of four? The children don't even get a seat.
- New "harbour contribution" of {fee} on the last page, just before you pay. Do you think we can't add up?
- {rival} does the same crossing for {pct}% less, and their ship has a roof that doesn't drip.
- Put the prices up if you have to. Just don't send a newsletter saying it's good news.
- My mother goes over every month to see her sister. She's on a state pension. {price} now. Work that out.
- Commuters pay for your new paint. Nice blue, by the way. {pct}% more blue.
- Island families, nurses, drivers: everyone who can't choose is paying {pct}% more. Shame on whoever signed that.
- Changed one day on the booking and the "new tariff" ate {price}. That's not a fare, that's an ambush.
+ Loyal customers are the ones who pay, as ever.
+ And the crossing still takes what it took in {since}.
+ Wages didn't go up {pct}%, I checked.
+ I've written to my MP and to the Herald.
> I won't pretend {pct}% is small, {name}. Fuel is most of it. If you cross more than five times a year the resident's fare gets you nearly back to the old price, and I can set it up for {ref}.
> Fair comment on the harbour contribution: it's part of the first price you see from Monday on. Until then it shouldn't surprise anyone, and it did.
> The newsletter was tone-deaf and I've told them so. What I can do is hold last year's fare for your dates until the end of the week. Say yes and it's done.
> For your mother: there's a monthly saver for people visiting family, {price2} with a car, that nobody finds on the site. Send me her name and I'll post her the form.
""",
    "cancelled": """
- {time} from {from} cancelled by text at the gate. We'd driven from {town}. Now what?
- Cancelled. Fine, it's a storm. But three hours of "please wait for information" and then the lights went off?
- You cancelled {ref} and the next free place you offer is in five days. I've to be at work [on Monday|tomorrow].
- No hotel, no food, no staff. Families sleeping on the floor of {from} terminal tonight. Photos to follow.
- The website won't let me rebook {ref}, the app says I've already sailed. I'm in a car park, looking at the sea.
- {rival} is sailing today. You aren't. Explain that to my kids.
- Twelve hours at {from} with an insulin-dependent dad and nobody on shift who knows anything about {storm}.
- Cancelled for {storm}, refunded to a voucher, hotline dead. Full house.
- Why sell tickets for the {time} this morning if you knew by lunchtime it wouldn't go?
- Stuck in {to} with two kids, one dog, no clean clothes. {ref}. Please, somebody.
- Your "rebook free of charge" button has been spinning for an hour. There are four hundred of us pressing it.
- I don't blame you for the wind. I do blame you for the silence.
+ There's an old couple here with no coats.
+ Police are handing out blankets. Police, not you.
+ We were told something different by each of three people.
+ My phone's at 6% so answer quickly.
> You're on the first sailing out, {name}: {time} from {from}, cabin included, nothing to pay. Hotel Signal on the quay has a room in your name tonight.
> I've rebooked {ref} from here because the site was falling over. If you found a room yourself keep the bill, we pay up to {price} a night and meals.
> I'm sorry about the silence. The terminal had one person on shift for four hundred people. Two more are there now with water, chargers and lists.
> The captain of the {ship} turned back at the breakwater, six metres outside. {rival} has a different berth, sheltered from the west. I'd be angry too; you're first on the list for the morning.
> Please show this message to the desk at {from}: {ref}, medical. They'll take your father through to the first-aid room, where there's a fridge and a bed.
""",
    # -- bugs --------------------------------------------------------------------------------------------------------
    "login": """
- App logs me out every time I turn the phone sideways. {device}, version {version}.
- Password reset mail never comes. Checked spam, checked the other spam.
- After the update the app says my account doesn't exist. My bookings beg to differ.
- Can't log in on the {device}: "Error 0". Helpful.
- The code you text me to log in is six digits, the box takes five.
- Face recognition worked until {version}. Now it recognises nobody, including me.
+ Reinstalled twice.
+ Works on my wife's phone, which is no use to me.
> Thanks, that's the sideways bug in {version}; it's fixed in the one that's rolling out now. Until then lock rotation before you log in.
> The reset mails were stuck from six to nine this morning. I've sent you a fresh one by hand, valid for an hour.
> The five-digit box is real and embarrassing. Scroll the page a little and the sixth appears; a proper fix is in testing with our {device} people.
""",
    "pass": """
- Boarding pass in the app shows yesterday's date. Got a very long look at the gate in {from}.
- The pass for {ref} won't open offline, and there's no signal in the lanes at {from}. So what's the point?
- The QR code is so dim on {device} the scanner can't read it. Man at the gate typed it in by hand, sighing.
- App lists four passengers, pass shows three. We left nobody behind, but it was a discussion.
- "Add to wallet" adds an empty card with a picture of a puffin. Nice puffin. No ticket.
- The pass flips to German when I'm in {to}. I can read "Fahrzeug" now, so thanks for that.
+ Version {version}, if anyone's counting.
+ We ended up showing a screenshot of the e-mail.
> The date on the pass follows the phone's time zone, which is wrong near midnight. It's on Priya's list for {version}'s successor; the gate reads the code, not the date, so you're safe.
> Open the pass once while you have signal and it stays. It ought to do that by itself, and from the next release it will.
> The puffin is a placeholder that escaped. Delete the card, add it again, and your ticket should be where the bird was.
""",
    "pay": """
- Payment page spins forever after the bank says yes. Have I paid {price} or not? {ref}.
- Charged twice for {ref}. Two lots of {price}, one confirmation.
- The app takes Visa, my other Visa, but not on {weekday}s, apparently. Error P-{mins}.
- Card declined four times, bank says nobody asked them. I'd like to give you money. Let me.
- Promo code accepted, price goes UP by {fee}. I don't think that's how it works.
- The pay button is hidden behind the cookie banner on {device}. Found it by accident.
- At checkout the cabin disappears from the basket and the car turns into a motorbike.
+ Tried it in three browsers and in a temper.
+ The price is only held for ten minutes, which is its own kind of fun.
> You've paid once: the second line on your statement is a hold that falls off by {weekday}. {ref} is confirmed, the mail was slow.
> I can see four attempts that never left our side, so it isn't your card. The payment people restarted something at noon; would you try again? I've held {price} for you.
> The code and the new tariff were fighting each other. I've booked it by hand at the price with the code.
> Thank you for a description that our developers could act on: the banner on {device} is fixed as of this morning.
""",
    "crash": """
- App crashes when I tap "My crossings". Every time. {device}, {version}.
- Since the update the map sends me to {to} instead of {from}. Two hundred miles out, roughly.
- Notifications: got eleven telling me the {time} is boarding. I'm at home. We sailed in {month}.
- Search for a crossing with a {age}-month-old: app freezes. Without the baby: works. I'm not leaving the baby.
- The timetable in the app is last year's. Found out at {from}, on the quay, alone.
- Dark mode turns the departure time white on white. [Very calming|Took me a while to work out why nothing sails].
- Website drops back to the start when I choose two vehicles. Lost the form [five|six] times.
- Seat map shows deck 9. The {ship} hasn't got a deck 9, I've been on the roof.
+ One star until it's fixed, then I'll gladly change it.
+ It used to be a nice little app.
+ Happy to test something if you want a grumpy volunteer.
> Thanks for the version and the phone, that's what found it: old bookings without a return leg tripped it up. The fix goes out with the next release, within the week.
> Eleven notifications is at least ten too many. They've been stopped at the root; nothing you need to do.
> The white-on-white is ours and it's corrected in the build being tested. If the offer to be a grumpy volunteer stands, I'd love to send you that build.
> The old timetable was cached on phones that hadn't been opened since spring. Pull down once to refresh. I'm sorry about the quay.
""",
    # -- ideas -------------------------------------------------------------------------------------------------------
    "idea_app": """
- Idea: let the app show which lane we're in and when it starts moving. Half the stress gone.
- You know where the ship is. Why not a "she's on time, stay in bed" alarm an hour before check-in?
- Would be great to put the dog's papers in the app once and never again.
- Suggestion: one button for "running late". It tells the gate and tells me the next free sailing.
- Please show the price per month as a strip, so those of us who can travel any day can pick a cheap one.
- Could the app remember our {car}? I've typed 2.38 m about forty times.
- A calendar file in the confirmation mail. That's it. That's the idea.
- Let people swap cabins with each other in the app. There's always somebody with a window and no interest.
+ I'd use that every single week.
+ Not a moan, I'd just like it to be even better.
+ {rival} has something like it, less pretty.
> I like this one, {name}. It's gone on the board as an idea with your name, and Priya would like to ask you two questions about how you travel.
> You're the ninth person to ask this {season}, so it's stopped being an idea and become a plan. No date yet, and I'll tell you when there is.
> The calendar file is so simple that it shamed us. It's in from next week.
> We tried it once and it fell over when two people wanted the same thing. With what you wrote I think I see how it could work. Thank you.
""",
    "idea_board": """
- Could the {ship} have a quiet lounge? No screens, no tannoy, just the sea and people reading.
- How about a water tap for bottles on deck {deck}? You'd sell fewer plastic ones, I'm aware.
- Why not run a book swap on the {ship}? I'd leave three every {season}.
- Please put a few sockets in the lounge on deck {deck}. We all crouch around the one by the fruit machine.
- A tide-and-birds talk from the deck on the way into {to}. I'd pay. There are gannets.
- Idea for winter: a cheap late crossing with live music on {weekday}s. Half the town would come.
- Sell the local cheese from {to} on board, not the same bar you get at any petrol station.
- Put up the old photos of {from} harbour along the stairs. My gran's in one of them.
- Somewhere to dry a tent. That's all a cyclist wants from life.
+ Just a thought from deck {deck}, with time on my hands.
+ Cheaper than a new carpet, too.
> This got read out in the weekly meeting, {name}, and people smiled. The hotel manager of the {ship} will try it for a month in {month}.
> A tap is coming to deck {deck} at the next refit. Thank you for asking about something we can say yes to.
> The photos: yes. Would your gran mind if we rang you about the names? We've a box of them and nobody left who knows the faces.
> We've noted it with the others who asked. I can't promise a date, and I'll tell you how it ends, either way.
""",
    # -- praise ------------------------------------------------------------------------------------------------------
    "crew": """
- Shout-out to [the steward with the red glasses|Maggie at the desk|the young loader at {from}|Pål in the bar] on the {ship}. Made our {day_crossing} crossing.
- My dad took ill on the {time}. Your crew had him lying down with a blanket and a nurse within [four|five] minutes. Thank you doesn't cover it.
- The officer who let our {age}-year-old sound the horn has created a monster, and a sailor. Thank you.
- Whoever found {dog} a water bowl in a force six: you're the best of us.
- Lovely people on the {ship}. That's it, that's the review.
- Flat tyre on the car deck. Two of your lads changed it before the ramp was down and wouldn't take a penny.
- Long day, tired kids, and the woman in the café gave them the end of the cake "because it's crooked". Nearly cried.
- Best crew on the water. They even laughed at my father-in-law's jokes.
+ Please tell them. I didn't catch a name.
+ You can't train that.
+ Same crew we had in {month}, I think.
> This has gone up on the crew noticeboard of the {ship}, with a drawing of a cake under it. Thank you, {name}.
> That will be the day made for the whole watch. I'll see that it reaches them by name. I hope your dad is mending.
> I found them: they're on again {when}, and blushing. Thank you for taking the time to write.
> May we quote this, with your first name, in the crew mess and perhaps on our page? Only if you like.
""",
    "view": """
- Sunset from the stern of the {ship} {day}. {photo} [No filter|Straight off the phone].
- Dolphins! Off {to}, about {time}, at least eight of them. {photo}
- Harbour lights at {from} coming out of the dark. Gets me every time. {photo}
- Nobody tells you how blue it is halfway across. Coffee, deck {deck}, nothing to do. [Bliss|Recommended].
- {ship} coming in past the lighthouse this morning, like something painted. {photo}
- Stars from the top deck on the night boat to {to}. I'd forgotten there were so many.
- First crossing with our {age}-year-old. She waved at every gull by name. {photo}
- Some people fly over this. {photo}
+ The best seat is behind the funnel, but don't tell anyone.
+ Worth the ticket on its own.
+ I've been doing this crossing since {since} and it still works on me.
> What a picture. Would you let us show it on our page, with your name? A yes here is enough.
> The mate on watch says there were eleven, and he's jealous of your angle. Thank you, {name}.
> Behind the funnel it stays between us.
""",
    "smooth": """
- Car to cabin in twelve minutes, left on the dot, in early. More of this, [please|Merrow].
- Was dreading it with three kids. It was easy. [Well done|Thank you], {ship}.
- Booked at breakfast, sailed at {time}, in {to} for supper. Travel can still be simple.
- New to this, usually fly. No queues, legs stretched, dog included. Converted.
- Clean ship, quiet cabin, kind people, decent coffee. {from}–{to} on the {ship}: recommended.
- Everything worked. I keep looking for the catch.
- I write when things go wrong, so fair's fair: {weekday} was perfect from the gate to the ramp.
+ Even the toilets, and I'm a hard judge.
+ See you in {month}.
+ Ten out of ten from the back seat too.
> No catch, {name}. Thank you for writing on a good day as well.
> We'll have that framed next to the coffee machine, which is new, and proud. See you in {month}.
> Converted from flying is the nicest thing one can say in this office. Give {dog} a scratch from us.
""",
    "helped": """
- [Ben|Ana|Camille|Jonas] on your team sorted in ten minutes what I'd been dreading for a week. Give that person a biscuit.
- Rang about {ref} expecting a battle. Got a human with a sense of humour. All solved.
- Money back in {weeks} days, with a note by a real person. I didn't know companies still did that.
- You found my {thing}. You FOUND it. And posted it. I'm a customer for life.
- Rebooked us during {storm} before we'd even parked. Somebody there was wide awake. Thank you.
- Asked a silly question at eleven at night, got a clever answer by breakfast.
+ I've told everyone at work, whether they asked or not.
+ Please pass it on to the boss.
> Biscuit delivered, {name}. Thank you, it really does get read out here.
> That was a pleasure, and now there's a smug colleague two desks along.
> Thank you. It's the part of the job we like best, so come and ask silly questions any time.
""",
    "tasty": """
- Can we talk about the fish pie on the {ship}? [Because I can't stop|It has no business being that good].
- Best breakfast at sea. The kippers on the {ship} alone are worth {snack}.
- Whoever bakes the cinnamon buns on the {time}: marry me. [My husband agrees|Bring the recipe].
- Proper coffee on a ferry. I had to sit down, and luckily there was a chair, by a window.
- Dinner on the {ship} was better than the hotel in {to}, and the view moved.
- They made our coeliac son his own pancakes. He's talked of nothing else.
+ Hats off to the galley.
+ Same again next month, please.
> The galley has seen this and is impossible to talk to now. Thank you, {name}.
> The baker is called Moira, is spoken for, and sends her thanks and a warning about butter.
> Pancakes are what we're here for. Say hello to your son from the {ship}.
""",
    "app_nice": """
- New app is a pleasure. Booked {from}–{to} with one thumb, [on the bus|baby on the other arm].
- Version {version} fixed everything I moaned about. Five stars, as promised.
- Does what it says, quickly, without asking for my life story. {device}.
- Live position of the {ship} in the app is weirdly soothing. I check it from the office.
- Changed the crossing in three taps while standing in lane 4. Very well made.
+ The puffin is a nice touch, too.
+ My dad uses it, and he's eighty-one.
> Thank you, {name}. The people who built it sit by the window and are pretending not to be pleased.
> Five stars as promised, we noticed. Thank you for giving {version} a second chance.
""",
    # -- business, work, the rest ------------------------------------------------------------------------------------
    "group": """
- We're a choir of {num} going {from}–{to} {when}. Do you do group rates, and may we sing?
- School trip, {num} children and six teachers, {when}. Who do I talk to about a price and packed lunches?
- Looking for a quote: walking club, {num} people, one coach, out {when} and back five days later.
- Could one hire the bar on the {ship} for a sixtieth? About {num} guests, most of them well behaved.
- Our football club ({num} players, four parents with drums) needs {from} to {to} {when}. Group booking possible online, or by mail?
- We run coach tours and are thinking of switching from {rival}. {num} seats a week, April to October. Who handles that?
- Company outing for {num}: day return to {to} with lunch on board. Is there a meeting room with a view?
- Getting married in {to}. {num} guests, one dress that mustn't be folded. Is there a group fare and a tall wardrobe?
+ Dates are flexible by a day or two either way.
+ Two wheelchair users in the party.
+ We'd pay a deposit now if the price is right.
> For {num} people on your dates it's {price} a head with lunch, every twenty-first place free. I've sent the offer by mail; it holds for two weeks.
> You may sing, {name}. On deck {deck}, please, where the echo is. The group fare is {price} a head and I've put {num} places aside until Friday.
> Tours from April to October is just our sort of thing. I'd like to ring you tomorrow with a proposal: does ten suit?
> The dress gets its own cabin, no charge. The offer for {num} guests is in your inbox, with a question about the cake.
""",
    "freight": """
- Trailer {trailer} was due on the {time} to {to} {day}. The driver's there and the trailer isn't. Where is it?
- Need space for two unaccompanied trailers {from}–{to} {when}, one reefer. Any lane metres left?
- What's the cut-off for freight on the {time} now? The old mail says 90 minutes, the gate says two hours.
- Our reefer {trailer} came off in {to} at plus nine. It was set to minus eighteen. Who do I talk to?
- Customs status for {trailer} has been "pending" since {weekday}. The fish isn't getting any younger.
- Can you take a 4.6 m wide boat on a low-loader to {to}? Dry weight eleven tonnes.
- The driver of {trailer} waited {hours} hours at {from} without being told the {time} was full. I'd like demurrage.
- Parcel consignment of {num} boxes for {to}: booked, labelled, dropped at {from}. Your portal says it never arrived.
+ Customer is shouting. I'm being polite.
+ Ref is {ref}, account is ours as usual.
+ A line by noon would save my day.
> {trailer} was shut out for weight and goes on the next {time}. I've told your driver and put a note on the account. No storage charged.
> Forty-two lane metres are free on that sailing, reefer point included. I've pencilled you in; confirm by four and it's yours.
> The reefer log shows it lost power for {hours} hours on the quay, so that's with us. Claims has the log and your reference and will ring today.
> Cut-off is two hours since the first of the month. The mail should have gone to all accounts; I've added you to the list.
""",
    "work": """
- Are you taking on deck crew for the {season}? I've my basic safety training and a season on {rival}'s boats.
- Do you do apprenticeships in the engine room? My son is seventeen and takes apart everything we own.
- Applied for the galley job {weeks} weeks ago, heard nothing. Is it still open?
- Is it two weeks on, two off on the {ship}? And is there a cabin to oneself? Asking as someone who'd like to apply.
- I'm a nurse, 54, and I fancy a life at sea. Do ferries take people like me?
- Any vacancies at {from} terminal, part-time, mornings? I live ten minutes away and I know every gull.
- Looking at the steward job on your site. The apply button does nothing. Is that the first test?
- Would you take a student from {town} for work experience in {month}? Logistics, second year.
+ I speak English, some German and enough Danish to be polite.
+ References from the harbour office if wanted.
+ My uncle worked on the old {ship} for thirty years.
> We are: six deck places for the {season}. With your safety training you're most of the way. The form is on our careers page, and mention this message.
> Engine apprentices start in September and interviews are in {month}. Your son can come and see the engine room on an open Saturday; shall I put him down?
> I've found your application, it was waiting for a signature on our side. You'll hear by {weekday}, from me.
> Each ship has a nurse, and one retires this year. I'd be glad to tell you about the life, the good and the damp. When may I ring?
> It's two on, two off, your own cabin after the first season. The apply button has been mended; it wasn't a test.
""",
    "spam": """
- GROW your page fast!! {num}00 real followers for {price2}, no password needed, [DM us|write today] 🚀 https://{junk}.example/{code}
- Hello dear admin, I visited your website and found [{mins} errors|serious issues] that hurt your ranking. Shall I send quotation for backlinks? https://{junk}.example/{code}
- I made {price}0 in one week from my sofa with {coin}. My mentor {mentor} changed my life, [message her|ask me how] 📈 https://{junk}.example/{code}
- Congratulations! Your page was selected for verification badge nr {code}. Confirm within 24 hours or be removed: https://{junk}.example/{code}
- We are manufacturer of [LED panels|rubber fender|cabin mattress|life jackets] in bulk, best price from {price2} FOB. Catalogue {code}: https://{junk}.example/{code}
- 🔥 {coin} airdrop is LIVE 🔥 first {num} wallets get double, hurry: https://{junk}.example/{code}
- Lonely sailor? Nice girls near {from} waiting tonight 💋 room {code} https://{junk}.example/{code}
- Hi, I'm a blogger with {num}k fans. Free cabin for two on the {ship} and I write you 5 stars. Deal? Media kit {code} at https://{junk}.example/{code}
""",
    "chatter": """
- Anyone else do the {from}–{to} crossing purely for [the chips|the horn|an afternoon with no phone signal]?
- Watching the {ship} go out from the {lookout}. {hours} hours and someone on it is in {to}. Odd, isn't it.
- {from} harbour, {time}. Gulls, diesel, a man selling shrimps. Must be {month}.
- Trivia: the {ship} was launched in {since} and had a different funnel. You're welcome.
- On the {ship}. There's a hen party dressed as lighthouses. It's {time}.
- Heading to {to} tomorrow with Merrow Line, any tips for an afternoon with a {age}-year-old?
- Spotted the {ship} in dry dock, looking like a bath toy somebody forgot.
- My grandfather came over on this route with one suitcase and a cello. Every time I'm on it I think of the cello.
- Packing for the night boat: book, thick socks, cheese, a second book. [Have I forgotten anything|What else]?
- The tannoy on the {ship} just wished a Mr Henderson a happy retirement and the whole bar clapped.
+ That's all, carry on.
+ Wind's getting up.
+ {town} feels a long way off.
""",
    "rivaltalk": """
- Anyone compared {rival} with Merrow Line for {to} lately? [Dog|Bikes|Campervan] and two adults.
- {rival} have a new ship on the {to} run. Looks like a fridge, apparently sails like one.
- Did {from} to {to} with {rival} this time. Cheaper, and you can tell where they saved it.
- So {rival} ends its winter service. That leaves Merrow Line and swimming.
- {rival}'s new lounge is lovely, I'll give them that. Merrow Line has better windows.
- Three ferry firms on one coast and still no Sunday evening boat. Merrow, {rival}, anyone?
- Trying {rival} in {month} since Merrow Line was full. I'll report back.
+ Not sponsored, sadly.
+ Opinions on a postcard.
""",
    "stormwait": """
- Is the {time} from {from} going out in this? {storm} is taking the tiles off here.
- Booked on the {ship} tomorrow, {ref}. When will you decide about {storm}?
- Should we set off from {town} or not? {hours} hours' drive for maybe nothing.
- If you cancel for {storm}, do we get moved on by ourselves or do we have to rebook?
- How rough is too rough for the {ship}? Asking with a {age}-year-old and a delicate husband.
- Which sailing will be the first after {storm}? The ones on the site are all greyed out.
- We're in the queue at {from}, they say wait. Is there somewhere open to sit that isn't the car?
+ Don't mind which way, I'd only like to know.
+ My mum's on her own at the other end.
> We decide by noon for the evening, by six for the morning, and you'll have a text at once. As it looks now the {time} won't go, so please stay in {town} for the moment.
> If we cancel you're moved to the first free sailing by yourself; one tap in the text changes or refunds it. Nobody loses a fare to {storm}.
> The {ship} sails up to about four metres. Tonight has six. She'll stay in, and so should you, with tea.
> The upper lounge at {from} is open all night with heating and hot drinks. The door is left of the ticket desk, the sign has blown off.
""",
    "news": """
- {ship} back in service after refit at {to} yard | The ferry returned to the {from}–{to} route {day} with new lifts and a repainted hull, Merrow Line said. Harbour staff had covered with smaller ships since {month}.
- Harbour board approves second ramp at {from} | Councillors voted [nine to four|seven to two] for a ramp that would let two ferries load at once. Work could start in {month}. Traders on the quay fear for their parking.
- Passenger numbers at {from} up {pct} per cent | The port counted more foot passengers and fewer lorries than a year ago. A spokesman named the weather, the railway and "people rediscovering slow travel".
- {rival} to cut winter sailings | The operator will run [three|four] days a week from {month}. The harbour union spoke of a hard season; Merrow Line said it was looking at its own timetable.
- Letters: our town lives with its ferry | Reader {mentor} recalls the years when children were let up to the bridge, and asks why the evening boat to {to} no longer waits for the train.
- Volunteers clear {num} sacks from beach by {to} terminal | Among the finds: a message in a bottle, dated {since}, and [nine|seven] left shoes. The next clean-up is in {month}.
- School visits the {ship} | {num} pupils from {town} spent a day between engine room and galley. "I thought it would be smaller," said one, aged {age}.
- Road works at {from}: drivers asked to allow {mins} minutes more | The contractor works at night until the end of {month}. Ferry traffic keeps the left lane.
""",
    "news_storm": """
- {storm}: ferries at {from} stay in harbour | Merrow Line cancelled all departures after gusts of {gust} km/h. Several hundred travellers spent the night in the terminal. The operator promised refunds and hotel rooms.
- Travellers angry after night on terminal floor at {from} | Families report long hours without information during {storm}. Merrow Line said it had too few people on shift and apologised.
- {storm} leaves trail along the coast | The breakwater at {to} lost two blocks, sheds were flooded, and ferries ran again only {day}. Nobody was badly hurt.
""",
    "news_price": """
- Merrow Line raises fares by up to {pct} per cent | The operator names fuel and harbour dues. Commuters in {from} speak of a blow; the residents' fare stays, but the ten-trip card goes.
- Residents protest against ferry fares at {from} | About {num} people gathered at the gate. A petition asks the council to talk to Merrow Line. {rival} said it had no plans to follow.
- Comment: the sea is our road | Whoever lives on this side pays {pct} per cent more to see the dentist on the other. That isn't a fare table, writes {mentor}, it is a toll.
""",
}

POOLS = {
    "hello": """
Hi there,
Hello,
Hi,
Hey Merrow,
Morning,
Evening all,
Dear Merrow Line,
Hello team,
Quick one:
Right.
So,
Um,
Hi folks,
Good afternoon,
""",
    "dear": """
Dear Merrow Line,
Dear Sir or Madam,
Hello,
Good morning,
Hi there,
To whom it may concern,
Dear all,
Good afternoon,
Dear passenger service,
""",
    "bye": """
Thanks
Thank you
Cheers
Many thanks
Best wishes
Kind regards
Yours, with hope
All the best
Regards
Thanks in advance
""",
    "please": """
Thanks in advance.
Any help welcome.
Ta.
Cheers.
Thank you!
Would be good to know before {date}.
Anyone?
Please and thank you.
No rush.
Bit urgent, sorry.
""",
    "sour": """
Honestly, I expected better of you.
[Not for the first time, either|And it isn't the first time].
I've had more sense out of the vending machine.
It shouldn't be this hard to give you money.
{rival} at least pick up the phone.
We used to be proud of our ferry.
It's one thing after another with you at the moment.
I'm tired of asking.
Really quite fed up.
Something's gone wrong with you this {season}.
I'm losing patience, slowly but surely.
Nobody seems to be in charge over there.
What a way to start a holiday.
You make it very hard to like you.
It leaves a bad taste, all of it.
I've stopped defending you at dinner.
Sort it out, will you.
A bit of respect would go a long way.
It's a shambles and you know it.
Your website was no help whatsoever.
I feel thoroughly let down.
For what you charge now it's a disgrace.
I won't be recommending you to anyone.
And the automatic reply made it worse.
Poor, very poor.
""",
    "sweet": """
We love your ships, by the way.
You've always looked after us.
Can't wait, it's our favourite bit of the holiday.
You lot are great, so I'm sure you know.
Last trip was wonderful.
Really looking forward to it!
Thank you for being so quick with these, always impressed.
Best ferry on the coast and I'll fight anyone.
It was a joy last time.
Keep doing what you do.
You're the only company I don't dread writing to.
So happy you're still on this route.
The children are counting the days, they adore the {ship}.
Brilliant service as ever, I'm sure.
We had such a lovely crossing in {month}.
""",
    "thanks": """
Thank you, {member}, that's [all I needed|exactly what I needed|me sorted].
That was quick! [Cheers|Thank you], {member}.
Perfect. {thanks_more}
Oh brilliant, thanks so much. {thanks_more}
Got it, it's come through. Much appreciated.
Ah, that makes sense now. Thanks for explaining it [properly|like a human].
You star.
Sorted, ta. {thanks_more}
Thank you. I was in a mood earlier, sorry about that.
Well, that restores some faith. [Thank you|Thanks], {member}.
Thanks {member}, {dog} says thanks too.
Lovely, see you on the {ship} then.
Great answer, very kind of you.
Fantastic, I'll do that. {thanks_more}
That worked! [Finally|Hooray|Result].
OK, fair play, that's decent of you. {thanks_more}
Thanks for coming back to me, I know you're busy.
Wonderful. You've saved my {weekday}.
Appreciate it, {member}. {thanks_more}
""",
    "paid": """
Money's arrived this morning. Thank you for sticking with it.
It's on the account, to the penny. {thanks_more}
Refund's in. Thank you, {member}, I know you chased it.
""",
    "thanks_more": """
Have a good {weekday}.
Owe you a coffee on deck {deck}.
I'll tell the others.
My mum will be so relieved.
See you in {month}.
That's a weight off.
I'll stop refreshing my inbox now.
You've been very patient with me.
It's rare these days.
The kids send a drawing of the {ship}.
Hope the weather holds for you.
Off to pack, then.
""",
    "still": """
Sorry {member}, but that doesn't answer the question. I asked about {ref}, [not in general|mine in particular].
Still nothing in my inbox. {still_more}
With respect, that's what the last person said. {still_more}
So that's a no, wrapped in a paragraph. {still_more}
I did that. It sent me back to the start. {still_more}
And the hotel? And the fuel? You've skipped half of it.
"Sorry for the inconvenience" isn't a time, a sum or a name. {still_more}
The amount is wrong. It should be {price}, not {price2}.
No. That link is dead as well. {still_more}
You've told me twice now that you'll look into it. {still_more}
Then please give me somebody who can decide.
I'm not angry with you, {member}, but this is a poor answer and I think you know it.
""",
    "still_more": """
Now what?
I'd like a manager, please.
Please read my first message again.
It's getting silly.
I'm not letting this go.
Who can actually fix it?
Very disappointing.
My patience has a timetable too.
This is hopeless.
""",
    "clarify": """
Booking's {ref}, sorry, should have said.
It was the {time} from {from}, {day}.
I meant the way back, {to} to {from}.
Yes, {device}, version {version}. Does that help?
Two adults, a {age}-year-old and {dog}.
That would be under {me}.
Can it be the later one instead, the {time}?
Is that per person or for all of us?
One more thing: does that hold for {month} as well?
Just to be sure: I do nothing and wait for your mail?
The card ends in {last4}, if you need that.
It's a {car}, a bit over two metres high.
Both, if possible. If not, the first.
OK, and who do I show that to at the gate?
Cabin was {cabin}, deck {deck}.
""",
    "nudge": """
Hello? Anyone there?
Still waiting on this one.
Any news? We leave soon.
Bumping this, since nobody's answered.
Did you see my message?
It's been a while now. {ref}, in case it got lost.
Trying again, [third time lucky|in case it got buried].
I take it that silence means no?
Knock knock.
I know you're busy, but a yes or no would do.
Just checking that this reached a human being.
Still here. Still no answer.
""",
    "metoo": """
Same here. {metoo_more}
Same thing happened to us in {month}. {metoo_more}
Good luck getting an answer, I'm on week {weeks}.
You're not alone. {metoo_more}
This. [Exactly this|All of this]. {metoo_more}
[We gave up and went with {rival}|{rival} it is, then, for us].
Got the same story on the {ship}. {metoo_more}
Following this, as [I've got the same problem|we're in the same boat, so to speak]. {metoo_more}
And they wonder why people fly.
My [parents|neighbours|in-laws] had that in {month}. [Not a word to anybody|Still waiting to hear].
It's been like this since {month}, sadly. {metoo_more}
Oh no, you too? {metoo_more}
+1 from {town}. {metoo_more}
I could have written that. {metoo_more}
Ours was on the {ship} as well. {metoo_more}
[Join the queue|Pull up a chair]. {metoo_more}
""",
    "helper": """
We had that in {month}: [tell them at the gate|say so at check-in] and it's fine.
Not staff, but I cross [weekly|every other week]: ask at the desk in {from}, they're good.
Try the website on a computer, the app hides [that bit|half of it].
Ring the {from} number, not the main one. [Before ten is best|They pick up by the third ring].
Had the same in {month}. [A mail with the booking number did it|They sorted it when I wrote with the booking number].
I asked the purser once: it depends on the ship, and the {ship} is fine.
Write them the booking number, they're [usually|quite] quick then.
There's a page about it under "Before you sail", [well hidden|third from the bottom].
From memory: yes, but [get it in writing|ask them to note it on the booking].
We cross with the {ship} a lot. Don't worry, they're used to it.
A tip from {town}: go to the little desk by lane 1, not the big one.
They told my sister in {month} that it's no problem.
I'd ask them straight out, they answer here most days.
""",
    "cheer": """
Now I want to be on [it|the {ship}|a boat].
We had the same ship in {month}, [a joy|what a day].
Agree with every word. {cheer_more}
Made my [morning|{weekday}|lunch break], this.
Say hello to the gulls from {town}.
We're on the {time} tomorrow, wave!
Best bit of [any holiday|the whole trip], {from} to {to}.
Love [that ship|the {ship}|this]. {cheer_more}
Oh, this brings back {since}.
And I'm sat in an office in {town}. {cheer_more}
[Booked|Just booked] ours for {date}, can't wait!
That's us in {month}! {cheer_more}
Same here, wouldn't cross any other way.
Yes! {cheer_more}
My {age}-year-old wants to know if you saw whales.
""",
    "metoo_more": """
[Never|Not once] heard back.
Reported it in {month}.
[Nobody|Not a soul] seems to read these.
We're {num} in our group with the same trouble.
It's got worse since {month}.
Did they ever answer you?
Thought it was just me.
Told the desk at {from}. Shrug.
Three times this {season}.
I'd like to know what they say to you.
""",
    "cheer_more": """
Enjoy every minute.
Happy sailing.
Jealous.
Have one on deck {deck} for me.
Never gets old.
Lovely to read something nice for once.
See you on board in {month}.
""",
    "resolved": """
I've checked with the {ship}: yes, that's fine, and it's now noted on {ref}.
Good question. The short answer is yes; I've put a line on {ref} so nobody at {from} has to ask you.
I've looked it up and had it confirmed by {from}: it works the way you hoped. It's on {ref}.
Asked the purser of the {ship} so that I'm not guessing: no problem at all, just mention it at the gate.
That's possible. I've arranged it with {from} and you'll find it in your confirmation within the hour.
Checked, and it can be done. Nothing to pay, nothing to print.
I've sorted it from here, you needn't do a thing.
""",
    "second": """
Thank you, that was the missing piece. It's done, and {ref} is up to date.
Understood. I've changed it, and the new confirmation has gone out a minute ago.
Thanks for that. With it I found the entry, and it's put right.
""",
    "cross": """
I've asked this twice already.
Your website was no help whatsoever.
Nobody picks up the phone, so I'm trying here.
It shouldn't be this hard to find out.
The automatic reply sent me round in a circle.
I'm [tired of|fed up with] looking for it.
Three people, three answers so far, which is maddening.
Why is everything with you such hard work?
Still cross about the last time, to be honest.
[Not impressed|Hopeless], your help pages.
""",
    "regret": """
That's not how a crossing with us should go, and you've put it fairly. I've taken it to the people on the {ship}, and a part of the fare for {ref} is on its way back.
I've read it twice and I've nothing to excuse. It goes to tomorrow's meeting as you wrote it, with my name under yours.
You're right, and I'd be cross as well. I've opened a case for {ref}; the duty manager at {from} will write to you herself.
Thank you for saying it so plainly. I've asked the {ship} what happened and put something back on {ref} meanwhile.
No excuses from me. It's been passed to the one who can change it, and I'll ask again on {weekday}.
""",
    "pleased": """
Thank you, {name}. This was read aloud here, and it did us good.
How kind of you to write, {name}. I'm sending it to the {ship}, where it belongs.
That's a lovely thing to find on a {weekday}. Thank you, {name}.
This is going up on the board by the coffee machine. Thank you, {name}.
""",
    "photo": """
[What a photo|Look at that|Well, look at that]!
That light! {cheer_more}
You've got the eye. {cheer_more}
Frame it. {cheer_more}
Taken from deck {deck}? I know that spot.
""",
    "again": """
You're right, that wasn't an answer to your question. I've taken it to [the shift leader|our finance desk|the duty manager] and it's settled now: you'll have it in writing today.
I've read it all again from the top. It's fixed, and this time I checked that it really arrived.
Then let's do it properly: I've put my name on {ref}, and I stay with it until it's finished.
Fair point, and I'm sorry for making you ask twice. The rest is approved as well.
""",
    "private": """
My mail is {email}, write to me there.
You can reach me on {phone}, any time after five.
Card number is {card} if that helps you find the payment.
Put it on the same card please, {card}.
Refund to {iban} in the name of {me}.
I'm at {email} and the booking is {ref}.
""",
    "breed": """
spaniel
labrador
greyhound
border terrier
whippet
collie
lurcher
dachshund
""",
    "car": """
campervan
estate
caravan
motorhome
van
pick-up
old Volvo
Land Rover
""",
    "thing": """
green rucksack
hearing aid
pair of reading glasses
camera
grey cardigan
bunch of keys
walking stick
Kindle
violin bow
wedding hat
silver bracelet
blue thermos
""",
    "toy": """
stuffed penguin
knitted rabbit
toy lorry
one-eyed bear
dinosaur
""",
    "day_crossing": """
rainy
birthday
first
very bumpy
night
Sunday
""",
    "road": """
A39
bypass
coast road
motorway
swing bridge
""",
    "lookout": """
cliff path
bench by the lighthouse
kitchen window
pier
hospital car park
""",
    "hashtag": """
#MerrowLine
#ferry
#ferrylife
#{from_tag}
#{to_tag}
#MV{ship}
#nightboat
#slowtravel
""",
    "about": """
Merrow Line again:
A short story about Merrow Line:
On Merrow Line, then.
Dear internet, today's Merrow Line:
Overheard on Merrow Line:
Merrow Line, episode {weeks}.
Note to self about Merrow Line:
""",
    "up": """
😍
🌅
⛴️
❤️
🙌
🐶
😊
👏
✨
""",
    "down": """
😡
🙄
🤦
😤
👎
😞
🤷
""",
    "stretch": """
so
really
late
long
please
love
never
again
""",
    "sorry": """
Sorry it's come to this.
I'm sorry you've had this.
That's not how it should go.
I can see why you're annoyed.
Thank you for telling us, even so.
""",
    "wave": """
[Any trouble|If anything snags], write here and I'll pick it up.
Have a [good|calm|lovely] crossing.
I'm on until six if anything else comes up.
Shout if [it doesn't work|that doesn't do it|I've missed something].
Safe journey [to {to}|from {town}|and mind the step at {from}].
See you on board [the {ship}|in {month}|one of these days].
If that doesn't fit, tell me and we'll find another way.
Do write again if it isn't there [tomorrow|by {weekday}].
Say hello to the crew of the {ship} from us.
[Dry|Calm] weather for it, I hope.
Anything else, I'm here.
""",
    "promise": """
I don't have the answer yet, {name}. I've asked the {ship} and will write to you by {due}.
I need to check this with finance, {name}. You'll hear from me by {due}, whatever they say.
Give me until {due}: I want to be sure before I tell you something.
I've passed this to the duty manager at {from} and I'll chase it myself. News by {due}.
That's a fair question and I don't want to guess. Answer by {due}.
""",
    "greeting": """
Hi {name},
Hello {name},
Hello {name}.
Hi {name}!
{name},
Good to hear from you, {name}.
""",
}

WORDS = {
    "months": "January February March April May June July August September October November December",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "seasons": "winter spring summer autumn",
    "today": "this morning|this afternoon|this evening",
    "yesterday": "yesterday|last night",
    "past": "on {weekday}",
    "date": "{number} {month}",
    "future": "next {weekday}|on {date}",
    "clock": "{hour:02}:{minute:02}",
    "storm": "Storm {name}",
    "money": "£{amount}",
}
