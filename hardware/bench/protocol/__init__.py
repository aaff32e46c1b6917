"""The frames between board and bench, the records of a trace, and the notes of the network."""
