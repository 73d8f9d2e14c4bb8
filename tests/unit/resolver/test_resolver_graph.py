from honeyhost.resolver.graph import arrange


def test_what_is_needed_comes_first_then_names_decide() -> None:
    needs = {"a": ("z",), "b": (), "c": ("b",), "z": ()}
    assert arrange(needs).order == ("b", "c", "z", "a")


def test_without_cycles_there_are_none() -> None:
    arrangement = arrange({"a": ("b",), "b": ()})
    assert (arrangement.cycles, arrangement.knots) == ({}, {})


def test_each_member_of_a_cycle_has_the_way_from_itself() -> None:
    arrangement = arrange({"a": ("b",), "b": ("c",), "c": ("a",)})
    assert arrangement.cycles == {"a": ("a", "b", "c"), "b": ("b", "c", "a"), "c": ("c", "a", "b")}
    assert arrangement.knots == {"a": "a", "b": "a", "c": "a"}


def test_a_plugin_may_need_itself() -> None:
    assert arrange({"a": ("a",)}).cycles == {"a": ("a",)}


def test_who_needs_a_cycle_is_not_in_it_and_comes_after_it() -> None:
    arrangement = arrange({"a": ("b",), "b": ("c",), "c": ("b",), "d": ()})
    assert arrangement.order == ("d", "b", "c", "a")
    assert set(arrangement.cycles) == {"b", "c"}


def test_what_stands_between_two_cycles_is_in_neither() -> None:
    needs = {"a": ("b",), "b": ("a", "m"), "m": ("x",), "x": ("y",), "y": ("x",)}
    arrangement = arrange(needs)
    assert arrangement.order == ("x", "y", "m", "a", "b")
    assert set(arrangement.cycles) == {"a", "b", "x", "y"}
    assert arrangement.knots == {"a": "a", "b": "a", "x": "x", "y": "x"}


def test_two_cycles_with_a_common_plugin_are_one_knot_and_the_shortest_way_is_drawn() -> None:
    needs = {"a": ("b", "d"), "b": ("c",), "c": ("a",), "d": ("a",)}
    arrangement = arrange(needs)
    assert arrangement.cycles == {"a": ("a", "d"), "d": ("d", "a"), "b": ("b", "c", "a"), "c": ("c", "a", "b")}
    assert set(arrangement.knots.values()) == {"a"}


def test_a_long_chain_and_a_long_ring_need_no_recursion() -> None:
    ring = {f"p{number:05}": (f"p{(number + 1) % 5000:05}",) for number in range(5000)}
    assert len(arrange(ring).cycles) == 5000
    chain = {f"p{number:05}": (f"p{number + 1:05}",) if number < 4999 else () for number in range(5000)}
    assert arrange(chain).order[0] == "p04999"
