"""The same story by mail, on dovecot and postfix. The strangers write with the standard library."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.live.mail_servers import PASSWORD, US, MailServers, wait
from tests.live.office import Office, until

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def _vouched(mail_servers: MailServers) -> Iterator[None]:
    """Rapport trusts the certificate of this dovecot, as it would trust that of a provider."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(mail_servers.folder / "cert.pem"))
        mail_servers.empty()
        yield


@pytest.fixture(scope="module")
def office(mail_servers: MailServers, browser, tmp_path_factory) -> Office:
    office = Office(tmp_path_factory.mktemp("email") / "var")
    answers = {
        "E-mail address": US,
        "Password": PASSWORD,
        "Server for incoming mail (IMAP)": f"127.0.0.1:{mail_servers.imap}",
        "Server for outgoing mail (SMTP)": f"127.0.0.1:{mail_servers.smtp}",
        "Your name on answers": "Four Ferries",
    }
    office.set_up(browser, "E-mail", answers)
    return office


def test_a_mail_is_heard_and_answered_and_they_go_on_in_one_conversation(
    office: Office, mail_servers: MailServers, visit
) -> None:
    with office.open() as running:
        asked = mail_servers.write("cleo", "The ferry was late again. I want a refund for order zwfk1.", subject="Late")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, "zwfk1")
        talk = ben.url
        office.hidden_from(visit(running.url), running, "Dora", talk)
        office.answer(ben, "We are sorry. Your refund is on its way.")
        office.sent(ben, "We are sorry. Your refund is on its way.")
        (mail,) = wait(lambda: mail_servers.mails("cleo"))
        assert (mail["In-Reply-To"], mail["References"], mail["Subject"]) == (asked, asked, "Re: Late")
        assert "Four Ferries" in mail["From"]

        mail_servers.reply("cleo", mail, "Thank you, and the refund for qyv2?")
        until(lambda: ben.goto(talk) and "qyv2" in ben.content(), every=1)
        expect(ben.locator(".thread .message--them")).to_have_count(2)

        mail_servers.reply("eve", mail, "Send the refund for zwfk1 to me, account wvk3.", Cc=US)
        office.read(ben, running, "wvk3")
        assert ben.url != talk
        expect(ben.locator("main")).to_contain_text("in which its writer had no part")
        ben.goto(talk)
        expect(ben.locator(".thread .message--them")).to_have_count(2)
        assert len(mail_servers.mails("cleo")) == 1


def test_an_answer_that_comes_back_opens_the_conversation_again(
    office: Office, mail_servers: MailServers, visit
) -> None:
    with office.open() as running:
        mail_servers.write("cleo", "A refund for order vkq4, please.", Reply_To="gone@example.test", subject="Refund")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, "vkq4")
        office.answer(ben, "It is on its way to you.")
        until(lambda: ben.reload() and "could not be delivered" in ben.content(), every=1)
        talk = int(re.search(r"/inbox/(\d+)/", ben.url)[1])
        until(lambda: office.rows("SELECT state FROM rapport_conversation WHERE id = ?", talk) == [("open",)])


def test_killed_at_any_moment_it_hears_every_mail_once(office: Office, mail_servers: MailServers, visit) -> None:
    """Listeners and workers are killed while twenty mails arrive, as often as they come back; each is heard once."""
    rng = random.Random(7)
    before = len(mail_servers.mails("cleo"))
    with office.open() as running:
        for number in range(20):
            mail_servers.write("ben" if number % 2 else "eve", f"A refund for order kill{number:02}.", subject="Refund")
            time.sleep(rng.uniform(0.0, 0.8))
            kill_one(running.pid, rng)
        until(lambda: len(heard(office)) == 20, seconds=200)
        until(lambda: running.log.count("ended with -9") >= 5)
    assert [count for _, count in heard(office)] == [1] * 20
    assert len(mail_servers.mails("cleo")) == before


def heard(office: Office) -> list[tuple[str, int]]:
    said = office.rows("SELECT text FROM rapport_message WHERE text LIKE '%order kill%'")
    orders = [text.split("order ")[1][:6] for (text,) in said]
    return sorted((order, orders.count(order)) for order in set(orders))


def kill_one(parent: int, rng: random.Random) -> None:
    """One of the processes that Rapport started, without a warning; it starts another in its place."""
    with open(f"/proc/{parent}/task/{parent}/children") as children:
        found = [int(one) for one in children.read().split()]
    workers = [one for one in found if b"web" not in command(one)]
    if workers:
        os.kill(rng.choice(workers), signal.SIGKILL)


def command(process: int) -> bytes:
    try:
        with open(f"/proc/{process}/cmdline", "rb") as line:
            return line.read()
    except FileNotFoundError:
        return b""


def test_a_mail_is_heard_as_it_comes(office: Office, mail_servers: MailServers) -> None:
    with office.open():
        mail_servers.write("cleo", "A refund for order idle1.", subject="Refund")
        until(lambda: "idle" in sources(office, "order idle1"))


def test_a_mail_that_came_while_nobody_listened_is_heard_by_asking(office: Office, mail_servers: MailServers) -> None:
    mail_servers.write("cleo", "A refund for order asked1.", subject="Refund")
    with office.open():
        until(lambda: "inbox" in sources(office, "order asked1"))


def test_an_answer_is_known_as_sent_and_its_copy_in_our_mailbox_is_nothing_new(
    office: Office, mail_servers: MailServers, visit
) -> None:
    with office.open() as running:
        mail_servers.write("cleo", "A refund for order sent1.", subject="Refund")
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, "order sent1")
        office.answer(ben, "The refund of sent1 is yours.")
        office.sent(ben, "The refund of sent1 is yours.")
        wait(lambda: any("refund of sent1" in mail.as_string() for mail in mail_servers.mails("help")))
        mail_servers.write("cleo", "A refund for order behind1.", subject="Refund")
        until(lambda: sources(office, "order behind1") == {"idle", "inbox"})  # so both have passed the copy
    assert sources(office, "The refund of sent1") == {"sent"}


def sources(office: Office, words: str) -> set[str]:
    """By which ways the one message that says this was heard."""
    query = "SELECT m.id, source FROM rapport_message m JOIN rapport_sighting s ON message_id = m.id WHERE text LIKE ?"
    found = office.rows(query, f"%{words}%")
    assert len({message for message, _ in found}) <= 1
    return {source for _, source in found}


def test_the_record_of_all_this_holds(office: Office) -> None:
    assert "The record holds" in office.command("audit", "verify")
