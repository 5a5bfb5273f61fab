"""The keys as the configuration changes them: which ids there are, and that no key means two things in one place."""

import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character
from textual.widget import Widget

from tui_batch import screens
from tui_batch.errors import ConfigError, nearest
from tui_batch.screens.view import View
from tui_batch.widgets.entry import Entry
from tui_batch.widgets.form import Form
from tui_batch.widgets.prompt_line import named

Place = tuple[type[DOMNode], ...]  # classes whose keys apply at the same time, the nearest first


def bindings(app: type[DOMNode]) -> dict[str, Binding]:
    """Every binding there is by its id; several keys as one text, with commas."""
    found: dict[str, Binding] = {}
    for one in (app, *_views(), *{widget for view in _views() for widget in _widgets(view)}):
        for binding in _own(one):
            if binding.id:
                found.setdefault(binding.id, binding)
    return found


def checked(keys: Mapping[str, str], app: type[DOMNode], where: str) -> dict[str, str]:
    """Those of these keys that are other than before; a ConfigError lists what is wrong with them."""
    known = bindings(app)
    problems = [f"{where}: keys: nothing is called {id!r}.{nearest(id, known)}" for id in keys if id not in known]
    for id, text in keys.items():
        for key in (key.strip() for key in text.split(",")):
            if not key:
                problems.append(f"{where}: keys: {id}: a key is missing; a comma itself is called comma.")
            elif not _is_key(key):
                problems.append(f"{where}: keys: {id}: there is no key {key!r}.{nearest(key, _NAMES)}")
    if problems:
        raise ConfigError.of(problems)
    whole = {id: _listed(text) for id, text in keys.items()}
    changed = {id: ",".join(several) for id, several in whole.items() if several != _listed(known[id].key)}
    if problems := [f"{where}: keys: {clash}" for clash in dict.fromkeys(_clashes(changed, app))]:
        raise ConfigError.of(problems)
    return changed


_NAMES = frozenset([*(key.value for key in Keys if not key.value.startswith("<")), *KEY_NAME_REPLACEMENTS.values()])


def _is_key(key: str) -> bool:
    bare = key.removeprefix("alt+")
    return len(bare) == 1 or bare in _NAMES or key_to_character(bare) is not None


def _listed(keys: str) -> list[str]:
    """Each key by its long name."""
    return [one.key for one in Binding.make_bindings([Binding(keys, "")])]


def _clashes(changed: Mapping[str, str], app: type[DOMNode]) -> Iterator[str]:
    """What was not so before: a key that does two things where both apply, or a thing that has no key any more."""
    for place in _places(app):
        before, after = _meanings(place, {}), _meanings(place, changed)
        for key, ids in after.items():
            if len(ids) > 1 and not _as_meant(ids, before.get(key, set())):
                yield f"{named(key)} would be {' and '.join(sorted(ids))} in one place."
        kept = set().union(*after.values())
        for id in sorted(set().union(*before.values()) - kept):
            taken = next((other for key in _keys_of(before, id) for other in after.get(key, ())), "another")
            yield f"nothing would be left for {id} where {taken} takes its key."
        if Form in place:
            yield from _typed(changed, place)


def _typed(changed: Mapping[str, str], place: Place) -> Iterator[str]:
    """Keys of a form and of its screen that would never come through, because a form takes them for typing."""
    own = {
        binding.id
        for one in place
        if not issubclass(one, App)
        for binding in one.BINDINGS
        if isinstance(binding, Binding)
    }
    for id in (id for id in changed if id in own):
        for key in changed[id].split(","):
            if Entry.of("x").press(key, key_to_character(key)):
                yield f"{named(key)} is for typing in a form: it cannot be {id}."


def _as_meant(ids: set[str], before: set[str]) -> bool:
    """A screen may take a key from the app; then it has it whatever else the app does with that key."""
    own = {id for id in ids if not id.startswith("app.")}
    return ids <= before or (bool(own) and own <= before and len(before) > 1)


def _keys_of(meanings: Mapping[str, set[str]], id: str) -> list[str]:
    return [key for key, ids in meanings.items() if id in ids]


def _meanings(place: Place, keymap: Mapping[str, str]) -> dict[str, set[str]]:
    """Key → the ids that it stands for in a place."""
    meanings: dict[str, set[str]] = {}
    for one in place:
        own = one._merged_bindings.copy() if one._merged_bindings else BindingsMap()
        own.apply_keymap(dict(keymap))
        for key, several in own.key_to_bindings.items():
            meanings.setdefault(key, set()).update(binding.id for binding in several if binding.id)
    return meanings


# -- where keys apply --------------------------------------------------------------------------------------------------


def _places(app: type[DOMNode]) -> Iterable[Place]:
    for view in _views():
        yield view, app
        for widget in _widgets(view):
            yield widget, view, app


def _views() -> Sequence[type[View]]:
    for module in pkgutil.iter_modules(screens.__path__):
        import_module(f"{screens.__name__}.{module.name}")

    def below(view: type[View]) -> Iterator[type[View]]:
        for one in view.__subclasses__():
            yield one
            yield from below(one)

    return [view for view in dict.fromkeys(below(View)) if view.__module__.startswith(screens.__name__)]


def _widgets(view: type[View]) -> list[type[Widget]]:
    """Those that a screen's modules speak of, and that have keys."""
    modules = [sys.modules[one.__module__] for one in view.__mro__ if issubclass(one, View) and one is not View]
    named = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return [
        one for one in sorted(named, key=str) if issubclass(one, Widget) and not issubclass(one, View) and _own(one)
    ]


def _own(one: type[DOMNode]) -> list[Binding]:
    """A class's bindings, each with all its keys."""
    merged: dict[str, Binding] = {}
    for _, binding in one._merged_bindings or ():
        id = binding.id or ""
        merged[id] = binding.with_key(f"{merged[id].key},{binding.key}") if id in merged else binding
    return list(merged.values())
