"""Many small files of a host, read in one question: of each name its parts, `<name><joint><part>`, where they are."""

from collections.abc import Mapping, Sequence

from tui_batch.errors import Unclear

_END = "end"

# Each line with its name and its part before it, so that no text in a file can be mistaken for another's.
_READ = """\
LC_ALL=C awk '{{
    count = split("{parts}", parts, " ")
    for (i = 1; i <= count; i++) {{
        file = "{below}" $0 "{joint}" parts[i]
        while ((getline line <file) > 0) print $0 "\\t" parts[i] "\\t" line
        close(file)
    }}
}}' && echo {end}
"""

NOTHING = f"echo {_END}"  # the script that says that there is nothing to read


def reading(parts: Sequence[str], joint: str, below: str = "") -> str:
    """The command that is given names, line by line, and shows their parts."""
    return _READ.format(parts=" ".join(parts), joint=joint, below=below, end=_END)


def read(text: str) -> Mapping[str, Mapping[str, str]]:
    """By name, the text of each part that is there; half an answer says nothing."""
    *lines, end, rest = ["", *text.split("\n")]
    if end != _END or rest:
        raise Unclear("What is known of jobs there could not be read to its end: it is asked for again.")
    found: dict[str, dict[str, list[str]]] = {}
    for line in lines[1:]:
        name, part, content = line.split("\t", 2)
        found.setdefault(name, {}).setdefault(part, []).append(f"{content}\n")
    return {name: {part: "".join(lines) for part, lines in parts.items()} for name, parts in found.items()}
