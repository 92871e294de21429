"""A TOML file is read whole, and where a key stands in it is found."""

from pathlib import Path

import pytest

from viva import toml_files
from viva.errors import BadInput

TEXT = '''title = "So"
note = """
[[step]]
name = "in a text"
"""
[[step]]
name = "first"
[[step]] # the other
"name" = "second"
[sweep.space]
rank = [1, 2]
'''


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ([("", 0, "title")], 1),
        ([("step", 0, "name")], 7),
        ([("step", 1, "name")], 9),
        ([("step", 1, "none"), ("step", 1, "")], 8),
        ([("sweep.space", 0, "rank")], 11),
        ([("", 0, "rank")], None),
    ],
)
def test_a_keys_line_is_found_whatever_stands_in_texts(wanted: list[tuple[str, int, str]], line: int | None) -> None:
    path = Path("some.toml")
    assert toml_files.place(path, TEXT, *wanted) == (str(path) if line is None else f"some.toml, line {line}")


@pytest.mark.parametrize("content", [b"title = ", b"\xff = 1"])
def test_a_file_that_is_no_toml_is_bad_input_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"some\.toml is not valid TOML"):
        toml_files.read(path)
    with pytest.raises(BadInput, match="cannot be read"):
        toml_files.read(tmp_path / "none.toml")
