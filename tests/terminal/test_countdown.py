"""While an order can be taken back, a few cells change each second and no more."""

from tui_batch.store import orders

SECONDS = 3


def test_a_countdown_costs_a_few_cells_a_second(start, store):
    with start("--undo-seconds", "60", COLORTERM="") as app:
        app.shows("> PD scan-499", "job-10")
        app.press("c", "5", "6", "enter")
        app.shows("Cancelling 56 jobs of scan-499 in 5", "u takes it back")
        app.listen(2.0)
        assert 0 < app.written(lambda: app.listen(SECONDS)) <= 100 * SECONDS
        app.press("u")
        app.shows("Taken back, not cancelled: 56 jobs of scan-499.")
        assert orders.read(store.home.orders) == ([], [])
