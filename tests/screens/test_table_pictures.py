"""Tables in each state that looks different: marked, sorted, filtered, and asking for either."""

HOME = ("R    212",)


def test_marked(picture):
    assert picture(HOME, "space", "j", "space", ("2 marked", "TO     9"))


def test_marked_and_filtered(picture):
    assert picture(HOME, "asterisk", "slash", "c4", "enter", ("5 marked; filter: c4, 2 of 5", "PD     0"))


def test_sorted(picture):
    assert picture(HOME, "sf", ("F+",), "sf", ("F-",))


def test_sorted_by_what_there_is_no_room_for(picture):
    assert picture(HOME, "se", ("by eta+",), size=(60, 15))


def test_sorted_by_question(picture):
    assert picture(HOME, "sf", ("F+",), "s", ("0 default",))


def test_sorted_by_an_unknown_letter(picture):
    assert picture(HOME, "sz", ("Esc closes",))


def test_filtered_by_a_number(picture):
    assert picture(HOME, "slash", "jobs>10 !state:CD", "enter", ("1/3",))


def test_wrong_filter_at_the_prompt(picture):
    assert picture(HOME, "slash", "c4", "enter", ("1/2", "PD     0"), "slash", " jbos>10", "enter", ("Did you mean",))


def test_jobs_sorted_and_filtered(picture):
    assert picture(HOME, "enter", ("1/1003",), "slash", "temperature>=0.1 state:F", "enter", ("1/",), "sy", ("SAYS+",))
