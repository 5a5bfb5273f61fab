"""What becomes of the words of a request on their way into a container: they are pasted between double quotes into a
template of YAML, as the replacement of a regular expression of Java."""

import json
import re

from worlds.skaha.speech import Said, broken

# What Kubernetes takes as the name of a variable, and as that of a host.
VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def split(text, at):
    """As Java splits: what is empty at the end vanishes, what is empty within stays, what holds none is one piece."""
    if at not in text:
        return [text]
    pieces = text.split(at)
    while pieces and not pieces[-1]:
        pieces.pop()
    return pieces


def replacement(text):
    """A text as it stands where Java has put it for what a pattern had found."""
    found, letters = [], iter(text)
    for letter in letters:
        if letter == "\\":
            if (letter := next(letters, None)) is None:
                raise Said(400, "character to be escaped is missing")
        elif letter == "$":
            match next(letters, ""):
                case "{":
                    raise Said(400, "No group with such a name")
                case digit if digit in tuple("0123456789"):
                    raise broken(f"java.lang.IndexOutOfBoundsException: No group {digit}")
                case _:
                    raise Said(400, "Illegal group reference")
        found.append(letter)
    return "".join(found)


def listed(pieces):
    """The texts that are left of these as a list of quoted ones in YAML, which folds the ends of lines."""
    pasted = replacement("[{}]".format(", ".join(f'"{piece}"' for piece in pieces)))
    folded = re.sub(
        r"[ \t]*((?:\r\n|\r|\n)[ \t]*)+",
        lambda gap: "\n" * (len(re.findall(r"\r\n|\r|\n", gap[0])) - 1) or " ",
        pasted,
    )
    try:
        kept = json.loads(folded, strict=False)
    except ValueError:
        raise broken("ca.nrc.cadc.exec: error parsing the job: did not find expected ',' or ']'") from None
    if any("\0" in piece for piece in kept):
        raise broken("ca.nrc.cadc.exec: error parsing the job: control characters are not allowed")
    return kept


def argv(cmd, args):
    """The words of a container: the command is one, whatever it holds, and the arguments end at each blank."""
    return [*(listed([cmd]) if cmd else []), *(listed(split(args, " ")) if args is not None else [])]


def environment(pairs):
    """What is left of variables: those of two parts, neither of them empty; of the rest nothing is said."""
    kept = {}
    for pair in pairs:
        match split(pair, "="):
            case [name, value] if name and value:
                name = replacement(name)
                if not VARIABLE.fullmatch(name):
                    raise broken(f'ca.nrc.cadc.exec: The Job is invalid: env: Invalid value: "{name}"')
                [kept[name]] = listed([value])
    return kept
