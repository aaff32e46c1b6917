"""SSD1306 OLED displays on I2C and SPI, with the interface of micropython-lib's driver.

Commands: Solomon Systech SSD1306 data sheet, section 9.
"""

import framebuf

_CONTRAST, _ENTIRE_ON, _NORMAL, _DISPLAY = 0x81, 0xA4, 0xA6, 0xAE
_MEMORY_MODE, _COLUMNS, _PAGES, _START_LINE = 0x20, 0x21, 0x22, 0x40
_SEGMENTS, _MULTIPLEX, _ROWS, _OFFSET = 0xA0, 0xA8, 0xC0, 0xD3
_ROW_PINS, _CLOCK, _PRECHARGE, _VCOM, _PUMP = 0xDA, 0xD5, 0xD9, 0xDB, 0x8D


class SSD1306(framebuf.FrameBuffer):
    """The display as a FrameBuffer of one bit per pixel; `show` sends it. Subclasses write."""

    def __init__(self, width, height, external_vcc):
        self.width = width
        self.height = height
        self.external_vcc = external_vcc
        self.pages = height // 8
        self.buffer = bytearray(self.pages * width)
        super().__init__(self.buffer, width, height, framebuf.MONO_VLSB)
        self.init_display()

    def init_display(self):
        """Set up the controller for this panel, clear it and switch it on."""
        flat = self.width > 2 * self.height
        for command in (
            _DISPLAY,
            _MEMORY_MODE,
            0,
            _START_LINE,
            _SEGMENTS | 1,
            _MULTIPLEX,
            self.height - 1,
            _ROWS | 8,
            _OFFSET,
            0,
            _ROW_PINS,
            0x02 if flat else 0x12,
            _CLOCK,
            0x80,
            _PRECHARGE,
            0x22 if self.external_vcc else 0xF1,
            _VCOM,
            0x30,
            _CONTRAST,
            0xFF,
            _ENTIRE_ON,
            _NORMAL,
            _PUMP,
            0x10 if self.external_vcc else 0x14,
            _DISPLAY | 1,
        ):
            self.write_cmd(command)
        self.fill(0)
        self.show()

    def poweroff(self):
        """Off; the memory stays."""
        self.write_cmd(_DISPLAY)

    def poweron(self):
        """On again."""
        self.write_cmd(_DISPLAY | 1)

    def contrast(self, contrast):
        """0 to 255."""
        self.write_cmd(_CONTRAST)
        self.write_cmd(contrast)

    def invert(self, invert):
        """Dark pixels on a light screen."""
        self.write_cmd(_NORMAL | (invert & 1))

    def rotate(self, rotate):
        """True: normal; False: upside down, from the next `show` on."""
        self.write_cmd(_ROWS | ((rotate & 1) << 3))
        self.write_cmd(_SEGMENTS | (rotate & 1))

    def show(self):
        """Send all pixels."""
        first = 0
        if self.width != 128:  # narrow panels use the controller's middle columns
            first = (128 - self.width) // 2
        for command in (_COLUMNS, first, first + self.width - 1, _PAGES, 0, self.pages - 1):
            self.write_cmd(command)
        self.write_data(self.buffer)


class SSD1306_I2C(SSD1306):
    """On an I2C bus."""

    def __init__(self, width, height, i2c, addr=0x3C, external_vcc=False):
        self.i2c = i2c
        self.addr = addr
        self.temp = bytearray(2)
        self.write_list = [b"\x40", None]  # a control byte, then the pixels
        super().__init__(width, height, external_vcc)

    def write_cmd(self, cmd):
        """A byte of a command."""
        self.temp[0] = 0x80
        self.temp[1] = cmd
        self.i2c.writeto(self.addr, self.temp)

    def write_data(self, buf):
        """Bytes for the memory."""
        self.write_list[1] = buf
        self.i2c.writevto(self.addr, self.write_list)


class SSD1306_SPI(SSD1306):
    """On an SPI bus with the pins `dc`, `res` and `cs`."""

    def __init__(self, width, height, spi, dc, res, cs, external_vcc=False):
        self.rate = 10 * 1024 * 1024
        for pin in (dc, res, cs):
            pin.init(pin.OUT, value=0)
        self.spi = spi
        self.dc = dc
        self.res = res
        self.cs = cs
        self._reset()
        super().__init__(width, height, external_vcc)

    def _reset(self):
        import time

        self.res(1)
        time.sleep_ms(1)
        self.res(0)
        time.sleep_ms(10)
        self.res(1)

    def _write(self, data, buf):
        self.spi.init(baudrate=self.rate, polarity=0, phase=0)
        self.cs(1)
        self.dc(data)
        self.cs(0)
        self.spi.write(buf)
        self.cs(1)

    def write_cmd(self, cmd):
        """A byte of a command."""
        self._write(0, bytearray([cmd]))

    def write_data(self, buf):
        """Bytes for the memory."""
        self._write(1, buf)
