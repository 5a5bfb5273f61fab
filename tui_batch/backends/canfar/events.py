"""What Kubernetes tells of a session: why it waits, and what ended it, in plain words.

The service hands on its list of events as columns of text. Only those of the session's pod are among them: what befell
the machine it ran on, or the job above the pod, is mostly not said.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui_batch.states import JobState
from tui_batch.times import clock

S = JobState


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, perhaps several times; the first and last moment of it, "" where that is not told."""

    type: str
    reason: str
    message: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the events come to: the state, and a sentence without its full stop; "" where there is nothing to say."""

    state: JobState
    words: str


# -- read --------------------------------------------------------------------------------------------------------------

_BEGINS = re.compile(r"(?:Normal|Warning)\s")
_MOMENT = r"(\d{4}-\d\d-\d\dT[\d:.]+Z|<nil>|<none>|<unknown>)"
_WHOLE = re.compile(rf"(\w+) (\S+) (.*) {_MOMENT} {_MOMENT}")


def read(body: bytes) -> Sequence[Event]:
    """The events of an answer, oldest first; the header, and what is cut off, are none."""
    said: list[list[str]] = []
    for line in body.decode("utf-8", "replace").splitlines():
        if _BEGINS.match(line):
            said.append([])
        if said:  # a message may have several lines
            said[-1] += line.split()
    whole = (_WHOLE.fullmatch(" ".join(words)) for words in said)
    return _by_age(Event(*map(_plain, found.groups())) for found in whole if found)


def _plain(cell: str) -> str:
    return "" if re.fullmatch(r"<\w+>", cell) else cell


def _by_age(found: Iterable[Event]) -> Sequence[Event]:
    """They are listed as they first happened. Of some no moment is told: they follow what stands before them."""
    aged, latest = [], ""
    for one in found:
        latest = one.last or one.first or latest
        aged.append((latest, one))
    return [one for _, one in sorted(aged, key=lambda pair: pair[0])]


# -- why it waits ------------------------------------------------------------------------------------------------------

# What a session comes through on its way.
_STEPS: Mapping[str, str] = {
    "Scheduled": "its image is being pulled",
    "Pulling": "its image is being pulled",
    "Pulled": "its container is being made",
    "Created": "its container is being started",
    "Started": "its container has been started",
}
_ANY = (*_STEPS,)
_NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "InspectFailed",
             "Failed to pull image", "Failed to apply default image tag", "Back-off pulling image",
             "ImageInspectError", "RegistryUnavailable")  # fmt: skip
_MOUNT = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_SANDBOX = ("FailedCreatePodSandBox", "NetworkNotReady", "FailedCreatePodContainer")


def why(events: Sequence[Event], now: float) -> Told:
    """Why a session that has not begun has not: the newest trouble that it has not overcome, else how far it is."""
    for at in reversed(range(len(events))):
        told, over = _trouble(events, at)
        if told and not any(one.reason in over for one in events[at + 1 :]):
            since = min(filter(None, (one.first for one in _alike(events, at))), default="")
            words = f"{told.words}{f', since {clock(since, now)}' if since else ''}"
            return Told(told.state, f"{words}; cancel it, and send it otherwise" if told.state is S.HELD else words)
    step = next((one.reason for one in reversed(events) if one.reason in _STEPS), "")
    return Told(S.STARTING, _STEPS[step]) if step else Told(S.QUEUED, "")


def _trouble(events: Sequence[Event], at: int) -> tuple[Told | None, Sequence[str]]:
    """What is wrong by one event, and the steps that it is overcome by."""
    one = events[at]
    if _of_image(one):
        told = _no_image(events[: at + 1])
        return Told(told.state, f"its image cannot be pulled: {told.words}"), _ANY[2:]
    if one.reason in ("FailedScheduling", "Unschedulable"):
        return Told(S.QUEUED, _no_room(one.message)), _ANY
    if "exceeded quota" in one.message:
        return Told(S.QUEUED, f"a quota of the site is used up: {_quota(one.message)}"), _ANY
    if one.reason in _MOUNT:
        return Told(S.STARTING, f"a volume cannot be mounted for it: {_last(one.message)}"), _ANY[1:]
    if one.reason in _SANDBOX:
        return Told(S.STARTING, f"its machine cannot make room for it: {_last(one.message)}"), _ANY[1:]
    if one.reason == "Failed":
        return Told(S.HELD, f"its container cannot be started: {_no_start(one.message)}"), _ANY[4:]
    return None, ()


def _of_image(one: Event) -> bool:
    return one.reason in _NO_IMAGE or any(words in one.message for words in _NO_IMAGE)


def _alike(events: Sequence[Event], at: int) -> Iterator[Event]:
    """Those that tell of the same trouble: trying to pull an image fails in several words."""
    if _of_image(events[at]):
        return (one for one in events if _of_image(one))
    return (one for one in events if one.reason == events[at].reason)


# -- what ended it -----------------------------------------------------------------------------------------------------

_NODE_LOST = ("NodeNotReady", "NodeLost", "NodeShutdown", "Shutdown", "TaintManagerEviction")


def cause(events: Sequence[Event]) -> Told | None:
    """What ended a session that has failed; None where the events do not say."""
    began = False
    for at in reversed(range(len(events))):
        began = began or events[at].reason == "Started"
        if told := _ended(events[at]) or (None if began else _never_began(events, at)):
            return told
    return None


def _ended(one: Event) -> Told | None:
    """What one event says that a running session was ended by."""
    said = f"{one.reason} {one.message}"
    if "OOMKill" in said or "OutOfMemory" in said:
        return Told(S.OUT_OF_MEMORY, "it held more memory than it may")
    if one.reason == "DeadlineExceeded":
        return Told(S.TIMED_OUT, "it ran for longer than the site lets a session")
    if one.reason in ("Preempted", "Preempting"):
        return Told(S.PREEMPTED, "it made way for other sessions")
    if one.reason == "Evicted":
        return _evicted(one.message)
    if one.reason in _NODE_LOST and "Cancelling" not in one.message:
        return Told(S.NODE_FAILED, f"its machine failed or was shut down: {one.message or one.reason}")
    return None


def _evicted(message: str) -> Told:
    """Its own doing, or the machine's."""
    if re.search(r"storage (?:usage exceeds|limit)|emptyDir .*exceeds", message):
        limit = re.search(r"\d+(?:\.\d+)?[KMGT]i?\b", message)
        words = "it wrote more to its container's own disk than it may"
        return Told(S.FAILED, f"{words}, {limit[0]}" if limit else words)
    short = re.search(r"low on resource: ([\w-]+)", message)
    words = f"its machine ran short of {short[1]}" if short else f"its machine put it out: {_last(message)}"
    return Told(S.NODE_FAILED, words)


