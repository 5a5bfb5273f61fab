"""On the path of the couriers that these tests start, so that they know the kind `far` as well."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from tui_batch.backends import KINDS

KINDS["far"] = "far"

if seconds := os.environ.get("TUI_BATCH_TEST_ANSWER_SECONDS"):
    from tui_batch.courier import questions

    questions.SECONDS = float(seconds)
