"""All code that uses nbgrader is here, because nbgrader has no types and its names change with its
versions. nbgrader calls two steps of ours: `grader.classrun.autograde_step` and
`grader.reports.feedback_step`.

nbgrader's own code decides what a row of the gradebook looks like. One thing differs from
`nbgrader autograde`: all changes of one submission are one transaction, and one process writes.
"""
