"""Wokwi's automation scenarios, with extensions of ours: read a file, and play it on a bench.

nodes.py      reads values from YAML and knows their lines
context.py    what a command can do with the bench
command.py    the base class of the commands in `commands/`
scenario.py   `load` and `parse`: a file becomes steps
player.py     `play`: runs the steps on a bench
"""
