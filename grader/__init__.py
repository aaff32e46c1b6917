"""What a lab is, and how it is scored.

Here: what a check is written with (check, episode, run, limits, levels, states, tones, units), and
what everybody needs (lab, cells, course, seeds, errors, text for pages and terminals). The rooms,
each of which imports only those before it (`tests/unit/test_imports.py` has all in that order):
`host`: host functions, in a sandbox. `measure`: what can be measured. `scoring`: from a program to
points. `archive`: what a mark was made of. `gradebook`: nbgrader's. `grading`: a class. `pages`:
what people read of marks. `notebook`: lessons and notebooks. `authoring`: for who writes a lab.
"""
