"""Logs of any size, and one that grows; run as a program it makes one grow."""

import random
import sys
import time

NEEDLE, BESIDE, LAST = "NEEDLE-42", "is what stands here", "the last of all lines"
_WORDS = ("loss", "epoch", "step", "gradient", "checkpoint", "loaded", "node", "rank", "reduce", "batch", "metric")
_LEVELS = ("INFO", "INFO", "DEBUG", "WARNING", "INFO")
_CHANCE = random.Random(7)
_TAILS = [" ".join(f"{_CHANCE.choice(_WORDS)}={_CHANCE.random():.4f}" for _ in range(4)) for _ in range(997)]


def _line(number, what):
    """As a Python program logs it; nothing ever goes wrong."""
    clock = f"2026-05-01 10:{number // 60 % 60:02}:{number % 60:02},{number % 1000:03}"
    return f"{clock} {_LEVELS[number % 5]} {what} {_TAILS[number % 997]}\n"


def write_log(path, size):
    """So many bytes, with a line at nine tenths that has the needle in it."""
    block = "".join(_line(number, f"line {number}") for number in range(10_000)).encode()
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
    with open(path, "ab", buffering=0) as file:
        written, start = 0, time.monotonic()
        while True:
            wanted, now = int((time.monotonic() - start) * rate), time.time_ns()
            file.write("".join(_line(number, f"grown t={now}") for number in range(written, wanted)).encode())
            written = wanted
            time.sleep(0.02)


if __name__ == "__main__":
    grow(sys.argv[1], int(sys.argv[2]))
