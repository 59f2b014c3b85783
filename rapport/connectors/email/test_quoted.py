"""What a person wrote, told from what their program put below it."""

from __future__ import annotations

import pytest

from rapport.connectors.email.quoted import marked, written
from rapport.connectors.html import to_text
from rapport.core.types import Span

SAID = "Please send it again.\n\nThank you"


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, 2 Mar 2026 at 10:15, Four Ferries <help@ferries.example> wrote:",
        "On 2 Mar 2026, at 10:15, Four Ferries <help@ferries.example>\nwrote:",
        "Am 02.03.2026 um 10:15 schrieb Four Ferries <help@ferries.example>:",
        "Am Mo., 2. März 2026 um 10:15 Uhr schrieb Four Ferries <\nhelp@ferries.example>:",
        "Four Ferries <help@ferries.example> schrieb am Mo., 2. März 2026, 10:15:",
        "Le lun. 2 mars 2026 à 10:15, Four Ferries <help@ferries.example> a écrit :",
        "El lun, 2 mar 2026 a las 10:15, Four Ferries (<help@ferries.example>) escribió:",
        "Il giorno lun 2 mar 2026 alle ore 10:15 Four Ferries <help@ferries.example> ha scritto:",
        "Op ma 2 mrt 2026 om 10:15 schreef Four Ferries <help@ferries.example>:",
        "Den mån 2 mars 2026 kl 10:15 skrev Four Ferries <help@ferries.example>:",
        "W dniu 02.03.2026 o 10:15, Four Ferries napisał(a):",
        "maanantai 2. maaliskuuta 2026 Four Ferries <help@ferries.example> kirjoitti:",
    ],
)
def test_a_quotation_below_is_left_out_with_the_line_above_it(line: str) -> None:
    found = written(f"{SAID}\n\n{line}\n> When did you sail?\n> \n> Ben\n")
    assert found.text == SAID
    assert "When did you sail?" in found.quoted
    assert "help@ferries" in found.quoted or "Four Ferries" in found.quoted


@pytest.mark.parametrize(
    "block",
    [
        "From: Four Ferries\nSent: Monday, 2 March 2026 10:15\nTo: Cleo\nSubject: RE: My hat",
        "________________________________\nFrom: Four Ferries\nSent: Monday\nTo: Cleo\nSubject: My hat",
        "-----Original Message-----\nFrom: Four Ferries",
        "Von: Four Ferries\nGesendet: Montag, 2. März 2026 10:15\nAn: Cleo\nBetreff: AW: Mein Hut",
        "-----Ursprüngliche Nachricht-----\nVon: Four Ferries",
        "De : Four Ferries\nEnvoyé : lundi 2 mars 2026 10:15\nÀ : Cleo\nObjet : RE: Mon chapeau",
        "De: Four Ferries\nEnviado el: lunes, 2 de marzo de 2026 10:15\nPara: Cleo\nAsunto: RE: Mi sombrero",
        "Da: Four Ferries\nInviato: lunedì 2 marzo 2026 10:15\nA: Cleo\nOggetto: R: Il mio cappello",
        "*From:* Four Ferries\n*Sent:* Monday\n*To:* Cleo\n*Subject:* My hat",
        "On Mon, 2 Mar 2026 at 10:15, Four Ferries <help@ferries.example> wrote:",
    ],
)
def test_history_that_is_not_marked_line_by_line_is_left_out_to_the_end(block: str) -> None:
    found = written(f"{SAID}\n\n{block}\n\nWhen did you sail?\n\nBen\n")
    assert found.text == SAID
    assert "When did you sail?" in found.quoted


def test_an_answer_below_the_quotation_is_what_was_written() -> None:
    found = written("On Monday, Ben wrote:\n> When did you sail?\n> Ben\n\nAt ten.\n")
    assert found.text == "At ten."
    assert found.quoted.startswith("On Monday, Ben wrote:")


def test_answers_between_the_lines_keep_the_questions() -> None:
    text = "> When did you sail?\nAt ten.\n\n> From which quay?\nThe third.\n\n> Ben"
    assert written(text).text == "> When did you sail?\nAt ten.\n\n> From which quay?\nThe third."


@pytest.mark.parametrize("signature", ["-- \nCleo Cox\nHats & Co", "--\nCleo Cox\nHats & Co"])
def test_a_signature_is_left_out_and_kept_beside(signature: str) -> None:
    found = written(f"{SAID}\n\n{signature}\n")
    assert found.text == SAID
    assert "Hats & Co" in found.signature


@pytest.mark.parametrize(
    "footer",
    [
        "Sent from my iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Sent from Mail for Windows",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Diese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
    ],
)
def test_what_a_telephone_says_of_itself_is_no_part_of_it(footer: str) -> None:
    found = written(f"{SAID}\n\n{footer}\n")
    assert found.text == SAID
    assert found.signature == footer


@pytest.mark.parametrize(
    "text",
    [
        "I sent from my account yesterday, and nothing came.",
        "He wrote on the wall:\nferries are late",
        "A -- B",
        "On time again. Ben wrote to me.",
        "From: here\nit is far",
        ">From now on I walk.",
    ],
)
def test_words_of_a_person_are_left_alone(text: str) -> None:
    assert written(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "> When did you sail?\n> Ben",
        "-- \nCleo Cox",
        "From: Ben\nSent: Monday\nTo: Cleo\nSubject: My hat\n\nWhen did you sail?",
        "---------- Forwarded message ---------\nFrom: Ben\nDate: Monday\nTo: Cleo\n\nWhen did you sail?",
    ],
)
def test_what_would_leave_nothing_stays_whole(text: str) -> None:
    assert written(text).text == text


def test_a_forwarded_mail_is_what_it_is_about() -> None:
    text = "See below.\n\n---------- Forwarded message ---------\nSubject: Late\n\nWhen did you sail?"
    assert written(text).text == text


def in_html(html: str) -> str:
    return written(*to_text(marked(html))).text


def test_quotations_in_html_are_left_out() -> None:
    gmail = '<div>At ten.</div><div class="gmail_quote"><div class="gmail_attr">On Mon, 2 Mar 2026 at 10:15, Ben wrote:'
    assert in_html(f"{gmail}<br></div><blockquote><div>When did you sail?</div></blockquote></div>") == "At ten."
    apple = (
        '<div>At ten.</div><div><blockquote type="cite"><div>On 2 Mar 2026, Ben wrote:</div>When?</blockquote></div>'
    )
    assert in_html(apple) == "At ten."
    outlook = '<p>At ten.</p><div id="divRplyFwdMsg"><b>From:</b> Ben<br></div><p>When did you sail?</p>'
    assert in_html(outlook) == "At ten."


def test_answers_between_the_lines_of_html_keep_the_questions() -> None:
    html = "<blockquote>When?</blockquote><p>At ten.</p><blockquote>Where?</blockquote><p>Quay 3.</p>"
    assert in_html(html) == "> When?\n\nAt ten.\n\n> Where?\n\nQuay 3."


def test_links_stay_where_they_are() -> None:
    html = '<blockquote>When?</blockquote><p>See <a href="https://a.example/t">this</a></p><blockquote>And <a href="https://b.example">that</a>?</blockquote><p>No.</p>'
    found = written(*to_text(marked(html)))
    assert found.text == "> When?\n\nSee this\n\n> And that?\n\nNo."
    assert found.spans == (Span(13, 17, "link", "https://a.example/t"), Span(25, 29, "link", "https://b.example"))
    assert found.text[13:17] == "this"
    assert found.text[25:29] == "that"
