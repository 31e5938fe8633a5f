// Two comforts. Every form works without them.

// 1. A second press while the first is on its way sends nothing twice. The button stays enabled until
//    the browser has read the form (its name and value count), and comes back with the back button.
//    A form whose answer is a file stays on the page: give it data-repeatable.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || "repeatable" in form.dataset) return;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset.sent = "";
  setTimeout(() => mark(form, true));
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    mark(form, false);
  }
});
function mark(form, sent) {
  for (const button of form.elements) {
    if (button.type !== "submit") continue;
    if (sent) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// 2. After a refused form the reader starts at the summary of what to mend.
document.querySelector(".p-errors")?.focus();
