"""Wokwi's automation scenarios, with extensions of ours: read a file, and play it on a bench.

    scenario.py   `load` and `parse`: a file becomes steps
    player.py     `play`: runs the steps on a bench
    command.py    the base class of the commands in `commands/`
    context.py    what a command can do with the bench
    nodes.py      typed values from YAML nodes, with their lines

Each of these files imports only those below it (and `scenario.py` the commands).
"""
