// The facets in a window of their own on small screens, and the boxes that look for a value in a long list.

const sheet = document.getElementById("sheet");
const room = document.querySelector(".room");
const wide = matchMedia("(min-width: 768px)");
const looked = new Map();

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
  const name = event.target.dataset?.narrows;
  if (!name || event.isComposing) return;
  looked.set(name, event.target.value);
  narrow(name);
});
document.addEventListener("compositionend", (event) => {
  if (event.target.dataset?.narrows) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("answered", () => looked.forEach((_, name) => narrow(name)));

// A row stays when its own name has what is looked for, or that of a row below it.
function narrow(name) {
  const list = document.querySelector(`[data-list="${name}"]`);
  const box = list?.querySelector("[data-narrows]");
  if (!box) return;
  const words = looked.get(name).trim().toLowerCase();
  if (box.value !== looked.get(name)) box.value = looked.get(name);
  for (const row of list.querySelectorAll("ul:not(.missing) li")) row.hidden = !row.textContent.toLowerCase().includes(words);
  if (words) for (const each of list.querySelectorAll("details")) each.open = true;
}
