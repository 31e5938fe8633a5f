// The exhibits page's way for files: choose, send two at a time, pause, go on, give up. All words stand
// in the page (templates/submissions/add_files.html); without this module a plain form does the work.
// The token is kept in memory only; nothing is stored on the device.

import { Refused, Tus } from "./upload-tus.js";
import { Pace, Sending } from "./upload-file.js";

const AT_ONCE = 2;
const panel = document.querySelector("[data-upload]");
const words = document.getElementById("upload-words")?.content;

// ---- words and small nodes ---------------------------------------------------------------------

function word(name) {
  return words.querySelector(`[data-word="${name}"]`);
}

// The words of `name` with each {gap} filled: text is isolated, so that no name or number tears a line.
function say(name, gaps = {}) {
  return word(name)
    .textContent.split(/(\{[a-z]+\})/)
    .map((part) => {
      const key = /^\{([a-z]+)\}$/.exec(part)?.[1];
      return key && key in gaps ? element("bdi", ["name", "instead"].includes(key) ? "p-name" : "p-size", String(gaps[key])) : part;
    });
}

function plain(name, gaps) {
  return say(name, gaps).map((part) => part.textContent ?? part).join("");
}

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function button(name, about, act, { kind = "" } = {}) {
  const made = element("button", `ecl-button ecl-button--secondary p-btn p-btn--small ${kind}`, ...say(name), element("span", "p-sr", ` ${about}`));
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function exhibitLink(name, address, about) {
  const link = element("a", "", ...say(name), element("span", "p-sr", `: ${about}`));
  link.href = `${panel.dataset.exhibitPage}${new URL(address).pathname.split("/").at(-2)}/`;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

function tag(name) {
  return element("span", `p-tag p-tag--${word(name).dataset.kind}`, ...say(name));
}

const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });

function size(bytes) {
  let unit = 0;
  while (bytes >= 999.5 && unit < 3) {
    bytes /= 1000;
    unit += 1;
  }
  return `${(unit && bytes < 9.95 ? format : whole).format(bytes)}\u00a0${word(`unit-${unit}`).textContent}`;
}

// One announcement at a time, the newest: a folder of small files must not talk for minutes.
const live = {
  node: panel?.querySelector("[data-live]"),
  timer: 0,
  say(name, gaps) {
    this.text = plain(name, gaps);
    this.timer ||= setTimeout(() => {
      this.node.textContent = this.text;
      this.timer = 0;
    }, 700);
  },
};

// ---- one row -----------------------------------------------------------------------------------

class Row {
  constructor(queue, { node, name, length, address = null, label = "" }) {
    this.queue = queue;
    this.node = node;
    this.name = name;
    this.length = length;
    this.address = address;
    this.label = label || plain("exhibit");
    this.state = address ? "unchosen" : "queued";
    this.offset = Number(node.dataset.offset ?? 0);
    this.spoken = 0;
    this.speed = 0; // bytes a second, smoothed
    this.progress.setAttribute("aria-label", plain("progress", { name }));
  }

  part(name) {
    return this.node.querySelector(`[data-${name}]`);
  }

  get progress() {
    return this.node.querySelector("progress");
  }

  // A file to send: new, or what must be the same as the one begun before.
  take(file) {
    this.file = file;
    this.sending = new Sending({
      tus: this.queue.tus,
      pace: this.queue.pace,
      file,
      name: this.name,
      address: this.address,
      here: (signal) => this.queue.here(this, signal),
      taken: () => this.queue.rows.map((row) => row.address).filter(Boolean),
      tell: (state, facts) => this.hear(state, facts),
    });
    this.turn("queued");
  }

  hear(state, facts) {
    if (state === "begun") {
      this.address = this.sending.address;
      return this.showPeople();
    }
    if (state === "compared") return this.showProgress(facts.compared);
    if (state === "stopped") return this.queue.stop(this);
    if (facts.offset !== undefined) this.offset = facts.offset;
    if (facts.seconds) {
      const speed = facts.sent / facts.seconds;
      this.speed = this.speed ? 0.7 * this.speed + 0.3 * speed : speed;
    }
    this.facts = facts;
    if (state === this.state && state === "sending") this.show();
    else this.turn(state);
  }

