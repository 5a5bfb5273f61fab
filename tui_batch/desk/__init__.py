"""The front's one door to the store: what can be looked at, made and asked for."""

from tui_batch.desk.asking import Desk as Desk
