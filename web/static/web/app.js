// All pages work without this. It wakes the design system's parts, and says when htmx has brought a new list.
import { initAll } from "../vendor/nhsuk-10.6.1/nhsuk.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
