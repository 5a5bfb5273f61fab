"""What terminals of all kinds are sent: ASCII where they show no more, their own colours where they have no more."""

import pytest
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.states import JobState

HOSTILE = "café ┌日本┐ ☂ x\u202e"


def tour(app):
    """Every screen once."""
    home, jobs = ("q", "PROGRESS"), ("q", "1/60")
    app.shows("> ", "PROGRESS")
    _walk(app, ("enter", "1/60"), ("d", "evidence"), jobs, ("l", "stdout"), jobs, home, ("2", "TEMPLATE"), home)
    _walk(app, ("n", "python-sweep"), ("enter", "step together"))
    app.paste(HOSTILE)
    app.until_quiet()
    _walk(app, ("escape", "python-sweep"), home, (",", "undo_seconds"), home, ("?", "the keys of the screen"), home)
    app.press("q")
    assert app.ended() == 0


def _walk(app, *steps):
    for key, words in steps:
        app.press(key)
        app.shows(words)


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--ascii",), {}),
        ((), {"LC_ALL": "C"}),
        ((), {"LC_ALL": "", "LANG": "C"}),
        ((), {"LC_ALL": "POSIX", "TERM": "screen", "COLORTERM": ""}),
        ((), {"TERM": "linux", "COLORTERM": ""}),
        ((), {"TERM": "vt100", "COLORTERM": ""}),
    ],
)
def test_no_byte_beyond_ascii_leaves(start, store, words, environment):
    store.change(store.open[0], {0: JobState.RUNNING}, detail=HOSTILE)
    with start(*words, **environment) as app:
        app.shows("cafe")
        tour(app)
        assert max(app.seen) < 128, bytes(set(app.seen))


def test_names_are_shown_as_they_are_elsewhere(start, store):
    store.change(store.open[0], {0: JobState.RUNNING}, detail=HOSTILE)
    with start() as app:
        app.shows("café")


def test_the_configuration_says_ascii(tmp_path, store):
    (tmp_path / "config.toml").write_text("ascii = true\n")
    store.change(store.open[0], {0: JobState.RUNNING}, detail=HOSTILE)
    command = [*COMMAND, "--home", str(store.home.path), "--config", str(tmp_path / "config.toml")]
    with Terminal(command, plain_environment(tmp_path)) as app:
        app.shows("cafe")
        assert max(app.seen) < 128


@pytest.mark.parametrize("term", ["xterm", "linux", "screen", "rxvt"])
def test_in_sixteen_colours_trouble_does_not_look_like_a_warning(start, store, term):
    store.change(store.open[0], {4: JobState.FAILED, 5: JobState.QUEUED})
    with start(TERM=term, COLORTERM="") as app:
        app.shows("F 1", "PD 55")
        app.until_quiet()
        line = app.screen.splitlines()[0]
        assert app.cells[0][line.index("F 1")].fg != app.cells[0][line.index("PD 55")].fg
        sent = app.seen.decode()
        assert "38;5;" not in sent
        assert "38;2;" not in sent
        cursor = app.cells[2][3]
        assert cursor.reverse or cursor.bg != app.cells[3][3].bg


def test_no_color_sends_no_colour(start, store):
    store.change(store.open[0], {4: JobState.FAILED})
    with start(NO_COLOR="1") as app:
        app.shows("F 1")
        app.until_quiet()
        assert {cell.fg for line in app.cells.values() for cell in line.values()} == {"default"}
        assert {cell.bg for line in app.cells.values() for cell in line.values()} == {"default"}
        assert app.cells[2][3].reverse


def test_a_theme_is_chosen_in_the_configuration(tmp_path, store):
    (tmp_path / "config.toml").write_text('theme = "colour-blind"\n')
    store.change(store.open[0], {4: JobState.FAILED})
    command = [*COMMAND, "--home", str(store.home.path), "--config", str(tmp_path / "config.toml")]
    with Terminal(command, plain_environment(tmp_path)) as app:
        app.shows("F 1")
        app.until_quiet()
        assert app.cells[0][app.screen.splitlines()[0].index("F 1")].fg.endswith("267f")


def test_over_ssh_the_mouse_is_left_alone(start):
    with start(SSH_CONNECTION="10.0.0.1 4711 10.0.0.2 22") as app:
        app.shows("> PD scan-499")
        assert "\x1b[?1003h" not in app.seen.decode()
    with start() as app:
        app.shows("> PD scan-499")
        assert "\x1b[?1000h" in app.seen.decode()


def test_keys_that_clash_are_said_at_the_start(tmp_path, store):
    (tmp_path / "config.toml").write_text('[keys]\n"app.help" = "j"\nlist.dwn = "x"\n')
    command = [*COMMAND, "--home", str(store.home.path), "--config", str(tmp_path / "config.toml")]
    with Terminal(command, plain_environment(tmp_path)) as app:
        assert app.ended() == 2
        said = " ".join(app.screen.split())
        assert "nothing is called 'list.dwn'. Did you mean 'list.down'?" in said
        assert "Traceback" not in said
    (tmp_path / "config.toml").write_text('[keys]\n"app.help" = "j"\n')
    with Terminal(command, plain_environment(tmp_path)) as app:
        assert app.ended() == 2
        assert "j would be app.help and list.down in one place." in " ".join(app.screen.split())
        assert "\x1b[?1049h" not in app.seen.decode()
