// Writes MicroPython to an ESP32 at a serial port of this computer, with Espressif's esptool-js. The
// server gives that program (`make esptool-js`); the image is a file of the person.
//
// What is written is read back: the chip tells the MD5 of its flash.

import { md5 } from "./md5.js";
import { SerialFault } from "./serial_board.js";

const ROM_BAUD = 115200;
const BAUD = 460800;
const MAGIC = 0xe9; // of an image for an ESP chip: ESP-IDF, "App image format"
const CHIP_ID = 12; // offset of its two bytes
const TABLE = 0x8000; // of the partition table in the flash, in MicroPython's images
const TABLE_MAGIC = [0xaa, 0x50];

/** Writes an image. `onStep` gets one of the page's texts, and which part is done, 0 to 1.
 *  Returns the chip's name. Throws SerialFault. */
export async function writeImage(port, image, onStep) {
  if (image[0] !== MAGIC) throw new SerialFault("This is no image for an ESP32: take the .bin file of micropython.org for this chip.");
  const { ESPLoader, Transport } = await import("./esptool.js");
  const transport = new Transport(port, false);
  const said = [];
  const terminal = { clean() {}, write() {}, writeLine: (line) => said.push(line) };
  const loader = new ESPLoader({ transport, terminal, baudrate: BAUD, romBaudrate: ROM_BAUD });
  let begun = false;
  let done = false;
  try {
    onStep("The chip is asked who it is…", 0);
    await loader.main();
    const { chip } = loader;
    const refusal = unfit(image, chip);
    if (refusal) {
      await loader.after("hard_reset");
      throw refusal;
    }
    begun = true;
    await loader.writeFlash({
      fileArray: [{ data: image, address: chip.BOOTLOADER_FLASH_OFFSET }],
      flashMode: "keep", flashFreq: "keep", flashSize: "keep", eraseAll: false, compress: true,
      calculateMD5Hash: md5,
      reportProgress: (_file, sent, all) => onStep("MicroPython is written…", sent / all),
    });
    done = true;
    await loader.after("hard_reset");
    return chip.CHIP_NAME;
  } catch (error) {
    if (error instanceof SerialFault) throw error;
    const last = error.message || said.at(-1) || "";
    const words = done ? "MicroPython was written and read back, but the board was not reset: {error}. Press EN."
      : begun ? "Writing failed: {error}. The board holds half an image. Write it again."
        : "The chip does not answer: {error}. Hold BOOT, press EN, and try it again.";
    throw new SerialFault(words, { error: last });
  } finally {
    await transport.disconnect().catch(() => {});
  }
}

/** Why an image is not for this chip; null when it is. */
function unfit(image, chip) {
  const wanted = image[CHIP_ID] + 256 * image[CHIP_ID + 1];
  if (wanted !== chip.IMAGE_CHIP_ID) {
    return new SerialFault("This image is for another chip. This one is {chip}.", { chip: chip.CHIP_NAME });
  }
  const table = TABLE - chip.BOOTLOADER_FLASH_OFFSET;
  const whole = TABLE_MAGIC.every((byte, n) => image[table + n] === byte);
  return whole ? null
    : new SerialFault("This file is not a whole image: take the .bin file of micropython.org for this chip.");
}
