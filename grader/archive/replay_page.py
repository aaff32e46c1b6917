"""The page of a replay, for the instructor: the episodes of each seed, and their VCD files.

It shows seeds and hidden stimulus, so it stays in the store and is never given to trainees.
"""

import shutil
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from pprint import pformat
from urllib.parse import quote

from grader.archive.replay import ReplayCase, signals
from grader.html_text import rich
from grader.lab.episode import Episode
from grader.lab.run import Run
from grader.score.card import card_html, number
from grader.score.results import ItemResult, LabScore, SeedResult
from hardware.bench.board.end_reason import why
from hardware.bench.drawing.waveform import WaveformMark, waveform
from hardware.bench.vcd import write_vcd
from hardware.i18n import _, language

MOST_LINES = 200
"""The page shows this many lines of an episode's serial output."""

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
    """An `Observer` that writes `index.html` and a VCD file for each seed and episode into a
    folder, which it empties first.

    `item`: show only the episodes in which this item is judged.
    """

    def __init__(self, case: ReplayCase, folder: Path, item: str = "") -> None:
        self.case, self.folder, self.item = case, folder, item
        self._seeds: list[str] = []
        self._episodes: dict[str, str] = {}
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)

    def add_run(self, run: Run, missed: Sequence[ItemResult]) -> None:
        """Write the VCD file of an episode of the next seed, and keep what the page shows."""
        name = run.episode.name
        file = self.vcd(len(self._seeds) + 1, name)
        trace, names = signals(run)
        write_vcd(trace, file, names)
        self._episodes[name] = _episode(run, missed, file.name)

    def add_seed(self, seed: SeedResult) -> None:
        """Add the next seed, after its episodes."""
        head = _("seed {number}").format(number=len(self._seeds) + 1)
        table = _row("th", seed.items) + _row(
            "td", (number(i.points) for i in seed.items.values())
        )
        html = [f"<h2>{escape(head)} · <code>{seed.seed}</code></h2><table>{table}</table>"]
        wanted = self._wanted(seed)
        for name in seed.episodes:
            if name in wanted:
                html.append(self._episodes[name])
            else:
                self.vcd(len(self._seeds) + 1, name).unlink()
        self._episodes.clear()
        self._seeds.append("".join(html))

    def vcd(self, order: int, episode: str) -> Path:
        """The VCD file of an episode of a seed, counted from 1."""
        return self.folder / f"{order}-{episode}.vcd"

    def finish(self, marks: LabScore) -> Path:
        """Write the page. Returns: its file."""
        page = self.folder / "index.html"
        page.write_text(_page(self.case, marks, "".join(self._seeds)), encoding="utf-8")
        return page

    def _wanted(self, seed: SeedResult) -> set[str]:
        if not self.item:
            return {*seed.episodes}
        first = seed.episodes[0]
        checks = [check for check in self.case.lab.checks if check.item == self.item]
        return {name for check in checks for name in check.episodes or (first,)}


def _page(case: ReplayCase, marks: LabScore, seeds: str) -> str:
    record, lang = case.record, language()
    title = f"{record.student} · {record.lab} · {record.number}"
    names = _stamp_words()
    stamp = "".join(
        f"<tr><th>{escape(names.get(key, key))}</th><td><code>{escape(value)}</code></td></tr>"
        for key, value in record.stamp.items()
    )
    remarks = (*case.remarks(), *case.changed())
    notes = "".join(f'<p class="other">{escape(note)}</p>' for note in remarks)
    parts = [
        f"<h1><bdi>{escape(title)}</bdi></h1>{notes}{_marks(case, marks)}",
        f"<h2>{escape(_('made by'))}</h2><table>{stamp}</table>",
        _text(_("program"), record.program or _("there was no program")),
        _text("%%host", record.host) if record.host else "",
        _text("%%scenario", record.scenario) if record.scenario else "",
        seeds,
        f"<h2>{escape(_('feedback to the trainee'))}</h2>",
        *map(card_html, record.cards),
    ]
    return (
        f'<!doctype html><html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"><head>'
        f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _stamp_words() -> dict[str, str]:
    """What decides a mark, in words."""
    return {
        "submission": _("hash of the submission"),
        "timestamp": _("handed in at"),
        "lab": _("hash of the lab"),
        "board": _("board"),
        "seeds": _("seeds"),
        "port": _("build of the virtual board"),
        "engine": _("build of the bench and the checks"),
        "sandbox": _("sandbox of the functions on the computer"),
        "team": _("team"),
    }


def _text(head: str, text: str) -> str:
    return f"<h2>{escape(head)}</h2><pre>{escape(text)}</pre>"


def _marks(case: ReplayCase, marks: LabScore) -> str:
    heads = (_("item"), _("then"), _("now"), _("measured"), _("expected"), _("why"))
    rows = [_row("th", heads)]
    for id, item in marks.items.items():
        points = case.then(item), number(item.points)
        values = (id, *points, item.measured, item.expected, case.why(item))
        rows.append(_row("td", values))
    return f"<table>{''.join(rows)}</table>"


def _row(tag: str, values: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}><bdi>{rich(v)}</bdi></{tag}>' for v in values)}</tr>"


def _episode(run: Run, missed: Iterable[ItemResult], vcd: str) -> str:
    trace, names = signals(run)
    marks = [
        WaveformMark(
            run.zero_ns + item.at_ns,
            run.zero_ns + item.at_ns,
            f"{item.id.partition('.')[0]}: {item.measured}",
        )
        for item in missed
        if item.at_ns is not None
    ]
    window = (0, max(1, run.end_ns))
    wave = waveform(trace, names, window, marks, origin_ns=run.zero_ns) if names else ""
    lines = run.all_lines()
    output = [f"{line.at_ns / 1e9:10.4f} s  {line.text}" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        output.append(_("{count} more lines").format(count=len(lines) - MOST_LINES))
    end = run.early_end()
    ended = _("The board ended: {why}.").format(why=why(end)) if end else ""
    link = f'<a href="{quote(vcd)}">{escape(vcd)}</a>'
    text = "\n".join(output)
    return (
        f"<h3><bdi>{escape(run.episode.name)}</bdi> · {link}</h3><p>{escape(ended)}</p>"
        f'<div class="wave">{wave}</div>{_conditions(run.episode)}<pre>{escape(text)}</pre>'
    )


def _conditions(episode: Episode) -> str:
    """The files and the stimulus of an episode, and what its checks compare with."""
    shown = {"files": episode.files, "steps": episode.steps, "data": episode.data}
    text = "\n".join(f"{name}: {pformat(what, width=96)}" for name, what in shown.items() if what)
    summary = f"<summary>{escape(_('the test conditions of the program'))}</summary>"
    return f"<details>{summary}<pre>{escape(text)}</pre></details>" if text else ""
