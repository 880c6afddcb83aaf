// Comforts on top of pages that work without any script: filters answer at once, menus close, charts are drawn.
import "htmx.org";

const drawCharts = async (root) => {
  const boxes = root.querySelectorAll("[data-chart]:empty");
  if (!boxes.length) return;
  const { draw } = await import("./chart.js");
  boxes.forEach((box) => draw(box, JSON.parse(document.getElementById(box.dataset.chart).textContent)));
};

// A choice in the filter bar is an answer, not a preparation: no second click. Dates and tag keys wait for theirs.
document.addEventListener("change", (event) => {
  if (event.target.matches(".filter-form select")) event.target.form.requestSubmit();
});

// Fields left empty ask for nothing and have no place in an address that people pass on.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const given = detail.formData;
  for (const key of new Set(given.keys())) {
    const values = given.getAll(key).filter((value) => value !== "");
    given.delete(key);
    values.forEach((value) => given.append(key, value));
  }
});

// Without an answer to show, let the browser ask again and show what it gets.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!xhr.responseText.includes('id="report"')) {
    event.detail.shouldSwap = false;
    window.location.assign(xhr.responseURL);
  }
});

// Who works by keyboard goes on where they were: on the head that sorts, on the button whose list has been closed.
const heads = () => [...document.querySelectorAll("thead a")];
const place = { head: -1, button: "" };
let slow;
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const working = document.getElementById("working");
  if (working) slow = setTimeout(() => (working.textContent = working.dataset.words), 300);
  place.head = heads().indexOf(detail.elt);
  if (detail.elt.id.startsWith("filter-")) place.button = detail.elt.id;
});
document.addEventListener("htmx:afterRequest", () => {
  clearTimeout(slow);
  const working = document.getElementById("working");
  if (working) working.textContent = "";
});
document.addEventListener("htmx:afterSettle", () => {
  if (place.head >= 0) heads()[place.head]?.focus();
  else if (place.button && !document.getElementById("chooser")) {
    document.getElementById(place.button)?.focus();
    place.button = "";
  }
});

document.addEventListener("click", ({ target }) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});

document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  const close = document.querySelector(".chooser .close");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (close) {
    close.click();
  } else if (window.location.hash === "#filters") {
    window.location.hash = "open-filters";
    document.getElementById("open-filters").focus();
  }
});

document.addEventListener("htmx:afterSettle", ({ target }) => drawCharts(target));
document.documentElement.classList.add("has-scripts");
drawCharts(document);
