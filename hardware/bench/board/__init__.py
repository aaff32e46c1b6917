"""One virtual board: its process, the records that it sends, its pins, its serial input.

A board is not trusted: its program may have taken over the interpreter. The trust boundary is the
socket of its process. Bytes from there go through `RecordReader`, which has each record checked by
a `RecordValidator`, before anything else on the bench sees them. What is inside a CALL is checked
by the peripheral that answers it. An invalid record or call ends the board (`END_FORGED`)."""
