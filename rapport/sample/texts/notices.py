"""What Merrow Line says of its own accord. `{ship}` and its like are facts of a voyage; always in English."""

# ruff: noqa: E501 (one sentence a line)

ORDINARY = """
Lost and found at Harrowmouth this week: nine umbrellas, a tuba mouthpiece, and a very small left wellington. All warm and waiting.
Winter timetable is up. Same ships, fewer queues, and the soup is back.
We've put twelve more bike stands on deck 3 of the {ship}. Straps included, mudguards respected.
The {ship} goes into refit next week. She comes back with new lifts and the old horn.
Reminder for the holidays: have passports to hand before the roundabout, not after it.
Our galley is looking for your grandmother's best soup. The winner sails, the soup does too.
Engine rooms open this Saturday at {from}, ten till two. Bring questions, leave the flip-flops.
New on the {ship}: a tap for your bottle on deck {deck}. It took us a while. Thank you for nagging.
If you're driving to {from} on Friday, the ring road is down to one lane. Leave twenty minutes earlier, bring biscuits.
Maggie retires from the desk of the {ship} today after thirty-one years. If she ever found you a cabin, tell her here.
Spring crew photo. Somebody blinked, and it's always the chief engineer. {photo}
Ten porpoises, one sunset, no filter: the first mate's view off {to}. {photo}
The pet cabins for summer open tomorrow at nine. Dogs have asked us to say so.
Quiet hours on night boats now start at ten. The tannoy knows.
From today the app shows which lane you're in. You asked, we listened, Priya coded.
Half-term tip: the two o'clock boats have room, the four o'clock ones don't.
""".strip().splitlines()

STORM = """
{storm} is due tonight. Evening sailings are off; we decide on the morning ones by six and text everybody booked.
All departures until noon tomorrow are cancelled because of {storm}. Please don't drive to the port yet.
Harrowmouth terminal stays open and heated through the night. Two more colleagues are on their way with water and chargers.
First sailings after {storm}: 06:30 and 10:45 from Harrowmouth. If you were cancelled you're already moved; check your texts.
We left too many of you without news last night. That was our failure, not the weather's. We'll say here what we change.
""".strip().splitlines()

PRICE = """
From today our fares are simpler: three instead of nine, and on average higher. Fuel is the reason. Residents keep their own fare.
""".strip().splitlines()

CAMPAIGN = """
@merrowline.example your ships burn the cheapest and dirtiest fuel there is while you put up the fares. Clean up the harbour we all have to breathe in, and do it before summer.
@merrowline.example why do your ships burn the cheapest, dirtiest fuel there is while fares go up? Clean up the harbour that we all have to breathe in. Do it before summer.
@merrowline.example your ships burn the dirtiest fuel there is and you put up the fares. We have to breathe in this harbour. Clean it up, and do it before summer.
""".strip().splitlines()

ENDINGS = (
    "#CleanHarbour",
    "#CleanHarbour #Harrowmouth",
    "#CleanHarbourNow",
    "#Harrowmouth",
    "Please share.",
    "Pass it on.",
    "We see you.",
    "Three towns are watching.",
)
TAILS = ("", " 🏭", " 🌊", " 😷", " 🚢", " ⚓", " 👇", " 🙏")

NOTES = """
Rang {name}, left a message. Will try again after four.
Same person wrote last {season} about the same thing, worth being generous.
Regular, crosses every other week. Kind but exact, likes numbers.
Not ours to fix, but ours to say sorry for.
Could somebody with better {language} than mine read this before it goes?
Careful, a journalist. Facts only, and quickly.
Waiting for the workshop's quote.
Offered {price}, they are thinking about it.
Booking is under the partner's name, that's why the search finds nothing.
I know this one from the other channel, see there.
Duplicate of a mail from yesterday, answered there too.
Promised an answer by {weekday}. Put it in my diary.
""".strip().splitlines()

NOTES_ON = {
    "lost": """
The {ship} says nothing was handed in, asked them to look under the seats.
Something like it is in the box at {from}. Waiting for a photo.
""".strip().splitlines(),
    "bug": """
This belongs in the list for the next release, added it.
Seen it myself on a {device}. Steps are in the ticket.
""".strip().splitlines(),
    "lead": """
Group of {num}, asked Hattie for a price.
They came with us in {since}, says the card file.
""".strip().splitlines(),
    "complaint": """
Asked {from} for the log of the {time}.
Purser of the {ship} confirms the story.
Please nobody promise money here before finance has answered.
Third one about this in a week. Told the shift leader.
Checked {ref}: it's as they say.
""".strip().splitlines(),
}
