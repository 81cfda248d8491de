"""Answers of every kind of part, and the builders of blocks at their limits."""

from collections.abc import Sequence

from bot.core.answers import (
    Answer,
    Chart,
    Delta,
    Fields,
    File,
    Offer,
    Offers,
    Review,
    Sentence,
    Table,
    UploadOffers,
    mention,
)
from bot.core.command import Help
from bot.core.uploads import Upload
from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.help import help_answer
from tests.core.samples import NOW, change
from tests.kept_texts import Things
from tests.slack.test_forms import combine, edit

ROWS = (("VIPs <eu>", 1234, Delta(5)), (mention("UBEN"), -1, Delta(-1234)), ("", None, Delta(0)))
LISTS = (Upload(id="F1", name="a.csv", size=3), Upload(id="F2", name="b.xlsx"))
SHOWN = change().shown
LONG = Offer("x" * 99, "y" * 99)


def _rows(count: int, cell: str) -> tuple[tuple[str, int], ...]:
    return tuple((f"{cell}{at}", at) for at in range(count))


def answers() -> dict[str, Answer]:
    """Every kind of part."""
    return {
        "a sentence": Answer("Nothing to do in `VIPs` <eu>."),
        "sentences": Answer(
            f"{mention('UBEN')} asked",
            (
                Sentence("Type `/help` & see."),
                Sentence(f"Small & quiet, {'x' * 600}", quiet=True),
                Sentence("Open card", url="https://s.example/c"),
                Sentence("", url=""),
            ),
        ),
        "fields": Answer("Change 7", (Fields((("Asked by", "Ana"), ("Why", "y" * 1501))), Fields(()))),
        "a table": Answer("Sizes", (Table("Sizes <now>", ("Segment", "Shoppers", "Change"), ROWS),)),
        "an empty table": Answer("Sizes", (Table("Sizes", ("Segment",), ()),)),
        "a chart": Answer("Moves", (Chart("line", "Moves", ("May", "June"), (("VIPs", (1, 2)),), "VIPs <+1>."),)),
        "an empty chart": Answer("Moves", (Chart("bar", "Moves", (), (), "None."),)),
        "buttons": Answer(
            "What now?",
            (
                Offers((Offer("List", "segment list"), Offer("Undo", "change undo 42", SHOWN, danger=True))),
                Offers(
                    (Offer("Show", "segment show"),),
                    (Offer("More", "change retry 42", SHOWN), Offer("x" * 99, "y" * 99)),
                ),
                Offers(()),
                Review(42),
                UploadOffers(LISTS),
                UploadOffers(LISTS[:1]),
            ),
        ),
        "a file": Answer("Here", (File("a/b:con?.csv ", "x"),)),
        "help of a command": help_answer(Help((), combine)),
        "help of another": help_answer(Help((), edit)),
    }


def _long(count: int) -> Sequence[str]:
    return [f"{at}: {'x' * at}" for at in range(count)]


def _paragraphs(count: int, length: int) -> list[Block]:
    return [blocks.section(blocks.rich("x" * length)) for _ in range(count)]


def _kept(message: blocks.Message) -> list[str]:
    """The number of blocks that are left, and the last one."""
    return [f"{len(message.blocks)} of {blocks.length(message.blocks)} characters, ending with {message.blocks[-1]}"]


def _undo() -> Block:
    return blocks.actions([blocks.button("Undo", "run:0", "change undo 42")])


