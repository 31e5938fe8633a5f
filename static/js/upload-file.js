// One file on its way: begins it or goes on with it, segment by segment, until the server has all of it.
// Knows no page. `tell` is called with a state and facts; the last state is "received", "failed",
// "different", "paused", "here" (the draft has the very same already), "named" (its name may be
// somebody's: nothing was begun) or "stopped" (nobody is signed in any more).

import { Sha256 } from "./sha256.js";
import { Refused, hex, sha256 } from "./upload-tus.js";

const MIB = 1024 * 1024;
const LEAST = 64 * 1024;
const MOST = 8 * MIB;
const IN_MEMORY = 64 * MIB; // digested at once by the browser itself
const QUICK = 2; // seconds: shorter ones waste requests, longer ones lose more when the line breaks
const SLOW = 10;
const TIMES = 5;
const WAITS = [1, 2, 4, 8, 15, 30, 60]; // seconds

class Different extends Error {}
class Here extends Error {
  constructor(as) {
    super("here");
    this.as = as;
  }
}
class Unreadable extends Error {}

// The size of segments is a fact about the line, so all files share it.
export class Pace {
  size = MIB;

  learn(seconds, sent) {
    if (seconds > SLOW) this.size = Math.max(LEAST, Math.floor(this.size / 2));
    else if (seconds < QUICK && sent >= this.size) this.size = Math.min(MOST, this.size * 2);
  }

  slower() {
    this.size = Math.max(LEAST, Math.floor(this.size / 2));
  }
}

export class Sending {
  #tus;
  #pace;
  #tell;
  #abort = new AbortController();
  #wake = () => {};
  #trouble = 0; // refusals in a row
  #whole = null; // the file's own digest, once it was asked for
  anyway = false; // send it though it is here
  checked = false; // the sender has chosen under which name

  // `address` of an upload the server has already, or none for a new file. `taken` are addresses that
  // belong to others on this page. `here` finds what the draft has of this name and size.
  constructor({ tus, pace, file, name, address = null, taken = () => [], here, tell }) {
    this.#tus = tus;
    this.#pace = pace;
    this.#tell = tell;
    this.file = file;
    this.name = name;
    this.address = address;
    this.taken = taken;
    this.here = here;
    this.offset = 0;
    this.proven = 0; // bytes of which we know that the server has ours
  }

  pause() {
    this.#abort.abort();
    this.#wake();
  }

  // The line is back: do not wait any longer.
  hurry() {
    this.#wake();
  }

