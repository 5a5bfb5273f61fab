"""The keys as the configuration changes them."""

import pytest
from stand_in import FULL, FakeDesk
from waiting import screen_text, shows

from tui_batch import config
from tui_batch.app import BatchApp
from tui_batch.errors import ConfigError
from tui_batch.screens import keymap

WHERE = "config.toml"


def wrong(**keys):
    with pytest.raises(ConfigError) as caught:
        keymap.checked({id.replace("__", "."): text for id, text in keys.items()}, BatchApp, WHERE)
    return str(caught.value).splitlines()


@pytest.fixture
def changed(tmp_path):
    """The program with other keys."""

    def changed(**keys):
        desk = FakeDesk(tmp_path, FULL)
        desk.config = config.Config(keys={id.replace("__", "."): text for id, text in keys.items()})
        app = BatchApp(desk)
        app.set_keymap(keymap.checked(desk.config.keys, BatchApp, WHERE))
        return app

    return changed


def test_every_binding_has_an_id_and_says_what_it_does():
    everything = [
        binding
        for one in (
            BatchApp,
            *keymap._views(),
            *{widget for view in keymap._views() for widget in keymap._widgets(view)},
        )
        for binding in keymap._own(one)
    ]
    assert len(everything) > 40
    assert not [binding for binding in everything if not binding.id or not binding.description]


def test_what_is_not_changed_clashes_with_nothing():
    assert keymap.checked({}, BatchApp, WHERE) == {}
    assert keymap.checked({id: one.key for id, one in keymap.bindings(BatchApp).items()}, BatchApp, WHERE) == {}


async def test_a_changed_key_does_it_and_is_named_everywhere(changed):
    app = changed(app__help="ctrl+h,f1", submission__cancel="C", app__settings="0")
    async with app.run_test(size=(120, 60)) as pilot:
        await shows(pilot, "R    212", "C cancel", "ctrl+h help")
        assert "c cancel" not in screen_text(app)
        await pilot.press("j", "j", "c", "question_mark")
        assert "Cancel 12" not in screen_text(app)
        await pilot.press("C")
        await shows(pilot, "Cancel 12 queued jobs of c4-monthly on aws?")
        await pilot.press("n", "f1")
        await shows(pilot, "Moving and finding", "  C              cancel")
        await pilot.press("pagedown")
        await shows(pilot, "  ctrl+h f1      help")
        await pilot.press("q", "0")
        await shows(pilot, "keys.app.help", "ctrl+h f1", "config.toml")


def test_an_unknown_id_suggests_the_nearest():
    assert wrong(app__hlep="h") == [
        "config.toml: keys: nothing is called 'app.hlep'. Did you mean 'app.help'?"
    ]  # fmt: skip


def test_a_key_that_is_none_is_named():
    assert wrong(app__help="", list__top="g,") == [
        "config.toml: keys: app.help: a key is missing; a comma itself is called comma.",
        "config.toml: keys: list.top: a key is missing; a comma itself is called comma.",
    ]
    assert wrong(app__help="ctlr+h") == [
        "config.toml: keys: app.help: there is no key 'ctlr+h'. Did you mean 'ctrl+h'?"
    ]
    keymap.checked({"app.help": "alt+h"}, BatchApp, WHERE)
    keymap.checked({"app.help": "#"}, BatchApp, WHERE)


def test_a_key_that_would_mean_two_things_in_one_place_is_named():
    assert "config.toml: keys: x would be app.help and app.settings in one place." in wrong(
        app__help="x", app__settings="x"
    )
    assert any("n would be app.help and app.new" in line or "nothing would be left for app.new" in line
               for line in wrong(app__help="n"))  # fmt: skip
    assert any("j would be app.help and list.down" in line for line in wrong(app__help="j"))
    assert any("home.quit" in line for line in wrong(view__back="q,b"))


def test_the_keys_of_a_form_are_changed_like_all_others():
    keys = {"form.down": "ctrl+j", "form.next": "ctrl+s"}
    assert keymap.checked(keys, BatchApp, WHERE) == keys
    assert wrong(form__downe="ctrl+j") == [
        "config.toml: keys: nothing is called 'form.downe'. Did you mean 'form.down'?"
    ]
    assert "config.toml: keys: ctrl+n would be form.down and variables.anew in one place." in wrong(form__down="ctrl+n")


def test_a_key_for_typing_is_none_of_a_form():
    for key, name in (("x", "x"), ("full_stop", "."), ("left", "left"), ("ctrl+u", "ctrl+u")):
        assert wrong(form__next=key) == [f"config.toml: keys: {name} is for typing in a form: it cannot be form.next."]
    assert any("x is for typing" in line for line in wrong(variables__where="x"))


async def test_a_changed_key_of_a_form_moves_in_it(changed):
    app = changed(form__down="ctrl+y")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("n", "enter")
        await shows(pilot, "ctrl+y field")


def test_what_changes_places_clashes_with_nothing(changed):
    changed(app__home="2", app__batches="1")
