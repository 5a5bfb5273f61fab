"""How targets are: what is written is read, and what cannot be read is unknown."""

from tui_batch.model import Contact
from tui_batch.store.contacts import read, write


def test_what_was_written_is_read(tmp_path):
    known = {
        "fir": Contact(True, "works", {"slurm": "23.11", "a b": "c"}, "2026-11-20T05:33:12.345Z"),
        "a/b \x1b é": Contact(False, trouble='no "answer"\nin 30 s'),
        "new": Contact(),
        "kelp": Contact(True, known={"up": True, "partitions": [{"name": "main", "gpus": {"a100": 4}}, {}]}),
    }
    for name, contact in known.items():
        write(tmp_path / "targets", name, contact)
    assert read(tmp_path / "targets", known) == known


def test_what_cannot_be_read_is_unknown(tmp_path):
    write(tmp_path, "fir", Contact(True))
    (tmp_path / "aws.toml").write_text("reachable = 1 1")
    assert read(tmp_path, ["fir", "aws", "never"]) == {"fir": Contact(True)}


def test_what_a_target_offers_is_read_or_nothing_is(tmp_path):
    (tmp_path / "old.toml").write_text('reachable = true\n[facts]\nslurm = "23.11"\n')  # as it was written before
    (tmp_path / "odd.toml").write_text("reachable = true\nknown = 3\n")
    assert read(tmp_path, ["old", "odd"]) == {"old": Contact(True, facts={"slurm": "23.11"})}
