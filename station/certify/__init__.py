"""Certifies a board: a self test with measurements and limits, a signed record, a label.

    with open_board("/dev/ttyUSB0") as board:
        result = SelfTest(board, load_plan("esp32_devkit_v1")).run()
    certificate = sign(record_of(result), station_key())

| module | what it has |
|---|---|
| `plan`, `plans/` | what is measured on a board type, the limits, and its loop-back jig |
| `measurement` | a value, its limits, its verdict |
| `self_test_board.py` | the board's half of the self test, in MicroPython |
| `pin_faults` | from the levels of pins to faults with names |
| `clock` | the board's clock against the computer's |
| `self_test` | the host's half: the steps, and the result |
| `fault_words` | faults in words: cause and cure |
| `jig` | the loop-back jig as a circuit, and its parts list |
| `keys`, `record`, `verification` | the signed record of a result; who signs, who is believed |
| `label`, `label_sizes.toml` | the label of a board as PNG, PDF and ZPL |
| `side_by_side` | several boards at once |
| `command` | the verbs `warsha certify` and `warsha keys` |
"""
