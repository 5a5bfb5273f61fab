"""A store of which the test plays the courier: it holds the lock, and writes what a courier would."""

import contextlib
import os
import time

from tui_batch.model import Status, Submission
from tui_batch.states import ENDED, JobState
from tui_batch.store import lock, state
from tui_batch.store.history import HistoryWriter, outcome_record, submission_record
from tui_batch.store.home import Home
from tui_batch.store.ledger import Ledger
from tui_batch.times import stamp

JOBS = 60


class PlayedStore:
    """`running` submissions are open, each with jobs in all stages; the others ended long ago."""

    def __init__(self, folder, submissions=500, running=1):
        self.home = Home(folder).prepare()
        self.began = time.time() - 86400
        writer = HistoryWriter(self.home.history, os.uname().nodename)
        names = [self._name(number) for number in range(submissions)]
        self.open = names[-running:] if running else []
        moment, records = stamp(self.began), ""
        for number, name in enumerate(names):
            # Ages that read in days: they stand still while bytes are counted.
            known = Submission(name, f"scan-{number}", f"{number:064x}", "raft", "local", "local", 1, JOBS,
                               stamp(self.began - 86400 * (submissions - number)))  # fmt: skip
            records += submission_record(known)
            if name not in self.open:
                counts = {JobState.SUCCEEDED: JOBS}
                records += outcome_record(known._replace(counts=counts, ended=moment, fetched=JOBS))
        writer.append(records, moment)
        writer.close()
        self.statuses = {name: {} for name in self.open}
        for name in self.open:
            self.change(name, dict.fromkeys(range(JOBS), JobState.QUEUED) | dict.fromkeys(range(4), JobState.SUCCEEDED))

    @staticmethod
    def _name(number):
        return f"20261119-{number:06}-word"

    def change(self, name, words, detail=""):
        """Learn what became of some jobs: index → state."""
        now = stamp(time.time())
        ended = stamp(self.began)
        codes = {JobState.SUCCEEDED: 0}
        begun = {JobState.RUNNING: now} | dict.fromkeys(ENDED, ended)
        learnt = {
            index: Status(word, id=f"job-{index}", as_of=now, evidence="played", started=begun.get(word, ""),
                          ended=ended if word.ended else "", exit_code=codes.get(word), detail=detail)
            for index, word in words.items()
        }  # fmt: skip
        self.statuses[name] |= learnt
        folder = self.home.submission(name)
        with Ledger(folder / "ledger.tsv") as ledger:
            ledger.append(learnt.items())
        self.poll(name)

    def poll(self, name):
        """Ask the target, and hear what was known before."""
        path = self.home.submission(name) / "state.toml"
        state.write(path, state.of(self.statuses[name], stamp(time.time()), "", ""))

    @contextlib.contextmanager
    def courier(self):
        """Be the courier, so that no other one starts."""
        assert lock.take(self.home)
        try:
            yield self
        finally:
            lock.release(self.home)
