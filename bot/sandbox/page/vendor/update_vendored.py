"""Update the vendored libraries, after changing a version in README.md: run this file.

README.md's table lists the packages, versions and files; npm fetches them, and nothing is built.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parent
ROW = re.compile(r"(?m)^\| (?P<package>[\w-]+) (?P<version>[\d.]+) \| `(?P<source>[^`]+)` \| `(?P<file>[\w.-]+)` \|")


def fetch(package: str, version: str, source: str, file: str) -> None:
    """Write one file of a package, without its source map URL, and the package's licence."""
    with tempfile.TemporaryDirectory() as directory:
        npm = ["npm", "pack", "--silent", f"{package}@{version}"]
        subprocess.run(npm, cwd=directory, check=True)  # noqa: S603  what README.md says, in this repository
        with tarfile.open(next(Path(directory).glob("*.tgz"))) as archive:
            archive.extractall(directory, filter="data")
        unpacked = Path(directory) / "package"
        module = re.sub(r"\n?//# sourceMappingURL=.*", "", (unpacked / source).read_text("utf-8"))
        (VENDOR / file).write_text(module.strip() + "\n", "utf-8")
        (VENDOR / f"{package}.LICENSE").write_text((unpacked / "LICENSE").read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    for row in ROW.finditer((VENDOR / "README.md").read_text("utf-8")):
        fetch(**row.groupdict())
