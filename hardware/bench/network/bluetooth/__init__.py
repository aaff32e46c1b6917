"""Bluetooth Low Energy: the air between radios, and the phone's side of GATT."""