  turn(state) {
    this.state = state;
    this.show();
    this.showActions();
    if (state === "received") live.say("say-received", { name: this.name });
    else if (["line", "paused", "failed", "different", "here", "named"].includes(state)) {
      live.say("say-state", { name: this.name, state: plain(`tag-${state}`) });
    }
    this.queue.changed();
  }

  show() {
    const sending = this.state === "sending";
    this.part("state").replaceChildren(tag(`tag-${sending && this.again ? "again" : this.state === "unchosen" ? "paused" : this.state}`));
    this.showProgress(this.offset);
    this.progress.classList.toggle("p-progress--held", !["sending", "comparing", "received", "here"].includes(this.state));
    const gaps = { sent: size(this.offset), whole: size(this.length), number: this.facts?.number ?? "" };
    this.part("said").replaceChildren(...this.said(gaps));
    if (sending) this.speak();
  }

  said(gaps) {
    const seconds = this.speed ? (this.length - this.offset) / this.speed : 0;
    if (this.state === "failed") return say(this.facts.why, gaps);
    if (this.state === "here") return [...say("here", { number: whole.format(this.facts.exhibit) }), " ", exhibitLink("show-here", this.facts.address, this.name)];
    if (this.state === "named") return say("named", { name: visible(this.facts.words), person: this.facts.codes, instead: visible(this.facts.instead) });
    if (this.state === "different") {
      return this.file.size === this.length ? say("different") : say("different-size", { whole: size(this.file.size), first: size(this.length) });
    }
    if (this.state === "sending" && seconds > 5400) return say("hours-left", { ...gaps, number: whole.format(seconds / 3600) });
    if (this.state === "sending" && seconds > 45) return say("minutes-left", { ...gaps, number: whole.format(Math.ceil(seconds / 60)) });
    const sentences = { queued: "so-far", sending: "so-far", paused: "kept", unchosen: "kept", ended: "tag-ended" };
    return say(sentences[this.state] ?? this.state, gaps);
  }

  showProgress(at) {
    const here = this.state === "here";
    this.progress.hidden = here;
    this.progress.max = Math.max(this.length, 1);
    this.progress.value = this.length ? at : Number(this.state === "received");
    this.part("percent").textContent = here ? "" : plain("percent", { number: whole.format(this.length ? Math.floor((100 * at) / this.length) : 100) });
  }

  speak() {
    const tenth = Math.floor((10 * this.offset) / Math.max(this.length, 1));
    if (tenth <= this.spoken || tenth === 10) return;
    this.spoken = tenth;
    live.say("say-percent", { name: this.name, number: whole.format(tenth * 10) });
  }

  // What can be done with this file now. The focus stays where it was, or goes to the first of them.
  showActions() {
    const place = this.node.querySelector(".p-files__act");
    if (this.queue.stopped) return place.replaceChildren();
    const focused = place.contains(document.activeElement);
    const acts = {
      queued: [["pause", () => this.pause()]],
      comparing: [["pause", () => this.pause()]],
      sending: [["pause", () => this.pause()]],
      line: [["retry", () => this.sending.hurry()], ["pause", () => this.pause()]],
      busy: [["pause", () => this.pause()]],
      paused: [["resume", () => this.turn("queued")]],
      unchosen: [["choose-same", () => this.queue.chooseSame(this)]],
      different: [["choose-same", () => this.queue.chooseSame(this)]],
      here: [["send-anyway", () => this.sendAnyway()]],
      named: [["named-instead", () => this.sendAs(this.facts.instead)], ["named-keep", () => this.sendAs(this.name)]],
      failed: this.facts?.again ? [["retry", () => this.turn("queued")]] : this.facts?.choose ? [["choose-same", () => this.queue.chooseSame(this)]] : [],
    }[this.state] ?? [];
    const nodes = acts.map(([name, act]) => button(name, this.name, act));
    if (!["received", "ended"].includes(this.state)) nodes.push(this.giveUpButton());
    place.replaceChildren(...nodes);
    if (focused) (nodes[0] ?? document.getElementById("on-their-way")).focus();
  }

  sendAnyway() {
    this.sending.anyway = true;
    this.offset = 0;
    this.turn("queued");
  }

  // The sender has seen that the name may be somebody's.
  sendAs(name) {
    this.name = this.sending.name = name;
    this.sending.checked = true;
    this.part("name-shown").firstElementChild.textContent = visible(name);
    this.turn("queued");
  }

