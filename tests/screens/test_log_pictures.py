"""The log in each state that looks different."""

import pytest

from tui_batch.model import Logs

HOME = ("R    212",)
STEPS = "".join(f"step {n}: loss {1 / (n + 1):.4f}\n" for n in range(90))
WIDE = "".join(f"step {n}: " + " ".join(f"w{k}={k * n % 97 / 97:.3f}" for k in range(14)) + "\n" for n in range(60))
TROUBLE = (
    STEPS + "Traceback (most recent call last):\n"
    '  File "train.py", line 41, in <module>\n'
    "ValueError: the seed is missing\n" + STEPS + "srun: error: node fir12: task 0: Killed\n" + STEPS
)

EVENTS = (
    "Normal   Scheduled  Successfully assigned to node12\n"
    'Normal   Pulling    Pulling image "images.canfar.net/radio/imager:2.3"\n'
    'Warning  BackOff    Back-off pulling image "images.canfar.net/radio/imager:2.3"\n'
)


@pytest.fixture
def written(tmp_path):
    """Writes the log that `l` opens from home, and gives the home for it."""

    def write(text):
        (tmp_path / "212.out").write_text(text)
        return tmp_path

    return write


def append(text):
    """A step: the job writes more."""

    def step(desk):
        with desk.log("", 212).open("a") as file:
            file.write(text)

    return step


def test_log_wrapped(picture, written):
    assert picture(HOME, "l", ("step 59",), "w", ("wrapped",), home=written(WIDE))


def test_log_sideways(picture, written):
    assert picture(HOME, "l", ("step 59",), "l", ("from column 41",), home=written(WIDE))


def test_log_filtered(picture, written):
    assert picture(HOME, "l", ("step 89",), "&", "step 4", "enter", ("only: step 4", "step 38"), home=written(STEPS))


def test_log_filter_without_a_match(picture, written):
    assert picture(HOME, "l", ("step 89",), "&", "zzz", "enter", ("No line has 'zzz' in it",), home=written(STEPS))


def test_log_errors(picture, written):
    assert picture(HOME, "l", ("step 89",), "E", ("Killed",), "E", ("ValueError",), home=written(TROUBLE))


def test_log_marker(picture, written):
    more = append("step 90: loss 0.0110\nstep 91: loss 0.0109\n")
    assert picture(HOME, "l", ("step 89",), "m", ("12:00:00",), more, ("step 91",), home=written(STEPS))


def test_log_not_collapsed(picture, written):
    bar = "".join(f"\r{n:3}% |{'#' * (n // 5):20}|" for n in range(0, 101, 10)) + "\n"
    assert picture(HOME, "l", ("100%",), "z", ("not collapsed", " 10%"), home=written(STEPS + bar + "done\n"))


@pytest.mark.parametrize("size", [(60, 15), (120, 40)], ids=["60x15", "120x40"])
def test_log_found(picture, written, size):
    steps = (HOME, "l", ("step 89",), "g", "slash", "step 44", "enter", ("step 44", "%"))
    assert picture(*steps, home=written(STEPS), size=size)


def of_a_platform(desk):
    """It merges what a job writes, says something of its own, and is asked for both at intervals."""
    desk.known_logs = Logs(("out", "events"), every=10.0, forgets=3600.0)
    (desk.home / "212.events").write_text(EVENTS)


def test_log_of_a_platform(picture, written):
    words = ("what the platform said", "every 10 s", "Back-off")
    assert picture(HOME, "l", ("step 89",), "o", words, home=written(STEPS), ready=of_a_platform)
