/** Derivatives of the elementwise functions of one operand, the same forwards and backwards. */
import * as P from "./primitive.ts"
import type { Tensor } from "./tensor.ts"

const times = (a: Tensor, b: Tensor): Tensor => P.binary("mul", a, b)
const oneMinus = (x: Tensor): Tensor => P.binary("sub", P.fill(1, x.shape), x)

/**
 * f′(x)·g for y = f(x): the tangent of y for a tangent g of x, and the cotangent of x for a cotangent g of y. Nothing
 * where f is constant almost everywhere.
 */
export const unaryRule = (y: Tensor, x: Tensor, g: Tensor): Tensor | undefined => {
  if (y.op.kind !== "unary") return undefined
  switch (y.op.fn) {
    case "neg":
      return P.unary("neg", g)
    case "exp":
      return times(g, y)
    case "log":
      return P.binary("div", g, x)
    case "tanh":
      return times(g, oneMinus(times(y, y)))
    case "sigmoid":
      return times(g, times(y, oneMinus(y)))
    case "softplus":
      return times(g, P.unary("sigmoid", x))
    case "sqrt":
      return P.binary("div", times(P.fill(0.5, g.shape), g), y)
    case "abs":
      return times(g, P.unary("sign", x))
    case "sign":
      return undefined
  }
}
