// Puts the charts into their places, and answers to sliders, switches and addresses.

const sliders = document.querySelectorAll("input[data-film]");

/** Puts the residual that a slider points at into its chart. */
function turn(slider) {
  const id = slider.dataset.film;
  const { step, loss, values } = charts[id].frames[slider.value];
  const largest = Math.max(...values.map(Math.abs));
  const isStretched = document.querySelector(`input[data-stretch="${id}"]`).checked && largest > 0;
  Object.assign(charts[id], { values, range: isStretched ? [-largest, largest] : [-1, 1] });
  slider.setAttribute("aria-valuetext", `step ${step}`);
  document.getElementById(`${id}-output`).textContent =
    `Step ${whole(step)}: loss ${loss.toPrecision(5)}, largest entry ${largest.toPrecision(3)}`;
}
sliders.forEach(turn);

const plots = {};
for (const place of document.querySelectorAll("main .plot:not(#play *)")) {
  const chart = charts[place.id] ?? charts[document.querySelector("input[name=run]:checked").value];
  plots[place.id] = new (chart.curves ? Lines : Heat)(place);
  plots[place.id].show(chart);
}

for (const slider of sliders) {
  const id = slider.dataset.film;
  const show = () => {
    turn(slider);
    plots[id].draw();
    plots[id].tabulate();
  };
  slider.addEventListener("input", show);
  document.querySelector(`input[data-stretch="${id}"]`).addEventListener("change", show);
}

for (const radio of document.querySelectorAll("input[name=run]")) {
  radio.addEventListener("change", () => plots["errors-plot"].show(charts[radio.value]));
}

/** Makes those boxes reachable by keyboard that have something to scroll to. */
function reach() {
  for (const box of document.querySelectorAll("pre")) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
reach();
addEventListener("resize", reach);
addEventListener("toggle", reach, true);

/** Shows on the figure of factors where the playground's eigenvalues stand: pairs of αλ and the factor. */
function mark_factors(points) {
  const group = document.getElementById("factors-now");
  const [left, across, bottom, up] = group.dataset.scale.split(" ").map(Number);
  const place = ([product, factor]) => `cx="${left + clamp(product, 0, 4) * across}" cy="${bottom - clamp(factor, 0, 1.2) * up}"`;
  group.innerHTML = points.map((point) => `<circle ${place(point)} r="8"/>`).join("");
}

/** Opens what is folded around the place that the address names, and goes there. */
function visit() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place) return;
  for (let box = place; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
  place.querySelector(":scope > details")?.setAttribute("open", "");
  place.scrollIntoView();
}
addEventListener("hashchange", visit);
visit();
for (const link of document.querySelectorAll("a[href^='#']")) link.addEventListener("click", () => link.hash === location.hash && visit());

// All is open on paper, and as before afterwards.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open]):not(.values)")];
  for (const box of folded) box.open = true;
});
addEventListener("afterprint", () => folded.forEach((box) => (box.open = false)));

/** Shows the idioms in whose text the words stand, titles, code and printed errors alike. */
function filter() {
  const words = field("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const pairs = [...document.querySelectorAll(".idiom")];
  for (const pair of pairs) {
    const text = pair.textContent.toLowerCase();
    pair.hidden = !words.every((word) => text.includes(word));
  }
  const count = pairs.filter((pair) => !pair.hidden).length;
  field("found").textContent = words.length ? `${count} of ${pairs.length} pairs` : "";
}
field("filter").addEventListener("input", filter);
