"""The page's files: what the linter and the browser do not look at."""

import json
import re
from pathlib import Path

import bot.sandbox

PAGE = Path(bot.sandbox.__file__).parent / "page"
OWN = [path for path in PAGE.rglob("*.js") if path.parent.name != "vendor"]


def test_every_vendored_file_is_named_with_its_version_and_source() -> None:
    table = (PAGE / "vendor/README.md").read_text()
    here = {path.name for path in (PAGE / "vendor").iterdir()} - {"README.md"}
    named = set(re.findall(r"`([\w.-]+)`", table)) | {"update_vendored.py"}
    assert here <= named
    rows = [line.split(" | ") for line in table.splitlines() if re.match(r"\| [\w-]+ \d", line)]
    assert {row[2].strip("`") for row in rows} == {name for name in here if name.endswith((".js", ".json"))}
    assert all(len(row) == 5 and row[4].startswith("https://github.com/") for row in rows)


def test_the_import_map_names_vendored_files() -> None:
    found = re.search(r'<script type="importmap">(.*?)</script>', (PAGE / "index.html").read_text(), re.DOTALL)
    assert found is not None
    imports = json.loads(found[1])["imports"]
    assert all((PAGE / address.removeprefix("/page/")).is_file() for address in imports.values())


def test_no_module_makes_markup_of_a_text() -> None:
    sinks = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc")
    assert [path.name for path in OWN if sinks.search(path.read_text())] == []


def test_emoji_fonts_stand_last() -> None:
    fonts = re.findall(r"--(?:font|mono): (.*);", (PAGE / "styles/theme.css").read_text())
    assert len(fonts) == 2
    for font in fonts:
        names = [name.strip(' "') for name in font.split(",")]
        assert names[-3:] == ["Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"]
        assert not any("Emoji" in name for name in names[:-3])
