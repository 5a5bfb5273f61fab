"""Find the peaks of a made-up signal after smoothing it: an example of a script with parameters."""

import argparse
import csv
import math
import pathlib
import random
import time

STEPS = 5


def smooth(signal: list[float], sigma: float, method: str) -> list[float]:
    """The signal, each sample averaged with its neighbours."""
    reach = max(1, round(3 * sigma if method == "gaussian" else sigma))
    weights = [math.exp(-0.5 * (k / sigma) ** 2) if method == "gaussian" else 1.0 for k in range(-reach, reach + 1)]
    total = sum(weights)
    last = len(signal) - 1
    return [
        sum(weight * signal[min(max(at + k, 0), last)] for k, weight in enumerate(weights, -reach)) / total
        for at in range(len(signal))
    ]


def peaks(signal: list[float], threshold: float) -> list[int]:
    """Where the signal is above the threshold and above both neighbours."""
    return [
        at
        for at in range(1, len(signal) - 1)
        if threshold < signal[at] >= signal[at - 1] and signal[at] > signal[at + 1]
    ]


def main() -> None:
    """Read the arguments, work, write a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threshold", type=float, required=True)
    parser.add_argument("--sigma", type=float, required=True)
    parser.add_argument("--method", choices=["gaussian", "tophat"], required=True)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--output", default="result.csv")
    args = parser.parse_args()

    print(f"threshold {args.threshold}, sigma {args.sigma}, method {args.method}", flush=True)
    noise = random.Random(4)
    signal = [math.sin(at / 20) + noise.gauss(0, 0.3) for at in range(1000)]
    for step in range(1, STEPS + 1):
        time.sleep(args.seconds / STEPS)
        print(f"step {step} of {STEPS}", flush=True)
    smoothed = smooth(signal, args.sigma, args.method)
    found = peaks(smoothed, args.threshold)
    with pathlib.Path(args.output).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sample", "height"])
        rows.writerows([at, round(smoothed[at], 6)] for at in found)
    print(f"{len(found)} peaks, written to {args.output}", flush=True)


if __name__ == "__main__":
    main()
