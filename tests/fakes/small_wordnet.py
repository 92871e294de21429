"""A WordNet of a few words, in the files of the real one."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from viva.metrics.wordnet_files import NAMES, PARTS

SYNSETS = {
    "noun": (("car", "auto", "motor_vehicle"), ("car", "gondola"), ("man", "adult_male")),
    "verb": (("run", "operate"),),
    "adj": (("galore(ip)", "abundant"),),
}
IRREGULAR = {"verb": ("ran run",)}


def contents(synsets: Mapping[str, Sequence[Sequence[str]]] = SYNSETS, version: str = "3.0") -> dict[str, bytes]:
    """Return the bytes of each file by its name."""
    files = {}
    for part in PARTS:
        letter = "r" if part == "adv" else part[0]
        header = f"  1 WordNet {version} Copyright 2006 by Princeton University.  All rights reserved.  \n"
        data, index = header, {}
        for words in synsets.get(part, ()):
            offset = len(data)
            for word in words:
                index.setdefault(word.split("(")[0], []).append(offset)
            listed = " ".join(f"{word} 0" for word in words)
            data += f"{offset:08d} 00 {letter} {len(words):02x} {listed} 000 | what it means  \n"
        lines = [
            f"{word} {letter} {len(places)} 0 {len(places)} 0 {' '.join(f'{place:08d}' for place in places)}  \n"
            for word, places in sorted(index.items())
        ]
        files[f"data.{part}"] = data.encode()
        files[f"index.{part}"] = (header + "".join(lines)).encode()
        files[f"{part}.exc"] = "".join(f"{line}\n" for line in IRREGULAR.get(part, ())).encode()
    assert set(files) == set(NAMES)
    return files


def write(folder: Path, version: str = "3.0") -> Path:
    """Write the files into a folder; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents(version=version).items():
        (folder / name).write_bytes(content)
    return folder


def pack(path: Path) -> Path:
    """Write the files into an archive as nltk has it; return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents().items():
            archive.writestr(f"wordnet/{name}", content)
    return path
