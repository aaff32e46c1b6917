"""Runs the functions that a submission hands in for the computer.

They run in a child process in a sandbox. A check calls them with arguments and gets their results;
the child never gets the expected values.
"""
