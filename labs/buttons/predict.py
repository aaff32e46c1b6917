"""L03: what an open input reads."""

import re

from grader import Episode, Run, observe


@observe(Episode("predict", seconds=4, from_reset=True), program="experiment.py")
def open_input(run: Run) -> dict[str, str] | None:
    """How often an input without a pull-up reads each level."""
    found = [re.fullmatch(r"ones: (\d+) zeros: (\d+)", line.text) for line in run.all_lines()]
    return next(({"ones": one[1], "zeros": one[2]} for one in found if one), None)