  giveUpButton() {
    const ask = this.address !== null;
    const made = element("button", "p-linklike", ...say(ask ? "give-up" : "remove"), element("span", "p-sr", ` ${this.name}`));
    made.type = "button";
    made.addEventListener("click", () => (ask ? this.askToGiveUp() : this.end()));
    return made;
  }

  askToGiveUp() {
    const place = this.node.querySelector(".p-files__act");
    const yes = button("sure-yes", this.name, () => this.end(), { kind: "p-btn--danger" });
    const no = button("sure-no", this.name, () => this.showActions());
    place.replaceChildren(element("div", "p-files__sure", element("p", "", ...say("sure")), yes, no));
    no.focus();
  }

  pause() {
    if (this.state === "queued") this.turn("paused");
    else this.sending.pause();
  }

  async end() {
    this.state = "ended";
    this.sending?.pause();
    try {
      if (this.address) await this.queue.tus.end(this.address);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) return this.queue.stop(this);
      // Gone already is what was wanted; anything else leaves it on the server, paused.
      if (![404, 410].includes(error.status)) return this.turn(this.file ? "paused" : "unchosen");
    }
    this.offset = 0;
    this.turn("ended");
    live.say("say-state", { name: this.name, state: plain("tag-ended") });
  }

  showPeople() {
    this.part("people")?.replaceChildren(tag("missing"), " ", exhibitLink("say-who", this.address, this.name));
    this.showActions();
  }
}

// ---- all of them -------------------------------------------------------------------------------

class Queue {
  rows = [];
  stopped = false;
  known = null; // {lengths, found}: what the draft had of these sizes when files were chosen last

  constructor(tus) {
    this.tus = tus;
    this.pace = new Pace();
    this.section = document.querySelector("[data-on-their-way]");
    this.list = this.section.querySelector("[data-new-rows]");
    this.inputs = Object.fromEntries([...panel.querySelectorAll("[data-input]")].map((input) => [input.dataset.input, input]));
    this.sameFor = null;
  }

  begin() {
    for (const node of document.querySelectorAll("[data-unfinished]")) {
      const { name, length, address, exhibit } = node.dataset;
      const row = new Row(this, { node, name, length: Number(length), address: this.tus.address(address), label: exhibit });
      this.rows.push(row);
      row.showActions();
    }
    for (const kind of ["files", "folder"]) {
      panel.querySelector(`[data-choose="${kind}"]`).addEventListener("click", () => this.inputs[kind].click());
      this.inputs[kind].addEventListener("change", () => this.add(this.taken(kind)));
    }
    this.inputs.same.addEventListener("change", () => {
      const [file] = this.taken("same");
      if (file && this.sameFor) this.goOn(this.sameFor, file);
    });
    panel.querySelector("[data-plain]").remove();
    panel.querySelector("[data-with-script]").hidden = false;
    this.takeDrops();
    addEventListener("online", () => this.rows.forEach((row) => row.sending?.hurry()));
    addEventListener("beforeunload", (event) => {
      if (this.rows.some((row) => ["queued", "comparing", "sending", "line", "busy"].includes(row.state))) event.preventDefault();
    });
    panel.dataset.ready = "";
  }

  taken(kind) {
    const files = [...this.inputs[kind].files];
    this.inputs[kind].value = "";
    return files.map((file) => ({ file, name: file.webkitRelativePath || file.name }));
  }

  chooseSame(row) {
    this.sameFor = row;
    this.inputs.same.click();
  }

  goOn(row, { file }) {
    row.take(file);
    if (file.size !== row.length) row.turn("different");
    this.pump();
  }

  add(chosen) {
    if (this.stopped) return;
    if (!chosen.length) return live.say("folder-empty", {});
    this.known = null;
    const added = document.createDocumentFragment();
    for (const { file, name } of chosen) {
      const same = this.rows.find((row) => row.name === name && row.length === file.size);
      if (same && ["unchosen", "different"].includes(same.state)) {
        this.goOn(same, { file });
        continue;
      }
      if (same && same.file?.lastModified === file.lastModified && same.state !== "ended" && same.state !== "failed") {
        live.say("already", { name });
        continue;
      }
      const node = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
      node.querySelector("[data-label]").replaceChildren(...say("label-size", { exhibit: plain("exhibit"), whole: size(file.size) }));
      const shown = element("bdi", "p-name", visible(name));
      shown.dir = "auto";
      node.querySelector("[data-name-shown]").replaceChildren(shown);
      const row = new Row(this, { node, name, length: file.size });
      this.rows.push(row);
      row.take(file);
      added.append(node);
    }
    document.querySelector("[data-nothing-yet]")?.remove();
    this.section.hidden = false;
    this.list.append(added);
    this.changed();
  }

