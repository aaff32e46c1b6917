"""L14: what the broker publishes in the name of a board that has fallen silent."""

from grader import NS_PER_S, Episode, Run, ms, observe, set_control
from grader.measure import mqtt

CUT = ms(20_000)


@observe(Episode("predict", seconds=90, steps=set_control("ap", "online", 0, at=CUT)))
def last_will(run: Run) -> dict[str, str] | None:
    """What the broker published in the name of a board that fell silent, and when."""
    begun = [one for one in mqtt.messages(run, "connect") if one.t_ns < CUT.ns]
    wills = [one for one in mqtt.messages(run, "will") if one.t_ns > CUT.ns]
    if not begun or not wills:
        return None
    heard = [one.t_ns for one in mqtt.messages(run, client=begun[-1].client) if one.t_ns < CUT.ns]
    after_s = (wills[0].t_ns - max(heard)) / NS_PER_S
    return {
        "keep_alive": f"{begun[-1].keep_alive_s} s",
        "after": f"{after_s:.1f} s",
        "will": f"{wills[0].topic} {wills[0].payload.decode(errors='replace')}",
        "retain": str(int(wills[0].retain)),
    }
