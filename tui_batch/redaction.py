"""What may not leave this machine in a text that is handed to others: secrets, however they are written.

A secret goes by its name (`token=…`, `--password …`, a header, a setting), by its form (a URL with a password, a token
of a known maker, a private key), by its value where that is known, or because it looks like chance. Too much may go.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tui_batch.model import NOTHING

GONE = "[redacted]"
SHORTEST = 6  # letters of a value that is looked for wherever it stands; shorter ones would take half the text along
LIKELY, CHANCE = 24, 0.35  # letters of a word that may be a secret, and how often their kinds change in one

_WORDS = (
    r"(?:token|secret|passw(?:or)?d|passphrase|credential|authori[sz]ation|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|signature|cookie|registry[_-]?auth|bearer|[?&]sig(?==)|(?:_pass|_pwd|\b(?-i:pass|[Pp]wd))(?=['\"]?\s*[=:]))"
)
_VALUE = r"""(?!\[redacted\])(?:"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|(?:\\.|[^\s\\])+)"""
_BASE64 = r"(?:[ \t]*[A-Za-z0-9+/=]+[ \t]*\r?\n)"
_HEADERS = r"(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,40}(?:auth|token|bearer)[\w-]{0,40}"

_SECRET_NAME = re.compile(r"(?i)token|secret|passw|passphrase|credential|(?<!memory_)(?<!gpu_)key$|auth(?!or)")
_TELLS_WHERE = re.compile(r"(?i)(_env|_file)$")  # a setting that names where a secret is kept is none itself
_PLACE = re.compile(r"['\"]?(?:[~/.]|[A-Z_][A-Z0-9_]*['\"]?$)")  # a path, or the name of a variable
_PERSON = re.compile(r"(/(?:home|Users)/)(?!\[redacted\])[^/\s'\":;,)\]]+")
_NAMED = re.compile(rf"(?i)({_WORDS}[\w.-]{{0,40}})(['\"\]]*\s?[=:]+>?\s?|%3d|['\"]\s*,\s*(?=['\"]))({_VALUE})")
_WORD = re.compile(rf"[A-Za-z0-9+/=_-]{{{LIKELY},}}")
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (r"-----BEGIN [A-Z0-9 ]+-----(?:(?!-----)[\s\S]){0,20000}-----END [A-Z0-9 ]+-----", GONE),
        (rf"-----BEGIN [A-Z0-9 ]+-----(?:[ \t]*\r?\n{_BASE64}{{0,200}})?(?:[ \t]*[A-Za-z0-9+/=]+$)?", GONE),
        (rf"(?m)(?:^{_BASE64}){{0,64}}^[ \t]*-----END [A-Z0-9 ]+-----", GONE),
        (rf"(?im)\b((?:{_HEADERS})['\"]?[ \t]*[:=]).*", rf"\1 {GONE}"),
        (r"(?im)(\w_command['\"]?[ \t]*[=:]).*", rf"\1 {GONE}"),
        (rf"(?i)(<\w*{_WORDS}\w*>)[^<]*", rf"\1{GONE}"),
        (rf"(?i)((?<![\w-])--?[\w-]{{0,40}}{_WORDS}[\w-]{{0,40}}[ \t]+){_VALUE}", rf"\1{GONE}"),
        (rf"(?i)\b(bearer[ \t]+|basic[ \t]+(?=[\w+/=-]{{8}})){_VALUE}", rf"\1{GONE}"),
        (rf"(?i)(login[ \t]+\S+[ \t]+password[ \t]+){_VALUE}", rf"\1{GONE}"),
        (rf"(?i)({_WORDS}[ \t]+(?:is[ \t]+)?['\"]?)(?=[^\s\d]*\d)(?=\S*[a-z])[^\s'\"]{{{SHORTEST},}}", rf"\1{GONE}"),
        (r"(\s(?:-u|--user)[ \t=]*['\"]?)[^\s:'\"]+:[^\s'\"]+", rf"\1{GONE}"),
        (r"(://)[^/\s@'\"]+@", rf"\1{GONE}@"),
        (r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*", GONE),
        (r"\b(?:AKIA|ASIA)[0-9A-Z]{16,}", GONE),
        (r"\b(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|sk-|hvs\.)[\w-]{16,}", GONE),
        (r"(?i)(?<!sha256:)(?<![\w-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{24,}(?![\w-])", GONE),
    )
)


def redact(text: str, known: Mapping[str, str] = NOTHING) -> str:
    """The text without secrets; `known` are names and values, as of the environment, of which some may be secret.

    Of folders of persons the name of the person goes.
    """
    for value in sorted(_secrets(known), key=len, reverse=True):
        text = text.replace(value, GONE)
    if len(home := known.get("HOME", "").rstrip("/")) > 1:
        text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)
    for pattern, becomes in _FORMS:
        text = pattern.sub(becomes, text)
    text = _NAMED.sub(_without_value, text)
    return _PERSON.sub(rf"\1{GONE}", _WORD.sub(_without_chance, text))


def is_secret(name: str) -> bool:
    """Whether what is called so may be a secret: a `token`, and not a `token_file`; what runs to get one, too."""
    return bool(_SECRET_NAME.search(name) and not _TELLS_WHERE.search(name)) or name.endswith("_command")


def open_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings, or a table among them, as they may be shown to others."""
    return {
        name: GONE if is_secret(name) and value else open_settings(value) if isinstance(value, Mapping) else value
        for name, value in settings.items()
    }


def _secrets(known: Mapping[str, str]) -> set[str]:
    return {value for name, value in known.items() if len(value) >= SHORTEST and is_secret(name) and value != GONE}


def _without_value(found: re.Match[str]) -> str:
    name, sign, value = found.groups()
    if _TELLS_WHERE.search(name) and _PLACE.match(value):
        return found[0]
    return f"{name}{sign}{GONE}"


def _without_chance(found: re.Match[str]) -> str:
    word = found[0]
    if found.string.endswith("sha256:", 0, found.start()):  # of an image, for everyone to see
        return word
    if _looks_like_chance(word):
        return GONE
    return "".join(GONE if _looks_like_chance(part) else part for part in re.split(r"([^A-Za-z0-9])", word))


def _looks_like_chance(word: str) -> bool:
    """Letters of either case and digits, mixed as no name is."""
    if len(word) < LIKELY or not any(map(str.isdigit, word)):
        return False
    kinds = [(letter.isdigit(), letter.isupper()) for letter in word]
    changes = sum(
        before != after for (before, after), pair in zip(pairwise(kinds), pairwise(word), strict=True) if _plain(pair)
    )
    return changes >= CHANCE * len(word)


def _plain(pair: tuple[str, str]) -> bool:
    return pair[0].isalnum() and pair[1].isalnum()
