// Comfort only: every page works without it. Menus close on Escape, on a click elsewhere, and when focus moves on.

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
});

const closeOthers = (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
};
document.addEventListener("click", closeOthers);
document.addEventListener("focusin", closeOthers);

// What had focus may be gone after a swap: what came in its place takes it, so that nobody starts again at the top.
let place = 0;
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  const places = [...target.querySelectorAll("[data-takes-focus]")];
  place = Math.max(0, places.findIndex((each) => each.contains(document.activeElement)));
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (document.activeElement !== document.body) return;
  const places = [...target.querySelectorAll("[data-takes-focus]")];
  (places[place] ?? places.at(-1))?.focus({ preventScroll: true });
});

// Buttons that copy what stands in a field, where the browser lets them.
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.querySelector("span").textContent = "Copied";
  });
}
