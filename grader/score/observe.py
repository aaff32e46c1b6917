"""What a run showed of a lab's "predict" question."""

from grader.host.host_functions import HostCode, HostError, HostFunctions
from grader.html_text import lines
from grader.lab.cells import PROGRAM
from grader.lab.lab import Lab, Texts
from grader.measure.answers import DrivenWire
from grader.score.budget import Budget
from grader.score.run_episodes import Program, run_episode
from grader.seeds import PUBLIC_SEED

NOTHING = {
    "ar": "لم يصل البرنامج إلى ذلك بعد.",
    "en": "The program has not got that far yet.",
}


def observe(
    lab: Lab,
    board: str,
    program: Program,
    host: HostCode | None = None,
    budget: Budget | None = None,
) -> Texts:
    """Play the lab's observation, and say what it showed, in each language; {} when the lab has
    none. Raises: BenchError when this machine ended the board."""
    observation = lab.observation
    if observation is None:
        return {}
    if observation.program:
        program = {PROGRAM: (lab.folder / observation.program).read_bytes()}
    code = host or HostCode()
    functions = HostFunctions(code.text, lab.host, code.isolation)
    episode = observation.episode
    try:
        run = run_episode(lab, lab.board(board), program, episode, PUBLIC_SEED, functions, budget)
        began = run.early_end() is None and (run.ready_ns is not None or episode.from_reset)
        values = observation.measure(run) if began else None
    except (DrivenWire, HostError):
        values = None
    finally:
        functions.close()
    if values is None:
        return NOTHING
    # A value may be any text that the program has printed.
    shown = {name: "\n".join(lines(value)).replace("`", "'") for name, value in values.items()}
    return {language: text.format(**shown) for language, text in lab.observed.items()}
