"""A replay for the instructor's eyes: a page with each seed's episodes, and their VCD files.

It shows seeds and hidden stimulus, so it lies in the store and is never handed out.
"""

import shutil
from collections.abc import Iterable
from html import escape
from pathlib import Path
from pprint import pformat
from urllib.parse import quote

from grader.archive.replay import ReplayCase, signals
from grader.lab.episode import Episode
from grader.lab.run import Run
from grader.score.card import card_html, number
from grader.score.results import ItemResult, LabScore, SeedResult
from hardware.bench.board.end_reason import why
from hardware.bench.drawing.waveform import WaveformMark, waveform
from hardware.bench.vcd import write_vcd
from hardware.i18n import _, language

MOST_LINES = 200
"""So many lines of the serial output of an episode are shown."""

STYLE = """
body { font-family: 'Noto Sans', 'Noto Sans Arabic', 'DejaVu Sans', sans-serif; color: #1f2328;
  max-width: 62em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: .6em 0; }
th, td { text-align: start; padding: .2em .8em; border: 1px solid #d0d7de; vertical-align: top; }
pre { background: #f6f8fa; padding: .6em; overflow: auto; direction: ltr; text-align: left;
  max-height: 32em; }
.other { background: #fff8c5; padding: .3em .7em; border-radius: 4px; }
.wave { overflow-x: auto; direction: ltr; }
code, td, a { direction: ltr; unicode-bidi: isolate; }
"""


class ReplayPage:
    """`index.html` and a VCD file for each seed and episode in a folder, which is emptied first.

    `item`: only the episodes in which this one is judged.
    """

    def __init__(self, case: ReplayCase, folder: Path, item: str = "") -> None:
        self.case, self.folder, self.item = case, folder, item
        self._seeds: list[str] = []
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)

    def show(self, seed: SeedResult) -> None:
        """Takes the next seed with its traces."""
        order = len(self._seeds) + 1
        head = _("seed {number}").format(number=order)
        table = _row("th", seed.items) + _row(
            "td", (number(i.points) for i in seed.items.values())
        )
        shown = [f"<h2>{escape(head)} · <code>{seed.seed}</code></h2><table>{table}</table>"]
        for name, run in seed.runs.items():
            if name in self._wanted(seed):
                file = self.vcd(order, name)
                trace, names = signals(run)
                write_vcd(trace, file, names)
                missed = [i for i in seed.items.values() if i.key and i.episode == name]
                shown.append(_episode(run, missed, file.name))
        self._seeds.append("".join(shown))

    def vcd(self, order: int, episode: str) -> Path:
        """The file of an episode of a seed (from 1)."""
        return self.folder / f"{order}-{episode}.vcd"

    def finish(self, marks: LabScore) -> Path:
        """Write the page; returns it."""
        page = self.folder / "index.html"
        page.write_text(_page(self.case, marks, "".join(self._seeds)), encoding="utf-8")
        return page

    def _wanted(self, seed: SeedResult) -> set[str]:
        first, *others = seed.runs
        if not self.item:
            return {first, *others}
        checks = [check for check in self.case.lab.checks if check.item == self.item]
        return {name for check in checks for name in check.episodes or (first,)}


def _page(case: ReplayCase, marks: LabScore, seeds: str) -> str:
    record, lang = case.record, language()
    title = f"{record.student} · {record.lab} · {record.number}"
    made = "".join(f"<tr><th>{escape(k)}</th><td><code>{escape(v)}</code></td></tr>"
                   for k, v in record.stamp.items())  # fmt: skip
    told = (*case.remarks(), *case.changed())
    notes = "".join(f'<p class="other">{escape(note)}</p>' for note in told)
    parts = [
        f"<h1><bdi>{escape(title)}</bdi></h1>{notes}{_marks(case, marks)}",
        f"<h2>{escape(_('made by'))}</h2><table>{made}</table>",
        _text(_("program"), record.program or _("there was no program")),
        _text("%%host", record.host) if record.host else "",
        seeds,
        f"<h2>{escape(_('what the trainee was told'))}</h2>",
        *map(card_html, record.cards),
    ]
    return (
        f'<!doctype html><html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"><head>'
        f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _text(head: str, text: str) -> str:
    return f"<h2>{escape(head)}</h2><pre>{escape(text)}</pre>"


def _marks(case: ReplayCase, marks: LabScore) -> str:
    heads = (_("item"), _("then"), _("now"), _("measured"), _("expected"), _("why"))
    rows = [_row("th", heads)]
    for id, item in marks.items.items():
        then = "–" if id not in case.given else number(case.given[id][0])
        values = (id, then, number(item.points), item.measured, item.expected, item.key)
        rows.append(_row("td", values))
    return f"<table>{''.join(rows)}</table>"


def _row(tag: str, values: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}><bdi>{escape(v)}</bdi></{tag}>' for v in values)}</tr>"


def _episode(run: Run, missed: Iterable[ItemResult], vcd: str) -> str:
    trace, names = signals(run)
    marks = [
        WaveformMark(
            run.zero_ns + item.at_ns, run.zero_ns + item.at_ns, f"{item.id}: {item.measured}"
        )
        for item in missed
        if item.at_ns is not None
    ]
    window = (0, max(1, run.end_ns))
    wave = waveform(trace, names, window, marks, origin_ns=run.zero_ns) if names else ""
    lines = run.all_lines()
    said = [f"{line.at_ns / 1e9:10.4f} s  {line.text}" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        said.append(_("{count} more lines").format(count=len(lines) - MOST_LINES))
    end = run.early_end()
    died = _("The board ended: {why}.").format(why=why(end)) if end else ""
    link = f'<a href="{quote(vcd)}">{escape(vcd)}</a>'
    text = "\n".join(said)
    return (
        f"<h3><bdi>{escape(run.episode.name)}</bdi> · {link}</h3><p>{escape(died)}</p>"
        f'<div class="wave">{wave}</div>{_given(run.episode)}<pre>{escape(text)}</pre>'
    )


def _given(episode: Episode) -> str:
    """What this seed put before the program."""
    told = {"files": episode.files, "steps": episode.steps, "data": episode.data}
    text = "\n".join(f"{name}: {pformat(what, width=96)}" for name, what in told.items() if what)
    summary = f"<summary>{escape(_('what the program met'))}</summary>"
    return f"<details>{summary}<pre>{escape(text)}</pre></details>" if text else ""
