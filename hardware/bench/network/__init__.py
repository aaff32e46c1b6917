"""The network around the boards of a bench: radios, access points, hosts behind them, servers.

All of it runs in virtual time and takes its random numbers from the bench's seed. The layers
import downwards: `services` are on `mqtt` and `http`, those and `ntp` on `tcp`, that and `wifi` on
`host`; `lan` composes them. Connections to the host's real network are in
`serving/host_network.py`.
"""
