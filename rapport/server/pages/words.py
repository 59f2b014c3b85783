"""Words that stand in `core`, in the connectors and in the rows, where there is no gettext: named for the catalogues.

A template says `{% translate field.help %}`, Python `gettext(field.label)`. What a platform says, or a connector that
is not ours, is not here and stays as it was said. A test compares this table with what the fields really say.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

WORDS = (
    # core.query: what the fields mean
    gettext_noop("The text of the message, which is also meant without any field"),
    gettext_noop("Words of the text, with their capitals as they are written here"),
    gettext_noop("Name or handle of whoever wrote it"),
    gettext_noop("Where it was said, for instance bluesky"),
    gettext_noop("Our account or feed through which it was heard"),
    gettext_noop("Code of the language, for instance fr"),
    gettext_noop("An address in the message, or a part of it such as example.com"),
    gettext_noop("The host of an address in the message, with all that belong to it"),
    gettext_noop("The host where it was said, with all that belong to it"),
    gettext_noop("A hashtag of the message, without the #"),
    gettext_noop("An account that the message mentions, without the @"),
    gettext_noop("What the reader made of its tone"),
    gettext_noop("What the message is"),
    gettext_noop("How soon it wants somebody"),
    gettext_noop("It contains private data"),
    gettext_noop("It may speak of what the law protects especially, such as health"),
    gettext_noop("How many follow its author, where the network tells"),
    gettext_noop("It speaks to us"),
    gettext_noop("When it was said"),
    gettext_noop("When it reached us"),
    gettext_noop("State of its conversation; noise: it was set aside"),
    gettext_noop("The team that owns its conversation"),
    gettext_noop("The person to whom its conversation is assigned"),
    # connectors: what they are called, and what they ask for
    gettext_noop("Feed (RSS, Atom, JSON)"),
    gettext_noop("Files"),
    gettext_noop("Sample"),
    gettext_noop("Server"),
    gettext_noop("The address at which the account signs in."),
    gettext_noop("Handle"),
    gettext_noop("For instance ferries.bsky.social, without the @."),
    gettext_noop("App password"),
    gettext_noop(
        "Make one under Settings, Privacy and security, App passwords. Never use the account's own password here."
    ),
    gettext_noop("Stream"),
    gettext_noop(
        "Where posts of the whole network, or of one server, are heard as they are written: the address of a "
        "Jetstream, of a relay or of a server of accounts. What no brief wants is let go. Empty: no stream."
    ),
    gettext_noop("Moderation service"),
    gettext_noop("To whom posts are reported: its DID, for instance did:plc:... Empty: whom the server chose."),
    gettext_noop("Streams"),
    gettext_noop(
        "What is heard as it happens, with commas between: user (mentions, and whom the account follows), public, "
        "public:local, or hashtags such as #ferry. What no brief wants is let go. Empty: no stream."
    ),
    gettext_noop("Words to search for"),
    gettext_noop("Names by which people call you without a mention, with commas between them."),
    gettext_noop("Address of the feed"),
    gettext_noop("For instance https://example.org/feed"),
    gettext_noop("Name"),
    gettext_noop("Where these messages come from, in a word: surveys, callcentre."),
    gettext_noop("Folder"),
    gettext_noop("Files dropped here are read. Leave it empty to import by hand only."),
    gettext_noop("Columns"),
    gettext_noop("Which column holds what: text=Message,author=User,time=Date,id=Number"),
    gettext_noop("Time zone"),
    gettext_noop("Where times without an offset were written."),
    gettext_noop("For instance mastodon.social"),
    gettext_noop("Access token"),
    gettext_noop("Preferences, Development, New application: read, write:statuses, and write:reports to report posts"),
    gettext_noop("Address of the site"),
    gettext_noop("For instance https://example.org/blog"),
    gettext_noop("User name"),
    gettext_noop("Of somebody who may moderate comments. Leave it empty to listen only."),
    gettext_noop("Application password"),
    gettext_noop("Users, Profile, Application Passwords. Never the password with which one signs in."),
    gettext_noop("What sends the messages, in a word: reviews, callcentre."),
    gettext_noop("What stands where"),
    gettext_noop(
        "For instance id=data.comment.id, text=data.comment.body, author=data.user.id. Leave it empty if you send our "
        "own form."
    ),
    gettext_noop("E-mail"),
    gettext_noop("E-mail address"),
    gettext_noop("The mailbox that people write to, for instance support@example.org"),
    gettext_noop("Password"),
    gettext_noop(
        "Make one for this app alone where your provider offers that: Gmail, iCloud and others take no other."
    ),
    gettext_noop("Only where it is not the address."),
    gettext_noop("Server for incoming mail (IMAP)"),
    gettext_noop("Leave it empty to try your provider's usual one. Otherwise its name, with a port if it is not 993."),
    gettext_noop("Server for outgoing mail (SMTP)"),
    gettext_noop("Leave it empty to try your provider's usual one. Otherwise its name, with a port if it is not 465."),
    gettext_noop("Folders"),
    gettext_noop("Which ones to read, with commas between them."),
    gettext_noop("Your name on answers"),
    gettext_noop("For instance Four Ferries, customer service"),
    gettext_noop("A copy of each answer to this mailbox"),
    gettext_noop(
        "yes or no. With it Rapport finds out by itself whether an answer left when the connection broke; "
        "without it a person has to look."
    ),
)

REFERENCES = (
    gettext_noop("Ask for at least three signs of #, @ and *: what is shorter is found everywhere."),
    gettext_noop("It is too long: %(most)d characters are enough."),
    gettext_noop("It also matches where nothing stands: ask for at least one character."),
    gettext_noop("This regular expression cannot be read: %(trouble)s."),
)
"""Why nothing can be found by a reference as it was written (`core.understand.references`)."""

CAUSES = (
    gettext_noop("The stream could not go back that far."),
    gettext_noop("More was said while we were not connected than can be asked for."),
    gettext_noop("The REST API is closed, and more comments may have come than the comment feed shows."),
    gettext_noop(
        "The feed shows nothing of what it showed at the last look: entries in between may have come and gone."
    ),
)
"""Why a connector of ours says that something is missing."""

TABLES = (
    gettext_noop("%(file)s, line %(line)d: not UTF-8. Save the file as UTF-8."),
    gettext_noop("%(file)s, line %(line)d: not a row of a table. Look at its quotes and line ends."),
    gettext_noop("%(file)s is empty: its first line has to name the columns."),
    gettext_noop("%(file)s has no column %(missing)s. It has: %(has)s."),
    gettext_noop("%(file)s has two columns %(twice)s. Leave out one of them, or give it another name."),
    gettext_noop(
        "%(file)s, line %(line)d: %(cells)d cells where the header names %(columns)d columns. "
        "A cell that holds a separator or a line break has to stand in quotes (CSV)."
    ),
    gettext_noop("%(file)s, line %(line)d: not JSON at character %(at)d. Every line has to be one object."),
    gettext_noop("%(file)s, line %(line)d: not a JSON object. Every line has to be one, such as {…}."),
    gettext_noop("%(file)s, line %(line)d: no %(missing)s. The object has: %(has)s."),
)
"""Why a table cannot be read (`rapport.tables`)."""

FILES = (
    gettext_noop("A message has no %(unknown)s; it has: %(has)s."),
    gettext_noop("No column is given for %(empty)s."),
    gettext_noop("The file is not UTF-8 text (UTF-16 perhaps); save it as UTF-8."),
    gettext_noop("The file has no column named %(missing)s. Its columns are: %(has)s."),
    gettext_noop("The file breaks off or is damaged: %(error)s"),
    gettext_noop("The compressed file breaks off or is damaged: %(error)s"),
    gettext_noop("The file is no Parquet that can be read: %(error)s"),
    gettext_noop("Parquet files need the extra rapport[archive]."),
    gettext_noop("bytes that are neither UTF-8 nor Windows-1252"),
    gettext_noop("not a row of a table: %(error)s"),
    gettext_noop("%(cells)d columns where the header has %(columns)d"),
    gettext_noop("a line longer than %(most)s bytes"),
    gettext_noop("a row longer than %(most)s bytes"),
    gettext_noop("not JSON: %(error)s"),
    gettext_noop("not a JSON object"),
    gettext_noop("%(fields)s should be a text or a number"),
    gettext_noop("no %(fields)s"),
    gettext_noop("a time that cannot be read: %(time)s"),
    gettext_noop("line %(first)d"),
    gettext_noop("lines %(first)d to %(last)d"),
    gettext_noop("row %(first)d"),
    gettext_noop("rows %(first)d to %(last)d"),
)
"""Why a file of messages, or a row of it, cannot be read, and where that stands (`connectors.files`)."""
