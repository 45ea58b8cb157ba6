"use strict";
// Draws the charts that stand as data in the page, in the colours of its theme, and answers to sliders and switches.

const { charts, films } = JSON.parse(document.getElementById("data").textContent);
const narrow = matchMedia("(max-width: 46rem)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "toImage"] };

/** The layout of a chart with what depends on theme and width filled in. */
function layout(chart) {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const line = style.getPropertyValue("--line").trim();
  const axis = (own) => ({ gridcolor: line, linecolor: line, automargin: true, tickfont: { size: 12 }, ...own });
  return {
    plot_bgcolor: "rgba(0,0,0,0)",
    paper_bgcolor: "rgba(0,0,0,0)",
    font: { color: ink, size: 13 },
    margin: { t: 36, r: 12, b: 48, l: 56 },
    showlegend: false,
    hoverlabel: { align: "left" },
    uirevision: chart.layout.yaxis.type || "linear", // a zoom outlives a redrawing with the same axes
    ...chart.layout,
    xaxis: axis(chart.layout.xaxis),
    yaxis: axis(chart.layout.yaxis),
  };
}

/** Which chart stands where: the place's own, or the one that a radio button chose. */
function chartAt(place) {
  const chosen = place.id === "errors-plot" && document.querySelector("input[name=run]:checked").value;
  return charts[chosen || place.id];
}

function draw(place) {
  const chart = chartAt(place);
  const own = layout(chart);
  if (place.id === "errors-plot") {
    own.showlegend = true;
    own.legend = narrow.matches ? { orientation: "h", y: -0.4 } : {};
  }
  return Plotly.react(place, chart.data, own, config);
}

const places = document.querySelectorAll(".plot");
const drawAll = () => places.forEach(draw);
drawAll();
dark.addEventListener("change", drawAll);
narrow.addEventListener("change", drawAll);

for (const radio of document.querySelectorAll("input[name=run]")) {
  radio.addEventListener("change", () => draw(document.getElementById("errors-plot")));
}

for (const box of document.querySelectorAll("input[data-curve]")) {
  box.addEventListener("change", () => {
    charts[box.dataset.chart].data[box.dataset.curve].visible = box.checked;
    draw(document.getElementById(box.dataset.chart));
  });
}

for (const box of document.querySelectorAll("input[data-log]")) {
  box.addEventListener("change", () => {
    charts[box.dataset.log].layout.yaxis.type = box.checked ? "log" : "linear";
    draw(document.getElementById(box.dataset.log));
  });
}

/** Shows the residual that a film's slider points at. */
function show(slider) {
  const id = slider.dataset.film;
  const { step, loss, difference } = films[id][slider.value];
  const n = Math.sqrt(difference.length);
  const largest = Math.max(...difference.map(Math.abs));
  const stretched = document.querySelector(`input[data-stretch="${id}"]`).checked && largest > 0;
  const [trace] = charts[id].data;
  trace.z = Array.from({ length: n }, (_, row) => difference.slice(row * n, (row + 1) * n));
  trace.zmax = stretched ? largest : 1;
  trace.zmin = -trace.zmax;
  draw(document.getElementById(id));
  slider.setAttribute("aria-valuetext", `step ${step}`);
  document.getElementById(`${id}-output`).textContent =
    `Step ${step}: loss ${loss.toPrecision(5)}, largest entry ${largest.toPrecision(3)}`;
}

for (const slider of document.querySelectorAll("input[data-film]")) {
  slider.addEventListener("input", () => show(slider));
  document.querySelector(`input[data-stretch="${slider.dataset.film}"]`).addEventListener("change", () => show(slider));
  show(slider);
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

// Open where there is room, so that a phone's reader doesn't scroll past it.
document.getElementById("contents").open = !narrow.matches;