def pieces() -> Things:
    """Draw what blocks are built of, at their limits."""
    return {
        "bullets": [
            blocks.bullets(["one", "two `three`"]),
            blocks.bullets(_long(15)),
            blocks.bullets(_long(16)),
            blocks.bullets(["x" * 401, "y" * 399], room=800),
            blocks.bullets(["x" * 400, "y" * 401], room=800),
            blocks.bullets(["x" * 1501]),
            blocks.bullets(["x" * 300] * 6),
            blocks.bullets([]),
        ],
        "all shown": [
            blocks.all_shown(_long(15)),
            blocks.all_shown(_long(16)),
            blocks.all_shown(["x" * 1500]),
            blocks.all_shown(["x" * 1501]),
            blocks.all_shown(["x" * 400, "x" * 400], room=800),
            blocks.all_shown(["x" * 400, "x" * 401], room=800),
            blocks.all_shown([]),
        ],
        "texts": [
            blocks.plain("", 5),
            blocks.plain("12345", 5),
            blocks.plain("123456", 5),
            blocks.plain(f"a\u202eb\n{mention('UBEN')}", 50),
            blocks.plain_lines(["a", "", "b"], 5),
            blocks.plain_lines([], 5),
            blocks.header("x" * 151),
            blocks.escape(f"<!channel> & {mention('UBEN')} a\u200bb"),
            blocks.rich(""),
            blocks.rich(f"a `b` c {mention('UBEN')}", bold=True),
            blocks.rich("x" * 3001),
            blocks.link("", "https://s.example/" + "x" * 3000),
            blocks.link("Open\u202e card", "https://s.example/c"),
            blocks.linked("change 7", "https://s.example/c", ": Delete `VIPs`" + "x" * 400),
            blocks.linked("change 7", "", ": Delete VIPs"),
            blocks.time(NOW),
            blocks.context(),
            blocks.context("", *"abcdefghijkl"),
            blocks.context("x" * 3001, "a\u202eb"),
            blocks.fields([("A", "1"), ("B", "`2`")]),
            blocks.fields([]),
        ],
        "buttons": [
            blocks.button("x" * 76, "run:0", "v" * 2001),
            blocks.button("Undo", "run:1", "", style="danger", confirm=blocks.confirm("t" * 101, "x" * 301, "y" * 31)),
            blocks.confirm("Sure?", "Really?", "Yes", style="danger"),
            blocks.menu("run:2", [blocks.option("a", "b")]),
            blocks.actions([{"at": at} for at in range(26)]),
            blocks.option("x" * 76, "v" * 151, "d" * 76),
        ],
        "tables": [
            blocks.table("Cap\u202e", ("A\u202e", "B"), ()),
            blocks.table("One", ("A", "B"), _rows(1, "x\u202e")),
            blocks.table("Long", ("A", "B"), _rows(2, "x" * 301)),
            [len(blocks.table("Many", ("A", "B"), _rows(count, "x"))["rows"]) for count in (199, 200, 201)],
            [blocks.table("Many", ("A", "B"), _rows(count, "x"))["page_size"] for count in (99, 100, 101, 201)],
            [blocks.table("Wide", ("A", "B"), _rows(200, "x" * wide))["rows"][-1] for wide in (92, 96, 97, 133, 300)],
            blocks.table("Of columns", ("A" * 19_990,), (("x" * 10,), ("y",)))["rows"][1:],
            blocks.table("Of columns", ("A" * 19_991,), (("x" * 10,), ("y",)))["rows"][1:],
            blocks.table("Of wide columns", ("A" * 30_000,), (("x" * 300,),))["rows"][1],
        ],
        "charts": [
            blocks.chart(
                "bar", "T" * 51, [" a ", "a", "a", "", "", "b" * 21, "b" * 22], [("s", range(7)), ("s", range(7))]
            ),
            blocks.chart("line", "T", [f"{at}" for at in range(21)], [(f"s{at}", range(21)) for at in range(13)]),
            blocks.chart("bar", "Ten alike", ["c" * 20] * 11, []),
        ],
        "fitting": [
            blocks.Message("").text,
            len(blocks.Message("x" * 3901).text),
            *(_kept(blocks.Message("x", _paragraphs(count, 3))) for count in (50, 51, 60)),
            *(_kept(blocks.Message("x", [blocks.actions([]), *_paragraphs(count, 3)])) for count in (49, 50)),
            *(_kept(blocks.Message("x", _paragraphs(3, length))) for length in (2986, 2987, 2988, 2999)),
            *(_kept(blocks.Message("x", [*_paragraphs(3, length), _undo()])) for length in (2983, 2984, 2985)),
            _kept(blocks.Message("x", [blocks.table("T", ("A",), (("x" * 300,),) * 40), *_paragraphs(2, 3000)])),
            _kept(blocks.Message("x", [blocks.chart("bar", f"{at}", ["a"], []) for at in range(3)])),
        ],
    }


def tall() -> dict[str, Answer]:
    """Tables that some workspaces take in other forms only."""
    return {
        title: Answer(title, (Table("Sizes <x>", ("Name", "Shoppers"), _rows(count, cell)),))
        for title, count, cell in (
            ("a table of 20 rows", 20, "x"),
            ("a table of 21 rows", 21, "x"),
            ("a table of wide rows", 30, "x" * 90),
            ("a table of people", 2, mention("UBEN")),
        )
    }
