"""The keys of a `canfar` target, and what a batch's template says instead of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from tui_batch import tables
from tui_batch.backends.canfar.carrying import PLAIN
from tui_batch.backends.hosted import saying
from tui_batch.errors import ConfigError
from tui_batch.model import NOTHING, Batch, Target
from tui_batch.wire.host import HostSettings

STORAGE = ("none", "mounted", "ssh")
_COUNTS = ("headless", "all")
_VERSIONED = re.compile(r"/v\d+(/.*)?$")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Settings(HostSettings):
    """Host, workdir and what goes with them say how the platform's files are reached."""

    url: str = "https://ws-uv.canfar.net/skaha"
    version: str = "v1"
    token_env: str = ""  # the first of these four that is set lets us in
    token_file: str = ""
    token_command: str = ""
    certificate: str = ""  # "" for ~/.ssl/cadcproxy.pem
    ca_file: str = ""  # who vouches for the site, where the machine does not know it
    storage: str = "none"  # how the platform's files are reached from here: "mounted", "ssh", or not at all
    arc: str = "/arc"  # what sessions call the storage
    mount: str = ""  # what this machine, or `host`, calls it; "" for the same
    image: str = ""
    registry_user: str = ""  # of a private registry, with its secret from one of these
    registry_secret_env: str = ""
    registry_secret_file: str = ""
    registry_secret_command: str = ""
    memory_gb: float = 0.0  # for jobs that do not say how much they need
    max_running: int = 3  # sessions at a time; 0 for no limit
    count: str = "headless"  # which of your sessions these are: headless ones, whoever sent them, or all
    environment: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    setup: tuple[str, ...] = ()  # lines of sh before each job
    poll_seconds: float = 15.0
    lost_seconds: float = 120.0  # how long one that is not listed any more is looked for
    settle_seconds: float = 60.0  # after which a session whose making was not answered is certainly listed
    save_seconds: float = 600.0  # between two copies of the log of a job that runs
    answer_seconds: float = 30.0
    create_seconds: float = 120.0  # the service takes long to make a session, and longer when many want one


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch asks of the platform; `[options.canfar]` of its template may say it instead of the target."""

    image: str
    memory_gb: float
    registry_user: str
    environment: Mapping[str, str]
    setup: tuple[str, ...]


def read(target: Target) -> Settings:
    """The target's keys; a ConfigError lists all that is wrong with them."""
    where = f"targets.{target.name}"
    found = tables.build(Settings, target.settings, where, ConfigError)
    least = ("max_running", "memory_gb", "poll_seconds", "lost_seconds", "settle_seconds", "save_seconds",
             "answer_seconds", "create_seconds")  # fmt: skip
    if wrong := [*saying.too_small(found, dict.fromkeys(least, 0), where), *_wrong(found, where)]:
        raise ConfigError.of(wrong)
    return found


def _wrong(found: Settings, where: str) -> Iterator[str]:
    for key, words in (("storage", STORAGE), ("count", _COUNTS)):
        if (word := getattr(found, key)) not in words:
            yield f"{where}: {key} must be {' or '.join(words)}, not {word!r}."
    if (found.storage == "ssh") != bool(found.host):
        yield f'{where}: host is what the storage is reached by: it goes with storage = "ssh", and only with it.'
    if _VERSIONED.search(found.url):
        yield f"{where}: url goes without the version and what follows: {_VERSIONED.sub('', found.url)!r}."
    if not PLAIN.fullmatch(found.workdir):
        yield f"{where}: workdir may have letters, digits and . _ ~ + - / only, since the platform minds all others."
    yield from _wrong_names(found.environment, f"{where}: environment")


def _wrong_names(environment: Mapping[str, str], where: str) -> Iterator[str]:
    yield from (f"{where}: {name!r} cannot name a variable." for name in environment if not _VARIABLE.fullmatch(name))


def asked(settings: Settings, batch: Batch) -> Asked:
    """The target's, but for what the batch's template says; a ConfigError lists what is wrong with that."""
    where = f"{batch.template}: options.canfar"
    ours = {one.name: getattr(settings, one.name) for one in fields(Asked)}
    theirs = dict(batch.options.get("canfar", {}))
    if isinstance(inner := theirs.get("environment"), Mapping):
        theirs["environment"] = {**settings.environment, **inner}
    found = tables.build(Asked, {**ours, "setup": list(settings.setup), **theirs}, where, ConfigError)
    if wrong := [*_wrong_names(found.environment, f"{where}: environment")]:
        raise ConfigError.of(wrong)
    return found
