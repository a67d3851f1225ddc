/**
 * The elementwise functions, a record each: what they mean, how they are differentiated, and what they are called where
 * sessions compute them. One more is its name and record here, a line in ops.ts, and its loop in the kernels of WebAssembly;
 * the laws of derivatives and of sessions run over these tables.
 */
import * as math from "../math/mod.ts"
import * as P from "./primitive.ts"
import type { Binary, Tensor, Unary } from "./tensor.ts"

/** What sessions need of a function. */
export interface Computed {
  /** In C, of vectors of floats `a` and `b`: operators, and functions of the native session's kernels. */
  readonly c: string
  /** Whether that calls the elementary functions of `math.h` there. */
  readonly elementary?: true
  /** Takes many times as long as an addition. */
  readonly slow?: true
  /** The kernel of TensorFlow.js. Its session composes those of others whose kernel loses digits or NaN. */
  readonly kernel: string
}

/** y = f(x). */
interface UnaryFunction extends Computed {
  /** In float64: what every session is compared with. */
  readonly value: (x: number) => number
  /** Where f is defined, and smooth but for single points. */
  readonly domain: "real" | "positive"
  /**
   * f′(x)·g, given g, y and x: the tangent of y for a tangent g of x, and the cotangent of x for a cotangent g of y. Nothing
   * where f is constant almost everywhere.
   */
  readonly derivative: (g: Tensor, y: Tensor, x: Tensor) => Tensor | undefined
}

type Derivative = Tensor | undefined

/** y = f(a, b). */
interface BinaryFunction extends Computed {
  readonly value: (a: number, b: number) => number
  /** The tangent of y, given those of a and b: at least one is there. */
  readonly tangent: (y: Tensor, da: Derivative, db: Derivative, a: Tensor, b: Tensor) => Derivative
  /** The cotangents of a and b, given that of y. */
  readonly cotangents: (g: Tensor, y: Tensor, a: Tensor, b: Tensor) => readonly Derivative[]
}

const times = (a: Tensor, b: Tensor): Tensor => P.binary("mul", a, b)
const oneMinus = (x: Tensor): Tensor => P.binary("sub", P.fill(1, x.shape), x)

const elementary = (c: string, kernel: string) => ({ c, elementary: true, slow: true, kernel }) as const

/** Every function of one operand. */
export const unaries: Readonly<Record<Unary, UnaryFunction>> = {
  neg: { value: (x) => -x, domain: "real", derivative: (g) => P.unary("neg", g), c: "-a", kernel: "Neg" },
  exp: { value: math.exp, domain: "real", derivative: (g, y) => times(g, y), ...elementary("pgx_exp(a)", "Exp") },
  log: {
    value: math.log,
    domain: "positive",
    derivative: (g, _, x) => P.binary("div", g, x),
    ...elementary("pgx_log(a)", "Log")
  },
  tanh: {
    value: math.tanh,
    domain: "real",
    derivative: (g, y) => times(g, oneMinus(times(y, y))),
    ...elementary("pgx_tanh(a)", "Tanh")
  },
  sigmoid: {
    value: (x) => 1 / (1 + math.exp(-x)),
    domain: "real",
    derivative: (g, y) => times(g, times(y, oneMinus(y))),
    ...elementary("pgx_sigmoid(a)", "Sigmoid")
  },
  softplus: {
    value: (x) => Math.max(x, 0) + math.log1p(math.exp(-Math.abs(x))),
    domain: "real",
    derivative: (g, _, x) => times(g, P.unary("sigmoid", x)),
    ...elementary("pgx_softplus(a)", "Softplus")
  },
  sqrt: {
    value: Math.sqrt,
    domain: "positive",
    derivative: (g, y) => P.binary("div", times(P.fill(0.5, g.shape), g), y),
    c: "pgx_sqrt(a)",
    slow: true,
    kernel: "Sqrt"
  },
  abs: {
    value: Math.abs,
    domain: "real",
    derivative: (g, _, x) => times(g, P.unary("sign", x)),
    c: "pgx_abs(a)",
    kernel: "Abs"
  },
  sign: { value: Math.sign, domain: "real", derivative: () => undefined, c: "pgx_sign(a)", kernel: "Sign" }
}

const plus = (a: Derivative, b: Derivative): Derivative =>
  a === undefined ? b : b === undefined ? a : P.binary("add", a, b)

/** 1 where an operand wins, ½ where they are equal, 0 where it loses. */
const share = (wins: Tensor, loses: Tensor): Tensor =>
  times(P.fill(0.5, wins.shape), P.binary("add", wins, oneMinus(loses)))

/** Maximum and minimum: the winner's derivative, the mean of both where they are equal. */
const contest = (aWins: (a: Tensor, b: Tensor) => Tensor): Pick<BinaryFunction, "tangent" | "cotangents"> => ({
  tangent: (_, da, db, a, b) => {
    const w = share(aWins(a, b), aWins(b, a))
    return plus(da && times(da, w), db && times(db, oneMinus(w)))
  },
  cotangents: (g, _, a, b) => {
    const w = share(aWins(a, b), aWins(b, a))
    return [times(g, w), times(g, oneMinus(w))]
  }
})

/** Constant almost everywhere. */
const flat: Pick<BinaryFunction, "tangent" | "cotangents"> = { tangent: () => undefined, cotangents: () => [] }

/** Every function of two operands. */
export const binaries: Readonly<Record<Binary, BinaryFunction>> = {
  add: {
    value: (a, b) => a + b,
    tangent: (_, da, db) => plus(da, db),
    cotangents: (g) => [g, g],
    c: "a + b",
    kernel: "Add"
  },
  sub: {
    value: (a, b) => a - b,
    tangent: (_, da, db) => plus(da, db && P.unary("neg", db)),
    cotangents: (g) => [g, P.unary("neg", g)],
    c: "a - b",
    kernel: "Sub"
  },
  mul: {
    value: (a, b) => a * b,
    tangent: (_, da, db, a, b) => plus(da && times(da, b), db && times(a, db)),
    cotangents: (g, _, a, b) => [times(g, b), times(g, a)],
    c: "a * b",
    kernel: "Multiply"
  },
  div: {
    value: (a, b) => a / b,
    tangent: (y, da, db, _, b) =>
      plus(da && P.binary("div", da, b), db && P.unary("neg", P.binary("div", times(y, db), b))),
    cotangents: (g, y, _, b) => {
      const left = P.binary("div", g, b)
      return [left, P.unary("neg", times(left, y))]
    },
    c: "a / b",
    slow: true,
    kernel: "RealDiv"
  },
  max: {
    value: (a, b) => Math.max(a, b),
    ...contest((a, b) => P.binary("lt", b, a)),
    c: "pgx_max(a, b)",
    kernel: "Maximum"
  },
  min: {
    value: (a, b) => Math.min(a, b),
    ...contest((a, b) => P.binary("lt", a, b)),
    c: "pgx_min(a, b)",
    kernel: "Minimum"
  },
  lt: { value: (a, b) => (a < b ? 1 : 0), ...flat, c: "pgx_truth(a < b)", kernel: "Less" },
  le: { value: (a, b) => (a <= b ? 1 : 0), ...flat, c: "pgx_truth(a <= b)", kernel: "LessEqual" },
  eq: { value: (a, b) => (a === b ? 1 : 0), ...flat, c: "pgx_truth(a == b)", kernel: "Equal" }
}
