// Suggestions under the search box, after the ARIA pattern of a combobox: focus stays in the box, and the
// arrows move through the list. Without this script the box is a plain search.

const PAUSE = 150; // ms without a key, before the server is asked

const box = document.querySelector("[data-suggest]");
if (box) offerSuggestions(box, document.getElementById("suggestions"), document.getElementById("suggestions-status"));

function offerSuggestions(box, list, status) {
  let pause, question, chosen;

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  close();

  box.addEventListener("input", () => {
    forget();
    const text = box.value.trim();
    if (text) pause = setTimeout(ask, PAUSE, text);
    else empty();
  });
  box.addEventListener("blur", leave);
  box.form.addEventListener("submit", leave);
  box.addEventListener("keydown", (event) => {
    if (!event.isComposing && KEYS[event.key]?.()) event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // or the box would lose focus before the click

  // What a key does; whether it did anything.
  const KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => isOpen() && chosen && (chosen.click(), true),
    Escape: () => isOpen() && (leave(), true),
  };

  async function ask(text) {
    question = new AbortController();
    const { signal } = question;
    try {
      const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal });
      const options = answer.ok ? await answer.text() : "";
      if (!signal.aborted) show(options);
    } catch {
      if (!signal.aborted) empty(); // no network: a search still says so
    }
  }

  // Ends what was asked or is about to be, so that no late answer stands under newer letters.
  function forget() {
    clearTimeout(pause);
    question?.abort();
  }

  function show(options) {
    list.innerHTML = options;
    choose(null);
    if (list.children.length) open();
    else close();
    status.textContent = `${list.children.length || "No"} suggestion${list.children.length === 1 ? "" : "s"}`;
  }

  function empty() {
    list.replaceChildren();
    status.textContent = "";
    close();
  }

  // Round and round, by way of the box.
  function move(step) {
    if (!list.children.length) return false;
    if (!isOpen()) open();
    const stops = [null, ...list.children];
    choose(stops.at((stops.indexOf(chosen) + step) % stops.length));
    return true;
  }

  function choose(option) {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option;
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  function isOpen() {
    return !list.hidden;
  }

  function open() {
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  }

  function close() {
    choose(null);
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
  }

  function leave() {
    forget();
    close();
  }
}
