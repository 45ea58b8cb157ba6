// The playground: a run of the reader's choice, computed anew with each change, and the proof that it is the notebook's.

const seeded = generator(314);
const START = seeded(16), RANDOM = seeded(16);
const DIAGONAL = Float32Array.from({ length: 16 }, (_, at) => (at % 5 ? 0 : 1 + at / 5));
const named = (name) => (name === "diagonal" ? DIAGONAL : RANDOM);
const digits = (value, count = 4) => minus(String(Number(value.toPrecision(count))));

/** A map on which a setting can be picked: by dragging, or with Enter. */
class Picker extends Heat {
  follow(event) {
    this.from = null;
    super.follow(event);
    const [x, y] = this.inside(event);
    if (event.buttons & 1) pick(this.x(x), this.y(y));
  }

  press(key) {
    if (key !== "Enter" || !this.at) return super.press(key);
    pick(this.position().x, this.position().y);
    return true;
  }

  /** Puts the circle on another place without drawing the map again. */
  place_mark(at) {
    this.chart.marks[1].at = at;
    this.svg.querySelectorAll(".mark")[1]?.setAttribute("transform", `translate(${this.px(at[0])} ${this.py(at[1])})`);
  }
}

const shown = { matrix: null, run: null };

/** The matrix that is chosen; a fault is told beside it, and the last good one stays. */
function chosen() {
  const name = field("play").elements.matrix.value;
  field("typed").hidden = name !== "typed";
  const read = name === "typed" ? readMatrix(field("typed-matrix").value) : { matrix: named(name) };
  field("matrix-fault").textContent = read.fault ?? "";
  field("typed-matrix").setAttribute("aria-invalid", Boolean(read.fault));
  return read.matrix ?? shown.matrix;
}

/** What changes with the matrix alone: its eigenvalues, the sliders' ends and the map. */
function choose(matrix) {
  const spectrum = eigen(matrix);
  const [L, least] = [spectrum[0].value, spectrum.at(-1).value];
  const end = 4.2 / L;
  const step = 10 ** Math.floor(Math.log10(end / 150));
  Object.assign(field("rate-slider"), { min: step, max: Math.floor(end / step) * step, step });
  const [low, high] = [Math.sqrt(least), Math.sqrt(L)];
  const best = [4 / (high + low) ** 2, ((high - low) / (high + low)) ** 2];
  const x = { title: "learning rate", low: 0, high: end, cells: 42 }, y = { title: "momentum", low: 0, high: 1, cells: 30 };
  const value = (_, k) => {
    const [alpha, beta] = [(((k % x.cells) + 0.5) / x.cells) * end, (Math.floor(k / x.cells) + 0.5) / y.cells];
    const slowest = Math.max(...spectrum.map(({ value }) => rate(alpha * value, beta)));
    return slowest < 1 ? slowest : null;
  };
  const values = Array.from({ length: x.cells * y.cells }, value);
  const marks = [{ name: "best pair", at: best }, { name: "this run", at: [0, 0] }];
  Object.assign(shown, { matrix, spectrum });
  const boundary = [[2 / L, 0], [4 / L, 1]];
  plots["play-map"].show({ x, y, is_contraction: true, values, ground: "#8fae9b", boundary, marks });
}

/** Computes a run and what is drawn of it. From where it has diverged, there is nothing to draw. */
function compute(matrix, spectrum, learningRate, momentum, steps) {
  const n = spectrum.length;
  const run = new Run({ matrix, parameter: n === 4 ? START : generator(314)(n * n), learningRate, momentum });
  const losses = [], errors = spectrum.map(() => []), parameters = [];
  let diverged = null;
  for (let step = 0; step < steps; step++) {
    if (diverged === null) {
      parameters.push(run.parameter.slice());
      spectrum.forEach((one, k) => errors[k].push(errorAlong(one, run.parameter)));
      losses.push(run.step());
      if (!(losses[step] < 1e12)) diverged = step;
    }
    if (diverged !== null) [losses, ...errors].forEach((values) => (values[step] = null));
  }
  return { losses, errors, parameters, diverged };
}

/** What the run shows, in words. */
function words(rates, bare, momentum, { losses, diverged }) {
  const slowest = Math.max(...rates);
  const k = rates.indexOf(slowest);
  const steps = whole(losses.length);
  if (diverged !== null) return `The run diverges: from step ${whole(diverged)} on its loss is greater than 10¹².`;
  const told = [`After ${steps} steps the loss is ${digits(losses.at(-1), 3)}.`];
  if (rates.every((rate) => Math.abs(rate - Math.sqrt(momentum)) < 1e-9)) {
    told.push(`Every error shrinks by √β = ${digits(slowest)} a step, whatever its eigenvalue λ: the ball rolls through the valley and swings, and only β brakes it.`);
  } else {
    told.push(`The slowest error, at λ = ${digits(shown.spectrum[k].value, 3)}, is multiplied by ${digits(slowest)} a step.`);
  }
  if (momentum > 0 && bare >= 1) told.push("Without momentum the run would diverge.");
  else if (momentum > 0) {
    told.push(`Without momentum the slowest would be multiplied by ${digits(bare)}: here momentum makes the descent ${bare < slowest ? "slower" : "faster"}.`);
  }
  return told.join(" ");
}

/** Tells beside a field what is wrong with its number; whether nothing is. */
function check(id, fault) {
  field(`${id}-fault`).textContent = fault;
  field(id).setAttribute("aria-invalid", Boolean(fault));
  return !fault;
}

