"""L18: what is in a file after a power cut, when it was being written anew."""

from grader import Episode, Run, hard_reset, ms, observe


@observe(
    Episode("predict", seconds=5, steps=hard_reset(at=ms(2500)), from_reset=True),
    program="experiment.py",
)
def left(run: Run) -> dict[str, str] | None:
    """How many old and new bytes each file has."""
    values = {}
    for line in run.all_lines():
        name, *counts = line.text.split()
        if name in ("a.bin", "b.bin"):
            values[f"old_{name[0]}"], values[f"new_{name[0]}"] = counts
    return values if len(values) == 4 else None
