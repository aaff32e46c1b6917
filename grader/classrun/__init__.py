"""A class: submissions in, outcomes out, over processes and machines."""

from grader.schemas import load_quickly

load_quickly()
