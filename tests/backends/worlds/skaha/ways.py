"""How the service is: what differs between sites and days, and what a test may change while it runs."""

from dataclasses import dataclass, field

IMAGE = "images.example/radio/imager:2.3"


@dataclass
class Ways:
    """The usual ones; seconds are seconds, and what is counted in answers is counted in those that have the session."""

    user: str = "mlopez"
    images: dict[str, list[str]] = field(default_factory=lambda: {IMAGE: ["headless"]})  # the public ones, and types
    private: dict[str, str] = field(default_factory=dict)  # image: user:secret
    hosts: list[str] = field(default_factory=lambda: ["images.example"])
    context: str = "file"  # of the offer: a file with gaps, the limits of the cluster, or as old ones have it
    stats: bool = True  # whether there are metrics of the whole platform
    metrics: bool = True  # whether there are any of a session
    interactive: int = 3  # interactive sessions of a person

    path: str = ""  # where the programs of images are; "" for those of this machine

    pods: int = 1000  # that run at once; more wait for room
    delay: float = 0.0  # from being created to being run
    waits: str = ""  # for what new sessions wait until `go`: image, room, queue
    skip_running: bool = False  # what runs is called pending
    flicker: int = 0  # answers that call pending what has just ended
    whole_minutes: bool = False  # whether all begins with the minute, whose seconds are not told
    words: dict[str, str] = field(default_factory=dict)  # other words for its states
    old: bool = False  # a literal <none> for what is not known, and sizes with units

    ttl: float = 3600.0  # for so long what has ended is known
    deadline: float = 1_209_600.0
    grace: float = 0.3  # 30 s with the real one
    delete_polls: int = 0  # answers that still have what was deleted
    terminating: bool = False  # whether those say so

    latency: dict[str, float] = field(default_factory=dict)  # seconds before a call is carried out, by its name
    log_piece: int = 8192  # bytes of a log that come at once
    log_pause: float = 0.0  # between two of them
    log_kept: int | None = None  # bytes that a node keeps of a log
    maintenance: bool = False
    member: bool = True  # whether the person may use the platform
