"""Notebooks for trainees: made from lessons, released as a course, opened, used for practice."""
