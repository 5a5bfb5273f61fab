"""The colours can be told apart, by every eye and in every terminal."""

from itertools import combinations

import pytest
from textual.color import Color, rgb_to_lab

from tui_batch.widgets.theme import ANSI, COLOUR_BLIND, DEFAULT

# What an eye without one kind of cone makes of red, green and blue (Machado, Oliveira and Fernandes 2009).
EYES = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def light(colour):
    """Red, green and blue as they add up."""
    parts = [part / 255 for part in Color.parse(colour).rgb]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def seen(colour, eye):
    def back(value):
        value = min(1.0, max(0.0, value))
        return 255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055)

    return Color(*(round(back(sum(a * b for a, b in zip(row, light(colour), strict=True)))) for row in EYES[eye]))


def apart(one, other):
    """How different two colours look (CIE 1976)."""
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


def lab(colour):
    found = rgb_to_lab(colour)
    return found.L, found.a, found.b


@pytest.mark.parametrize("eye", EYES)
def test_the_colour_blind_theme_is_told_apart_without_one_kind_of_cone(eye):
    theme = COLOUR_BLIND
    colours = [theme.primary, theme.warning, theme.error, theme.foreground]
    for one, other in combinations(colours, 2):
        assert apart(seen(one, eye), seen(other, eye)) >= 25, (one, other)


@pytest.mark.parametrize("theme", [DEFAULT, COLOUR_BLIND])
def test_everything_can_be_read_on_its_background(theme):
    for colour in (theme.primary, theme.warning, theme.error, theme.foreground):
        for background in (theme.background, theme.panel):
            above, below = (
                0.05 + sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), light(one), strict=True))
                for one in (colour, background)
            )
            assert above / below >= 3.0, (theme.name, colour, background)  # as WCAG 2 wants of large or bold text


def test_the_terminals_own_colours_differ():
    assert len({ANSI.primary, ANSI.warning, ANSI.error, ANSI.foreground}) == 4
