// Drawing over the bars of the years chooses a range; a plain click stays the link that it is.

let from = null;
let to = null;
let drawn = false;

const bars = () => [...document.querySelectorAll(".histogram .bar")];

document.addEventListener("pointerdown", (event) => {
  if (event.button || !event.target.closest?.(".histogram")) return;
  from = to = yearAt(event.clientX);
  drawn = false;
});

document.addEventListener("pointermove", (event) => {
  if (from === null) return;
  to = yearAt(event.clientX);
  drawn ||= to !== from;
  if (drawn) show((year) => Math.min(from, to) <= year && year <= Math.max(from, to));
});

document.addEventListener("pointerup", () => {
  if (from !== null && drawn) choose(Math.min(from, to), Math.max(from, to));
  from = null;
});

document.addEventListener("pointercancel", () => {
  from = null;
  show(() => false);
});

// A link that is dragged would be carried away, and the click at the end of a drawing is none.
document.addEventListener("dragstart", (event) => event.target.closest?.(".histogram") && event.preventDefault());
document.addEventListener("click", (event) => {
  if (drawn && event.target.closest?.(".histogram")) event.preventDefault();
  drawn = false;
}, true);

function yearAt(x) {
  const distance = (bar) => {
    const { left, right } = bar.firstElementChild.getBoundingClientRect();
    return Math.abs(x - (left + right) / 2);
  };
  return Number(bars().reduce((best, bar) => (distance(bar) < distance(best) ? bar : best)).dataset.year);
}

function show(within) {
  for (const bar of bars()) bar.classList.toggle("within", within(Number(bar.dataset.year)));
  document.querySelector(".histogram").classList.toggle("drawing", drawn && from !== null);
}

function choose(first, last) {
  const form = document.querySelector(".span");
  form.elements.year_from.value = first;
  form.elements.year_to.value = last;
  form.requestSubmit();
}
