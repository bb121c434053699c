// All pages work without this. It wakes the design system's parts, prints, and keeps what was typed for "back".
import { initAll } from "../vendor/nhsuk-10.6.1/nhsuk.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A page that is left with something typed sends it to its user's session, and asks for it when it was reached by
// going back (web/account/left.py). The first form of the page that takes typing is meant, and only a signed-in one.
const LEFT = "/typed/";
const form = [...document.querySelectorAll("main form[method=post]")].find(
  (one) => one.elements.typed_for && one.querySelector("input[type=text], input[type=email], input[type=tel], textarea"),
);

function fill(fields) {
  for (const control of form.elements) {
    const values = fields[control.name];
    if (!control.name || control.type === "hidden" || control.type === "password" || control.tagName === "BUTTON") {
      continue;
    }
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = Boolean(values && values.includes(control.value));
    } else if (values) {
      control.value = values[0];
    }
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

if (form) {
  let isTyped = false;
  form.addEventListener("input", () => { isTyped = true; });
  form.addEventListener("submit", () => { isTyped = false; });
  window.addEventListener("pagehide", () => {
    if (isTyped) navigator.sendBeacon(LEFT, new FormData(form));
  });
  const [how] = performance.getEntriesByType("navigation");
  if (how && how.type === "back_forward") {
    const page = encodeURIComponent(location.pathname + location.search);
    fetch(`${LEFT}?page=${page}`).then(async (answer) => {
      if (answer.status !== 200) return;
      fill((await answer.json()).fields);
      isTyped = true;
    });
  }
}
