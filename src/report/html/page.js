"use strict";
// Draws the charts whose data stand in the page, and answers to pointer, keyboard, sliders and switches.
// Colours are the style sheet's: charts follow the theme without being drawn again.

const { charts, colours } = JSON.parse(document.getElementById("data").textContent);
const narrow = matchMedia("(max-width: 46rem)");
const LEFT = 70, TOP = 10, BOTTOM = 46;
const TOOLS = `<button type="button" data-key="+">Zoom in</button> <button type="button" data-key="-">Zoom out</button>
  <button type="button" data-key="0">Show all</button>`;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const escaped = (text) => text.replace(/[&<]/g, (c) => (c === "&" ? "&amp;" : "&lt;"));
const minus = (text) => text.replace(/-/g, "−");
const tell = (value) => (value == null ? "–" : minus(String(value)));
const whole = (value) => value.toLocaleString("en");
const superscript = (power) => String(power).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);

/** Round values between two others, about `room` of them. */
function round(low, high, room) {
  const raw = (high - low) / room;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= raw * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** The ticks of an axis between two positions, each with its label; on a logarithmic one, positions are powers of ten. */
function ticks([start, end], room, log) {
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  const short = (value) => {
    const isPlain = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6);
    return minus(isPlain ? value.toLocaleString("en", { maximumSignificantDigits: 6 }) : value.toExponential());
  };
  if (!log) return round(low, high, room).map((value) => [value, short(value)]);
  if (high - low < 1.5) return round(10 ** low, 10 ** high, room).map((value) => [Math.log10(value), short(value)]);
  const stride = Math.ceil((high - low) / room);
  const powers = round(Math.ceil(low), high, high - low).filter((power) => power % stride === 0);
  return powers.map((power) => [power, `10${superscript(power)}`]);
}

const channels = colours.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));

/** The colour at a share of the scale. */
function shade(share) {
  const at = clamp(share, 0, 1) * (channels.length - 1);
  const lower = Math.min(Math.floor(at), channels.length - 2);
  const mixed = channels[lower].map((from, k) => Math.round(from + (at - lower) * (channels[lower + 1][k] - from)));
  return `rgb(${mixed})`;
}

/** A chart in its place: what all charts share. `view` is the part that is shown, `at` what the readout points at. */
class Plot {
  right = 14;

