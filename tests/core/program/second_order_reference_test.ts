import { test } from "node:test"
import { evaluate, hvp, mean, perExample, program, reshape, square, sub } from "../../../core/program/mod.ts"
import { type Net, network, policy, weighted } from "./policies.ts"
import { built, close, dot, probe, reference, tol } from "./support.ts"

interface Case {
  readonly name: string
  readonly net: Net
  readonly params: readonly number[]
  readonly inputs: readonly number[][]
  readonly actions_or_targets: readonly (number | number[])[]
  readonly w: readonly number[] | null
  readonly loss_value: number
  readonly grad: readonly number[]
  readonly hessian_trace: number
  readonly hessian_diag: readonly number[]
  readonly hessian_frobenius: number
  readonly hvp_probe_0_1_2: readonly number[][]
  readonly hutchinson_first8: { readonly z: readonly number[][]; readonly zHz: readonly number[] }
  readonly hessian?: readonly number[][]
  readonly fisher_trace?: number
  readonly fisher_vp_probe_0?: readonly number[]
  readonly natural_gradient?: Readonly<Record<string, number | readonly number[]>>
}

/** All of H (or F), as the products with the unit vectors: perExample over the vector. */
const identity = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))

for (const c of reference<{ readonly cases: readonly Case[] }>("second_order").cases) {
  const rows = c.inputs.length
  const x = [rows, c.net.sizes[0]!]
  const n = c.params.length
  const given = { theta: c.params, x: c.inputs.flat(), a: c.actions_or_targets.flat(), w: c.w ?? [] }
  const loss = () => {
    if (c.w === null) {
      const net = network(c.net)
      const shapes = { theta: [n], x, a: [rows], w: [0] }
      return program(c.name, shapes, ({ theta, x, a }) => ({
        loss: mean(square(sub(reshape(net.forward(theta, x).output, [rows]), a)))
      }))
    }
    const p = policy(c.net)
    const shapes = { theta: [n], x, a: p.actions(rows), w: [rows] }
    return program(c.name, shapes, ({ theta, x, a, w }) => ({ loss: weighted(p, theta, x, a, w) }))
  }

  test(`hvp() of "${c.name}" gives torch's products, trace, diagonal and Hessian`, () => {
    const product = built(hvp({ of: "loss", wrt: "theta" })(built(loss())))
    c.hvp_probe_0_1_2.forEach((want, k) => {
      const y = evaluate(product, { ...given, "v.theta": probe(k, n) })
      close(y.loss, [c.loss_value], tol.f64, "loss")
      close(y["grad.theta"], c.grad, tol.f64, "gradient")
      close(y["hvp.theta"], want, tol.second, `product with probe ${k}`)
    })
    c.hutchinson_first8.z.forEach((z, k) => {
      const y = evaluate(product, { ...given, "v.theta": z })
      close([dot(z, y["hvp.theta"])], [c.hutchinson_first8.zHz[k]!], tol.second, `zᵀHz ${k}`)
    })
    const rowsOf = built(perExample({ batched: ["v.theta"], size: n })(product))
    const h = evaluate(rowsOf, { ...given, "v.theta": identity(n) })["hvp.theta"]
    const diagonal = Float64Array.from({ length: n }, (_, i) => h[i * n + i]!)
    close(diagonal, c.hessian_diag, tol.second, "diagonal")
    close([diagonal.reduce((a, b) => a + b, 0)], [c.hessian_trace], tol.second, "trace")
    close([Math.sqrt(dot(h, h))], [c.hessian_frobenius], tol.second, "Frobenius norm")
    if (c.hessian !== undefined) close(h, c.hessian.flat(), tol.second, "Hessian")
  })

  const fisher = c.fisher_vp_probe_0
  if (fisher === undefined) continue
  test(`hvp() of the KL of "${c.name}" gives torch's exact Fisher matrix`, () => {
    const p = policy(c.net)
    const kl = program("kl", { theta: [n], old: [n], x }, ({ theta, old, x }) => ({ kl: mean(p.kl(old, theta, x)) }))
    const product = built(hvp({ of: "kl", wrt: "theta" })(built(kl)))
    const times = (v: ArrayLike<number>) => evaluate(product, { ...given, old: c.params, "v.theta": v })["hvp.theta"]
    close(times(probe(0, n)), fisher, tol.second, "product with probe 0")
    const all = evaluate(built(perExample({ batched: ["v.theta"], size: n })(product)), {
      ...given,
      old: c.params,
      "v.theta": identity(n)
    })["hvp.theta"]
    const trace = Float64Array.from({ length: n }, (_, i) => all[i * n + i]!).reduce((a, b) => a + b, 0)
    close([trace], [c.fisher_trace ?? Number.NaN], tol.second, "trace")
    const { damping, ...rest } = c.natural_gradient ?? {}
    const solution = Object.values(rest).find((v) => typeof v !== "number")
    if (typeof damping !== "number" || solution === undefined) return
    const back = times(solution).map((f, i) => f + damping * solution[i]!)
    close(back, c.grad, tol.second, "(F + damping·I)·solution")
  })
}
