"""All that we ask of nbgrader, in one place: it has no types, and its names change with its
versions. What nbgrader asks of us stands where it is done (`grader.classrun.autograde_step`,
`grader.reports.feedback_step`).

nbgrader's own code decides what a row of the gradebook looks like. What differs from `nbgrader
autograde`: everything that one submission changes is one transaction, and one process writes.
"""
