from threading import Barrier, Thread

from intake.queries.kept import Shelf, kept


def test_a_shelf_throws_out_what_was_not_used_for_longest():
    shelf = Shelf(most_bytes=10)
    for name in "abc":
        shelf.put(name, name.upper(), weight=3)
    shelf.get("a")

    shelf.put("d", "D", weight=3)

    assert [shelf.get(name) for name in "abcd"] == ["A", None, "C", "D"]
    assert shelf.weight == 9


def test_a_shelf_keeps_one_that_is_heavier_than_all_that_fits_alone():
    shelf = Shelf(most_bytes=10)
    shelf.put("a", "A", weight=3)

    shelf.put("b", "B", weight=50)
    assert (len(shelf), shelf.get("b"), shelf.weight) == (1, "B", 50)

    shelf.put("a", "A", weight=3)
    assert (len(shelf), shelf.get("a"), shelf.weight) == (1, "A", 3)


def test_the_same_key_twice_weighs_once():
    shelf = Shelf(most_bytes=10)

    shelf.put("a", "A", weight=3)
    shelf.put("a", "A", weight=4)

    assert (len(shelf), shelf.weight) == (1, 4)


def test_what_is_kept_is_worked_out_once_until_it_is_thrown_out():
    asked = []

    @kept(most_bytes=10, weigh=len)
    def word(letter, *, times=4):
        asked.append(letter)
        return letter * times

    assert [word("a"), word("b"), word("a"), word("c", times=3), word("b"), word("a")] == [
        "aaaa",
        "bbbb",
        "aaaa",
        "ccc",
        "bbbb",
        "aaaa",
    ]
    assert asked == ["a", "b", "c", "b", "a"]


def test_threads_that_ask_at_once_leave_the_weight_right():
    shelf, start = Shelf(most_bytes=40), Barrier(8)

    def work(number):
        start.wait()
        for turn in range(500):
            shelf.put((turn + number) % 20, turn, weight=3)
            shelf.get(turn % 20)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert shelf.weight == 3 * len(shelf) <= 40
