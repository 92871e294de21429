"""Which source of a setting wins."""

from pathlib import Path

import pytest

from viva.errors import BadInput
from viva.settings import load


def test_what_is_given_wins_over_the_environment_over_the_files(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "viva").mkdir(parents=True)
    (home / "viva" / "config.toml").write_text('rater = "user"\nembedding_model = "user"\nlock_timeout = 1')
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "viva.toml").write_text('rater = "workspace"\nembedding_model = "workspace"')
    environment = {"XDG_CONFIG_HOME": str(home), "VIVA_RATER": "environment"}
    settings = load({"workspace": workspace}, environment)
    assert settings.rater == "environment"
    assert settings.embedding_model == "workspace"
    assert settings.lock_timeout == 1.0
    assert load({"workspace": workspace, "rater": "given"}, environment).rater == "given"


def test_the_workspace_comes_from_the_environment_too(tmp_path: Path) -> None:
    assert load({}, {"VIVA_WORKSPACE": str(tmp_path)}).workspace == tmp_path


def test_none_counts_as_not_given(tmp_path: Path) -> None:
    assert load({"workspace": tmp_path, "rater": None}, {"VIVA_RATER": "ann"}).rater_name == "ann"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rater = ", "not valid TOML"),
        ("ratr = 1", "unknown setting 'ratr'"),
        ('lock_timeout = "long"', "number of seconds"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "viva.toml").write_text(text)
    with pytest.raises(BadInput, match=said):
        load({"workspace": tmp_path}, {})
