"""Bring a model for the deep reader from a hub, because a person asked for it. Rapport never does so by itself.

A hub lays the files of a model out as `NAME/resolve/REVISION/FILE`, says in its answer which commit that is and what
hash the file has, and sends one on to wherever large files lie. Everything goes through the guarded door
(`rapport.connectors.http`), in parts: each is a request with limits of its own, and what has arrived stays for the next
try. A file counts when its content has the hash that the hub named; then it gets its name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rapport.connectors.address import web_address
from rapport.connectors.http import Client, Response, ask, guarded_client
from rapport.core.errors import ConnectorError, ReaderError
from rapport.core.understand.deep import CARD, GRAPHS, TWITTER

HUB = "https://huggingface.co"
PART = 16_000_000
"""Bytes that are asked for at once."""
WHOLE = 64_000_000
"""Bytes that are taken where a whole file comes, whatever was asked for; some tokenizers have 17 million."""
SECONDS = 300.0
"""What one part may take."""
TRIES = 3
NEEDED = ("config.json", "tokenizer.json")
STANDS = {"cardiffnlp/": TWITTER}
"""How the texts for the models of a publisher are prepared; the hub says it for people only, in their cards."""

Progress = Callable[[str, int, int], None]
"""Is told the file, how much of it there is, and how much there will be, in bytes."""

_NAME = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")
_REVISION = re.compile(r"[\w-][\w./-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OF = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Named:
    """What the hub says of a file. `digest`: SHA-256, or for small files the hash by which git knows the content."""

    commit: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file. `begins`: its place, or 0 when the whole file came, whatever was asked for."""

    named: Named
    begins: int
    content: bytes


def fetch(
    name: str,
    revision: str,
    folder: Path,
    *,
    hub: str = HUB,
    token: str = "",
    private_hosts: Iterable[str] = (),
    progress: Progress = lambda file, there, whole: None,
) -> str:
    """Bring what `deep.load` needs into the folder, and write down in `rapport.json` what came from where.

    name           of the model, as in `cardiffnlp/twitter-xlm-roberta-base-sentiment-multilingual`
    revision       a commit, a tag or a branch; all files come from the commit that it is at the first answer
    hub            its address; https, or a host that is named among the private ones
    token          for models whose publisher wants to know who fetches them
    private_hosts  see `rapport.connectors.http.Allowed`

    The commit. Raises ReaderError, which says what to do.
    """
    if not (_NAME.fullmatch(name) and _REVISION.fullmatch(revision)) or ".." in name + revision:
        raise ReaderError(f"{name!r} at {revision!r} is no model of a hub: it looks like publisher/name, at a commit.")
    private_hosts = tuple(private_hosts)
    try:
        place = web_address(hub, private_hosts, what="hub", carries="model")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        folder.mkdir(parents=True, exist_ok=True)
        with guarded_client(private_hosts, timeout=SECONDS, max_bytes=WHOLE) as client:
            client.headers.update(headers)
            return _Errand(client, f"{place}/{name}", name, folder, progress).run(revision)
    except ConnectorError as error:
        raise ReaderError(f"{name} could not be fetched: {error}") from error
    except OSError as error:
        raise ReaderError(f"{folder} cannot be written: {error.strerror}.") from error


