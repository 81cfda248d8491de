"""Files of lists as tools write them: every row is told of, and names just whom a plain reader of the file says.

The plain reader knows how the file was written, and nothing of the bot.
"""

import csv
import io
import random
import re

import pytest

from bot.bigcommerce import Segment
from bot.core.csv_lines import csv_lines
from bot.core.errors import Misuse, Question
from bot.core.list_files.reading import Brought, read_list
from bot.core.list_files.rows import Row
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.listed_shoppers import judge_rows
from commands.segment.import_preview import ReadList
from tests.core.list_files.files import workbook
from tests.core.store_view.test_shoppers import put
from tests.engine.bench import bench

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman", "latin-1")
NAMES = ("Ada", "Zoë", "Byron, Ada", "O'Neil", 'Ada "A" B', "x; y", "two\nlines", "Å|Ø", "")
DIRT = ("bob-at-example.com", "n/a", "-", "ada@", "@example.com", "see notes")
ADDRESS = re.compile(r"[a-z0-9.+]+@[a-z]+\.com")
HEADERS = {"email": ("Email", "E-Mail", "email address", "Kontakt"), "name": ("Name", "First name", "Vorname")}


def written(seed: int) -> tuple[bytes, list[tuple[str, ...]], int, str]:
    """A file, its records, the column of addresses, and how it was written."""
    rng = random.Random(seed)
    delimiter, encoding = rng.choice(",;\t|"), rng.choice(ENCODINGS)
    end, quotes_all = rng.choice(("\n", "\r\n", "\r")), rng.choice((False, True))
    quotes_all = quotes_all or end == "\r"  # Python's writer leaves other line breaks bare
    at, dirt = rng.randrange(3), rng.choice((0.0, 0.05, 0.15))
    rows = [_record(rng, at, dirt) for _ in range(rng.choice((1, 2, 3, 20, 120)))]
    header = rng.random() < 0.7
    if header:
        titles = ["Name", "Zip"]
        titles.insert(at, rng.choice(("Email", "E-Mail", "email address", "Mail")))
        rows.insert(0, tuple(titles))
    file = io.StringIO(newline="")
    if rng.random() < 0.2:
        file.write(f"sep={delimiter}{end}")
    writer = csv.writer(
        file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL
    )
    for row in rows:
        writer.writerow(row)
        if rng.random() < 0.03:
            file.write(end)
    how = f"{encoding} {delimiter!r} {end!r} header={header} dirt={dirt} quoted={quotes_all}"
    return file.getvalue().encode(encoding, "replace"), rows[header:], at, how


def _record(rng: random.Random, at: int, dirt: float) -> tuple[str, ...]:
    number = rng.randrange(1, 60)
    address = rng.choice((f"user{number}@example.com", f"User.{number}@Example.com", f"u+{number}@example.com"))
    cells = [rng.choice(NAMES), f"{rng.randrange(10_000, 99_999)}"]
    cells.insert(at, rng.choice(DIRT) if rng.random() < dirt else address)
    return tuple(cells)


def plainly(records: list[tuple[str, ...]], at: int) -> list[str]:
    """Whom each record names, as somebody reads it who knows the column."""
    return [record[at] if ADDRESS.fullmatch(record[at].lower()) else "" for record in records]


def rows_of(content: bytes, name: str = "list.csv") -> list[Row]:
    return list(read_list(Brought(io.BytesIO(content), name)))


def check(seed: int) -> None:
    content, records, at, how = written(seed)
    try:
        rows = rows_of(content)
    except Question:  # of one row, another delimiter may split just as much
        assert len(records) == 1 or 2 * sum(map(bool, plainly(records, at))) < len(records), f"{seed}: {how}"
        return
    except Misuse:
        assert not any(plainly(records, at)), f"{seed}: {how}"
        return
    assert [row.email for row in rows] == plainly(records, at), f"{seed}: {how}"
    assert all(bool(row.fault) is not bool(row.email) for row in rows), f"{seed}: {how}"


@pytest.mark.timeout(1800)
def test_a_file_is_read_as_a_plain_reader_reads_it(deep: bool) -> None:
    for seed in range(10_000 if deep else 200):
        check(seed)


@pytest.mark.timeout(1800)
async def test_the_segment_is_what_a_plain_reader_says(deep: bool) -> None:
    async with bench(customers=20) as machine:
        known = [f"user{at}@example.com" for at in range(1, 40)]
        for start in range(0, len(known), 10):
            put(machine, *known[start : start + 10])
        (segment,) = machine.store.shop.rows("SELECT id, name FROM segments LIMIT 1")
        vips = Segment(id=str(segment["id"]), name=str(segment["name"]))
        for seed in range(1000 if deep else 25):
            content, records, at, how = written(seed)
            if not any(plainly(records, at)):
                continue
            judged = await judge_rows(rows_of(content), vips.id, Shop(machine.client))
            read = ReadList(vips, "add", "list.csv", judged)
            named = {one.lower() for one in plainly(records, at)}.intersection(known)
            assert {one.label.rpartition("(")[2].strip(")") for one in read.shoppers} == named, f"{seed}: {how}"
            assert sum(read.counts.values()) == len(records), f"{seed}: {how}"


# What the bot itself writes

COLUMNS = ("customer_id", "email", "first_name", "last_name", "profile_id")


def resaved(text: str) -> dict[str, bytes]:
    """The bot's own export as Excel, LibreOffice and Numbers save it anew."""
    records = list(csv.reader(io.StringIO(text)))

    def anew(delimiter: str, end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL, before: str = "") -> str:
        file = io.StringIO(before, newline="")
        file.seek(len(before))
        csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(records)  # type: ignore[arg-type]
        return file.getvalue()

    shortened = [
        [cell.replace("100000", "1E+05") if at == 0 else cell for at, cell in enumerate(one)] for one in records
    ]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";").writerows(shortened)
    numbers: list[list[object]] = [[*records[0]], *([float(one[0]), *one[1:]] for one in records[1:])]
    return {
        "as it is": text.encode(),
        "Excel, CSV UTF-8": anew(",").encode("utf-8-sig"),
        "Excel, German": anew(";").encode("cp1252", "replace"),
        "Excel, shortened numbers": file.getvalue().encode("cp1252", "replace"),
        "Excel, Unicode text": anew("\t").encode("utf-16"),
        "Excel, Mac": anew(";", "\r").encode("mac-roman", "replace"),
        "Excel, sep=": anew(";", before="sep=;\r\n").encode(),
        "Excel, workbook": workbook(numbers),
        "LibreOffice, quotes everywhere": anew(",", "\n", csv.QUOTE_ALL).encode(),
        "Numbers": anew(";", "\n").encode(),
    }


async def test_an_export_saved_anew_names_the_same_shoppers() -> None:
    async with bench(customers=60) as machine:
        shop = Shop(machine.client)
        sql = "SELECT segments.id FROM segments JOIN members ON segment = position LIMIT 1"
        segment = str(machine.store.shop.rows(sql)[0]["id"])
        members = [one async for one in machine.client.members(segment)]
        customers = {one.id: one for one in await shop.customers(ids=[one.customer_id for one in members])}
        lines = (
            (str(one.customer_id), customers[one.customer_id].email, "+Zoë", '"quoted", A', one.id) for one in members
        )
        for how, content in resaved("".join(csv_lines(COLUMNS, lines))).items():
            judged = await judge_rows(rows_of(content), segment, shop)
            assert {one.shopper.profile_id for one in judged if one.shopper and one.shopper.is_in} == {
                one.id for one in members
            }, how
            assert len(judged) == len(members), how
