// The notebook's run in float32, rounded where libtorch rounds (src/by_hand/mod.rs, "The roundings"), and what theory says
// of it. Nothing here knows of the page.

const f32 = Math.fround;

/** The random numbers of `torch.manual_seed(seed)`, then `torch.rand`: a function that draws so many. */
function generator(seed) {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let k = 1; k < 624; k++) state[k] = Math.imul(1812433253, state[k - 1] ^ (state[k - 1] >>> 30)) + k;
  let at = 624;
  const draw = () => {
    if (at === 624) {
      for (let k = 0; k < 624; k++) {
        const y = (state[k] & 0x80000000) | (state[(k + 1) % 624] & 0x7fffffff);
        state[k] = state[(k + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      at = 0;
    }
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    // The low 24 bits, over 2^24.
    return ((y ^ (y >>> 18)) & 0xffffff) / 0x1000000;
  };
  return (count) => Float32Array.from({ length: count }, draw);
}

const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] ? 0 : 1;

/** a·b + c of three float32 numbers, rounded once. */
function fma(a, b, c) {
  const p = a * b; // exact: 24 bits times 24 bits
  const s = p + c;
  const t = s - p;
  const e = (p - (s - t)) + (c - t); // what the sum lost
  if (!(e > 0 || e < 0)) return f32(s);
  word[0] = s;
  if ((halves[LOW] & 1) === 0) {
    // To the odd neighbour on the side of e: then rounding to float32 can't meet a tie that isn't one.
    if (e > 0 === s > 0) halves[LOW] |= 1;
    else if (halves[LOW]-- === 0) halves[1 - LOW]--;
  }
  return f32(word[0]);
}

/** The sum of up to 64 float32 numbers in the order of ATen's vectors of eight. */
function sum(values) {
  const lanes = values.length < 8 ? 1 : 8;
  const vectors = Math.floor(values.length / lanes);
  const rows = Math.floor(vectors / 4);
  let total = 0;
  for (let k = vectors * lanes; k < values.length; k++) total = f32(total + values[k]);
  for (let lane = 0; lane < lanes; lane++) {
    const sums = [0, 0, 0, 0];
    for (let k = 0; k < 4 * rows; k++) sums[k % 4] = f32(sums[k % 4] + values[k * lanes + lane]);
    for (let k = 4 * rows; k < vectors; k++) sums[0] = f32(sums[0] + values[k * lanes + lane]);
    total = f32(total + sums.reduce((a, b) => f32(a + b)));
  }
  return total;
}

/** A run before its first step. All matrices are n×n, row by row; `parameter` is the notebook's `random_inverse`. */
class Run {
  constructor({ matrix, parameter, learningRate, momentum }) {
    this.n = Math.sqrt(matrix.length);
    this.matrix = Float32Array.from(matrix);
    this.parameter = Float32Array.from(parameter);
    this.gradient = new Float32Array(matrix.length);
    this.upstream = new Float32Array(matrix.length);
    this.squares = new Float32Array(matrix.length);
    this.learningRate = f32(learningRate);
    this.momentum = f32(momentum);
  }

  /** The entry of R·M, in sequence. */
  product(i, j) {
    const { n, matrix, parameter } = this;
    let y = 0;
    for (let k = 0; k < n; k++) y = fma(parameter[i * n + k], matrix[k * n + j], y);
    return y;
  }

  /** R·M − I. */
  residual() {
    const row = (at) => Math.floor(at / this.n), column = (at) => at % this.n;
    return Array.from(this.matrix, (_, at) => f32(this.product(row(at), column(at)) - (row(at) === column(at) ? 1 : 0)));
  }

  /** One step; the loss before it. */
  step() {
    const { n, matrix, parameter, gradient, upstream, squares, learningRate, momentum } = this;
    const share = f32(1 / (n * n));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const x = f32((i === j ? 1 : 0) - this.product(i, j));
        squares[i * n + j] = f32(x * x);
        upstream[i * n + j] = -f32(share * f32(2 * x));
      }
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        let d = 0;
        for (let k = 0; k < n; k++) d = fma(upstream[i * n + k], matrix[j * n + k], d);
        const v = f32(gradient[at] + d);
        parameter[at] = f32(parameter[at] - f32(learningRate * v));
        gradient[at] = f32(v * momentum);
      }
    }
    return f32(sum(squares) / (n * n));
  }
}

