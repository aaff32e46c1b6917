"""Everything at the other end of the cable: boards, the wire to them, and the virtual bench."""
