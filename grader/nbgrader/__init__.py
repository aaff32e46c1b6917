"""Everything that we use of nbgrader, in one room: nbgrader has no types, and its names change
with its versions. The two steps that nbgrader calls of ours are `grader.classrun.autograde_step`
and `grader.reports.feedback_step`.

nbgrader's own code decides what a row of the gradebook looks like. One thing differs from
`nbgrader autograde`: all changes of one submission are one transaction, and one process writes.
"""
