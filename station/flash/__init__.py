"""Flashes boards: finds out which chip is there, writes the image for it with esptool or over
the drive of a Pico, and calls nothing good that was not read back from the chip.

    with Inventory() as inventory:
        outcome = flash_board("/dev/ttyUSB0", image_for, inventory)

esptool is free software under the GPL. It is called as a program and never imported.

| module | what it has |
|---|---|
| `fault_words` | what goes wrong, how esptool says it, and in words: cause and cure |
| `image_layout` | what is in an image file, and whether it can start on a chip |
| `image_cache` | the files of known images on this computer; downloads |
| `images` | the image for a chip, or a file given by hand |
| `esptool_process` | one call of esptool: its output, its progress, its end |
| `identify` | which chip is at a port |
| `slot` | the place of a port: USB path and hub; a port that got another name |
| `board_files` | what each board gets after its image: its data, the board library |
| `flash_outcome` | what came of a board, and the names of the stages |
| `board_flash` | one board, from its port to an answer: the stages, and the records |
| `esp_flash` | the same for an ESP32: esptool writes |
| `pico_drive`, `pico_flash` | the same for a Pico: the drive of its boot ROM |
| `read_back` | reads the flash of a Pico through its MicroPython |
| `flasher` | which of them a port needs |
| `tray` | many boards side by side |
| `command` | the verb `warsha flash` |
"""
