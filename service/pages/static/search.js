// The search page without reloads: the address that a link or form leads to is fetched, and what differs is put in place.
// The server makes every page whole; without this script the same addresses are simply visited.

const PARTS = "[data-part]";
let pending = null;
let shown = location.pathname + location.search;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const otherwise = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || otherwise || event.defaultPrevented) return;
  const address = new URL(link.getAttribute("href"), location.href);
  if (!leadsToSearch(address)) return;
  event.preventDefault();
  visit(address, { replace: "stays" in link.dataset, up: Boolean(link.closest(".pager, .order, .help")) });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "get") return;
  const address = addressOf(form);
  if (!leadsToSearch(address)) return;
  event.preventDefault();
  visit(address, { up: form.id === "search" });
});

document.addEventListener("change", (event) => {
  if (event.target.form && "atOnce" in event.target.form.dataset) event.target.form.requestSubmit();
});

addEventListener("popstate", (event) => {
  if (shown === location.pathname + location.search) return;
  document.getElementById("sheet").close();
  visit(new URL(location.href), { back: true, scroll: event.state?.scroll });
});

addEventListener("beforeprint", () => {
  document.getElementById("permalink").textContent = location.href;
  document.getElementById("printed-on").textContent = new Date().toLocaleDateString(document.documentElement.lang);
});

// Without anything asked the same path is the first screen, which is another page.
function leadsToSearch({ origin, pathname, search, hash }) {
  return origin === location.origin && pathname === location.pathname && search !== "" && hash === "";
}

function addressOf(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  return new URL(`${form.action.split("?")[0]}?${new URLSearchParams(fields)}`);
}

async function visit(address, { replace = false, back = false, up = false, scroll } = {}) {
  pending?.abort();
  const mine = (pending = new AbortController());
  busy(true);
  let page;
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (error) {
    if (error.name === "AbortError") return;
  }
  if (mine !== pending) return;
  busy(false);
  // Errors, a lost connection and whatever is no list of hits are the browser's own business.
  if (!page || !page.querySelector("#answer")) {
    location.assign(address);
    return;
  }
  if (!back) remember(page.querySelector("link[rel=canonical]").getAttribute("href"), replace);
  shown = location.pathname + location.search;
  put(page, up || back);
  if (up) scrollTo(0, 0);
  if (scroll !== undefined) scrollTo(0, scroll);
}

// What is chosen in the window of facets on a phone is one step back, however many choices it was.
function remember(address, replace) {
  const inSheet = document.getElementById("sheet").open;
  if (replace || (inSheet && history.state?.inSheet)) {
    history.replaceState(history.state, "", address);
    return;
  }
  history.replaceState({ ...history.state, scroll: scrollY }, "");
  history.pushState({ inSheet }, "", address);
}

function put(page, whole) {
  const focus = document.activeElement;
  const key = focus?.dataset?.key;
  const held = focus?.closest(PARTS);
  const opened = new Set([...document.querySelectorAll("details[data-key][open]")].map((each) => each.dataset.key));
  for (const part of document.querySelectorAll(PARTS)) {
    part.replaceChildren(...page.getElementById(part.id).childNodes);
  }
  for (const each of document.querySelectorAll("details[data-key]")) each.open ||= opened.has(each.dataset.key);
  document.title = page.title;
  for (const rel of ["alternate", "canonical"]) {
    document.querySelector(`link[rel=${rel}]`).href = page.querySelector(`link[rel=${rel}]`).getAttribute("href");
  }
  // What is being typed meanwhile is not taken away.
  if (whole || focus?.id !== "q") document.getElementById("q").value = page.getElementById("q").value;
  // The choices of language and theme come back to the page that they are made on.
  document.querySelector(".foot").replaceChildren(...page.querySelector(".foot").childNodes);
  if (held) refocus(key);
  document.dispatchEvent(new Event("answered"));
}

function refocus(key) {
  const same = key && [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
  (same || document.querySelector(".chips a") || document.getElementById("main")).focus({ preventScroll: true });
}

function busy(is) {
  document.getElementById("main").setAttribute("aria-busy", is);
}
