"""One virtual board: its process, the records that it sends, its pins, its serial input."""
