"""What a lab technician works with: the inventory of the boards and kits of a school, their self
tests, and their flashing.

`hardware` is what a board is, and `grader` has the class list. Nothing imports this package but
the command `warsha`. The rooms of this package; each imports only those before it (a test checks
the order):

| room | what it is |
|---|---|
| `errors` | the known errors |
| `inventory` | the database of boards, loans, flashes, certificates, faults, kits |
| `certify` | self tests of boards, signed records, labels, the loop-back jig |
| `return_tray` | boards that come back: wiped, tested, taken back with one scan each |
| `flash` | images, esptool as a process, one board or a tray, the board's own data |
| `page` | the station page: a tray of boards, one start button, live |
| `cli` | the verbs of `warsha boards`; those of the others are in their rooms |
"""
