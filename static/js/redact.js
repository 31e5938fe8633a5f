// Places drawn on the pages of an original: with mouse or pen, with a finger, or by keyboard. The number fields of the
// form are what is sent; each black box on a page shows one row of them. Without this script the fields do it alone.

const STEP = 1; // per cent, for an arrow key
const LEAST = 0.5; // per cent: a smaller drawing was a click

const form = document.querySelector("#marking");
const list = form.querySelector("[data-places]");
const blank = document.querySelector("template[data-blank]");
const said = form.querySelector("[data-said]");
const none = form.querySelector("[data-none]");
const papers = new Map();
const boxes = new Map(); // row of fields → its box on a page
let last = 0;

const rows = () => [...list.querySelectorAll("[data-place]")];
const field = (row, part) => row.querySelector(`[name^="${part}-"]`);
const round = (number) => Math.round(number * 100) / 100;
const within = (number, least, most) => Math.min(Math.max(number, least), most);

function read(row) {
  const place = { number: row.dataset.place };
  for (const part of ["page", "left", "top", "width", "height"]) place[part] = parseFloat(field(row, part).value);
  return place;
}

// What is rounded still ends on the page.
function write(row, place) {
  place = { ...place, left: round(place.left), top: round(place.top) };
  place.width = Math.min(place.width, 100 - place.left);
  place.height = Math.min(place.height, 100 - place.top);
  for (const part of ["page", "left", "top", "width", "height"]) field(row, part).value = String(round(place[part]));
  show(row);
}

function empty(row) {
  return [...row.querySelectorAll("input")].every((input) => input.value === "");
}

function show(row) {
  const place = read(row);
  const paper = papers.get(place.page);
  let box = boxes.get(row);
  const whole = paper && [place.left, place.top, place.width, place.height].every((part) => Number.isFinite(part));
  if (!whole) {
    box?.remove();
    boxes.delete(row);
    return;
  }
  if (!box) {
    box = document.createElement("button");
    box.type = "button";
    box.className = "p-mark";
    box.addEventListener("keydown", (event) => key(event, row));
    box.addEventListener("pointerdown", (event) => drag(event, row));
    box.append(document.createElement("span"), document.createElement("span"));
    box.lastChild.className = "p-mark__corner";
    box.lastChild.addEventListener("pointerdown", (event) => stretch(event, row));
    boxes.set(row, box);
  }
  if (box.parentElement !== papers.get(place.page)) paper.append(box);
  box.style.left = `${place.left}%`;
  box.style.top = `${place.top}%`;
  box.style.width = `${place.width}%`;
  box.style.height = `${place.height}%`;
  box.firstChild.textContent = place.number;
  box.setAttribute("aria-label", form.dataset.says.replace(/\{(\w+)\}/g, (_all, part) => String(place[part])));
}

function add(place, { focus = false } = {}) {
  const row = blank.content.firstElementChild.cloneNode(true);
  last += 1;
  named(row, last);
  list.append(row);
  ready(row);
  write(row, place);
  count();
  said.textContent = form.dataset.added;
  if (focus) boxes.get(row)?.focus();
  return row;
}

// A row made by the server for no script has its own number; one that is copied gets the next.
function named(row, number) {
  row.dataset.place = String(number);
  for (const element of row.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace(/-N$/, `-${number}`));
    }
  }
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replace(/\bN\b/, String(number));
}

function ready(row) {
  row.querySelector(".p-place__acts").hidden = false;
  row.querySelector("[data-take-out]").addEventListener("click", () => takeOut(row));
  row.addEventListener("input", () => show(row));
}

function takeOut(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  boxes.get(row)?.remove();
  boxes.delete(row);
  row.remove();
  count();
  said.textContent = form.dataset.taken;
  (next?.querySelector("[data-take-out]") ?? document.querySelector("[data-add]"))?.focus();
}

function count() {
  none.hidden = rows().length > 0;
}

// The server reads rows 1 to `rows`: those that were taken out leave no gap.
function close() {
  const left = rows();
  left.forEach((row, place) => {
    for (const input of row.querySelectorAll("input")) input.name = input.name.replace(/-\d+$/, `-${place + 1}`);
  });
  form.querySelector("[name=rows]").value = String(left.length);
}

