"""Fit a polynomial to noisy points by stochastic gradient descent: a small stand-in for a training program."""

import argparse
import json
import math
import pathlib
import random

DEGREES = {"linear": 1, "quadratic": 2, "cubic": 3}


def predict(weights: list[float], x: float) -> float:
    """The polynomial's value."""
    return sum(weight * x**power for power, weight in enumerate(weights))


def loss(weights: list[float], points: list[tuple[float, float]]) -> float:
    """The mean squared error."""
    return sum((predict(weights, x) - y) ** 2 for x, y in points) / len(points)


def main() -> None:
    """Read the arguments, train, write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=sorted(DEGREES), default="linear")
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", default="metrics.json")
    args = parser.parse_args()

    chance = random.Random(args.seed)
    points = [(x, math.sin(2 * x) + chance.gauss(0, 0.1)) for x in (chance.uniform(-1, 1) for _ in range(400))]
    training, held_back = points[:300], points[300:]
    weights = [chance.gauss(0, 0.1) for _ in range(DEGREES[args.model] + 1)]
    history = []
    for epoch in range(1, args.epochs + 1):
        chance.shuffle(training)
        for x, y in training:
            error = predict(weights, x) - y
            weights = [weight - args.learning_rate * 2 * error * x**power for power, weight in enumerate(weights)]
        history.append(loss(weights, training))
        print(f"epoch {epoch}/{args.epochs} loss {history[-1]:.6f}", flush=True)
        if not math.isfinite(history[-1]) or history[-1] > 1e12:
            raise SystemExit("the loss has diverged: choose a smaller learning rate")
    metrics = {"loss": history, "held_back_loss": loss(weights, held_back), "weights": weights}
    pathlib.Path(args.output).write_text(json.dumps({**vars(args), **metrics}, indent=1))
    print(f"held-back loss {metrics['held_back_loss']:.6f}, written to {args.output}", flush=True)


if __name__ == "__main__":
    main()
