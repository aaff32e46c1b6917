"""What can be measured in a run: one file for each subject (see docs/reference/measuring.md).

A measurement is a function of the run. It returns values with their unit and their time. What they
should be is declared apart from it (`grader.lab.limits`).
"""
