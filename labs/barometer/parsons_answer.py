while True:
    bus.writeto_mem(0x23, 0x00, bytes([0x01]))
    time.sleep_ms(16)
    data = bus.readfrom_mem(0x23, 0x04, 2)
    light = int.from_bytes(data, "big")
    print("LIGHT", light)
    time.sleep_ms(1000 - 16)
