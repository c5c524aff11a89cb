// The reader's conveniences: to the next match and the one before, evidence on hover, copying, and keeping one's place.
// The page has a link for each of them but the last two, so nothing here is needed to read.

const matches = [...document.querySelectorAll("mark[id]")];
const bar = document.querySelector(".matches");
const shownAt = bar?.querySelector("[data-at]");
let at = -1;

function numberOfHash() {
  const found = /^#match-(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) - 1 : -1;
}

function tell() {
  if (!shownAt) return;
  shownAt.textContent = at < 0 ? "" : `${at + 1} / `;
  for (const link of bar.querySelectorAll("[data-step]")) {
    link.hash = `match-${next(Number(link.dataset.step)) + 1}`;
  }
}

// Where nothing is chosen yet, the next match is the first that lies below the bar, the one before the last above it.
function next(step) {
  const count = matches.length;
  if (at >= 0) return (at + step + count) % count;
  const below = matches.findIndex((mark) => mark.getBoundingClientRect().bottom > 140);
  if (step > 0) return below < 0 ? 0 : below;
  return below < 0 ? count - 1 : (below - 1 + count) % count;
}

function go(step) {
  if (!matches.length) return;
  at = next(step);
  // Steps are no history: back leads to the results, not through the matches. Only a navigation moves :target.
  location.replace(`#match-${at + 1}`);
  tell();
}

function typing(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

if (bar) {
  at = numberOfHash();
  bar.addEventListener("click", (event) => {
    const link = event.target.closest("[data-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(Number(link.dataset.step));
  });
  addEventListener("hashchange", () => {
    at = numberOfHash();
    tell();
  });
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "n") go(1);
    else if (event.key === "p") go(-1);
  });
  tell();
}

// What led to a place or a programme shows in the text while the reader is at its tag.
for (const tag of document.querySelectorAll("[data-evidence]")) {
  const stretches = tag.dataset.evidence.split(" ").map((number) => document.getElementById(`evidence-${number}`));
  const light = (on) => stretches.forEach((stretch) => stretch?.classList.toggle("lit", on));
  tag.addEventListener("pointerenter", () => light(true));
  tag.addEventListener("pointerleave", () => light(false));
  tag.addEventListener("focusin", () => light(true));
  tag.addEventListener("focusout", () => light(false));
}

for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 1600);
  });
}

// Who changes the script goes on reading at the same paragraph.
const place = "fupin-paragraph";
for (const link of document.querySelectorAll(".scripts a")) {
  link.addEventListener("click", () => {
    const here = [...document.querySelectorAll(".text p[id]")].find((each) => each.getBoundingClientRect().bottom > 140);
    if (here && scrollY > 0) {
      sessionStorage.setItem(place, JSON.stringify([location.pathname, here.id, here.getBoundingClientRect().top]));
    }
  });
}
const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
sessionStorage.removeItem(place);
if (kept?.[0] === location.pathname && !location.hash) {
  const paragraph = document.getElementById(kept[1]);
  if (paragraph) scrollBy(0, paragraph.getBoundingClientRect().top - kept[2]);
}
