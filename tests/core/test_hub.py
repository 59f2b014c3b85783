"""Bringing a model from a hub: a real server on loopback that lays its files out as the hub does, and breaks off."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from rapport import hub
from rapport.cli import main
from rapport.core.errors import ReaderError

NAME = "ana/tones-of-the-sea"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PRIVATE = ("127.0.0.1",)
GRAPH = bytes(range(256)) * 200
FILES = {
    "config.json": b'{"id2label": {}}',
    "tokenizer.json": b'{"model": {}}',
    "onnx/model.onnx": GRAPH,
}


class Hub:
    """Two servers: the hub, which knows commits and hashes, and another one, where large files lie."""

    def __init__(self):
        self.files, self.true, self.asked, self.told = dict(FILES), {}, [], {}
        self.token, self.moved_to, self.breaks_off, self.ranges, self.names = "", "", 0, True, "main"
        self.store = self.serve(self.large)
        self.front = self.serve(self.small)
        self.url = f"http://127.0.0.1:{self.front.server_port}"

    def serve(self, answer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                answer(self)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    def end(self):
        for server in (self.front, self.store):
            server.shutdown()
            server.server_close()

    def small(self, request):
        self.asked.append((request.path, request.headers.get("Range"), request.headers.get("Authorization")))
        found = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", request.path)
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return self.say(request, 401, b"", {"X-Error-Code": "GatedRepo"})
        if self.moved_to and found[1] == NAME:
            return self.say(request, 307, b"", {"Location": request.path.replace(NAME, self.moved_to)})
        if found[2] not in (self.names, COMMIT):
            return self.say(request, 404, b"", {"X-Error-Code": "RevisionNotFound"})
        if found[3] not in self.files:
            return self.say(request, 404, b"", {"X-Error-Code": "EntryNotFound"})
        content = self.true.get(found[3], self.files[found[3]])
        said = {"X-Repo-Commit": COMMIT}
        if found[3].endswith(".onnx"):
            said |= {"X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"', "ETag": '"anything"'}
            said |= {"Location": f"http://127.0.0.1:{self.store.server_port}/{found[3]}?signature=1"}
            return self.say(request, 302, b"", said | self.told)
        git = hashlib.sha1(f"blob {len(content)}\0".encode() + content)  # noqa: S324  as git does
        return self.say(request, 200, self.files[found[3]], said | {"ETag": f'W/"{git.hexdigest()}"'} | self.told)

    def large(self, request):
        self.asked.append(("the store", request.headers.get("Range"), request.headers.get("Authorization")))
        content = self.files[request.path.split("?")[0].lstrip("/")]
        begins, ends = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["Range"]).groups())
        if begins >= len(content):
            return self.say(request, 416, b"", {"ETag": '"of the store"'})
        piece = content[begins : ends + 1]
        said = {"Content-Range": f"bytes {begins}-{begins + len(piece) - 1}/{len(content)}", "ETag": '"of the store"'}
        if self.breaks_off and begins >= self.breaks_off:
            return self.say(request, 206, piece, said, cut=True)
        return self.say(request, 206, piece, said) if self.ranges else self.say(request, 200, content, {})

    def say(self, request, status, content, headers, cut=False):
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content[:10] if cut else content)
        request.close_connection = cut


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(hub, "PART", 20_000)
    running = Hub()
    yield running
    running.end()


def bring(server, folder, revision="main", **more):
    return hub.fetch(NAME, revision, folder, hub=server.url, private_hosts=PRIVATE, **more)


class TestBringing:
    def test_brings_what_is_needed_and_nothing_else(self, server, tmp_path):
        server.files |= {"pytorch_model.bin": b"x", "onnx/model_quantized.onnx": b"x"}
        assert bring(server, tmp_path) == COMMIT
        brought = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
        assert brought == {*FILES, "rapport.json"}
        assert all((tmp_path / file).read_bytes() == content for file, content in FILES.items())

    def test_writes_down_the_commit_and_the_hashes(self, server, tmp_path):
        bring(server, tmp_path)
        card = json.loads((tmp_path / "rapport.json").read_text())
        assert (card["name"], card["commit"], card["stands"]) == (NAME, COMMIT, {})
        assert card["files"]["onnx/model.onnx"] == {"sha256": hashlib.sha256(GRAPH).hexdigest(), "bytes": len(GRAPH)}

    def test_asks_for_everything_at_the_commit_that_it_found_first(self, server, tmp_path):
        bring(server, tmp_path)
        places = [path for path, *_ in server.asked if path != "the store"]
        assert places[0] == f"/{NAME}/resolve/main/config.json"
        assert all(f"/resolve/{COMMIT}/" in path for path in places[1:])

    def test_asks_for_a_large_file_in_parts(self, server, tmp_path):
        told = []
        bring(server, tmp_path, progress=lambda *one: told.append(one))
        spans = [span for path, span, _ in server.asked if path == "the store"]
        assert spans == ["bytes=0-19999", "bytes=20000-39999", "bytes=40000-59999"]
        assert [one for one in told if one[0] == "onnx/model.onnx"][-1][1:] == (len(GRAPH), len(GRAPH))

    def test_follows_a_model_that_was_given_another_name(self, server, tmp_path):
        server.moved_to = "ben/tones"
        assert bring(server, tmp_path) == COMMIT

    def test_knows_how_the_texts_of_a_publisher_are_prepared(self, server, tmp_path):
        hub.fetch("cardiffnlp/any", "main", tmp_path, hub=server.url, private_hosts=PRIVATE)
        assert json.loads((tmp_path / "rapport.json").read_text())["stands"] == {"handles": "@user", "links": "http"}


class TestGoingOn:
    def test_goes_on_where_the_line_broke(self, server, tmp_path):
        server.breaks_off = 20_000
        with pytest.raises(ReaderError, match="could not be fetched"):
            bring(server, tmp_path)
        assert (tmp_path / "onnx/model.onnx.part").stat().st_size == 20_000
        server.breaks_off, server.asked = 0, []
        bring(server, tmp_path)
        assert next(span for path, span, _ in server.asked if path == "the store") == "bytes=20000-39999"
        assert (tmp_path / "onnx/model.onnx").read_bytes() == GRAPH

    def test_starts_anew_where_more_lay_there_than_there_is(self, server, tmp_path):
        (tmp_path / "onnx").mkdir()
        (tmp_path / "onnx/model.onnx.part").write_bytes(b"x" * (len(GRAPH) + 5))
        bring(server, tmp_path)
        assert (tmp_path / "onnx/model.onnx").read_bytes() == GRAPH

    def test_takes_a_whole_file_where_the_store_knows_no_parts(self, server, tmp_path):
        server.ranges = False
        bring(server, tmp_path)
        assert (tmp_path / "onnx/model.onnx").read_bytes() == GRAPH

    def test_brings_nothing_twice(self, server, tmp_path):
        bring(server, tmp_path)
        before = (tmp_path / "onnx/model.onnx").stat().st_mtime_ns
        server.asked = []
        bring(server, tmp_path)
        assert [span for path, span, _ in server.asked if path == "the store"] == ["bytes=51199-71198"]
        assert (tmp_path / "onnx/model.onnx").stat().st_mtime_ns == before


class TestRefusing:
    @pytest.mark.parametrize("file", ["onnx/model.onnx", "tokenizer.json"])
    def test_content_that_is_not_what_the_hub_names(self, server, tmp_path, file):
        server.true[file], server.files[file] = FILES[file], FILES[file][:-1] + b"!"
        with pytest.raises(ReaderError, match=f"{file} of {NAME} is not what the hub says"):
            bring(server, tmp_path)
        assert not (tmp_path / file).exists()
        assert not list(tmp_path.rglob("*.part"))

    def test_a_model_for_those_who_agreed(self, server, tmp_path):
        server.token = "sesame"
        with pytest.raises(ReaderError, match=r"agreed to its terms.*RAPPORT_HUB_TOKEN"):
            bring(server, tmp_path)
        assert bring(server, tmp_path, token="sesame") == COMMIT

    def test_gives_the_token_to_the_hub_alone(self, server, tmp_path):
        server.token = "sesame"
        bring(server, tmp_path, token="sesame")
        assert {given for path, _, given in server.asked if path == "the store"} == {None}

    def test_a_revision_that_is_not_there(self, server, tmp_path):
        with pytest.raises(ReaderError, match=r"knows no .* at v9"):
            bring(server, tmp_path, revision="v9")

    def test_a_model_without_a_graph(self, server, tmp_path):
        del server.files["onnx/model.onnx"]
        with pytest.raises(ReaderError, match=r"has no model.onnx.*optimum-cli"):
            bring(server, tmp_path)

    def test_a_hub_that_says_no_commit(self, server, tmp_path):
        server.told = {"X-Repo-Commit": ""}
        with pytest.raises(ReaderError, match="does not say which commit"):
            bring(server, tmp_path)

    def test_a_hub_that_names_another_commit_than_was_asked_for(self, server, tmp_path):
        server.names, server.told = "f" * 40, {"X-Repo-Commit": COMMIT}
        with pytest.raises(ReaderError, match="does not say which commit"):
            bring(server, tmp_path, revision="f" * 40)

    def test_a_hub_that_names_no_hash(self, server, tmp_path):
        server.told = {"ETag": '"today"', "X-Linked-Etag": ""}
        with pytest.raises(ReaderError, match="names no hash"):
            bring(server, tmp_path)

    @pytest.mark.parametrize("name", ["../etc/passwd", "a/b/c", "http://a.example/b", "a/..", ""])
    def test_names_that_are_no_models(self, server, tmp_path, name):
        with pytest.raises(ReaderError, match="no model of a hub"):
            hub.fetch(name, "main", tmp_path, hub=server.url, private_hosts=PRIVATE)
        assert not server.asked

    def test_a_private_address_that_nobody_allowed(self, server, tmp_path):
        with pytest.raises(ReaderError, match="https"):
            hub.fetch(NAME, "main", tmp_path, hub=server.url)
        with pytest.raises(ReaderError, match="private address"):
            hub.fetch(NAME, "main", tmp_path, hub=server.url.replace("http:", "https:"))
        assert not server.asked


class TestTheCommand:
    def test_fetches_what_it_is_told_to_and_says_whether_it_can_read_tones(self, server, tmp_path):
        for package in ("onnx", "onnxruntime", "tokenizers"):
            pytest.importorskip(package, reason="the extra `deep` is not installed")
        from tests.core import small_model

        made = small_model.write(tmp_path / "made")
        server.files = {name: (made / name).read_bytes() for name in ("config.json", "tokenizer.json", "model.onnx")}
        said = {"RAPPORT_HUB": server.url, "RAPPORT_PRIVATE_HOSTS": "127.0.0.1", "RAPPORT_HOME": str(tmp_path)}
        found = CliRunner().invoke(main, ["readers", "fetch", NAME], env=said)
        assert f"{NAME} at {COMMIT} is in {tmp_path / 'readers/tones-of-the-sea'}" in found.output
        assert "It reads: deep-tones-of-the-sea-" in found.output

    def test_says_when_what_it_fetched_cannot(self, server, tmp_path):
        pytest.importorskip("onnxruntime", reason="the extra `deep` is not installed")
        said = {"RAPPORT_HUB": server.url, "RAPPORT_PRIVATE_HOSTS": "127.0.0.1"}
        found = CliRunner().invoke(main, ["readers", "fetch", NAME, "--to", str(tmp_path)], env=said)
        assert (tmp_path / "onnx/model.onnx").read_bytes() == GRAPH
        assert found.exit_code == 1
        assert "names no classes" in found.output
