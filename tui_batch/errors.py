"""What can go wrong, by what the caller can do about it.

TuiBatchError            one sentence for the person at the keyboard: what failed, on what, what to do
├── ConfigError          the configuration says something we cannot use
├── TemplateError        a template or a sweep cannot be rendered
├── StoreError           the store cannot be read or written
├── RequestError         what was asked for does not exist or makes no sense
└── BackendError
    ├── Unreachable      no answer; the same call may work later
    │   ├── Unanswered   a person has to say something first: not tried again until one is there
    │   └── Expired      what let us in is no longer valid: looked for anew at the target's pace
    ├── Unclear          it may or may not have happened: look before doing it again
    ├── Busy             a limit: wait, this is not a failure
    │   └── Full         a limit of the person's own: what waits goes as jobs end, and nobody has to see to it
    ├── Refused          the target said no; repeating will not help
    └── Unsupported      this kind of target cannot do that at all
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TuiBatchError(Exception):
    """One sentence (or one a line, when several things are wrong) for the person at the keyboard."""

    @classmethod
    def of(cls, problems: Iterable[str]) -> "TuiBatchError":
        """One error that lists every problem, so that all can be mended at once."""
        return cls("\n".join(problems))


class ConfigError(TuiBatchError):
    """The configuration says something we cannot use."""


class TemplateError(TuiBatchError):
    """A template or a sweep cannot be rendered."""


class StoreError(TuiBatchError):
    """The store cannot be read or written."""


class RequestError(TuiBatchError):
    """What was asked for does not exist or makes no sense."""


class BackendError(TuiBatchError):
    """A target did not do what was asked."""


class Unreachable(BackendError):
    """No answer; the same call may work later."""


class Unanswered(Unreachable):
    """A person has to say something first: not tried again until one is there."""


class Expired(Unreachable):
    """What let us in is no longer valid; nobody is asked until something new is there, which costs nothing to see."""


class Unclear(BackendError):
    """It may or may not have happened: look before doing it again."""


class Busy(BackendError):
    """A limit: wait, this is not a failure."""


class Full(Busy):
    """A limit of the person's own: what waits goes as jobs end, and nobody has to see to it."""


class Refused(BackendError):
    """The target said no; repeating will not help."""


class Unsupported(BackendError):
    """This kind of target cannot do that at all."""


def nearest(word: str, known: Iterable[str]) -> str:
    """' Did you mean X?' with the closest known word, or what is known, or nothing."""
    known = sorted(known)
    by_letters = {one.casefold(): one for one in known}
    if close := get_close_matches(word.casefold(), by_letters, 1, 0.6):
        return f" Did you mean {by_letters[close[0]]!r}?"
    return f" Known: {', '.join(known)}." if known and len(known) <= 12 else ""


def sentence(wrong: Exception) -> str:
    """What went wrong, with a full stop unless it asks something."""
    text = str(wrong)
    return text if text.endswith((".", "?")) else f"{text}."
