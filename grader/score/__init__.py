"""From a program and a seed to points: run it, judge it, say it."""
