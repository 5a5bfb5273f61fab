"""The full-screen program: one desk, one clerk, and the screens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import Any, ClassVar, Literal

from rich.console import RenderableType
from textual.app import App
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import Event, Key, Paste, Resize
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from tui_batch.desk import Desk
from tui_batch.errors import TuiBatchError
from tui_batch.screens.asked import Asked
from tui_batch.screens.clerk import Clerk
from tui_batch.screens.home import Home
from tui_batch.screens.turns import Turns
from tui_batch.screens.undo import Undo
from tui_batch.screens.unwatched import Unwatched
from tui_batch.screens.view import View
from tui_batch.shown import Snapshot
from tui_batch.terminal import CAPABLE, Terminal
from tui_batch.widgets.lines import Part
from tui_batch.widgets.painting import Painting
from tui_batch.widgets.theme import THEMES

LINE_FEED = "ctrl+j"  # what the terminal makes of Enter until it is ours
BLIND = ("ctrl+c", "ctrl+z")  # keys that work where the terminal is too small to show what they do


class BatchApp(App[None], inherit_bindings=False):
    """Shows what the desk says; asks it through the clerk, and never waits."""

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    TITLE = "tui-batch"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "home", "home", show=False, id="app.home"),
        Binding("2", "batches", "batches", id="app.batches"),
        Binding("3", "all_jobs", "all jobs", show=False, id="app.all-jobs"),
        Binding("4", "targets", "targets", show=False, id="app.targets"),
        Binding("n", "new_batch", "new batch", id="app.new"),
        Binding("r", "wake", "poll now", id="app.wake"),
        Binding("p", "pause", "pause polling", show=False, id="app.pause"),
        Binding("question_mark", "help", "help", id="app.help"),
        Binding("comma", "settings", "settings", show=False, id="app.settings"),
        Binding("ctrl+l", "redraw", "draw everything anew", show=False, id="app.redraw"),
        Binding("ctrl+z", "suspend_process", "back to the shell for a while", show=False, id="app.suspend"),
    ]

    @dataclass
    class Looked(Message):
        """The clerk has something new to show, or could not look."""

        found: Snapshot | Exception

    def __init__(self, desk: Desk, terminal: Terminal = CAPABLE) -> None:
        theme = THEMES[terminal.theme]
        # Chosen later, an ANSI theme under NO_COLOR paints black on black.
        super().__init__(ansi_color=theme.ansi or None)
        self.animation_level: Literal["none", "basic", "full"] = "none"  # motion is 10 to 55 times the bytes
        self.register_theme(theme)
        self.theme = theme.name
        self.desk, self.terminal = desk, terminal
        self._painting = Painting()
        self._turns = Turns(self, self._type, self._underway)
        self._plain: Sequence[LineFilter] = ()
        if terminal.ascii:
            from tui_batch.widgets.plain import AsciiOnly

            self._plain = (AsciiOnly(),)
        self.clerk = Clerk(desk)
        self.undo, self.asked = Undo(), Asked()
        self.snapshot: Snapshot | None = None
        self._ticks, self._lively = 0, True
        self.unwatched = Unwatched(desk.now)
        self.sortings: Mapping[str, Any] | None = None  # by table, once they were recalled from the last time
        self.words: dict[str, list[str]] = {}  # the commands typed before, and names that commands may be given
        self.filters: dict[tuple[str, str], str] = {}  # by table and what it is about
        self.trouble = ""  # why the store could not be read the last time
        self.clerk.start(self._tell)

    def change_keys(self) -> None:
        """The keys as the configuration has them; a ConfigError says which make no sense."""
        from tui_batch.screens import keymap

        self.set_keymap(keymap.checked(self.desk.config.keys, type(self), str(self.desk.config.path)))

    def change_theme(self, theme: Theme) -> None:
        """Other colours until the program ends."""
        self.register_theme(theme)
        self.ansi_color = theme.ansi or None
        self.theme = theme.name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """ASCII, where nothing else is shown, comes last."""
        return (*super().get_line_filters(), *self._plain)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send what changed and no more."""
        super()._display(screen, self._painting.frugal(renderable))

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """None: ours cover everything. Textual paints the whole front anew for every change in the one behind it."""
        return []

    def _watch_app_focus(self, focus: bool) -> None:
        """Looking at another window is no answer: Textual would take the focus from a question that stands."""

    def get_default_screen(self) -> Screen[Any]:
        """It begins at home."""
        return Home()

    def on_mount(self) -> None:
        """Ages tick once a second; a line is painted only if it reads differently."""
        self.set_interval(1.0, self._tick)
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def on_unmount(self) -> None:
        """Let the clerk go."""
        self.clerk.stop()

    async def on_event(self, event: Event) -> None:
        """Keys in turn; and another size moves everything that stands on the terminal."""
        if isinstance(event, Resize):
            self._painting.forget()
        if isinstance(event, Key) and event.key == LINE_FEED:
            event = Key("enter", "\r")
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self._turns.take(event)
        else:
            await super().on_event(event)

    @property
    def _view(self) -> View | None:
        """The screen in front, once its parts are there; then it looks for the first time by itself."""
        screen = self.screen_stack[-1] if self.screen_stack else None  # none while the program ends
        return screen if isinstance(screen, View) and screen.is_mounted else None

    def _underway(self) -> Sequence[object]:
        """What the keys so far have led to, and is not there yet."""
        screen = self.screen
        if not isinstance(screen, View):
            return ()
        # The terminal may have grown again, and only word of it is on its way.
        if screen.too_small and not self.is_headless and tuple(get_terminal_size()) != tuple(self.size):
            return ("size",)
        return screen.underway

    async def _type(self, event: Event) -> None:
        """A message was read when the next key is pressed, whatever takes the key."""
        if view := self._view:
            if view.too_small and not (isinstance(event, Key) and event.key in BLIND):
                return  # nothing is done blindly
            view.prompt.hush()
        await super().on_event(event)

    def on_batch_app_looked(self, message: Looked) -> None:
        """Hand what is new to the screen in front."""
        match message.found:
            case Snapshot() as snapshot:
                self.snapshot, self.trouble = snapshot, ""
                self._lively = snapshot.lively
                self.unwatched.look(snapshot)
            case TuiBatchError() as error:
                self.trouble = str(error)
                if self.snapshot is not None:  # else there is room for it where the list would be
                    self.say(self.trouble, "trouble")
            case error:
                self._handle_exception(error)
        if view := self._view:
            view.show_banner()
            view.look(self.snapshot or Snapshot())

    def banner(self, key: str) -> Part:
        """What every screen says: what is wrong with the store itself, or who waits for this key; "" for nothing."""
        locked = self.snapshot is not None and not self.snapshot.writable
        trouble = self.trouble.partition(": ")[0] or ("the store is read-only" if locked else "")
        return (trouble, "trouble") if trouble else self.asked.banner(self.snapshot or Snapshot(), key)

    def _tell(self, found: Snapshot | Exception) -> None:
        """In the clerk's thread: messages are what crosses over."""
        self.post_message(self.Looked(found))

    def _tick(self) -> None:
        self._ticks += 1
        # What ended reads differently every ten seconds at most.
        if (view := self._view) and (self._lively or self._ticks % 10 == 0 or not isinstance(view, Home)):
            view.tick()

    # -- going places ----------------------------------------------------------------------------------------------
    def action_home(self) -> None:
        """Home, wherever one is."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def say(self, words: str, tone: str = "") -> None:
        """Say something at the bottom line of the screen in front."""
        if isinstance(self.screen, View):
            self.screen.call_after_refresh(lambda screen: screen.prompt.say(words, tone), self.screen)

    def action_batches(self) -> None:
        """The batches, one step from home."""
        from tui_batch.screens.batches import Batches

        self.action_home()
        self.push_screen(Batches())

    def action_all_jobs(self) -> None:
        """The jobs of all submissions, one step from home."""
        from tui_batch.screens.all_jobs import AllJobs

        self.action_home()
        self.push_screen(AllJobs())

    def action_targets(self) -> None:
        """The targets, one step from home."""
        from tui_batch.screens.targets import Targets

        self.action_home()
        self.push_screen(Targets())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whoever makes a new batch makes no other meanwhile."""
        return action != "new_batch" or not any(getattr(screen, "FLOW", False) for screen in self.screen_stack)

    def action_new_batch(self) -> None:
        """The way to a new batch."""
        from tui_batch.screens.generate import Templates

        self.push_screen(Templates())

    def action_redraw(self) -> None:
        """Paint the whole screen, whatever something else has written over it."""
        self._painting.forget()
        self.screen.refresh(layout=True)

    def action_settings(self) -> None:
        """Everything that can be set."""
        from tui_batch.screens.settings import Settings

        self.push_screen(Settings())

    def action_help(self) -> None:
        """The keys that work where one is."""
        from tui_batch.screens.help import Help

        self.push_screen(Help(list(self.screen.active_bindings.values())))

    def action_wake(self) -> None:
        """Have a courier look at the orders and the targets now."""
        if isinstance(self.screen, View):
            self.screen.go(self.clerk.ask, self.desk.poll)
            self.say("The courier looks now, as often as the target allows.")

    def action_pause(self) -> None:
        """Let nothing move on the screen; the courier goes on."""
        self.clerk.paused = not self.clerk.paused
        self._tick()
        self.say("Paused: nothing here changes until p is pressed; the jobs go on." if self.clerk.paused else "")

    # -- what goes wrong -------------------------------------------------------------------------------------------
    def _handle_exception(self, error: Exception) -> None:
        """The one notifier: what a person can mend is said at the bottom line; the rest ends the program."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, NoMatches) and not self.is_running:
            return  # the screens are being taken down, and what was still going on misses parts of them
        if isinstance(cause, TuiBatchError) and isinstance(self.screen, View):
            self.screen.prompt.say(str(cause), "trouble")
        else:
            self._crash = cause
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """One sentence on the terminal, no traceback and no variables: they may hold secrets."""
        from rich.text import Text

        from tui_batch.screens.crash import sentence

        self._exit_renderables.append(Text(sentence(self._crash, self.desk.home)))
        self._close_messages_no_wait()
