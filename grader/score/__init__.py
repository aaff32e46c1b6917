"""From a program and a seed to points: runs the program, judges the runs, makes the cards."""
