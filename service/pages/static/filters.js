// The facets in a window of their own on small screens, and the boxes that look for a value in a long list.

const WAIT = 120;
const FOUND = 20;
const sheet = document.getElementById("sheet");
const room = document.querySelector(".room");
const wide = matchMedia("(min-width: 768px)");
const looked = new Map();
let timer = 0;
let pending = null;

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-opens=sheet]")) return;
  event.preventDefault();
  history.replaceState({ ...history.state, inSheet: false }, "");
  sheet.firstElementChild.after(document.getElementById("facets"), document.getElementById("years"));
  sheet.showModal();
});
sheet.addEventListener("close", () => {
  room.append(document.getElementById("facets"), document.getElementById("years"));
  document.querySelector("[data-opens=sheet]").focus({ preventScroll: true });
});
wide.addEventListener("change", () => wide.matches && sheet.close());

document.addEventListener("input", (event) => {
  const box = event.target;
  if (!box.dataset?.narrows || event.isComposing) return;
  looked.set(box.dataset.narrows, box.value);
  clearTimeout(timer);
  pending?.abort();
  if (box.dataset.asks && box.value.trim()) timer = setTimeout(narrow, WAIT, box);
  else narrow(box);
});
document.addEventListener("compositionend", (event) => {
  if (event.target.dataset?.narrows) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});
// A place that was found is shown where it lies from then on.
document.addEventListener("click", (event) => event.target.closest?.(".found a") && looked.delete("place"));
document.addEventListener("click", (event) => {
  const turn = event.target.closest?.(".found .turn");
  if (turn) unfold(turn);
});
document.addEventListener("answered", () => {
  for (const box of document.querySelectorAll("[data-narrows]")) {
    if (!looked.get(box.dataset.narrows)) continue;
    box.value = looked.get(box.dataset.narrows);
    narrow(box);
  }
});

// While something is looked for, what is found stands in place of the list.
async function narrow(box) {
  const list = box.closest("[data-list]");
  const words = box.value.trim();
  const found = words && box.dataset.asks ? await ask(box, { prefix: words, limit: FOUND }) : null;
  if (!box.isConnected || words !== box.value.trim()) return;
  list.querySelector(".found")?.remove();
  list.classList.toggle("narrowed", Boolean(found || (words && !box.dataset.asks)));
  let rest = 0;
  let none = false;
  if (found) {
    list.querySelector(".told").after(rows(box, found.buckets, "found"));
    rest = found.values - found.buckets.length;
    none = found.values === 0;
  } else if (!box.dataset.asks) {
    none = !sift(list, words.toLowerCase()) && words !== "";
  }
  const { more, none: nothing } = list.querySelector(".told").dataset;
  list.querySelector(".told").textContent = none ? nothing : rest > 0 ? more.replace("{total}", rest) : "";
}

// Keeps the rows that have the words; tells how many do.
function sift(list, words) {
  const all = [...list.querySelectorAll("ul:not(.missing) > li")];
  for (const row of all) row.hidden = !row.textContent.toLowerCase().includes(words);
  for (const each of list.querySelectorAll("details")) each.open = words !== "" || each.querySelector(".chosen") !== null;
  return all.filter((row) => !row.hidden).length;
}

// The values of the facet under this search; null when there is no answer.
async function ask(box, wanted) {
  pending?.abort();
  pending = new AbortController();
  const address = new URL(box.dataset.asks, location.href);
  for (const [name, value] of Object.entries(wanted)) address.searchParams.set(name, value);
  try {
    const answer = await fetch(address, { signal: pending.signal });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function rows(box, buckets, kind) {
  const list = element("ul", { className: `tree ${kind}`, lang: "zh-Hans" });
  list.append(...buckets.map((bucket) => row(box, bucket, kind === "found")));
  return list;
}

function row(box, { value, label, count, selected, has_children: hasChildren }, whole) {
  const made = element("div", { className: selected ? "row chosen" : "row" });
  if (hasChildren) {
    const turn = element("button", { type: "button", className: "turn", ariaExpanded: "false" });
    turn.ariaLabel = box.closest("[data-list]").querySelector(".told").dataset.below.replace("{place}", label);
    turn.dataset.path = value;
    made.append(turn);
  }
  const pick = element("a", { className: "pick", href: chosen(value) });
  pick.dataset.key = `place ${value}`;
  if (selected) pick.setAttribute("aria-current", "true");
  pick.append(element("span", { className: "label", textContent: whole ? value.replaceAll("/", " › ") : label }));
  pick.append(element("span", { className: "count", textContent: count.toLocaleString("en") }));
  made.append(pick);
  const item = element("li", {});
  item.append(made);
  return item;
}

async function unfold(turn) {
  const item = turn.closest("li");
  const box = turn.closest("[data-list]").querySelector("[data-narrows]");
  const open = turn.ariaExpanded !== "true";
  const below = open ? await ask(box, { parent: turn.dataset.path }) : null;
  item.querySelector("ul")?.remove();
  if (below) item.append(rows(box, below.buckets, "inner"));
  turn.ariaExpanded = Boolean(below);
  turn.classList.toggle("open", below !== null);
}

// The address of this search with a place chosen or let go: as with the links of the tree, it takes the place of those
// that it lies in and of those that lie in it.
function chosen(path) {
  const address = new URL(document.querySelector("link[rel=canonical]").getAttribute("href"), location.href);
  const places = address.searchParams.getAll("place");
  const within = (one, other) => one.startsWith(`${other}/`);
  const left = places.includes(path)
    ? places.filter((each) => each !== path)
    : [...places.filter((each) => !within(each, path) && !within(path, each)), path];
  for (const name of ["place", "page", "cursor"]) address.searchParams.delete(name);
  for (const place of left) address.searchParams.append("place", place);
  return address.pathname + address.search;
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
