"""The network around the boards of a bench: air, access points, wires behind them, and servers.

All of it lives in virtual time and takes its chance from the bench's seed. Nothing here touches a
socket of the host but `gate.py`, and that only for places that the bench's owner allowed.
"""
