"""What a lab is, and how it is scored.

Here: what a check is written with (check, episode, run, limits, levels, states, tones, units), and
what everybody needs (lab, course, seeds, errors). `measure`: what can be measured. `scoring`: from
a program to points. `grading`: a class. `host`: host functions, in a sandbox. `gradebook`:
nbgrader's. `archive`: what a mark was made of. `notebook`: lessons and notebooks. `pages`: what
people read of marks. `authoring`: for who writes a lab.
"""
