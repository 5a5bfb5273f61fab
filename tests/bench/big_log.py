"""Logs of any size, and one that grows; run as a program it makes one grow."""

import random
import sys
import time

NEEDLE, BESIDE, LAST = "NEEDLE-42", "is what stands here", "the last of all lines"
_WORDS = ("loss", "epoch", "step", "gradient", "checkpoint", "loaded", "node", "rank", "reduce", "batch", "metric")
_LEVELS = ("INFO", "INFO", "DEBUG", "WARNING", "INFO")


def _block(lines=10_000):
    """About a megabyte of lines, none of which says that something went wrong."""
    chance = random.Random(7)
    tails = [" ".join(f"{chance.choice(_WORDS)}={chance.random():.4f}" for _ in range(4)) for _ in range(997)]
    return "".join(
        f"2026-05-01 10:{n // 60 % 60:02}:{n % 60:02},{n % 1000:03} {_LEVELS[n % 5]} line {n} {tails[n % 997]}\n"
        for n in range(lines)
    ).encode()


def write_log(path, size):
    """So many bytes, with a line at nine tenths that has the needle in it."""
    block = _block()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb", buffering=0) as file:
        while file.tell() < 0.9 * size:
            file.write(block)
        file.write(f"here {NEEDLE} {BESIDE}\n".encode())
        while file.tell() < size:
            file.write(block)
        file.write(f"{LAST}\n".encode())


def grow(path, rate):
    """Append so many lines a second, each with the time it was written at, until the program is ended."""
    tail = "loss=0.1234 gradient=0.5678 metric=0.9012"
    with open(path, "ab", buffering=0) as file:
        written, start = 0, time.monotonic()
        while True:
            wanted = int((time.monotonic() - start) * rate)
            now = time.time_ns()
            file.write(b"".join(b"INFO grown %d t=%d %s\n" % (n, now, tail.encode()) for n in range(written, wanted)))
            written = wanted
            time.sleep(0.02)


if __name__ == "__main__":
    grow(sys.argv[1], int(sys.argv[2]))