  async run() {
    this.#abort = new AbortController();
    this.#trouble = 0;
    let unsure = this.address !== null; // what the server has may not be what we think
    for (;;) {
      if (this.#abort.signal.aborted) return this.#tell("paused", {});
      try {
        if (this.address === null) unsure = await this.#begin();
        if (unsure) await this.#look();
        unsure = true;
        while (this.offset < this.file.size) await this.#segment();
        return this.#tell("received", {});
      } catch (error) {
        if (this.#abort.signal.aborted) return this.#tell("paused", {});
        if (error instanceof Here) return this.#tell("here", error.as);
        if (error instanceof Different) return this.#tell(this.begunHere ? "failed" : "different", { why: this.begunHere ? "changed" : "different" });
        if (error instanceof Unreadable) return this.#tell("failed", { why: "unreadable", choose: true });
        if (!(error instanceof Refused)) throw error;
        const end = await this.#after(error);
        if (end) return this.#tell(...end);
      }
    }
  }

  // What to do after a refusal: an end, or nothing to try again.
  async #after({ status, wait, said }) {
    this.#trouble += 1;
    if (status === 422 && this.address === null) return ["named", said];
    if (status === 401) return ["stopped", {}];
    if (status === 404 || status === 410) return ["failed", { why: "given-up" }];
    if (status === 403 || (status === 409 && this.address === null)) return ["failed", { why: "not-now" }];
    if (status === 507) return ["failed", { why: "no-room", again: true }];
    if (status === 413 && this.address === null) return ["failed", { why: "too-large" }];
    if (status === 409 && this.#trouble <= TIMES) return null;
    if (status === 460) return this.#trouble <= TIMES ? null : ["failed", { why: "damaged", again: true }];
    if (status === 503) {
      await this.#sleep(wait || 5, "busy");
      return null;
    }
    if (status === 0 || status === 408 || status >= 500) {
      this.#pace.slower();
      await this.#sleep(WAITS[Math.min(this.#trouble, WAITS.length) - 1] * (1 + Math.random() / 4), "line");
      return null;
    }
    return ["failed", { why: "refused", number: status, again: true }];
  }

  // Whether the server has something of it that we must look at first.
  async #begin() {
    if (!this.anyway && (await this.#findHere())) return true;
    // An answer that was lost must not make a second exhibit of one file.
    const name = [...this.name].slice(0, 500).join("");
    const lost = this.#trouble
      ? (await this.#tus.unfinished(this.#abort.signal)).find(
          (other) => other.name === name && other.length === this.file.size && other.offset === 0 && !this.taken().includes(other.address),
        )
      : null;
    this.address = lost ? lost.address : await this.#tus.begin(this.name, this.file.size, this.#abort.signal, { checked: this.checked });
    this.begunHere = true;
    this.#trouble = 0;
    this.#tell("begun", {});
    return false;
  }

  // The draft may have this file: whole, then nothing is sent; or half-way, then it goes on there.
  async #findHere() {
    for (const found of await this.here(this.#abort.signal)) {
      if (found.sending && this.taken().includes(found.address)) continue;
      if (!(await this.#isPart(found.segments)) || (!found.sending && !(await this.#isWhole(found)))) continue;
      if (!found.sending) throw new Here(found);
      this.address = found.address;
      this.#tell("begun", {});
      return true;
    }
    return false;
  }

  async #isPart(segments) {
    if (segments.length) this.#tell("comparing", {});
    for (const [start, size, digest] of segments) {
      if (hex(await sha256(await this.#read(start, start + size))) !== digest) return false;
      this.#abort.signal.throwIfAborted();
      this.#tell("compared", { compared: start + size });
    }
    return true;
  }

  // Its segments are compared already; of a sealed file there are none, but its digest.
  async #isWhole({ sha256: digest, segments }) {
    if (!digest) return segments.reduce((sum, [, size]) => sum + size, 0) === this.file.size;
    this.#tell("comparing", {});
    this.#whole ??= await this.#digest();
    return this.#whole === digest;
  }

  async #digest() {
    if (this.file.size <= IN_MEMORY) return hex(await sha256(await this.#read(0, this.file.size)));
    const digest = new Sha256();
    for (let at = 0; at < this.file.size; at += MIB) {
      digest.update(new Uint8Array(await this.#read(at, Math.min(at + MIB, this.file.size))));
      this.#abort.signal.throwIfAborted();
      this.#tell("compared", { compared: at });
    }
    return hex(digest.digest());
  }

  // Where the server is, and whether what it has is this file.
  async #look() {
    const offset = await this.#tus.offset(this.address, this.#abort.signal);
    if (offset > this.file.size) throw new Different();
    if (offset > this.proven) {
      this.#tell("comparing", {});
      const segments = await this.#tus.segments(this.address, this.#abort.signal);
      // Made whole already: the answer to our last segment was lost, and the segments are gone.
      if (!segments.length && offset === this.file.size) this.proven = offset;
      for (const [start, size, digest] of segments) {
        if (start + size <= this.proven) continue;
        if (hex(await sha256(await this.#read(start, start + size))) !== digest) throw new Different();
        this.#abort.signal.throwIfAborted();
        this.proven = start + size;
        this.#tell("compared", { compared: this.proven });
      }
    }
    this.offset = Math.min(offset, this.proven);
    this.#tell("sending", { offset: this.offset });
  }

  async #segment() {
    const end = Math.min(this.offset + this.#pace.size, this.file.size);
    const bytes = await this.#read(this.offset, end);
    const began = performance.now();
    this.offset = await this.#tus.send(this.address, this.offset, bytes, this.#abort.signal);
    const seconds = (performance.now() - began) / 1000;
    this.proven = Math.max(this.proven, this.offset);
    this.#pace.learn(seconds, bytes.byteLength);
    this.#trouble = 0;
    this.#tell("sending", { offset: this.offset, sent: bytes.byteLength, seconds });
  }

  async #read(start, end) {
    try {
      const bytes = await this.file.slice(start, end).arrayBuffer();
      if (bytes.byteLength !== end - start) throw new Unreadable();
      return bytes;
    } catch {
      throw new Unreadable();
    }
  }

  async #sleep(seconds, state) {
    this.#tell(state, {});
    await new Promise((resolve) => {
      this.#wake = resolve;
      // A browser that says "offline" is believed for a minute; some are always wrong.
      setTimeout(resolve, (navigator.onLine || state === "busy" ? seconds : 60) * 1000);
    });
    this.#wake = () => {};
  }
}