/**
 * The eigenvalues of the loss's Hessian, H = (2/n²) M Mᵀ, in descending order, each with its eigenvector u and with
 * M⁻¹ u = Mᵀ u / σ²: Jacobi's rotations, in float64.
 */
function eigen(matrix) {
  const n = Math.sqrt(matrix.length);
  const range = [...Array(n).keys()];
  const a = range.map((i) => range.map((j) => range.reduce((s, k) => s + matrix[i * n + k] * matrix[j * n + k], 0)));
  const u = range.map((i) => range.map((j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p][q]) <= 1e-17 * Math.sqrt(Math.abs(a[p][p] * a[q][q]))) continue;
        const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const rows of [a, u]) for (const row of rows) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
        for (const k of range) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
      }
    }
  }
  return range.map((k) => {
    const vector = u.map((row) => row[k]);
    const square = Math.max(a[k][k], 0);
    const target = range.map((j) => range.reduce((s, i) => s + matrix[i * n + j] * vector[i], 0) / square);
    return { value: (2 / (n * n)) * square, vector, target };
  }).sort((one, other) => other.value - one.value);
}

/** ‖(R − M⁻¹) u‖: the error along an eigenvector. */
function errorAlong({ vector, target }, parameter) {
  const n = vector.length;
  let square = 0;
  for (let i = 0; i < n; i++) {
    let entry = -target[i];
    for (let k = 0; k < n; k++) entry += parameter[i * n + k] * vector[k];
    square += entry * entry;
  }
  return Math.sqrt(square);
}

/** The factor by which theory expects an error to shrink a step, from αλ and the momentum β. */
function rate(product, momentum) {
  const trace = 1 + momentum - product;
  const discriminant = trace * trace - 4 * momentum;
  return discriminant < 0 ? Math.sqrt(momentum) : (Math.abs(trace) + Math.sqrt(discriminant)) / 2;
}

/** The matrix that a text tells, a row a line: `{ matrix }`, or `{ fault }`, a sentence. At most 8×8. */
function readMatrix(text) {
  const rows = text.trim().split(/[\n;]+/).map((row) => row.split(/[\s,[\]]+/).filter(Boolean)).filter((row) => row.length);
  const n = rows.length;
  if (!n) return { fault: "There is no number yet. Type one row of the matrix on each line, such as 2 1." };
  if (n > 8) return { fault: `There are ${n} rows. This page takes matrices of up to 8 rows.` };
  const odd = rows.findIndex((row) => row.length !== n);
  if (odd >= 0) {
    return { fault: `The matrix isn't square: there are ${n} rows, and row ${odd + 1} has ${rows[odd].length} numbers. Each row needs ${n}.` };
  }
  const isNumber = (word) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word);
  const wrong = rows.flat().find((word) => !isNumber(word));
  if (wrong !== undefined) return { fault: `“${wrong.slice(0, 20)}” isn't a number. Write numbers such as 2, -0.5 or 1e-3.` };
  const matrix = Float32Array.from(rows.flat(), Number);
  const largest = Math.max(...matrix.map(Math.abs));
  if (largest > 1e6) return { fault: "A number is too large: this page takes numbers from −1,000,000 to 1,000,000." };
  if (largest < 1e-6) return { fault: "This matrix has no inverse: all its numbers are zero, or nearly." };
  const values = eigen(matrix).map(({ value }) => Math.sqrt(value));
  if (!(values[n - 1] > values[0] * 1e-6)) {
    return { fault: "This matrix has no inverse, or none that float32 can find: its rows depend on each other. Change a number." };
  }
  return { matrix };
}