def _never_began(events: Sequence[Event], at: int) -> Told | None:
    if _of_image(events[at]):
        return Told(S.FAILED, f"its image could not be pulled: {_no_image(events[: at + 1]).words}")
    if events[at].reason == "Failed":
        return Told(S.FAILED, f"its container could not be started: {_no_start(events[at].message)}")
    return None


# -- words -------------------------------------------------------------------------------------------------------------

# What registries say, and what that means for who named the image; whether it helps to wait.
_REGISTRY: Mapping[str, tuple[JobState, str]] = {
    r"InvalidImageName|Failed to apply default image tag|invalid reference format":
        (S.HELD, "{image} is no name of an image"),
    r"toomanyrequests|429 Too Many": (S.STARTING, "its registry gives nobody so much at once, it is tried again"),
    r"no space left": (S.STARTING, "there is no room for {image} on its machine, it is tried again"),
    r"no match(?:ing manifest)? for|platform in manifest": (S.HELD, "{image} is made for other machines"),
    r"unauthori[sz]ed|denied|authoriz|authentication required|\b40[13]\b":
        (S.HELD, "its registry does not give {image} to whoever asks, as it is private or does not exist"),
    r"not found|manifest unknown|does not exist|\b404\b": (S.HELD, "its registry has no {image}"),
    r"time-?out|dial tcp|connection re(?:fused|set)|no such host|TLS|x509|\bEOF\b|\b50\d\b":
        (S.STARTING, "its registry does not answer, it is tried again"),
}  # fmt: skip


def _no_image(events: Sequence[Event]) -> Told:
    """Why its image is not there: by the newest event that says more than that it is not."""
    told = [one.message for one in events if _of_image(one)]
    images = (found[1] for text in reversed(told) if (found := re.search(r'image (?:name )?\\?"([^"\\]+)', text)))
    image = next(images, "it")
    for text in reversed(told):
        bare = text.replace(image, "")  # a name may hold such words
        for pattern, (state, words) in _REGISTRY.items():
            if re.search(pattern, bare, re.IGNORECASE):
                return Told(state, words.format(image=image))
    full = [text for text in told if "Failed to pull" in text]
    return Told(S.HELD, _last(full[-1]) if full else image)


_LACKS = {"cpu": "cores", "nvidia.com/gpu": "GPUs", "ephemeral-storage": "disk"}


def _no_room(message: str) -> str:
    """`0/12 nodes are available: 3 Insufficient cpu, 9 node(s) had untolerated taint {a: b}. preemption: ...`."""
    found = re.search(r"\b0/(\d+) nodes are available: (.*?)(?:\.? +preemption:|\.?$)", message)
    parts = re.findall(r"(\d+) ((?:[^,{]|\{[^}]*\}|,(?! ?\d))+)", found[2]) if found else []
    if not found or not parts:
        return f"no machine has been found for it: {message}" if message else "no machine has been found for it"
    said = [f"{number} {_lack(words.strip(' .'))}" for number, words in parts]
    short = sum(int(number) for number, words in parts if words.startswith("Insufficient"))
    never = "; if that lasts, it asks for more than any has" if short >= int(found[1]) else ""
    return f"no machine has room for it: of {found[1]}, {', '.join(said)}{never}"


def _lack(words: str) -> str:
    """`lack memory`, `are not for it`."""
    if words.startswith("Insufficient "):
        name = words.removeprefix("Insufficient ")
        return f"lack {_LACKS.get(name, name)}"
    if "taint" in words or "affinity" in words or "selector" in words:
        return "are not for it"
    return "are closed" if "unschedulable" in words else words


def _quota(message: str) -> str:
    """`requested: memory=8Gi, used: memory=60Gi, limited: memory=64Gi`, without the names before that."""
    return re.sub(r".*exceeded quota: [^,]*, ", "", message)


def _no_start(message: str) -> str:
    """What a container runtime says, from the innermost on."""
    if found := re.search(r'exec: \\?"([^"\\]+)\\?": (?:stat [^:]+: )?(.*)', message):
        if "not found" in found[2] or "no such file" in found[2]:
            return f"its image has no {found[1]}"
        return f"{found[1]} cannot be run in its image: {found[2].removesuffix(': unknown')}"
    return _last(message)


def _last(message: str) -> str:
    """The end of a chain of reasons, which says most; not more of it than fits on a line."""
    chain = re.sub(r".*\bdesc = |^Error: |: unknown$", "", message)
    *before, last = chain.split(": ")
    words = f"{before[-1]}: {last}" if before and len(last) < 20 else last
    return words if len(words) <= 120 else f"{words[:117]}..."
