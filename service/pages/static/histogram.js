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
  const held = bars().filter((bar) => bar.classList.toggle("within", within(Number(bar.dataset.year))));
  const drawing = drawn && from !== null;
  document.querySelector(".histogram").classList.toggle("drawing", drawing);
  if (drawing) tell(held);
}

// Which years are being chosen, and how many articles they have together.
function tell(held) {
  const total = held.reduce((sum, bar) => sum + Number(bar.dataset.count), 0);
  const said = { start: Math.min(from, to), end: Math.max(from, to), total: total.toLocaleString("en") };
  const label = document.querySelector(".histogram .drawn");
  label.textContent = Object.entries(said).reduce((text, [name, value]) => text.replace(`{${name}}`, value), label.dataset.said);
}

function choose(first, last) {
  const { form } = document.querySelector(".span select");
  form.elements.year_from.value = first;
  form.elements.year_to.value = last;
  form.requestSubmit();
}
