"""`N`: a new batch from what an earlier one was made from."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_batch.screens.view import View


class Cloning(View):
    """A screen on which a batch is under the cursor, or a submission of one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("N", "clone", "new from this one", id="batch.clone")]

    def batch_name(self) -> str:
        """The batch; "" where there is none."""
        raise NotImplementedError

    def action_clone(self) -> None:
        """Its form, filled in as it was."""
        from tui_batch.screens.generate import clone

        if name := self.batch_name():
            self.go(clone, self, name)
