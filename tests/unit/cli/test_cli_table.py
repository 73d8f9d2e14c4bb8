from honeyhost.cli.render.colour import paint
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import line

COLUMNS = (
    Column(title="PLUGIN"),
    Column(title="VERSION", leaves=2),
    Column(title="STATE"),
    Column(title="FROM", leaves=1),
    Column(title="WHY"),
)
WHY = "host-too-old (+1): needs host >=2.1, this host is 1.9.4 and will stay it for a while"
ROWS = [
    [line("✓ finance"), line("1.2.0"), line("accepted"), line("wheel"), ()],
    [line("✗ healthcare"), line("0.3.0"), line("rejected"), line("folder"), line(WHY)],
]


def drawn(width, rows=ROWS):
    return [paint(content, colour=False) for content in table(COLUMNS, rows, width, indent=2)]


def test_without_a_terminal_every_row_is_one_whole_line():
    assert drawn(None) == [
        "  PLUGIN      VERSION  STATE     FROM    WHY",
        "✓ finance     1.2.0    accepted  wheel",
        f"✗ healthcare  0.3.0    rejected  folder  {WHY}",
    ]


def test_the_last_column_wraps_under_itself():
    assert drawn(80) == [
        "  PLUGIN      VERSION  STATE     FROM    WHY",
        "✓ finance     1.2.0    accepted  wheel",
        "✗ healthcare  0.3.0    rejected  folder  host-too-old (+1): needs host >=2.1,",
        "                                         this host is 1.9.4 and will stay it for",
        "                                         a while",
    ]


def test_the_origin_leaves_first():
    assert drawn(70)[:2] == [
        "  PLUGIN      VERSION  STATE     WHY",
        "✓ finance     1.2.0    accepted",
    ]


def test_the_version_leaves_next():
    assert drawn(62) == [
        "  PLUGIN      STATE     WHY",
        "✓ finance     accepted",
        "✗ healthcare  rejected  host-too-old (+1): needs host >=2.1,",
        "                        this host is 1.9.4 and will stay it",
        "                        for a while",
    ]


def test_below_sixty_columns_each_row_is_a_block():
    assert drawn(40) == [
        "✓ finance  accepted",
        "    version 1.2.0",
        "    from wheel",
        "✗ healthcare  rejected",
        "    version 0.3.0",
        "    from folder",
        "    why host-too-old (+1): needs host",
        "    >=2.1, this host is 1.9.4 and will",
        "    stay it for a while",
    ]


def test_a_name_that_leaves_no_room_makes_blocks_too_and_is_never_cut():
    name = "a" * 63
    rows = [[line(f"✗ {name}"), line("1"), line("rejected"), line("wheel"), line(WHY)]]
    assert drawn(70, rows)[0] == f"✗ {name}"


def test_nothing_gives_no_line():
    assert table(COLUMNS, [], 80) == []


def test_columns_without_titles_have_no_head():
    bare = (Column(title=""), Column(title=""))
    assert [paint(content, colour=False) for content in table(bare, [[line("a"), line("b")]], 80)] == ["a  b"]


def test_wide_letters_keep_the_columns_straight():
    rows = [[line("日本"), line("1")], [line("abc"), line("2")]]
    drawn_rows = [paint(content, colour=False) for content in table((Column(title="N"), Column(title="V")), rows, None)]
    assert drawn_rows == ["N     V", "日本  1", "abc   2"]
