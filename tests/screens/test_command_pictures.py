"""The bottom line in each of its states: commands, the copy menu, an export."""

import pytest

HOME = ("R    212",)
SIZES = pytest.mark.parametrize("size", [(80, 24), (60, 15), (40, 12)], ids=["80x24", "60x15", "40x12"])


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder that is the same on every picture."""
    monkeypatch.chdir(tmp_path)


@SIZES
def test_command_line(picture, size):
    assert picture(HOME if size[0] > 40 else ("netmc",), ":", size=size)


def test_command_that_may_go_on_in_two_ways(picture):
    assert picture(HOME, ":", "so", "tab", "n", ("name  note",))


def test_command_with_its_help(picture):
    assert picture(HOME, ":", "jo", ("STATE",))


@SIZES
def test_command_with_an_error(picture, size):
    assert picture(HOME if size[0] > 40 else ("netmc",), ":", "srot name", "enter", ("no command",), size=size)


def test_copy_menu(picture):
    assert picture(HOME, "enter", ("1/1003",), "y", ("c command",))


def test_copy_menu_in_a_narrow_terminal(picture):
    assert picture(("netmc",), "enter", ("1/1003",), "y", ("copy i",), size=(40, 12))


def test_sort_prompt_with_a_key_that_is_no_letter(picture):
    assert picture(HOME, "s", "x", ("Esc closes",))


def test_question_with_a_key_that_is_no_answer(picture):
    assert picture(HOME, "jjc", ("Cancel 12 queued", "PD     0"), "x", ("press y or n",))


def test_export_question(picture):
    assert picture(HOME, "x", ("export to history.csv",))


def test_export_to_a_folder_that_is_not_there(picture):
    assert picture(HOME, "x", "ctrl+u", "nowhere.txt", "enter", ("must end in",))
