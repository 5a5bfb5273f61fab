"""Names of jobs: readable, unique within the batch, safe in every file system and batch system."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from tui_batch.model import Value
from tui_batch.numbers import plain, spell
from tui_batch.paths import COLLECTED, ON_TARGET

LONGEST = 120
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")
_IN_WORDS = str.maketrans({" ": "_", "^": "pow", "(": "", ")": ""})


def from_values(varying: Sequence[str], values: Mapping[str, Value], paths: frozenset[str]) -> str:
    """`seed1-temperature0.5`: each variable that varies, with its value; a path shows its stem."""
    return "-".join(key + (_stem(values[key]) if key in paths else spell(values[key])) for key in varying)


def from_labels(labels: Mapping[str, str], values: Mapping[str, Value], paths: frozenset[str]) -> str:
    """`Number_of_Rings_36__Start_Temperature_10powx_-2.0`: as Batch-Manager named its jobs, but with all digits."""
    return "__".join(
        f"{label.translate(_IN_WORDS)}_{_stem(values[key]) if key in paths else plain(values[key])}"
        for key, label in labels.items()
    )


def _stem(path: Value) -> str:
    return PurePath(str(path).removeprefix(ON_TARGET)).stem


def safe(raw: str, prefix: str) -> str:
    """A name of letters that are safe everywhere, at most 120; what is cut keeps a hash, so it stays distinct."""
    name = _UNSAFE.sub("_", raw)
    if not name[:1].isalnum():
        name = f"{_UNSAFE.sub('_', prefix).lstrip('._+-') or 'job'}{'' if name[:1] in '-._+' else '-'}{name}"
    return _cut(name, raw)


def _cut(name: str, raw: str) -> str:
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(raw.encode("utf-8", "surrogateescape")).hexdigest()[:10]
    return f"{name[:70]}..{digest}..{name[-36:]}"


class Names:
    """Hands out names within one batch; a name that is taken gets `-2`, `-3` and so on."""

    def __init__(self) -> None:
        self._taken = {COLLECTED}
        self._next: dict[str, int] = {}

    def take(self, name: str) -> str:
        """This name, or the first free one after it."""
        if name not in self._taken:
            self._taken.add(name)
            return name
        number = self._next.get(name, 2)
        while (free := f"{name[: LONGEST - len(str(number)) - 1]}-{number}") in self._taken:
            number += 1
        self._next[name] = number + 1
        self._taken.add(free)
        return free
