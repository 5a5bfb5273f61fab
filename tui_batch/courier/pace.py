"""How long a target is left alone between two questions: pure numbers, of seconds."""

SOON = 5.0  # after a change there may be more at once; a scheduler has others to answer, too
GROWTH = 0.5  # of the time since the last change: what was quiet for a minute is asked after half a minute
QUIET_SECONDS, QUIET_FACTOR = 3600.0, 4.0  # where nothing has changed for so long, it is asked that much less often
SHARE = 10.0  # a target that takes long to answer spends at most one part in so many on it


def wait(pace: float, since_change: float, took: float, adaptive: bool = True) -> float:
    """From an answer that took so long to the next question: soon after a change sooner than at the pace."""
    if since_change > QUIET_SECONDS:
        usual = QUIET_FACTOR * pace
    elif adaptive:
        usual = min(pace, max(SOON, GROWTH * since_change))
    else:
        usual = pace
    return max(usual, SHARE * took)


def least(crowded: int | None, jobs: int, least_seconds: float) -> float:
    """Between two questions about so many open jobs, whoever asks; `crowded` is more than how many are many."""
    return least_seconds if crowded is not None and jobs > crowded else 0.0
