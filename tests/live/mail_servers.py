"""dovecot and postfix on loopback: a mailbox of ours, of Cleo, Ben and Eve, and a server that takes their mails.

    def test_something(mail_servers):
        mail_servers.write("cleo", "Where is my hat?")   # through postfix, as her own program would send it
        account = mail_servers.account()                     # what the connector is given
        mail_servers.mails("cleo")                           # what lies in her inbox

Both are the distribution's, with a configuration, a queue and mailboxes in a folder that goes with them. They need
root, because postfix wants to be started by it, and are ended by their process ids.
"""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import format_datetime
from pathlib import Path
from uuid import uuid4

import pytest

from rapport.connectors.contract import Account
from tests.processes import free_port, listening, process

US = "help@ferries.test"
PEOPLE = {"cleo": "cleo@example.test", "ben": "ben@example.test", "eve": "eve@example.test", "help": US}
GONE = "gone@example.test"  # postfix takes mails for it, dovecot knows nobody of that name: they come back
PASSWORD = "four ferries in a row"

DOVECOT = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = {tls}
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {user}
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {folder}/queue/private/auth {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
}}
"""

POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.ferries.test
mydestination =
alias_maps =
alias_database =
local_transport = error:nobody is local here
default_transport = error:nothing leaves this machine
virtual_mailbox_domains = ferries.test example.test
virtual_mailbox_maps = inline:{{ {people} }}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
mynetworks =
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
anvil_rate_time_unit = 3600s
minimal_backoff_time = 5s
queue_run_delay = 5s
max_idle = 5s
"""

MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class MailServers:
    """`imap` and `smtp` are ports of 127.0.0.1; `folder` is where everything lies."""

    folder: Path
    imap: int
    imaps: int
    smtp: int
    dovecot: ExitStack = field(default_factory=ExitStack)
    running: int = 0

    def account(self, **config: str) -> Account:
        return Account(self.answers(**config), {"password": PASSWORD}, private_hosts=("127.0.0.1",))

    def answers(self, **config: str) -> dict[str, str]:
        places = {"imap": f"127.0.0.1:{self.imap}", "smtp": f"127.0.0.1:{self.smtp}"}
        return {"email": US, "copy": "yes", **places, **config}

    # -- other people, with other programs -----------------------------------------------------------------------------

    def write(self, who: str, text: str, *, to: str = US, subject: str = "My hat", **headers: str) -> str:
        """Somebody writes a mail; its id."""
        mail = EmailMessage()
        mail_id = f"<{uuid4().hex}@example.test>"
        sender = PEOPLE.get(who, who)
        named = {"From": sender, "To": to, "Subject": subject, "Date": format_datetime(datetime.now(UTC))}
        for name, value in (named | {"Message-ID": mail_id} | headers).items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.deliver(mail.as_bytes(), to, sender)
        return str(mail["Message-ID"])

    def deliver(self, raw: bytes, to: str = US, sender: str = "somebody@example.test") -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp, local_hostname="localhost") as client:
            client.sendmail(sender, [to], raw)

    def reply(self, who: str, mail: Message, text: str, **headers: str) -> str:
        """An answer as every program writes it: In-Reply-To, and References with what was there before."""
        above = f"{mail.get('References', '')} {mail['Message-ID']}".strip()
        told = {"In_Reply_To": mail["Message-ID"], "References": " ".join(above.split())} | headers
        return self.write(who, text, subject=str(mail["Subject"]), **told)

    def mails(self, who: str, folder: str = "INBOX") -> list[Message]:
        with self.signed_in(who) as client:
            client.select(folder, readonly=True)
            numbers = client.search(None, "ALL")[1][0].split()
            found = [client.fetch(number, "(BODY.PEEK[])")[1][0] for number in numbers]
            return [message_from_bytes(one[1]) for one in found if isinstance(one, tuple)]

    @contextmanager
    def signed_in(self, who: str) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.imap)
        client.login(PEOPLE[who], PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def append(self, raw: bytes, folder: str = "INBOX", who: str = "help", at: float | None = None) -> None:
        """Put a mail straight into a mailbox, as if it had arrived then."""
        with self.signed_in(who) as client:
            client.append(folder, "", imaplib.Time2Internaldate(at or time.time()), raw)

    def expunge(self, who: str, number: int) -> None:
        with self.signed_in(who) as client:
            client.select("INBOX")
            client.store(str(number), "+FLAGS", "\\Deleted")
            client.expunge()

    def empty(self, *people: str) -> None:
        for who in people or PEOPLE:
            for folder in ("INBOX", "Sent"):
                with self.signed_in(who) as client:
                    client.select(folder)
                    if numbers := client.search(None, "ALL")[1][0].split():
                        client.store(b",".join(numbers).decode(), "+FLAGS", "\\Deleted")
                        client.expunge()

    # -- what happens to servers ---------------------------------------------------------------------------------------

    def stop(self) -> None:
        """End dovecot, and the sessions that it left to finish by themselves."""
        sessions = [int(one) for one in Path(f"/proc/{self.running}/task/{self.running}/children").read_text().split()]
        self.dovecot.close()
        for session in sessions:
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)

    def start(self) -> None:
        command = [shutil.which("dovecot") or "dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        log = self.folder / "dovecot.out"
        running = self.dovecot.enter_context(process(command, log))
        listening(self.imap, running, log)
        self.running = running.pid

    def count_anew(self, who: str = "help") -> None:
        """Lose the list of numbers, as when a mailbox is restored: every mail has another number afterwards."""
        self.stop()
        for file in (self.folder / "mail" / PEOPLE[who]).glob("dovecot*"):
            file.unlink()
        time.sleep(1.1)  # UIDVALIDITY is made from the time in seconds
        self.start()


def missing() -> str:
    if os.geteuid() != 0:
        return "the mail servers need root"
    found = shutil.which("dovecot") and Path("/usr/sbin/postfix").exists() and Path("/usr/lib/dovecot/lmtp").exists()
    return "" if found else "no mail servers here: sh tests/live/mail/install.sh"


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    if reason := missing():
        pytest.skip(reason)
    with start_mail_servers() as servers:
        yield servers


@contextmanager
def start_mail_servers() -> Iterator[MailServers]:
    with tempfile.TemporaryDirectory(prefix="mail-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        servers = MailServers(folder, free_port(), free_port(), free_port(), stack.enter_context(ExitStack()))
        lmtp = free_port()
        _dovecot(servers, lmtp)
        _postfix(servers, lmtp)
        servers.start()
        command = ["/usr/lib/postfix/sbin/master", "-c", str(folder / "postfix"), "-d"]
        running = stack.enter_context(process(command, folder / "postfix.out"))
        listening(servers.smtp, running, folder / "postfix.out")
        yield servers


def _dovecot(servers: MailServers, lmtp: int) -> None:
    folder = servers.folder
    owner = pwd.getpwnam("mail")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *made]
    subprocess.run(command, check=True, capture_output=True)
    (folder / "users").write_text(
        "".join(f"{one}:{{PLAIN}}{PASSWORD}::::{folder}/mail/{one}::\n" for one in PEOPLE.values())
    )
    for place in ("mail", "run", "state", "queue"):
        (folder / place).mkdir()
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    ports = {"imap": servers.imap, "imaps": servers.imaps, "lmtp": lmtp}
    (folder / "dovecot.conf").write_text(DOVECOT.format(folder=folder, user="mail", tls="yes", **ports))


def _postfix(servers: MailServers, lmtp: int) -> None:
    folder, owner = servers.folder, pwd.getpwnam("postfix")
    (folder / "postfix").mkdir()
    people = ", ".join(f"{one}=ok" for one in (*PEOPLE.values(), GONE))
    (folder / "postfix" / "main.cf").write_text(POSTFIX.format(folder=folder, people=people, lmtp=lmtp))
    (folder / "postfix" / "master.cf").write_text(MASTER.format(smtp=servers.smtp))
    (folder / "data").mkdir()
    os.chown(folder / "data", owner.pw_uid, 0)
    for place in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
                  "trace", "maildrop", "public", "pid"):  # fmt: skip
        (folder / "queue" / place).mkdir()
        os.chown(folder / "queue" / place, 0 if place == "pid" else owner.pw_uid, 0)


def wait(ask, *, seconds: float = 20.0):
    """What `ask` answers, once it answers."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < end, f"nothing came within {seconds:g} s"
        time.sleep(0.1)
    return answer
