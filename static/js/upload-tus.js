// The tus 1.0 protocol (https://tus.io/protocols/resumable-upload) as this portal speaks it, by fetch.
// Knows no page: addresses, bytes and statuses only.

const TYPE = "application/offset+octet-stream";
const PATIENCE = 150_000; // ms for one request; the server gives a segment 120 s

// An answer that refuses. `status` is 0 when there was no answer: no line, or too slow. `said` is what a
// 422 says of a name.
export class Refused extends Error {
  constructor(status, wait = 0, said = null) {
    super(`status ${status}`);
    this.status = status;
    this.wait = wait;
    this.said = said;
  }
}

export class Tus {
  #uploads;
  #token;

  constructor(uploads, token) {
    this.#uploads = uploads;
    this.#token = token;
  }

  // The whole address of an upload the page names by its path.
  address(path) {
    return new URL(path, this.#uploads).href;
  }

  // `checked`: whoever sends it has seen that the name may be somebody's, and has chosen.
  async begin(name, length, signal, { checked = false } = {}) {
    const metadata = `filename ${base64(utf8(name))}${checked ? `,named ${base64(utf8("checked"))}` : ""}`;
    const headers = { "Upload-Length": String(length), "Upload-Metadata": metadata };
    const answer = await this.#ask("POST", this.#uploads, { headers, signal });
    return answer.headers.get("Location");
  }

  // What is unfinished on the server: [{name, length, offset, address}].
  async unfinished(signal) {
    return (await (await this.#ask("GET", this.#uploads, { signal })).json()).uploads;
  }

  // What the draft has of these sizes: [{exhibit, name, length, address, sending, sha256, segments}].
  async here(lengths, signal) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ lengths });
    return (await (await this.#ask("POST", new URL("here/", this.#uploads).href, { headers, body, signal })).json()).here;
  }

  async offset(address, signal) {
    return Number((await this.#ask("HEAD", address, { signal })).headers.get("Upload-Offset"));
  }

  // One segment, with the digest this device computed of it; the new offset.
  async send(address, offset, bytes, signal) {
    const headers = { "Content-Type": TYPE, "Upload-Offset": String(offset), "Upload-Checksum": `sha256 ${base64(await sha256(bytes))}` };
    const answer = await this.#ask("PATCH", address, { headers, body: bytes, signal });
    return Number(answer.headers.get("Upload-Offset"));
  }

  // [[start, size, SHA-256 in hex], …] of what has arrived.
  async segments(address, signal) {
    return (await (await this.#ask("GET", `${address}segments/`, { signal })).json()).segments;
  }

  async end(address, signal) {
    await this.#ask("DELETE", address, { signal });
  }

  async #ask(method, address, { headers = {}, body, signal }) {
    // By hand: AbortSignal.any is missing on phones that are still in use.
    const stop = new AbortController();
    const end = () => stop.abort();
    const timer = setTimeout(end, PATIENCE);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    let answer;
    try {
      answer = await fetch(address, {
        method,
        body,
        headers: { "Tus-Resumable": "1.0.0", Authorization: `Bearer ${this.#token}`, ...headers },
        signal: stop.signal,
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Refused(0);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    }
    if (answer.status === 422) throw new Refused(422, 0, await answer.json());
    if (!answer.ok) throw new Refused(answer.status, Number(answer.headers.get("Retry-After")) || 0);
    return answer;
  }
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function utf8(text) {
  return new TextEncoder().encode(text);
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