  // What the draft has of this name and size: asked once for all that wait, by their sizes alone.
  async here({ name, length }, signal) {
    if (!this.known?.lengths.has(length)) {
      const waiting = this.rows.filter((row) => row.file && row.address === null).map((row) => row.length);
      const lengths = new Set([length, ...waiting].slice(0, 2000));
      this.known = { lengths, found: await this.tus.here([...lengths], signal) };
    }
    const kept = [...name].slice(0, 500).join("");
    return this.known.found.filter((other) => other.name === kept && other.length === length);
  }

  pump() {
    if (this.stopped) return;
    const busy = this.rows.filter((row) => row.running).length;
    for (const row of this.rows.filter((found) => found.state === "queued" && !found.running).slice(0, Math.max(0, AT_ONCE - busy))) {
      row.running = true;
      row.again = row.address !== null;
      row.turn(row.again ? "comparing" : "sending");
      row.sending
        .run()
        .catch((error) => {
          row.facts = { why: "refused", number: 0, again: true };
          row.turn("failed");
          throw error;
        })
        .finally(() => {
          row.running = false;
          this.pump();
        });
    }
  }

  changed() {
    const ours = this.rows.filter((row) => row.file && row.state !== "ended");
    const here = ours.filter((row) => row.state === "here").length;
    const done = here + ours.filter((row) => row.state === "received").length;
    panel.querySelector("[data-tally]").replaceChildren(...(ours.length ? say("tally", { done: whole.format(done), all: whole.format(ours.length) }) : []));
    if (!this.stopped && ours.length && done === ours.length) {
      const all = here === ours.length ? ["all-here-heading", "all-here"] : ["all-done-heading", "all-done"];
      this.notice("good", ...all, "show", panel.dataset.exhibitPage, here < ours.length ? here : 0);
    } else if (!this.stopped) panel.querySelector("[data-notice]").hidden = true;
    clearTimeout(this.next);
    this.next = setTimeout(() => this.pump());
  }

  // Nobody is signed in any more: nothing goes on, nothing is lost.
  stop(from) {
    if (!this.stopped) {
      this.stopped = true;
      this.notice("stop", "signed-out-heading", "signed-out", "sign-in", panel.dataset.signIn);
      for (const row of this.rows) if (row !== from && row.running) row.sending.pause();
    }
    for (const row of this.rows) {
      if (row === from || ["queued", "line", "busy"].includes(row.state)) row.turn("paused");
      else row.showActions();
    }
  }

  notice(kind, heading, text, label, url, here = 0) {
    const place = panel.querySelector("[data-notice]");
    const link = element("a", "", ...say(label));
    link.href = url;
    place.replaceChildren(element("h3", "", ...say(heading)), element("p", "", ...say(text)), ...(here ? [element("p", "", ...say("some-here", { number: whole.format(here) }))] : []), element("p", "", link));
    place.className = `p-notice p-notice--${kind}`;
    place.setAttribute("role", kind === "stop" ? "alert" : "status");
    place.hidden = false;
  }

  takeDrops() {
    addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      panel.classList.add("p-add--over");
    });
    addEventListener("dragleave", (event) => event.relatedTarget ?? panel.classList.remove("p-add--over"));
    addEventListener("drop", async (event) => {
      panel.classList.remove("p-add--over");
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
      this.add((await Promise.all(entries.map(filesOf))).flat());
    });
  }
}

async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives at most a hundred at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return (await Promise.all(found.map(filesOf))).flat();
    found.push(...some);
  }
}

// The same tricks that the server's |name filter makes visible.
function visible(name) {
  return name.normalize("NFC").replace(/[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

if (panel && words && window.crypto?.subtle) {
  const { uploads, token } = panel.dataset;
  delete panel.dataset.token;
  new Queue(new Tus(uploads, token)).begin();
}
