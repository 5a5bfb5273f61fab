"""What was typed into the form of a template: as a plan wants it, as a batch had it, as a draft keeps it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui_batch.model import Batch, Value
from tui_batch.notation import quoted
from tui_batch.numbers import spell

if TYPE_CHECKING:
    from tui_batch.template import Template

NAME, TOGETHER, WHERE = "=name", "=together", "=where"  # no variable can be called so
Groups = list[list[str]]  # keys of axes that step together


@dataclass(frozen=True, slots=True)
class Typed:
    """The texts that are not as they were at first, by field, and where one was; `saved` is when it was kept."""

    texts: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    saved: str = ""

    def like(self, other: "Typed") -> bool:
        """There is nothing else to keep."""
        return self.texts == other.texts and (self.at == other.at or not self.texts)

    def table(self) -> dict[str, Any]:
        """To be remembered; nothing if nothing was typed."""
        texts = {key: text.encode("utf-8", "replace").decode() for key, text in self.texts.items()}
        return {"saved": self.saved, "at": self.at, "texts": texts} if texts else {}


def remembered(table: Mapping[str, Any]) -> Typed:
    """What such a table kept; nothing if somebody edited it beyond recognition."""
    texts, at, saved = table.get("texts"), table.get("at"), table.get("saved")
    if not isinstance(texts, Mapping) or not isinstance(saved, str):
        return Typed()
    known = {key: text for key, text in texts.items() if isinstance(text, str)}
    return Typed(known, at if isinstance(at, str) else "", saved)


def drawer(template: str) -> str:
    """The name under which the draft of a template is remembered."""
    return f"draft {template}"


def written(value: Value | None) -> str:
    """A value as one would type it."""
    return "" if value is None else spell(value)


# -- axes that step together -------------------------------------------------------------------------------------------


def groups(text: str) -> Groups:
    """`seed, rate; a, b` as keys."""
    return [[key.strip() for key in group.split(",")] for group in text.split(";") if group.strip()]


def spelled(together: Iterable[Sequence[str]]) -> str:
    """Keys as `seed, rate; a, b`."""
    return "; ".join(", ".join(group) for group in together)


def toggled(together: Groups, key: str, varying: Sequence[str]) -> Groups:
    """This axis out of its group, or into one with the axis before it (behind it, where none is before)."""
    if any(key in group for group in together):
        left = [[other for other in group if other != key] if key in group else group for group in together]
        return [group for group in left if len(group) > 1]
    at = varying.index(key)
    other = varying[at - 1] if at else varying[at + 1]
    mates = next((group for group in together if other in group), [other])
    joined = [one for one in varying if one in (*mates, key)]
    return [*(group for group in together if group is not mates), joined]


# -- a batch that was made before --------------------------------------------------------------------------------------


def of_batch(batch: Batch, rows: Iterable[Sequence[str]], template: "Template") -> Typed:
    """What would have to be typed to make the jobs of this batch again; `rows` are the values of what varied."""
    defaults = {variable.key: written(variable.default) for variable in template.variables}
    texts = {key: quoted(text) for key, text in batch.fixed.items() if text != defaults.get(key)} | dict(batch.axes)
    together = [list(group) for group in batch.zips]
    from_table = [key for key in batch.varying if key not in batch.axes]
    if from_table:  # a table took whole rows: columns that step together say the same
        places = [batch.varying.index(key) for key in from_table]
        seen = dict.fromkeys(tuple(row[place] for place in places) for row in rows)
        texts |= {key: ", ".join(quoted(row[n]) for row in seen) for n, key in enumerate(from_table)}
        together += [from_table] if len(from_table) > 1 else []
    texts = {key: text for key, text in texts.items() if key in defaults} | {TOGETHER: spelled(together)}
    return Typed({key: text for key, text in {**texts, WHERE: batch.where}.items() if text})
