"""WordNet is found where it is installed, fetched where that is allowed, and read as nltk reads it."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.fakes import small_wordnet
from tests.fakes.nltk_wordnet import nltk_reader
from tests.fakes.pairs import pairs
from viva.errors import BadInput, MissingExtra
from viva.metrics import wordnet_files
from viva.metrics.meteor import tokens
from viva.metrics.wordnet import WordNet
from viva.metrics.wordnet_files import WordNetFiles


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a cache of its own and no WordNet."""
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_a_word_has_the_synonyms_of_all_its_senses_and_base_forms(tmp_path: Path) -> None:
    wordnet = WordNet(WordNetFiles(small_wordnet.write(tmp_path)))
    assert wordnet.synonyms("cars") == {"cars", "car", "auto", "gondola"}
    assert wordnet.synonyms("men") == {"men", "man"}
    assert wordnet.synonyms("ran") == {"ran", "run", "operate"}
    assert wordnet.synonyms("abundant") == {"abundant", "galore"}
    assert wordnet.synonyms("door") == {"door"}
    assert wordnet.synonyms("") == {""}


def test_synonyms_are_those_of_nltk(tmp_path: Path) -> None:
    files = wordnet_files.find()
    if files is None:
        pytest.skip("WordNet is not installed: wordnet-base")
    wordnet = WordNet(files)
    words = sorted({word for pair in pairs(200) for text in pair for word in tokens(text)})[::4]
    with nltk_reader(files, tmp_path) as reader:
        for word in [*words, "better", "axes", "oxen", "galore", "went", "geese", "glasses", "'s", "us", "1"]:
            names = {lemma.name() for synset in reader.synsets(word) for lemma in synset.lemmas()}
            assert wordnet.synonyms(word) == {name for name in names if "_" not in name} | {word}


@pytest.mark.parametrize("place", ["corpora/wordnet", "corpora/wordnet.zip"])
def test_nltks_data_is_found_as_a_folder_or_an_archive(tmp_path: Path, environment: dict[str, str], place: str) -> None:
    (small_wordnet.pack if place.endswith(".zip") else small_wordnet.write)(tmp_path / "nltk" / place)
    environment["NLTK_DATA"] = f"{tmp_path}/other:{tmp_path}/nltk"
    files = wordnet_files.find(environment, ())
    assert files == WordNetFiles(tmp_path / "nltk" / place)
    assert WordNet(files).synonyms("auto") == {"auto", "car"}


def test_installed_files_are_found_without_those_that_only_nltk_reads(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = small_wordnet.write(tmp_path / "share")
    assert wordnet_files.find(environment, (str(tmp_path / "none"), str(folder))) == WordNetFiles(folder)
    (folder / "index.adv").unlink()
    assert wordnet_files.find(environment, (str(folder),)) is None


def test_the_folder_of_debians_package_is_among_those_looked_into() -> None:
    assert "/usr/share/wordnet" in wordnet_files.INSTALLED
    if Path("/usr/share/wordnet/data.noun").exists():
        assert WordNetFiles(Path("/usr/share/wordnet")).complete()


def test_the_folder_one_names_counts_alone(tmp_path: Path, environment: dict[str, str]) -> None:
    installed = (str(small_wordnet.write(tmp_path / "share")),)
    named = small_wordnet.write(tmp_path / "named", version="3.1")
    assert wordnet_files.version(environment | {"VIVA_WORDNET": str(named)}, installed) == "3.1"
    with pytest.raises(MissingExtra, match=r"VIVA_WORDNET names .*/wrong, which does not hold WordNet"):
        wordnet_files.obtain(environment | {"VIVA_WORDNET": str(tmp_path / "wrong")}, installed)


def test_it_is_fetched_once_into_the_cache(httpserver: HTTPServer, tmp_path: Path, environment: dict[str, str]) -> None:
    archive = small_wordnet.pack(tmp_path / "wordnet.zip").read_bytes()
    httpserver.expect_oneshot_request("/wordnet.zip").respond_with_data(archive)
    assert wordnet_files.version(environment, ()) == wordnet_files.FETCHED
    for _ in range(2):
        files = wordnet_files.obtain(environment, (), httpserver.url_for("/wordnet.zip"))
        assert files.path == tmp_path / "cache" / "viva" / "wordnet.zip"
        assert files.version() == "3.0"
    assert [entry.name for entry in files.path.parent.iterdir()] == ["wordnet.zip"]


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "VIVA_OFFLINE"])
def test_nothing_is_fetched_offline(httpserver: HTTPServer, environment: dict[str, str], name: str) -> None:
    with pytest.raises(MissingExtra, match=f"{name} forbids to fetch it") as raised:
        wordnet_files.obtain(environment | {name: "1"}, (), httpserver.url_for("/wordnet.zip"))
    assert "wordnet-base" in raised.value.hint
    assert not httpserver.log


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"", "Not Found|NOT FOUND"),
        (200, b"<html>log in</html>", "no archive"),
        (200, b"PK\x03\x04", "no archive"),
    ],
)
def test_what_cannot_be_fetched_is_one_reason_and_leaves_nothing(
    httpserver: HTTPServer, environment: dict[str, str], status: int, body: bytes, reason: str
) -> None:
    httpserver.expect_request("/wordnet.zip").respond_with_data(body, status)
    with pytest.raises(MissingExtra, match=f"cannot be fetched: .*({reason})"):
        wordnet_files.obtain(environment, (), httpserver.url_for("/wordnet.zip"))
    assert list(Path(environment["XDG_CACHE_HOME"], "viva").iterdir()) == []


def test_no_server_and_no_cache_folder_are_reasons(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(MissingExtra, match="cannot be fetched"):
        wordnet_files.obtain(environment, (), "http://127.0.0.1:9/wordnet.zip")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MissingExtra, match="cannot be fetched"):
        wordnet_files.obtain({"XDG_CACHE_HOME": str(tmp_path / "file")}, (), "http://127.0.0.1:9/wordnet.zip")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"car n 1 0 1 0 99999999  \n", b"\xff n 0 0 0 0  \n"])
def test_damaged_files_are_told(tmp_path: Path, content: bytes) -> None:
    folder = small_wordnet.write(tmp_path)
    (folder / "index.noun").write_bytes(content)
    if not content:
        (folder / "data.noun").unlink()
    with pytest.raises(BadInput, match="is damaged"):
        WordNet(WordNetFiles(folder))
