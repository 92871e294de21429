"""nltk's own reader of WordNet, given the files that viva finds, to compare METEOR and synonyms with."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viva.metrics.wordnet_files import NAMES, WordNetFiles

LEXNAMES = "".join(f"{number:02d}\tname{number}\t1\n" for number in range(45))
"""Names of lexicographer files: nltk reads them, but neither synonyms nor METEOR depend on them."""


@contextmanager
def nltk_reader(files: WordNetFiles, folder: Path) -> Iterator[Any]:
    """Give nltk's reader; nltk takes files only from below its own data folders, for which `folder` serves."""
    import nltk
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    class Reader(WordNetCorpusReader):
        def map_wn(self, version: str = "wordnet") -> None:
            """Leave out the map between versions, which takes seconds and needs one more file."""

    corpus = folder / "corpora" / "wordnet"
    corpus.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (corpus / name).write_bytes(files.read(name))
    (corpus / "lexnames").write_text(LEXNAMES)
    nltk.data.path.insert(0, str(folder))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The multilingual functions are not available")
            reader = Reader(nltk.data.FileSystemPathPointer(str(corpus)), None)
        yield reader
        for file in reader._data_file_map.values():
            file.close()
    finally:
        nltk.data.path.remove(str(folder))