  constructor(place) {
    this.place = place;
    place.innerHTML = `<svg class="chart" aria-hidden="true"></svg><div class="readout" role="status" hidden></div>`;
    [this.svg, this.readout] = place.children;
    place.insertAdjacentHTML("afterend", `<div class="tools">${TOOLS}</div>
      <details class="values"><summary>The values as a table</summary><div tabindex="0"></div></details>`);
    const tools = place.nextElementSibling;
    this.table = tools.nextElementSibling;
    tools.addEventListener("click", ({ target }) => this.press(target.dataset.key));
    this.table.addEventListener("toggle", () => this.tabulate());
    place.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && this.press(event.key)) event.preventDefault();
    });
    place.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && event.pointerType !== "touch") this.from = this.inside(event);
      this.follow(event);
    });
    place.addEventListener("pointermove", (event) => this.follow(event));
    place.addEventListener("pointerleave", () => this.forget());
    place.addEventListener("pointerup", (event) => this.select(this.inside(event)));
    place.addEventListener("dblclick", () => this.press("0"));
    new ResizeObserver(() => this.draw()).observe(place);
  }

  show(chart) {
    this.chart = chart;
    this.view = this.all();
    this.forget();
    this.draw();
    this.tabulate();
  }

  // From values to pixels and back, inside the axes.
  px = (x) => ((x - this.view.x[0]) / (this.view.x[1] - this.view.x[0])) * this.width;
  py = (y) => (1 - (y - this.view.y[0]) / (this.view.y[1] - this.view.y[0])) * this.height;
  x = (px) => this.view.x[0] + (px / this.width) * (this.view.x[1] - this.view.x[0]);
  y = (py) => this.view.y[0] + (1 - py / this.height) * (this.view.y[1] - this.view.y[0]);

  /** Where the pointer is, in pixels inside the axes. */
  inside({ clientX, clientY }) {
    const { left, top } = this.place.getBoundingClientRect();
    return [clamp(clientX - left - LEFT, 0, this.width), clamp(clientY - top - TOP, 0, this.height)];
  }

  draw() {
    this.width = this.place.clientWidth - LEFT - this.right;
    this.height = this.place.clientHeight - TOP - BOTTOM;
    if (this.width <= 0) return;
    const { width, height, view } = this;
    const [titleX, titleY] = this.titles();
    const marks = [];
    // Steps, rows and columns are whole numbers.
    const isWhole = ([value]) => Number.isInteger(value);
    const across = ticks(view.x, width / (this.chart.frames ? 40 : 80)).filter((tick) => this.chart.is_contraction || isWhole(tick));
    const up = ticks(view.y, height / 40, this.chart.log).filter((tick) => !this.chart.frames || isWhole(tick));
    for (const [x, label] of across) {
      marks.push(`<path d="M${this.px(x)} 0V${height}"/><text x="${this.px(x)}" y="${height + 18}">${label}</text>`);
    }
    for (const [y, label] of up) {
      marks.push(`<path d="M0 ${this.py(y)}H${width}"/><text class="y" x="-6" y="${this.py(y) + 4}">${label}</text>`);
    }
    this.svg.setAttribute("viewBox", `${-LEFT} ${-TOP} ${this.place.clientWidth} ${this.place.clientHeight}`);
    this.svg.innerHTML = `<g class="axes">${marks.join("")}
      <text x="${width / 2}" y="${height + 38}">${titleX}</text>
      <text transform="translate(${14 - LEFT} ${height / 2}) rotate(-90)">${titleY}</text></g>
      <svg width="${width}" height="${height}">${this.inner()}</svg>${this.outer()}
      <g class="pointer"></g>`;
    this.point();
  }

  outer() {
    return "";
  }

  /** Draws the readout at `at`. */
  point(selection = "") {
    const [mark, x, told] = this.at ? this.told() : ["", 0, ""];
    this.svg.querySelector(".pointer").innerHTML = mark + selection;
    this.readout.hidden = !told;
    this.readout.innerHTML = told;
    const isLeft = x < this.width / 2;
    this.readout.style.left = isLeft ? `${LEFT + x + 14}px` : "auto";
    this.readout.style.right = isLeft ? "auto" : `${this.place.clientWidth - LEFT - x + 14}px`;
  }

  follow(event) {
    const to = this.inside(event);
    this.at = this.nearest(this.x(to[0]), this.y(to[1]));
    const [[left, right], [top, bottom]] = this.from ? this.box(to) : [[0, 0], [0, 0]];
    this.point(`<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/>`);
  }

  forget() {
    this.at = this.from = null;
    if (this.svg.innerHTML) this.point();
  }

  /** The pixels from where dragging began: a whole band if the drag is all but straight. */
  box(to) {
    const sides = [0, 1].map((k) => [Math.min(this.from[k], to[k]), Math.max(this.from[k], to[k])]);
    const isFlat = sides.map(([low, high]) => high - low < 12);
    if (isFlat[0] && !isFlat[1]) sides[0] = [0, this.width];
    if (isFlat[1] && !isFlat[0]) sides[1] = [0, this.height];
    return sides;
  }

  select(to) {
    if (!this.from) return;
    const [[left, right], [top, bottom]] = this.box(to);
    this.from = null;
    if (right - left < 12) return;
    this.view = { x: [this.x(left), this.x(right)], y: [this.y(bottom), this.y(top)] };
    this.draw();
  }

  /** Makes the view `times` as wide, about the readout or the middle, but never wider than all. */
  zoom(times) {
    const all = this.all();
    for (const axis of this.chart.curves ? ["x"] : ["x", "y"]) {
      const [start, end] = this.view[axis];
      const centre = this.at ? this.position()[axis] : (start + end) / 2;
      const [low, high] = [Math.min(...all[axis]), Math.max(...all[axis])];
      this.view[axis] = [start, end].map((edge) => clamp(centre + (edge - centre) * times, low, high));
    }
    this.draw();
  }

  /** What a key does; whether it does anything. */
  press(key) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (moves[key]) this.move(...moves[key]);
    else if (key === "+" || key === "=") this.zoom(0.5);
    else if (key === "-") this.zoom(2);
    else if (key === "0") this.view = this.all();
    else if (key === "Escape") this.forget();
    else return false;
    this.draw();
    return true;
  }

  move(right, up) {
    const middle = () => this.nearest((this.view.x[0] + this.view.x[1]) / 2, (this.view.y[0] + this.view.y[1]) / 2);
    this.at = this.at ? this.moved(right, up) : middle();
    // A readout that leaves the view takes the view along.
    const all = this.all();
    for (const axis of this.chart.curves ? ["x"] : ["x", "y"]) {
      const [low, high] = this.view[axis].toSorted((a, b) => a - b);
      const over = this.position()[axis] - clamp(this.position()[axis], low, high);
      if (over && high - low < Math.abs(all[axis][1] - all[axis][0])) {
        this.view[axis] = this.view[axis].map((edge) => edge + over);
      }
    }
  }

  /** Fills the table, if it is open. */
  tabulate() {
    if (!this.table.open) return;
    const [head, ...rows] = this.rows();
    const row = ([name, ...cells]) => `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
    const heads = head.map((name) => `<th scope="col">${name}</th>`).join("");
    this.table.lastElementChild.innerHTML =
      `<table><thead><tr>${heads}</tr></thead><tbody>${rows.map(row).join("")}</tbody></table>`;
  }
}

/** Curves over the steps. A curve with a rate has theory's beside it, dashed. */
class Lines extends Plot {
  show(chart) {
    this.legend ??= this.place.parentElement.insertBefore(document.createElement("fieldset"), this.place);
    this.legend.className = "legend";
    const curve = ({ name, hidden }, k) => `<label class="switch"><input type="checkbox" data-curve="${k}"${hidden ? "" : " checked"}>
      <span class="swatch c${k}"></span> ${escaped(name)}</label>`;
    this.legend.innerHTML = `<legend>Curves</legend>${chart.curves.map(curve).join("")}
      <label class="switch"><input type="checkbox" data-log${chart.log ? " checked" : ""}> Logarithmic axis</label>`;
    this.legend.onchange = ({ target }) => {
      if (target.dataset.curve) chart.curves[target.dataset.curve].hidden = !target.checked;
      else chart.log = target.checked;
      if ("log" in target.dataset) this.view = this.all();
      this.draw();
    };
    super.show(chart);
  }

  titles = () => ["step", this.chart.y];

  /** Where a value stands on the axis. */
  scale = (value) => (this.chart.log ? Math.log10(value) : value);

  theory = ({ values, rate }, step) => values[0] * rate ** step;

  all() {
    const { curves, floor = 0, log } = this.chart;
    const ends = curves.map(({ values }) => values.reduce(([low, high], value) =>
      value === null || (log && value <= floor) ? [low, high] : [Math.min(low, value), Math.max(high, value)], [Infinity, 0]));
    const low = this.scale(floor || (log ? Math.min(...ends.map(([low]) => low)) : 0));
    const high = this.scale(Math.max(...ends.map(([, high]) => high)));
    const margin = 0.03 * (high - low);
    const last = Math.max(...curves.map(({ values }) => values.length)) - 1;
    return { x: [0, last], y: [floor || !log ? low : low - margin, high + margin] };
  }

  /** A line through what a function gives for each step in view: of very many steps, the least and the greatest in turn. */
  path(length, value) {
    const [from, to] = [Math.max(0, Math.floor(this.view.x[0])), Math.min(length - 1, Math.ceil(this.view.x[1]))];
    const every = Math.max(1, Math.floor((to - from) / this.width / 2));
    let path = "", pen = "M";
    for (let step = from; step <= to; step += every) {
      const ys = [];
      for (let k = step; k < step + every && k <= to; k++) {
        const y = this.py(this.scale(value(k)));
        if (value(k) !== null && Number.isFinite(y)) ys.push(clamp(y, -1e4, 1e4));
      }
      for (const y of ys.length > 1 ? [Math.min(...ys), Math.max(...ys)] : ys) {
        path += `${pen}${this.px(step).toFixed(1)} ${y.toFixed(1)}`;
        pen = "L";
      }
      if (!ys.length) pen = "M";
    }
    return path;
  }

  inner() {
    return this.chart.curves.map((curve, k) => {
      if (curve.hidden) return "";
      const { values, rate } = curve;
      const dashed = rate ? `<path class="theory" d="${this.path(values.length, (step) => this.theory(curve, step))}"/>` : "";
      return `<g class="curve c${k}"><path d="${this.path(values.length, (step) => values[step])}"/>${dashed}</g>`;
    }).join("");
  }

  nearest = (x) => ({ step: clamp(Math.round(x), ...this.all().x) });
  position = () => ({ x: this.at.step });
  moved = (right) => this.nearest(this.at.step + right * Math.max(1, Math.round((this.view.x[1] - this.view.x[0]) / 100)));

  told() {
    const { step } = this.at;
    const shown = this.chart.curves.map((curve, k) => ({ ...curve, k })).filter(({ hidden }) => !hidden);
    const row = ({ k, name, values, rate }) => `<div><span class="swatch c${k}"></span> <span class="name">${escaped(name)}:</span>
      <b>${tell(values[step])}</b>${rate ? `, theory ${minus(this.theory({ values, rate }, step).toPrecision(4))}` : ""}</div>`;
    const line = `<path d="M${this.px(step)} 0V${this.height}"/>`;
    return [line, this.px(step), `<div>step ${whole(step)}</div>${shown.map(row).join("")}`];
  }

  rows() {
    const { curves } = this.chart;
    const last = this.all().x[1];
    const steps = [0];
    for (let power = 1; power <= last; power *= 10) steps.push(...[1, 2, 5].map((times) => times * power));
    const rows = [...steps.filter((step) => step < last), last];
    return [["step", ...curves.map(({ name }) => escaped(name))],
      ...rows.map((step) => [whole(step), ...curves.map(({ values }) => tell(values[step]))])];
  }
}

/** Cells in colours: a matrix, row by row, or a map with a boundary and marks. */
class Heat extends Plot {
  right = 92;

  titles = () => [this.chart.x.title, this.chart.y.title];

  /** The values that the scale's ends stand for; of a contraction, the power of ten of its distance from 1. */
  range = () => (this.chart.is_contraction ? [-4, 0] : this.chart.range);

  shade(value) {
    const [low, high] = this.range();
    return shade(((this.chart.is_contraction ? Math.log10(Math.max(1 - value, 1e-9)) : value) - low) / (high - low));
  }

  all() {
    const { x, y } = this.chart;
    return { x: [x.low, x.high], y: y.down ? [y.high, y.low] : [y.low, y.high] };
  }

  // The cell's number along an axis, and its centre.
  cell = ({ low, high, cells }, value) => clamp(Math.floor(((value - low) / (high - low)) * cells), 0, cells - 1);
  centre = ({ low, high, cells }, cell) => Number((low + ((cell + 0.5) * (high - low)) / cells).toPrecision(4));
  value = (column, row) => this.chart.values[row * this.chart.x.cells + column];

  /** The cell's place in pixels. */
  rect(column, row) {
    const edge = ({ low, high, cells }, cell) => low + (cell * (high - low)) / cells;
    const { x, y } = this.chart;
    const xs = [column, column + 1].map((cell) => this.px(edge(x, cell)));
    const ys = [row, row + 1].map((cell) => this.py(edge(y, cell))).sort((a, b) => a - b);
    return `x="${xs[0].toFixed(2)}" y="${ys[0].toFixed(2)}" width="${(xs[1] - xs[0]).toFixed(2)}" height="${(ys[1] - ys[0]).toFixed(2)}"`;
  }

  inner() {
    const { x, values, ground = "none", boundary = [], marks = [] } = this.chart;
    const cell = (value, k) => value === null ? "" :
      `<rect ${this.rect(k % x.cells, Math.floor(k / x.cells))} fill="${this.shade(value)}"/>`;
    const place = ([rate, momentum]) => `${this.px(rate)} ${this.py(momentum)}`;
    const star = "M0-9 2.6-3 9-2.6 4 1.6 5.6 8 0 4.4-5.6 8-4 1.6-9-2.6-2.6-3Z";
    const circle = "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1-6 0Z";
    const mark = ({ at }, k) => `<path class="mark" transform="translate(${place(at)})" d="${k ? circle : star}"/>`;
    return `<rect width="100%" height="100%" fill="${ground}"/><g class="cells">${values.map(cell).join("")}</g>
      <path class="boundary" d="${boundary.length ? `M${boundary.map(place).join("L")}` : ""}"/>${marks.map(mark).join("")}`;
  }

  /** The colour bar. */
  outer() {
    const { place, height, width } = this;
    const range = this.range();
    const labels = this.chart.is_contraction ? [-4, -3, -2, -1, 0].map((power) => [power, String(1 - 10 ** power)]) : ticks(range, 8);
    const label = ([value, text]) => `<text class="bar" x="${width + 32}" y="${(1 - (value - range[0]) / (range[1] - range[0])) * height + 4}">${text}</text>`;
    const stop = (colour, k) => `<stop offset="${k / (colours.length - 1)}" stop-color="${colour}"/>`;
    return `<linearGradient id="${place.id}-scale" x1="0" x2="0" y1="1" y2="0">${colours.map(stop).join("")}</linearGradient>
      <rect x="${width + 14}" width="14" height="${height}" fill="url(#${place.id}-scale)"/><g class="axes">${labels.map(label).join("")}</g>`;
  }

  nearest = (x, y) => ({ column: this.cell(this.chart.x, x), row: this.cell(this.chart.y, y) });
  position = () => ({ x: this.centre(this.chart.x, this.at.column), y: this.centre(this.chart.y, this.at.row) });
  moved = (right, up) => ({
    column: clamp(this.at.column + right, 0, this.chart.x.cells - 1),
    row: clamp(this.at.row + (this.chart.y.down ? -up : up), 0, this.chart.y.cells - 1),
  });

  told() {
    const { x, y, is_contraction, boundary, marks = [] } = this.chart;
    const { column, row } = this.at;
    const centre = this.position();
    const value = this.value(column, row);
    const told = [`${x.title} ${tell(centre.x)}, ${y.title} ${tell(centre.y)}`];
    if (!is_contraction) told.push(`<b>${tell(value)}</b>`);
    else told.push(value === null ? "<b>diverged</b>" : `contraction <b>${value.toFixed(4)}</b> a step`);
    if (boundary) {
      const [[start, low], [end, high]] = boundary;
      told.push(`stable below ${(start + ((centre.y - low) / (high - low)) * (end - start)).toPrecision(4)} at this momentum`);
    }
    for (const { name, at } of marks) {
      const isNear = Math.abs(this.cell(x, at[0]) - column) <= 1 && Math.abs(this.cell(y, at[1]) - row) <= 1;
      if (isNear) told.push(`${name}: ${x.title} ${Number(at[0].toPrecision(4))}, ${y.title} ${Number(at[1].toPrecision(4))}`);
    }
    const lines = told.map((line) => `<div>${line}</div>`).join("");
    return [`<rect ${this.rect(column, row)}/>`, clamp(this.px(centre.x), 0, this.width), lines];
  }

  rows() {
    const { x, y, is_contraction } = this.chart;
    const some = ({ cells }) => [...Array(cells).keys()].filter((cell) => cell % Math.ceil(cells / 8) === 0);
    const told = (value) => (is_contraction && value === null ? "diverged" : tell(value));
    return [[`${y.title} ↓ ${x.title} →`, ...some(x).map((column) => tell(this.centre(x, column)))],
      ...some(y).map((row) => [tell(this.centre(y, row)), ...some(x).map((column) => told(this.value(column, row)))])];
  }
}

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
for (const place of document.querySelectorAll(".plot")) {
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

// Open where there is room, so that a phone's reader doesn't scroll past it.
document.getElementById("contents").open = !narrow.matches;
