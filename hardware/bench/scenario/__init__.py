"""Wokwi's automation scenarios, with extensions of ours: read a file, and play it on a bench.

    player.py     `play`: runs the steps on a bench
    scenario.py   `load` and `parse`: a file becomes steps
    commands/     every command, one file for one or for a few
    command.py    the base class of the commands, and the bench as they see it
    nodes.py      typed values from YAML nodes, with their lines

Each of them imports only those below it.
"""