/** Computes and draws all again. */
function play() {
  const matrix = chosen();
  if (matrix !== shown.matrix) choose(matrix);
  const { spectrum } = shown;
  const [learningRate, momentum] = ["rate", "momentum"].map((id) => field(id).valueAsNumber);
  const isMomentum = check("momentum", momentum >= 0 && momentum < 1 ? "" : "Expected a momentum from 0 to less than 1: with 1, nothing ever brakes.");
  const isRate = check("rate", learningRate > 0 && learningRate < 1e12 ? "" : "Expected a learning rate greater than 0, such as 0.9.");
  if (!isMomentum || !isRate) return;
  const limit = (2 + 2 * momentum) / spectrum[0].value;
  check("rate", learningRate < limit ? "" : `This learning rate diverges: at this momentum it has to be less than ${digits(limit)}.`);
  field("rate-slider").value = learningRate;
  field("momentum-slider").value = momentum;
  const run = compute(matrix, spectrum, learningRate, momentum, Number(field("steps").value));
  const rates = spectrum.map(({ value }) => rate(learningRate * value, momentum));
  const bare = Math.max(...spectrum.map(({ value }) => rate(learningRate * value, 0)));
  shown.run = run;
  const curve = (values, k) => ({ name: `λ = ${digits(spectrum[k].value, 3)}: × ${digits(rates[k], 5)} a step`, rate: rates[k], values });
  draw("play-loss", { y: "loss", log: true, curves: [{ name: "loss", values: run.losses }] });
  draw("play-errors", { y: "error", log: true, floor: run.diverged === null ? 1e-8 : 0, curves: run.errors.map(curve) });
  plots["play-map"].place_mark([learningRate, momentum]);
  field("play-step").max = run.parameters.length - 1;
  residual();
  field("told").textContent = words(rates, bare, momentum, run);
  mark_factors(spectrum.map(({ value }, k) => [learningRate * value, rates[k]]));
}

/** Shows other curves in a chart; what the reader switched off stays off. */
function draw(id, chart) {
  const before = plots[id].chart;
  if (before) {
    chart.log = before.log;
    chart.curves.forEach((curve, k) => (curve.hidden = before.curves[k]?.hidden));
  }
  plots[id].show(chart);
}

function residual() {
  const step = Math.min(field("play-step").value, shown.run.parameters.length - 1);
  const run = new Run({ matrix: shown.matrix, parameter: shown.run.parameters[step], learningRate: 0, momentum: 0 });
  const axis = (title, down) => ({ title, down, low: -0.5, high: run.n - 0.5, cells: run.n });
  field("play-step-told").textContent = whole(step);
  plots["play-residual"].show({ x: axis("column"), y: axis("row", true), frames: true, range: [-1, 1], values: run.residual().map((value) => Number(value.toPrecision(5))) });
}

let waits = false;

/** Plays before the next picture, once for all changes until then. */
function soon() {
  if (!waits) requestAnimationFrame(() => {
    waits = false;
    play();
  });
  waits = true;
}

function pick(learningRate, momentum) {
  const step = Number(field("rate-slider").step);
  field("rate").value = Number((Math.max(1, Math.round(learningRate / step)) * step).toPrecision(6));
  field("momentum").value = Math.min(Math.round(momentum * 100), 99) / 100;
  soon();
}

/** Computes the notebook's four runs, a thousand steps at a time, and compares each loss with the report's. */
async function prove() {
  field("prove").disabled = true;
  const told = [], all = { equal: 0, losses: 0 };
  for (const { name, matrix, learning_rate, momentum, bits } of runs) {
    const run = new Run({ matrix: named(matrix), parameter: START, learningRate: learning_rate, momentum });
    const losses = Float32Array.from(bits, () => 0), mine = new Uint32Array(losses.buffer);
    let equal = 0;
    for (let step = 0; step < bits.length; step++) {
      losses[step] = run.step();
      if (mine[step] === bits[step]) equal++;
      if (step % 1000 === 999 || step === bits.length - 1) {
        told[runs.findIndex((one) => one.name === name)] = `<li>${name}, ${matrix} matrix, momentum ${momentum}: <b>${whole(equal)}</b> of ${whole(step + 1)} equal</li>`;
        field("proof").innerHTML = `<ul>${told.join("")}</ul>`;
        await new Promise((next) => setTimeout(next));
      }
    }
    all.equal += equal;
    all.losses += bits.length;
  }
  const reason = all.equal === all.losses ? "" : ` This report's losses were computed in ${arithmetic} arithmetic. This page computes in notebook arithmetic, which sums in another order.`;
  field("proof").insertAdjacentHTML("afterbegin", `<p><strong>${whole(all.equal)} of ${whole(all.losses)}</strong> losses that your browser computed are equal to this report's, to the bit.${reason}</p>`);
  field("prove").disabled = false;
}

field("play").hidden = false;
plots["play-map"] = new Picker(field("play-map"));
plots["play-residual"] = new Heat(field("play-residual"));
for (const id of ["play-loss", "play-errors"]) plots[id] = new Lines(field(id));
play();

field("play").addEventListener("submit", (event) => event.preventDefault());
field("play").addEventListener("input", ({ target }) => {
  if (target.id === "rate-slider" || target.id === "momentum-slider") field(target.id.replace("-slider", "")).value = target.value;
  if (target.id === "play-step") residual();
  else if (target.id || target.name === "matrix") soon();
});
for (const button of document.querySelectorAll("[data-preset]")) {
  button.addEventListener("click", () => {
    const { matrix, learning_rate, momentum } = runs[button.dataset.preset];
    field("play").elements.matrix.value = matrix;
    Object.assign(field("rate"), { value: learning_rate });
    Object.assign(field("momentum"), { value: momentum });
    if (matrix === "random" && field("steps").value < 1000) field("steps").value = "1000";
    soon();
  });
}
field("prove").addEventListener("click", prove);
