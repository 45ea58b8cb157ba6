// What all charts share: data that stand in the page, drawn, answering to pointer and keyboard.
// Colours are the style sheet's: charts follow the theme without being drawn again.

const { charts, colours, runs, arithmetic } = JSON.parse(document.getElementById("data").textContent);
// A run's losses come as the bits of float32 numbers, eight hexadecimal digits each. The chart's curves are these runs.
runs.forEach((run, k) => {
  run.bits = Uint32Array.from(run.bits.match(/.{8}/g), (digits) => parseInt(digits, 16));
  charts.losses.curves[k].values = Array.from(new Float32Array(run.bits.buffer), (loss) => Number(loss.toPrecision(5)));
});
const narrow = matchMedia("(max-width: 46rem)");
const LEFT = 70, TOP = 10, BOTTOM = 46;
const TOOLS = `<button type="button" data-key="+">Zoom in</button> <button type="button" data-key="-">Zoom out</button>
  <button type="button" data-key="0">Show all</button>`;

const field = (id) => document.getElementById(id);
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
