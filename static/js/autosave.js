// Typing that survives a closed tab: a form with data-autosave sends its fields to this server after a pause
// and when the page is hidden. Nothing is kept in the browser. Saving the form ends it. All words stand in
// the page (templates/components/autosave.html).

const PAUSE = 3000;
const AGAIN = 20000; // after a broken line
const SMALL = 60000; // what a browser still sends for a page that is going away

const form = document.querySelector("form[data-autosave]");
const said = form?.querySelector("[data-autosave-said]");
let timer = 0;
let flight = null;
let dirty = false;
let ended = false;

function say(name, time = "") {
  said.textContent = said.dataset[name].replace("{time}", time);
}

function after(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(send, milliseconds);
}

async function send({ leaving = false } = {}) {
  if (ended || !dirty) return;
  clearTimeout(timer);
  if (flight && !leaving) return after(PAUSE);
  const fields = new URLSearchParams(new FormData(form));
  const token = fields.get("csrfmiddlewaretoken");
  fields.delete("csrfmiddlewaretoken");
  const body = fields.toString();
  const own = new AbortController();
  flight = own;
  dirty = false;
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token },
      redirect: "manual",
      keepalive: leaving && body.length < SMALL,
      signal: own.signal,
    });
    if (ended) return;
    if (answer.ok) say("saved", (await answer.json()).at);
    else if (answer.status === 401) say("signedOut");
    else if (answer.status === 413) say("tooLarge");
    else if (answer.status >= 500 || answer.status === 429) throw new TypeError("busy");
    else say("refused");
  } catch {
    if (ended) return;
    dirty = true;
    say("line");
    after(AGAIN);
  } finally {
    if (flight === own) flight = null;
  }
}

if (form && said) {
  form.addEventListener("input", () => {
    dirty = true;
    after(PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send({ leaving: true });
  });
  // What is saved now must not be offered again: nothing late arrives after it.
  form.addEventListener("submit", () => {
    ended = true;
    clearTimeout(timer);
    flight?.abort();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) ended = false;
  });
}
