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
