"""L10: the bytes of a whole picture, and their time on the bus."""

from grader import Episode, Run, millis_of_ns, observe
from grader.measure.i2c import transfers


@observe(Episode("predict", seconds=2))
def whole_picture(run: Run) -> dict[str, str] | None:
    """The bytes of the largest transfer, without the control byte, and its time."""
    largest = max(transfers(run, boot=True), key=lambda one: len(one.written), default=None)
    if largest is None or len(largest.written) < 2:
        return None
    took_ns = largest.end_ns - largest.t_ns
    return {"count": str(len(largest.written) - 1), "time": str(millis_of_ns(took_ns))}
