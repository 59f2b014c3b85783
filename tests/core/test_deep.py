"""The deep reader on models so small that a test can make them, in the form in which a hub ships large ones."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="the extra `deep` is not installed")
pytest.importorskip("tokenizers", reason="the extra `deep` is not installed")
onnx = pytest.importorskip("onnx", reason="onnx, which makes the models of these tests, is not installed")

from click.testing import CliRunner  # noqa: E402

from rapport.cli import main  # noqa: E402
from rapport.core.errors import ReaderError  # noqa: E402
from rapport.core.understand import deep, read, tone  # noqa: E402
from tests.core.small_model import WORDS, graph, labelled, write  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("models") / "Small One")


@pytest.fixture(scope="module")
def reader(folder):
    return deep.load(folder)


def numbers(tones):
    return np.array([list(asdict(one).values()) for one in tones])


def spoken(count, seed=3):
    """Texts of one to fifty words that the model knows."""
    chance = np.random.default_rng(seed)
    return [" ".join(chance.choice(WORDS, chance.integers(1, 50))) for _ in range(count)]


class TestReading:
    def test_gives_three_probabilities_that_differ_from_text_to_text(self, reader):
        found = numbers(reader.tones_of(spoken(40)))
        assert found.sum(axis=1) == pytest.approx(1)
        assert found.std(axis=0).min() > 0.001

    def test_says_the_same_of_a_text_alone_and_in_company(self, reader):
        texts = spoken(300)
        together = numbers(reader.tones_of(texts))
        alone = numbers([reader.tones_of([text])[0] for text in texts[:40]])
        assert np.abs(together[:40] - alone).max() < 1e-6
        assert not reader.alone

    def test_says_the_same_again(self, folder, reader):
        assert deep.load(folder).tones_of(spoken(20)) == reader.tones_of(spoken(20))

    def test_keeps_the_order(self, reader):
        texts = spoken(60)
        found = numbers(reader.tones_of(texts))
        assert np.abs(found[::-1] - numbers(reader.tones_of(texts[::-1]))).max() < 1e-6

    @pytest.mark.parametrize(
        "text", ["", " \n\t", "\x00 \ud83d", "💥" * 9], ids=["empty", "blank", "halves", "unknown"]
    )
    def test_reads_what_nobody_expects(self, reader, text):
        found = reader.tones_of([text, "good"])
        assert numbers(found).sum(axis=1) == pytest.approx(1)
        assert numbers(found)[1] == pytest.approx(numbers(reader.tones_of(["good"]))[0], abs=1e-6)

    def test_says_neutral_but_not_surely_of_nothing(self, reader):
        assert reader.tones_of(["", "   "]) == [deep.NOTHING, deep.NOTHING]

    def test_reads_the_beginning_of_a_text_without_end(self, reader):
        endless = "bad service " * 8_500
        assert len(endless) > 100_000
        beginning = " ".join(endless.split()[: reader.longest - 2])
        assert numbers(reader.tones_of([endless, "x" * 100_000]))[0] == pytest.approx(
            numbers(reader.tones_of([beginning]))[0], abs=1e-6
        )

    def test_reads_no_text_at_all(self, reader):
        assert reader.tones_of([]) == []


class TestTheWholeReading:
    def test_takes_the_tone_from_the_deep_reader_and_names_it(self, reader):
        texts = spoken(5)
        found = read(texts, tones=reader)
        assert [one.tone for one in found.items] == reader.tones_of(texts)
        assert f" {reader.version()} " in found.version
        assert tone.version() not in found.version

    def test_is_what_it_was_without_it(self):
        assert read(["Thank you"]).items[0].tone == tone.tones_of(["Thank you"])[0]
        assert tone.version() in read(["Thank you"]).version

    def test_loads_no_library_of_the_deep_reader(self):
        asked = (
            "import sys; from rapport.core.understand import read; read(['Thank you']);"
            "print({'onnxruntime', 'tokenizers', 'rapport.core.understand.deep'} & set(sys.modules))"
        )
        told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
        assert told.stdout.strip() == "set()"


class TestPreparation:
    def test_puts_what_the_model_was_trained_on_for_handles_and_links(self, tmp_path):
        reader = deep.load(write(tmp_path / "m", card={"stands": deep.TWITTER}))
        assert (
            reader.prepared("@ana: look\n@ben https://a.example/?x y@z.example @")
            == "@user look\n@user http y@z.example @"
        )

    def test_leaves_them_for_other_models(self, reader):
        assert reader.prepared("@ana http://a.example") == "@ana http://a.example"

    def test_knows_the_models_that_want_it_by_where_they_come_from(self, tmp_path):
        name = "cardiffnlp/twitter-xlm-roberta-base-sentiment-multilingual"
        reader = deep.load(write(tmp_path / "m", config={"_name_or_path": name}))
        assert reader.prepared("@ana good") == "@user good"


class TestLabels:
    def test_are_those_of_the_model_in_its_own_order(self, tmp_path, reader):
        turned = deep.load(write(tmp_path / "m", labels=["Positive", "NEUTRAL", "neg"]))
        assert np.abs(numbers(turned.tones_of(spoken(9)))[:, ::-1] - numbers(reader.tones_of(spoken(9)))).max() < 1e-9

    def test_of_one_tone_are_added_up(self, tmp_path):
        stars = [f"{n} star{'s' if n > 1 else ''}" for n in range(1, 6)]
        five = deep.load(write(tmp_path / "stars", labels=stars))
        found = numbers(five.tones_of(spoken(9)))
        each = labelled(five, spoken(9))
        assert found[:, 0] == pytest.approx(each[:, 0] + each[:, 1])
        assert found[:, 2] == pytest.approx(each[:, 3] + each[:, 4])

    @pytest.mark.parametrize(
        "labels", [["LABEL_0", "LABEL_1", "LABEL_2"], ["negative", "positive"], ["neutral"] * 3], ids=str
    )
    def test_that_are_no_tones_are_refused_by_name(self, tmp_path, labels):
        with pytest.raises(ReaderError, match=f"{labels[0]}.*write into id2label"):
            deep.load(write(tmp_path / "m", labels=labels))


class TestForms:
    def test_a_graph_may_lie_where_the_hub_puts_it(self, tmp_path, reader):
        folder = write(tmp_path / "m")
        (folder / "onnx").mkdir()
        (folder / "model.onnx").rename(folder / "onnx" / "model.onnx")
        assert deep.load(folder).tones_of(["good"]) == reader.tones_of(["good"])

    def test_is_given_what_it_asks_for_and_nothing_else(self, tmp_path, reader):
        asking = write(tmp_path / "m", asks=("token_type_ids",))
        assert deep.load(asking).tones_of(["good bad"]) == reader.tones_of(["good bad"])

    def test_a_model_that_counts_places_from_behind_the_filling_reads_fewer(self, tmp_path):
        config = {"model_type": "xlm-roberta", "pad_token_id": 1, "max_position_embeddings": 34}
        assert deep.load(write(tmp_path / "m", config=config)).longest == 32

    def test_a_quantised_graph_says_the_same_in_company_too(self, tmp_path):
        from onnxruntime.quantization import quantize_dynamic

        folder = write(tmp_path / "m")
        quantize_dynamic(folder / "model.onnx", folder / "model_quantized.onnx")
        (folder / "model.onnx").unlink()
        reader = deep.load(folder)
        texts = spoken(30)
        assert reader.alone
        assert reader.tones_of(texts)[:5] == [reader.tones_of([text])[0] for text in texts[:5]]


class TestVersions:
    def test_name_the_model_and_its_content(self, tmp_path, reader):
        same, other = write(tmp_path / "Small One"), write(tmp_path / "other" / "Small One", seed=8)
        assert deep.load(same).version() == reader.version()
        assert reader.version().startswith("deep-small-one-")
        assert deep.load(other).version() != reader.version()

    def test_take_the_name_that_the_card_says(self, tmp_path):
        card = {"name": "cardiffnlp/twitter-xlm-roberta-base-sentiment-multilingual"}
        assert deep.load(write(tmp_path / "m", card=card)).name == "twitter-xlm-roberta-base"

    def test_differ_where_texts_are_prepared_otherwise(self, tmp_path, reader):
        other = write(tmp_path / "Small One", card={"stands": deep.TWITTER})
        assert deep.load(other).version() != reader.version()


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("lost", "said"),
        [("config.json", "no folder of a model"), ("tokenizer.json", "AutoTokenizer"), ("model.onnx", "optimum-cli")],
    )
    def test_a_file(self, tmp_path, lost, said):
        folder = write(tmp_path / "m")
        (folder / lost).unlink()
        with pytest.raises(ReaderError, match=said):
            deep.load(folder)

    def test_a_folder(self, tmp_path):
        with pytest.raises(ReaderError, match="no folder of a model"):
            deep.load(tmp_path / "nowhere")

    @pytest.mark.parametrize("broken", ["config.json", "tokenizer.json", "model.onnx"])
    def test_sense(self, tmp_path, broken):
        folder = write(tmp_path / "m")
        (folder / broken).write_text("<html>404</html>")
        with pytest.raises(ReaderError, match=f"{broken} cannot be"):
            deep.load(folder)

    def test_classes(self, tmp_path):
        with pytest.raises(ReaderError, match="names no classes"):
            deep.load(write(tmp_path / "m", config={"id2label": None}))

    def test_a_head(self, tmp_path):
        folder = write(tmp_path / "m")
        onnx.save(graph(headless=True), folder / "model.onnx")
        with pytest.raises(ReaderError, match="without a head for classification"):
            deep.load(folder)

    def test_an_input_that_nobody_here_has(self, tmp_path):
        with pytest.raises(ReaderError, match="asks for pixel_values"):
            deep.load(write(tmp_path / "m", asks=("pixel_values",)))

    @pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
    def test_a_package(self, folder, monkeypatch, package):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ReaderError, match=rf"{package}: pip install 'rapport\[deep\]'"):
            deep.load(folder)


def test_the_card_is_no_list(tmp_path):
    folder = write(tmp_path / "m")
    (folder / deep.CARD).write_text(json.dumps([]))
    with pytest.raises(ReaderError, match="not a JSON object"):
        deep.load(folder)


class TestTheCommands:
    @pytest.fixture
    def table(self, tmp_path):
        file = tmp_path / "posts.csv"
        file.write_text("body,label\n" + "".join(f"{text},neutral\n" for text in spoken(5)))
        return str(file)

    def test_read_takes_the_tone_from_the_deep_reader(self, table, folder, reader):
        found = CliRunner().invoke(main, ["read", table, "--text", "body", "--as", "jsonl", "--deep", str(folder)])
        rows = [json.loads(line) for line in found.output.splitlines()]
        assert [row["tone"] for row in rows] == [one.label for one in reader.tones_of(spoken(5))]
        assert all(reader.version() in row["reader"] for row in rows)

    def test_evaluate_judges_it(self, table, folder, reader):
        asked = ["readers", "evaluate", table, "--reader", "tone", "--text", "body", "--label", "label", "--json"]
        found = CliRunner().invoke(main, [*asked, "--deep", str(folder)])
        right = sum(one.label == "neutral" for one in reader.tones_of(spoken(5)))
        assert json.loads(found.output)["accuracy"] == right / 5

    def test_evaluate_knows_that_it_reads_nothing_else(self, table, folder):
        asked = ["readers", "evaluate", table, "--reader", "kind", "--text", "body", "--label", "label"]
        assert "reads the tone, not kind" in CliRunner().invoke(main, [*asked, "--deep", str(folder)]).output

    def test_a_folder_that_is_none_is_told_in_a_line(self, table, tmp_path):
        found = CliRunner().invoke(main, ["read", table, "--text", "body", "--deep", str(tmp_path)])
        assert found.exit_code == 1
        assert found.output.startswith("Error: ")
        assert "no folder of a model" in found.output
