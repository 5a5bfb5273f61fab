"""A store that vanishes, or can only be read, while the app is open."""

import subprocess

from mounting import mounted
from played_store import PlayedStore
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.states import JobState


def test_a_store_that_is_gone_keeps_what_is_shown_until_it_is_back(start, store, tmp_path):
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        store.home.path.rename(tmp_path / "elsewhere")
        app.shows("The store", "is gone", "scan-498", "job-10")
        app.press("c", *"56")
        app.shows("Type 56: 56")
        app.press("enter")
        app.hides("Type 56")
        app.shows("is gone")
        app.press("2")  # other screens say so too
        app.shows("batches", "is gone")
        app.press("q")
        (tmp_path / "elsewhere").rename(store.home.path)
        app.hides("is gone")
        store.change(store.open[0], {4: JobState.RUNNING})
        app.shows("> R  scan-499")
        app.press("q")
        assert app.ended() == 0
    assert not list(store.home.orders.iterdir())


def test_a_file_system_that_is_gone_is_no_empty_store(tmp_path):
    with mounted(tmp_path / "home", "size=8m") as folder:
        store = PlayedStore(folder, 20)
        with store.courier(), Terminal([*COMMAND, "--home", str(folder)], plain_environment(tmp_path)) as app:
            app.shows("> PD scan-19")
            subprocess.run(["umount", "-l", folder], check=True)
            app.shows("is gone", "scan-18")
            app.hides("Nothing was submitted")
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True)
            app.press("q")
            assert app.ended() == 0


def test_a_store_that_can_only_be_read_says_so_and_that_nothing_was_done(tmp_path):
    with mounted(tmp_path / "home", "size=8m") as folder:
        store = PlayedStore(folder, 20)
        with store.courier(), Terminal([*COMMAND, "--home", str(folder)], plain_environment(tmp_path)) as app:
            app.shows("> PD scan-19", "up to date")
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
            app.shows("the store is read-only", "scan-18")
            app.press("f")
            app.shows("Cannot prepare the store", "only: use another folder with --home.")
            app.press("2")
            app.shows("batches", "the store is read-only")
            app.press("q")
            subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
            app.hides("the store is read-only")
            app.press("q")
            assert app.ended() == 0
        assert not list(store.home.orders.iterdir())


def test_a_store_that_can_only_be_read_opens_all_the_same(tmp_path):
    with mounted(tmp_path / "home", "size=8m") as folder:
        PlayedStore(folder, 20)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        with Terminal([*COMMAND, "--home", str(folder)], plain_environment(tmp_path)) as app:
            app.shows("> PD scan-19", "the store is read-only")
            app.listen(2.0)
            assert "Cannot" not in app.screen  # it does not try to start a courier again and again
