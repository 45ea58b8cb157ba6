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