@dataclass
class _Errand:
    client: Client
    model: str
    name: str
    folder: Path
    progress: Progress

    def run(self, revision: str) -> str:
        first = self.bring(NEEDED[0], revision)
        if first is None:
            raise ReaderError(f"{self.name} at {revision} has no {NEEDED[0]}: look for its name and commit at the hub.")
        commit = first.commit
        brought = {NEEDED[0]: first}
        for file in NEEDED[1:]:
            brought[file] = self.bring(file, commit) or self.lacks(file)
        graph = next(((file, named) for file in GRAPHS if (named := self.bring(file, commit))), None)
        brought |= [graph] if graph else [("model.onnx", self.lacks("model.onnx"))]
        for stale in set(GRAPHS) - set(brought):
            (self.folder / stale).unlink(missing_ok=True)
        self.write_down(commit, brought)
        return commit

    def lacks(self, file: str) -> Named:
        raise ReaderError(
            f"{self.name} has no {file}. Make one where PyTorch is installed: "
            f"`optimum-cli export onnx --model {self.name} --task text-classification FOLDER`, and use that folder."
        )

    def write_down(self, commit: str, brought: dict[str, Named]) -> None:
        stands = next((how for publisher, how in STANDS.items() if self.name.startswith(publisher)), {})
        files = {file: {"sha256": _sha256(self.folder / file), "bytes": named.size} for file, named in brought.items()}
        card = {"name": self.name, "hub": self.model, "commit": commit, "stands": stands, "files": files}
        (self.folder / CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")

    def bring(self, file: str, revision: str) -> Named | None:
        """What the hub says of a file that now lies in the folder with just that content; None: it has no such file."""
        target = self.folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".part")
        if target.exists():  # one byte of it is enough to learn its hash
            last = self.part(file, revision, max(0, target.stat().st_size - 1))
            if last is not None and _is(target, last.named):
                return last.named
        part = self.part(file, revision, partial.stat().st_size if partial.exists() else 0)
        if part is None:
            return None
        named = part.named
        for piece in self.parts(file, part):
            with partial.open("r+b" if partial.exists() else "wb") as handle:
                handle.seek(piece.begins)
                handle.write(piece.content)
                handle.truncate()
            self.progress(file, piece.begins + len(piece.content), named.size)
        if not _is(partial, named):
            partial.unlink(missing_ok=True)
            raise ReaderError(f"{file} of {self.name} is not what the hub says it is; what came was thrown away.")
        partial.replace(target)
        return named

    def parts(self, file: str, part: Part) -> Iterator[Part]:
        """From a first part to the end of the file."""
        yield part
        while (begins := part.begins + len(part.content)) < part.named.size:
            following = self.part(file, part.named.commit, begins)
            if following is None or following.named != part.named or not following.content:
                raise ReaderError(f"{file} of {self.name} changed while it was being fetched. Try again.")
            part = following
            yield part

    def part(self, file: str, revision: str, begins: int) -> Part | None:
        """What the file holds from there on, PART bytes at most; None where the hub has no such file."""
        response = self.asked(f"{self.model}/resolve/{revision}/{file}", begins)
        if response.status_code == 404 and response.headers.get("X-Error-Code", "EntryNotFound") == "EntryNotFound":
            return None
        if response.status_code in (401, 403, 404):
            raise ReaderError(_refused(self.name, revision, self.model, response.status_code))
        if response.status_code == 416:  # the file is shorter than what lay there: from the start
            return self.part(file, revision, 0)
        span = _OF.fullmatch(response.headers.get("Content-Range", ""))
        whole = response.status_code == 200 or span is None
        size = len(response.content) if whole or span is None else int(span[3])
        named = self.named(response, file, revision, size)
        return Part(named, 0 if whole or span is None else int(span[1]), response.content)

    def asked(self, url: str, begins: int, tries: int = TRIES) -> Response:
        """Once more where that can help: lines break, above all long ones."""
        span = {"Range": f"bytes={begins}-{begins + PART - 1}"}
        try:
            return ask(self.client, "GET", url, headers=span, accept=(401, 403, 404, 416))
        except ConnectorError as error:
            if error.permanent or tries == 1:
                raise
        return self.asked(url, begins, tries - 1)

    def named(self, response: Response, file: str, revision: str, size: int) -> Named:
        """What the hub itself says: where large files lie others answer, and what they say does not count."""
        answers = [one.headers for one in (*response.history, response) if one.url.netloc == self.host]
        told = next((one for one in answers if _COMMIT.fullmatch(one.get("X-Repo-Commit", ""))), None)
        if told is None or (_COMMIT.fullmatch(revision) and told["X-Repo-Commit"] != revision):
            raise ReaderError(f"{self.model} does not say which commit {revision} is. Is it a model of a hub?")
        digest = (told.get("X-Linked-Etag") or told.get("ETag", "")).removeprefix("W/").strip('"')
        if not _HASH.fullmatch(digest):
            raise ReaderError(f"The hub names no hash of {file}, so nobody can tell whether it arrives unharmed.")
        return Named(told["X-Repo-Commit"], digest, size)

    @property
    def host(self) -> bytes:
        return urlsplit(self.model).netloc.encode()


def _refused(name: str, revision: str, model: str, status: int) -> str:
    if status == 404:
        return f"The hub knows no {name} at {revision}."
    return (
        f"The hub keeps {name} from us ({status}): it is not there, or only for those who agreed to its terms. "
        f"Look at {model}, agree there, and set RAPPORT_HUB_TOKEN to a token that may read."
    )


def _is(file: Path, named: Named) -> bool:
    """Whether a file has the content that the hub names."""
    if not file.is_file() or file.stat().st_size != named.size:
        return False
    if len(named.digest) == 64:
        return _sha256(file) == named.digest
    blob = hashlib.sha1(f"blob {named.size}\0".encode(), usedforsecurity=False)
    blob.update(file.read_bytes())
    return blob.hexdigest() == named.digest


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
