"""The pictures that the README shows are of the program as it is."""

import re
from pathlib import Path

import pytest
from draw import PICTURES, STEPS, draw

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", STEPS)
async def test_a_picture_is_what_the_program_draws(name, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.chdir(tmp_path)
    drawn = await draw(name)
    assert drawn == (PICTURES / f"{name}.svg").read_text(), "`python tests/screens/draw.py` draws them anew"


def test_there_is_one_for_each_screen_and_the_readme_shows_them_all():
    shown = set(re.findall(r"screenshots/([\w-]+)\.svg", README.read_text()))
    assert {path.stem for path in PICTURES.iterdir()} == set(STEPS) == shown
