// Keys, and what opens in place: "/" to the box, "j" and "k" from hit to hit, "?" for the sheet that tells of them.

const STEPS = { j: 1, k: -1 };

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(event.target.closest?.("details.menu[open]"));
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") focusBox();
  else if (event.key === "?") document.getElementById("keys").showModal();
  else if (!(event.key in STEPS) || !step(STEPS[event.key])) return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens=keys]");
  if (opener) document.getElementById("keys").showModal();
  const menu = event.target.closest?.("details.menu");
  const followed = event.target.closest?.("details.menu a");
  for (const each of document.querySelectorAll("details.menu[open]")) if (each !== menu || followed) each.open = false;
});

function isTyping(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";
}

function focusBox() {
  const box = document.getElementById("q");
  box?.focus();
  box?.select();
}

function step(by) {
  const hits = [...document.querySelectorAll(".hit h2 a")];
  // Somebody who comes back from an article goes on from there.
  const here = document.activeElement === document.body ? document.querySelector(".hit:target") : document.activeElement;
  const now = hits.findIndex((each) => each.closest(".hit").contains(here));
  const next = now < 0 ? hits[by > 0 ? 0 : hits.length - 1] : hits[now + by];
  next?.focus({ preventScroll: true });
  next?.closest(".hit").scrollIntoView({ block: "nearest" });
  return hits.length > 0;
}

function closeMenus(inside) {
  inside?.querySelector("summary").focus();
  for (const each of document.querySelectorAll("details.menu[open]")) each.open = false;
}