function key(event, row) {
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    return takeOut(row);
  }
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way) return;
  event.preventDefault();
  const place = read(row);
  const [across, down] = way.map((part) => part * STEP);
  if (event.shiftKey) {
    place.width = within(place.width + across, LEAST, 100 - place.left);
    place.height = within(place.height + down, LEAST, 100 - place.top);
  } else {
    place.left = within(place.left + across, 0, 100 - place.width);
    place.top = within(place.top + down, 0, 100 - place.height);
  }
  write(row, place);
}

function at(event, paper) {
  const edge = paper.querySelector("img").getBoundingClientRect();
  return {
    left: within(((event.clientX - edge.left) / edge.width) * 100, 0, 100),
    top: within(((event.clientY - edge.top) / edge.height) * 100, 0, 100),
  };
}

function follow(paper, pointer, moved, ended) {
  const move = (event) => event.pointerId === pointer && moved(at(event, paper));
  const end = (event) => {
    if (event.pointerId !== pointer) return;
    for (const [name, what] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) window.removeEventListener(name, what);
    ended?.();
  };
  for (const [name, what] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) window.addEventListener(name, what);
}

function drag(event, row) {
  if (event.button) return;
  event.stopPropagation();
  const start = read(row);
  const paper = papers.get(start.page);
  const from = at(event, paper);
  follow(paper, event.pointerId, (now) => {
    const left = within(start.left + now.left - from.left, 0, 100 - start.width);
    const top = within(start.top + now.top - from.top, 0, 100 - start.height);
    write(row, { ...start, left, top });
  });
}

function stretch(event, row) {
  if (event.button) return;
  event.stopPropagation();
  const start = read(row);
  follow(papers.get(start.page), event.pointerId, (now) => {
    const width = within(now.left - start.left, LEAST, 100 - start.left);
    const height = within(now.top - start.top, LEAST, 100 - start.top);
    write(row, { ...start, width, height });
  });
}

// A finger scrolls the page: it adds a place by tapping, then moves it and its corner.
function tap(event, page, paper) {
  if (event.pointerType !== "touch" || event.target.closest(".p-mark")) return;
  const here = at(event, paper);
  const size = { width: 20, height: 15 };
  const left = within(here.left - size.width / 2, 0, 100 - size.width);
  const top = within(here.top - size.height / 2, 0, 100 - size.height);
  add({ page, left, top, ...size });
}

function draw(event, page, paper) {
  if (event.button || event.pointerType === "touch") return;
  event.preventDefault();
  const from = at(event, paper);
  let row = null;
  follow(
    paper,
    event.pointerId,
    (now) => {
      const place = {
        page,
        left: Math.min(from.left, now.left),
        top: Math.min(from.top, now.top),
        width: Math.abs(now.left - from.left),
        height: Math.abs(now.top - from.top),
      };
      if (!row && (place.width < LEAST || place.height < LEAST)) return;
      place.width = Math.max(place.width, LEAST);
      place.height = Math.max(place.height, LEAST);
      place.left = Math.min(place.left, 100 - place.width);
      place.top = Math.min(place.top, 100 - place.height);
      if (row) write(row, place);
      else row = add(place);
    },
    () => row && boxes.get(row)?.focus({ preventScroll: true }),
  );
}

for (const sheet of document.querySelectorAll("[data-sheet]")) {
  const page = Number(sheet.dataset.sheet);
  const paper = sheet.querySelector(".p-sheet__paper");
  papers.set(page, paper);
  paper.classList.add("p-sheet__paper--draws");
  paper.addEventListener("pointerdown", (event) => draw(event, page, paper));
  paper.addEventListener("click", (event) => tap(event, page, paper));
  sheet.querySelector(".p-sheet__acts").hidden = false;
  sheet.querySelector("[data-add]").addEventListener("click", () => add({ page, left: 40, top: 40, width: 20, height: 20 }, { focus: true }));
  sheet.querySelector("[data-whole]").addEventListener("click", () => add({ page, left: 0, top: 0, width: 100, height: 100 }, { focus: true }));
}

if (papers.size) {
  for (const row of rows()) {
    last = Math.max(last, Number(row.dataset.place));
    if (empty(row)) row.remove();
    else ready(row);
  }
  if (!rows().length) last = 0;
  for (const row of rows()) show(row);
  for (const shown of document.querySelectorAll(".p-scripted")) shown.hidden = false;
  form.querySelector(".p-places__more").hidden = true;
  form.addEventListener("submit", close);
  count();
}
