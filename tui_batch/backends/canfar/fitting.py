"""Whether what a batch asks for is offered, and what is asked of the service for it."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui_batch.backends.canfar import offer
from tui_batch.backends.canfar.offer import Offer
from tui_batch.backends.canfar.settings import Asked
from tui_batch.errors import nearest
from tui_batch.model import Problem, Resources

_GB_FOR_CORE = 4  # of a job that wants several cores and does not say how much memory: as sites give for one
_LONGEST_DAYS = 14  # after which the platform ends a headless session, unless the site has set another time


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is asked for a session; None for what is left out, so that the site's usual amount is given."""

    cores: int | None = None
    ram: int | None = None  # GB
    gpus: int | None = None


def amounts(needs: Resources, memory_gb: float, offered: Offer | None) -> Amounts:
    """What to ask for: cores and memory, the next amount that is offered, or neither of the two.

    Asked for both, a session has them for itself. One core, and no word of memory, is what every session gets by itself
    and may go beyond. One without the other would give half of each way.
    """
    wanted = needs.memory_mb / 1024 if needs.memory_mb else memory_gb
    gpus = needs.gpus or None
    if not wanted and needs.cpus == 1:
        return Amounts(gpus=gpus)
    options = offered.memory_gb if offered else ()
    wanted = wanted or min((needs.cpus * _GB_FOR_CORE, *options[-1:]))
    return Amounts(needs.cpus, _next(wanted, options) or math.ceil(wanted), gpus)


def problems(known: Mapping[str, object], asked: Asked, needs: Resources) -> Iterator[Problem]:
    """What the site, as far as it is known, would refuse or never begin, or give differently."""
    offered = offer.known(known) or Offer("")
    yield from _image(offered, asked)
    ask = amounts(needs, asked.memory_gb, offered)
    yield from _offered(ask.cores, offered.cores, "core")
    yield from _memory(offered, asked, needs, ask)
    if offered.gpus is not None:
        yield from _offered(ask.gpus, offered.gpus, "GPU")
    if needs.minutes and needs.minutes > _LONGEST_DAYS * 1440:
        text = f"each job asks for {needs.minutes / 1440:.3g} days: the platform ends a session after {_LONGEST_DAYS}"
        yield Problem(text, fatal=False)


# -- amounts -----------------------------------------------------------------------------------------------------------


def _offered(wanted: int | None, options: Sequence[int], what: str) -> Iterator[Problem]:
    """Whether so many may be asked for; without any options of GPUs there are none."""
    if wanted is None or wanted in options or not (options or what == "GPU"):
        return
    text = f"each job asks for {_many(wanted, what)}, the site gives "
    yield Problem(f"{text}{ranges(options)}{_near(wanted, options)}" if options else f"{text}none")


def _near(wanted: int, options: Sequence[int]) -> str:
    """`: ask for 2 or 4`, those next to what is wanted."""
    near = [*[one for one in options if one < wanted][-1:], *[one for one in options if one > wanted][:1]]
    return f": ask for {' or '.join(map(str, near))}"


def _memory(offered: Offer, asked: Asked, needs: Resources, ask: Amounts) -> Iterator[Problem]:
    if ask.ram is None:
        return
    if needs.memory_mb is None and not asked.memory_gb:
        text = f"the template sets no memory: each job gets {ask.ram} GB"
        yield Problem(text, fatal=False)
    if offered.memory_gb and ask.ram not in offered.memory_gb:
        yield Problem(f"each job asks for {ask.ram} GB, the site gives at most {offered.memory_gb[-1]} GB")
        return
    wanted = needs.memory_mb / 1024 if needs.memory_mb else asked.memory_gb
    if wanted and ask.ram >= wanted + 1:  # less is what any rounding comes to
        yield Problem(f"each job gets {ask.ram} GB: {math.ceil(wanted)} GB is not offered", fatal=False)


def _next(wanted: float, options: Sequence[int]) -> int | None:
    return next((one for one in options if one >= wanted), None)


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def ranges(options: Sequence[int]) -> str:
    """`1-4, 8, 16`."""
    said: list[list[int]] = []
    for one in options:
        if said and one == said[-1][-1] + 1:
            said[-1].append(one)
        else:
            said.append([one])
    parts = [[f"{run[0]}-{run[-1]}"] if len(run) > 2 else [*map(str, run)] for run in said]
    return ", ".join(word for part in parts for word in part)


# -- images ------------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")


def _image(offered: Offer, asked: Asked) -> Iterator[Problem]:
    """Whether there is an image of that name."""
    image = asked.image
    if not image:
        text = "no image is named: set `image` in the target, or in [options.canfar] of the template"
        yield Problem(f"{text}; `tui-batch doctor` lists those of the site")
    elif not _NAME.fullmatch(image):
        yield Problem(f"{image!r} cannot be the name of an image: host/project/name:tag is one")
    elif offered.hosts and not any(image.startswith(f"{host}/") for host in offered.hosts):
        hint = _elsewhere(image, offered)
        yield Problem(f"the site runs images of {' and '.join(offered.hosts)} only, not {image}{hint}")
    elif image == (bare := _bare(image)):
        tags = _tags(bare, offered)
        yield Problem(f"the image {image} has no tag: name one, such as {tags[-1] if tags else f'{bare}:latest'}")
    elif image in offered.others:
        text = f"the image {image} is listed, but not for headless sessions: it must have sh and what the command needs"
        yield Problem(text, fatal=False)
    elif offered.images and image not in offered.images and not asked.registry_user:
        text = f"{image} is not among the site's public images{_hint(bare, offered)}: a private one needs registry_user"
        yield Problem(f"{text}, and one that does not exist is refused", fatal=False)


def _bare(image: str) -> str:
    """Without tag and digest."""
    return re.sub(r"(?:@.*|:[^/:]*)$", "", image)


def _tags(bare: str, offered: Offer) -> Sequence[str]:
    return [one for one in (*offered.images, *offered.others) if _bare(one) == bare]


def _hint(bare: str, offered: Offer) -> str:
    """What is there under the same name, else the name most like it."""
    if tags := [one.removeprefix(bare) for one in _tags(bare, offered)]:
        return f" (of it there {'is' if len(tags) == 1 else 'are'} {', '.join(tags[-6:])})"
    names = {_bare(one).partition("/")[2] for one in offered.images}  # hosts are alike, and make all names so
    text = nearest(bare.partition("/")[2], names).strip()
    return f" (did you mean {text.removeprefix('Did you mean ')})" if text.startswith("Did") else ""


def _elsewhere(image: str, offered: Offer) -> str:
    """The same image with the host before it, if it is that which is missing."""
    same = [one for one in offered.images if one.endswith(f"/{image}")]
    return f": name it {same[0]}" if same else ""
