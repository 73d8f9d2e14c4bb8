from honeyhost.attach import Change, Contribution, difference


def route(path, plugin="clinic", **details):
    return Contribution(kind="route", plugin=plugin, key=path, summary=f"GET {path}", details=details)


def test_a_plan_has_one_change_for_each_thing_that_comes_goes_or_differs():
    before = [route("/a", policy="public"), route("/b"), route("/c")]
    after = [route("/a", policy="authenticated"), route("/c"), route("/d")]
    assert difference(before, after).changes == (
        Change(
            action="change",
            kind="route",
            plugin="clinic",
            summary="GET /a",
            details={"policy": "authenticated", "before": {"policy": "public"}},
        ),
        Change(action="remove", kind="route", plugin="clinic", summary="GET /b"),
        Change(action="add", kind="route", plugin="clinic", summary="GET /d"),
    )


def test_nothing_changes_between_equal_sets_whatever_their_order():
    things = [route("/a"), route("/b", plugin="ledger")]
    assert difference(things, reversed(things)).empty


def test_changes_stand_in_the_order_of_plugin_kind_and_key():
    wanted = [route("/b", plugin="zoo"), route("/b"), route("/a")]
    assert [(change.plugin, change.summary) for change in difference([], wanted).changes] == [
        ("clinic", "GET /a"),
        ("clinic", "GET /b"),
        ("zoo", "GET /b"),
    ]


def test_the_digest_is_that_of_what_is_wanted_and_of_the_way_there():
    empty = difference([], [])
    assert difference([], [route("/a")]).digest == difference([], [route("/a")]).digest
    assert difference([], [route("/a")]).digest != difference([route("/a")], [route("/a")]).digest
    assert difference([], [route("/a")]).digest != difference([], [route("/a", policy="public")]).digest
    assert empty.digest.startswith("sha256:")
    assert len(empty.digest) == len("sha256:") + 64


def test_a_plan_as_json_has_the_shape_of_the_interface():
    plan = difference([], [route("/a", policy="public")])
    assert plan.to_json() == {
        "version": 1,
        "digest": plan.digest,
        "changes": [
            {
                "action": "add",
                "kind": "route",
                "plugin": "clinic",
                "summary": "GET /a",
                "details": {"policy": "public"},
            }
        ],
    }
