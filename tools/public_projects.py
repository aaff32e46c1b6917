"""Original public MicroPython projects for Wokwi, and the page about them.

`python tools/public_projects.py` makes docs/measured/public-projects.md from
tools/public_projects.toml; a test checks that the page is up to date.
"""

import tomllib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from tests.support.project import DOCS

TABLE = Path(__file__).with_suffix(".toml")
PAGE = DOCS / "measured" / "public-projects.md"
HEAD = """\
# Original public projects

Made by `python tools/public_projects.py` from `tools/public_projects.toml`. These public projects
for Wokwi have a `diagram.json` and a MicroPython program beside it. The list was made before any
of them was run: the repositories that a search gave, as it gave them, at most four projects of
each. Left out were circuits without a board or with an Arduino, programs that are not MicroPython,
and copies. The projects' text is not in this repository.
"""


class Project(NamedTuple):
    """A row of the list; `folder` is the project's place in its repository."""

    repository: str
    commit: str
    folder: str
    what: str

    @property
    def address(self) -> str:
        """Where its text is, at the commit."""
        place = f"{self.commit}/{quote(self.folder)}".rstrip("/")
        return f"https://github.com/{self.repository}/tree/{place}"

    @property
    def title(self) -> str:
        """Repository and folder."""
        return f"{self.repository} {self.folder}".rstrip()


def projects() -> list[Project]:
    """All of them."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [Project(**row) for row in table["project"]]


def page() -> str:
    """The whole page."""
    rows = ["| project | commit | what it is |", "|---|---|---|"]
    rows += [
        f"| [{project.title}](<{project.address}>) | `{project.commit[:10]}` | {project.what} |"
        for project in projects()
    ]
    return "\n".join([HEAD, *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
