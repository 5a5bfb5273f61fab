"""Patterns of files outside of the jobs' folders: which folder they are about, and what a file is called within it."""

import pytest

from tui_batch.paths import below, common_folder, folder_of, pattern_trouble


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [
        ("/arc/results/processed_*.fits", "/arc/results"),
        ("/arc/results/one.fits", "/arc/results"),
        ("/arc/*/out.fits", "/arc"),
        ("/arc/run[12]/deep/out.fits", "/arc"),
        ("/*", "/"),
    ],
)
def test_the_folder_of_a_pattern_is_what_all_its_files_lie_below(pattern, folder):
    assert folder_of(pattern) == folder


def test_files_are_called_as_they_lie_below_the_folder_that_all_have_in_common():
    assert common_folder(["/arc/a/x*", "/arc/a/*/y"]) == "/arc/a"
    assert common_folder(["/arc/a/x*", "/arc/ab/y"]) == "/arc"
    assert common_folder(["/a", "/b"]) == "/"
    assert [below("/arc", "/arc/a/x1"), below("/", "/x"), below("/arc", "/other/x")] == ["a/x1", "x", "other/x"]


def test_a_pattern_stays_where_it_says():
    assert pattern_trouble("/arc/results/*.fits") == ""
    assert all(map(pattern_trouble, ["/", "/arc/", "/arc/../x", "/arc/./x", "/arc//x", "/a\nb"]))
