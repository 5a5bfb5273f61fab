"""The seed that is made for Triangle Raft: a ring of triangles that touch at their corners, in the program's format."""

import math
import subprocess

import pytest

from tui_batch.store.templates import SHIPPED


def read(folder, n, part, kind=float):
    lines = (folder / "seed" / f"{n}_{part}.out").read_text().splitlines()
    return [[kind(word) for word in line.split()] for line in lines]


@pytest.mark.parametrize("n", [3, 6, 25])
def test_a_ring_of_triangles(tmp_path, n):
    done = subprocess.run(["sh", SHIPPED / "triangle-raft" / "seed.sh", str(n)], cwd=tmp_path, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert (done.stdout, done.stderr) == (f"seed {n}: made, a ring of {n} triangles\n", "")
    atoms, units = read(tmp_path, n, "atoms"), read(tmp_path, n, "units", int)
    assert [(element, bonds) for element, bonds, _, _ in atoms] == [(8, 4)] * n + [(8, 3)] * n + [(14, 3)] * n
    places = [place for _, _, *place in atoms]
    for middle, *corners in units:
        assert all(math.isclose(math.dist(places[middle], places[x]), 1, abs_tol=1e-5) for x in corners)
        sides = [math.dist(places[a], places[b]) for a in corners for b in corners if a < b]
        assert all(math.isclose(side, math.sqrt(3), abs_tol=1e-5) for side in sides)
    touching = [x for _, *corners in units for x in corners if x < n]
    assert sorted(touching) == sorted([*range(n), *range(n)])
    assert read(tmp_path, n, "rings", int) == [list(range(n))]
    pairs = [[a, (a + 1) % n] for a in range(n)]
    assert read(tmp_path, n, "connections", int) == [[n], *pairs, [0]]
    assert all(set(units[a][1:]) & set(units[b][1:]) for a, b in pairs)
