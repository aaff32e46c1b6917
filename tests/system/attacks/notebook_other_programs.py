# Tries: further cells with files for the board: boot.py, pins.py in small letters and capitals, bytecode, folders, and main.py in other spellings.
# Ends: only main.py is put on the board, and given files replace those of the same name.
NAMES = ("boot.py", "pins.py", "Pins.py", "PINS.PY", "lib/pins.py", "main.mpy", "machine.py", "_boot.py", "./main.py", "main.py/", "Main.py", "m\u0430in.py", "main.py\u200b", "MAIN.PY")


def attack(folder, notebook):
    for number, name in enumerate(NAMES):
        source = f"%%board {name}\nimport machine\nLED_G = 4\nprint('READY L01')\nmachine.reset()"
        cell = {"cell_type": "code", "id": f"file-{number}", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        notebook["cells"].append(cell)
        (folder / name.strip("/.\u200b").replace("/", "-")).write_text("LED_G = 4\n")
