/** Derivatives of the elementwise functions of one operand, the same forwards and backwards. */
import * as P from "./primitive.ts"
import type { Tensor, Unary } from "./tensor.ts"

const times = (a: Tensor, b: Tensor): Tensor => P.binary("mul", a, b)
const oneMinus = (x: Tensor): Tensor => P.binary("sub", P.fill(1, x.shape), x)

/**
 * f′(x)·g for y = f(x), given g, y, x: the tangent of y for a tangent g of x, and the cotangent of x for a cotangent g of
 * y. Nothing where f is constant almost everywhere.
 */
export const unaryRules: Readonly<Record<Unary, (g: Tensor, y: Tensor, x: Tensor) => Tensor | undefined>> = {
  neg: (g) => P.unary("neg", g),
  exp: (g, y) => times(g, y),
  log: (g, _, x) => P.binary("div", g, x),
  tanh: (g, y) => times(g, oneMinus(times(y, y))),
  sigmoid: (g, y) => times(g, times(y, oneMinus(y))),
  softplus: (g, _, x) => times(g, P.unary("sigmoid", x)),
  sqrt: (g, y) => P.binary("div", times(P.fill(0.5, g.shape), g), y),
  abs: (g, _, x) => times(g, P.unary("sign", x)),
  sign: () => undefined
}
