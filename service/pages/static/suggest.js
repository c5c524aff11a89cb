// Suggestions below the search box: an ARIA 1.2 combobox. Nothing happens while an input method composes.

const WAIT = 120;
const MOST = 8;
const box = document.getElementById("q");
if (box) suggest(box, box.form);

function suggest(box, form) {
  const list = Object.assign(document.createElement("div"), { id: "suggestions", className: "suggestions", role: "listbox" });
  let timer = 0;
  let pending = null;
  let composing = false;
  let items = [];
  let at = -1;

  list.ariaLabel = form.dataset.list;
  form.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id })) {
    box.setAttribute(name, value);
  }
  close();

  box.addEventListener("compositionstart", () => { composing = true; close(); });
  box.addEventListener("compositionend", () => { composing = false; later(); });
  box.addEventListener("input", () => composing || later());
  box.addEventListener("blur", close);
  box.addEventListener("keydown", onKey);
  form.addEventListener("submit", (event) => (composing ? event.preventDefault() : close()), true);
  // The box keeps the focus, so that a click is not lost to its blur.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(items[option.dataset.at]);
  });

  function onKey(event) {
    // Safari ends a composition before it tells of the Enter that ended it, with 229.
    const ends = event.isComposing || composing || event.keyCode === 229;
    if (ends && event.key === "Enter") event.preventDefault();
    if (ends) return;
    if (event.key === "Escape") {
      if (list.hidden) box.value = "";
      event.preventDefault();
      close();
    } else if (list.hidden) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      // One place more than there are items: that of the box itself.
      const places = items.length + 1;
      at = ((at + 1 + (event.key === "ArrowDown" ? 1 : -1) + places) % places) - 1;
      event.preventDefault();
      tell();
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(items[at]);
    }
  }

  function later() {
    close();
    if (box.value.trim()) timer = setTimeout(ask, WAIT);
  }

  async function ask() {
    const typed = box.value;
    pending = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q: typed })}`, { signal: pending.signal });
      const found = answer.ok ? (await answer.json()).items : [];
      if (box.value === typed && document.activeElement === box) show(found.map((each) => ({ ...each, typed })));
    } catch {
      // Aborted, or out of reach: the box works without suggestions.
    }
  }

  function show(found) {
    // Items of one kind follow one another, and what fits best stands first.
    items = found.slice(0, MOST);
    list.replaceChildren(...[...new Set(items.map((each) => each.kind))].map(group));
    list.hidden = items.length === 0;
    tell();
  }

  function group(kind) {
    const name = form.dataset[kind];
    const heading = element("li", { role: "presentation", textContent: name });
    const options = items.flatMap((each, number) => (each.kind === kind ? [option(each, number)] : []));
    return element("ul", { role: "group", ariaLabel: name }, heading, ...options);
  }

  function option(item, number) {
    const text = item.kind === "word" ? item.text : item.value.replaceAll("/", " › ");
    const count = element("span", { className: "count", textContent: item.count?.toLocaleString("en") ?? "" });
    const made = element("li", { role: "option", id: `suggestion-${number}` }, element("span", { textContent: text }), count);
    made.dataset.at = number;
    return made;
  }

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function tell() {
    list.querySelectorAll("[role=option]").forEach((each, number) => { each.ariaSelected = number === at; });
    box.setAttribute("aria-expanded", !list.hidden);
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", `suggestion-${at}`);
  }

  function close() {
    clearTimeout(timer);
    pending?.abort();
    list.hidden = true;
    at = -1;
    tell();
  }

  // A word completes the query; a place or programme becomes a filter instead of what was typed last.
  function choose({ kind, text, value, typed, start }) {
    close();
    box.value = kind === "word" ? text : [...typed].slice(0, start).join("").trim();
    if (kind !== "word") document.getElementById("kept").append(element("input", { type: "hidden", name: kind, value }));
    form.requestSubmit();
  }
}
