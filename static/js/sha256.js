// SHA-256 of a file too large for WebCrypto, which takes a whole in memory (FIPS 180-4). Any number of
// bytes at a time; slower than the browser's own, so small files do not come here.

const K = new Int32Array(64);
const START = new Int32Array(8);

// The first 32 bits of the fractions of roots of the first primes.
function fraction(root) {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}
for (let number = 2, found = 0; found < 64; number += 1) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) prime = false;
  if (!prime) continue;
  if (found < 8) START[found] = fraction(Math.sqrt(number));
  K[found] = fraction(Math.cbrt(number));
  found += 1;
}

export class Sha256 {
  #state = START.slice();
  #words = new Int32Array(64); // signed: engines keep these as small integers
  #rest = new Uint8Array(64); // what does not fill a block yet
  #kept = 0;
  #length = 0;

  update(bytes) {
    this.#length += bytes.byteLength;
    let at = 0;
    if (this.#kept) {
      at = Math.min(64 - this.#kept, bytes.byteLength);
      this.#rest.set(bytes.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < 64) return;
      this.#block(this.#rest, 0);
    }
    for (; at + 64 <= bytes.byteLength; at += 64) this.#block(bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#kept = bytes.byteLength - at;
  }

  // The digest of all that came; nothing may come after.
  digest() {
    const length = this.#length;
    const end = new Uint8Array(((this.#kept < 56 ? 56 : 120) - this.#kept) + 8);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.byteLength - 8, Math.floor(length / 2 ** 29));
    view.setUint32(end.byteLength - 4, (length * 8) >>> 0);
    this.update(end);
    const found = new DataView(new ArrayBuffer(32));
    this.#state.forEach((word, place) => found.setInt32(4 * place, word));
    return new Uint8Array(found.buffer);
  }

  #block(bytes, at) {
    const w = this.#words;
    for (let i = 0; i < 16; i += 1, at += 4) {
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    const state = this.#state;
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}
