// MD5 (RFC 1321). A chip tells the MD5 of what is in its flash, and browsers do not have it.

const SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const SINES = Array.from({ length: 64 }, (_none, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
const ROUNDS = [
  [(b, c, d) => (b & c) | (~b & d), (i) => i],
  [(b, c, d) => (b & d) | (c & ~d), (i) => 5 * i + 1],
  [(b, c, d) => b ^ c ^ d, (i) => 3 * i + 5],
  [(b, c, d) => c ^ (b | ~d), (i) => 7 * i],
];

/** The MD5 of some bytes, as 32 hexadecimal digits. */
export function md5(bytes) {
  const size = bytes.length;
  const padded = new Uint8Array((Math.floor((size + 8) / 64) + 1) * 64);
  padded.set(bytes);
  padded[size] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (size * 8) >>> 0, true);
  view.setUint32(padded.length - 4, Math.floor(size / 2 ** 29), true);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < padded.length; at += 64) {
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i += 1) {
      const round = i >> 4;
      const [mix, word] = ROUNDS[round];
      const sum = a + mix(b, c, d) + SINES[i] + view.getUint32(at + 4 * (word(i) % 16), true);
      const shift = SHIFTS[round][i % 4];
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state.forEach((word, i) => { state[i] = word >>> 0; });
  }
  const words = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => words.setUint32(4 * i, word, true));
  return [...new Uint8Array(words.buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
