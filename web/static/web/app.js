// All pages work without this. It wakes the design system's parts, prints, and keeps what was typed for "back".
import { initAll } from "../vendor/nhsuk-10.6.1/nhsuk.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// How strong a new password is, while it is typed (OWASP ASVS 2.1.8). What repeats itself adds little; whether it is one
// that many people have is for the server to say.
const STRENGTHS = [[12, "Too short"], [16, "Good enough. Longer is stronger"], [20, "Strong"], [Infinity, "Very strong"]];
const password = document.querySelector("input[type=password][autocomplete=new-password]");
if (password) {
  const meter = Object.assign(document.createElement("meter"), { max: 20, low: 12, high: 16, optimum: 20 });
  const says = Object.assign(document.createElement("p"), { id: "strength", className: "nhsuk-hint" });
  meter.setAttribute("aria-labelledby", says.id);
  says.setAttribute("role", "status");
  meter.hidden = true;
  password.closest(".nhsuk-form-group").append(meter, says);
  password.addEventListener("input", () => {
    const letters = [...password.value];
    const strength = Math.min(letters.length, letters.length < 12 ? 11 : 2 * new Set(letters).size);
    meter.hidden = !letters.length;
    meter.value = strength;
    says.textContent = letters.length >= 12 && strength < 12
      ? "Too much of it is the same"
      : letters.length ? STRENGTHS.find(([below]) => strength < below)[1] : "";
  });
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

// Somebody is warned before they are signed out, and can stay (web/account/life.py). Asked by the clock and not by a
// timer, which stands still while a laptop sleeps; what one window is told the others hear.
const ending = document.querySelector("#ending");
if (ending) {
  const { seconds, warned, life } = ending.dataset;
  const inSeconds = (count) => Date.now() + Number(count) * 1000;
  const windows = new BroadcastChannel("signed-in");
  let endsAt = inSeconds(seconds);
  let said = "";
  let shown;
  let before;

  const tell = () => {
    const left = endsAt - Date.now();
    const now = left <= 0 ? "over" : left <= warned * 1000 ? "soon" : "";
    if (now === said) return;
    if (!said) before = document.activeElement;
    const hadFocus = shown && shown.contains(document.activeElement);
    if (shown) shown.remove();
    said = now;
    shown = now && ending.content.querySelector(`[data-when=${now}]`).cloneNode(true);
    if (shown) document.body.append(shown);
    if (hadFocus) before.focus();
  };
  document.addEventListener("submit", async (event) => {
    if (!shown || !shown.contains(event.target)) return;
    event.preventDefault();
    const body = new FormData(event.target);
    body.delete("typed_for");  // nothing is typed here
    const answer = await fetch(event.target.action, { method: "POST", body, redirect: "manual" });
    endsAt = answer.status === 204 ? inSeconds(life) : 0;
    windows.postMessage(endsAt);
    tell();
  });
  windows.addEventListener("message", (event) => { endsAt = event.data; tell(); });
  windows.postMessage(endsAt);
  // Who types is at work, though no page is asked for.
  let saidAt = Date.now();
  document.addEventListener("input", async () => {
    if (Date.now() - saidAt < 300000 || said) return;
    saidAt = Date.now();
    const answer = await fetch("/still-here/", { redirect: "manual" });
    if (answer.status !== 200) return;
    endsAt = inSeconds((await answer.json()).seconds);
    windows.postMessage(endsAt);
  });
  document.addEventListener("visibilitychange", tell);
  setInterval(tell, 5000);
  tell();
}
