def storm_km(flash_ms, thunder_ms):
    seconds = (thunder_ms - flash_ms) / 1000
    metres = 343 * seconds
    return metres / 1000
