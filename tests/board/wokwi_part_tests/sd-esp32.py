"""Writes a file on a card and reads it."""

import machine
import os

card = machine.SDCard(slot=2, sck=18, miso=19, mosi=23, cs=5)
vfs = os.VfsFat(card)
os.mount(vfs, "/sd")
print("SD card initialized successfully")
with open("/sd/test.txt", "w") as file:
    print("File created successfully")
    file.write("Hello, Wokwi!\n")
print("Data written successfully")
with open("/sd/test.txt") as file:
    print("Data read successfully")
    print(file.read(), end="")
print("Test completed")
