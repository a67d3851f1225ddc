import { test } from "node:test"
import {
  evaluate,
  grad,
  gradients,
  mul,
  type Program,
  program,
  stopGradient,
  sub,
  type Tensor
} from "../../../core/program/mod.ts"
import { type Net, type Policy, policy, weighted } from "./policies.ts"
import { built, close, reference, tol } from "./support.ts"

interface Batch {
  readonly inputs: readonly number[][]
  readonly actions: readonly (number | number[])[]
  readonly weights: readonly number[]
}
interface Case {
  readonly kind: string
  readonly net: Net
  readonly params: readonly number[]
  readonly inner_lr: number
  readonly tasks: readonly { readonly support: Batch; readonly query: Batch }[]
}
interface Result {
  readonly inner_steps: number
  readonly tasks: readonly {
    readonly inner_losses: readonly number[]
    readonly adapted_params: readonly number[]
    readonly query_loss: number
    readonly meta_grad: readonly number[]
    readonly first_order_grad: readonly number[]
  }[]
  readonly meta_loss: number
  readonly meta_grad: readonly number[]
  readonly first_order_meta_grad: readonly number[]
}

/** Query loss after `steps` inner steps; the inner gradient is part of the program, so `grad` goes through it. */
const maml = (c: Case, p: Policy, steps: number, exact: boolean) => {
  const n = c.tasks[0]!.support.inputs.length
  const x = [n, c.net.sizes[0]!]
  const shapes = { theta: [p.size], x, a: p.actions(n), w: [n], qx: x, qa: p.actions(n), qw: [n] }
  return built(
    program("maml", shapes, ({ theta, x, a, w, qx, qa, qw }) => {
      let adapted: Tensor = theta
      const losses: Record<string, Tensor> = {}
      for (let k = 0; k < steps; k++) {
        const loss = weighted(p, adapted, x, a, w)
        losses[`inner${k}`] = loss
        const [g] = gradients(loss, [adapted])
        adapted = sub(adapted, mul(exact ? g! : stopGradient(g!), c.inner_lr))
      }
      return { ...losses, adapted, query: weighted(p, adapted, qx, qa, qw) }
    })
  )
}

const mean = (rows: readonly Float64Array[]): Float64Array =>
  rows[0]!.map((_, i) => rows.reduce((s, r) => s + r[i]! / rows.length, 0))

const data = reference<{ readonly cases: readonly (Case & { readonly results: readonly Result[] })[] }>("maml")
for (const c of data.cases) {
  const p = policy(c.net)
  for (const r of c.results) {
    test(`grad() through ${r.inner_steps} inner steps, ${c.kind} policy, is torch's meta-gradient`, () => {
      const metaGradient = (exact: boolean) => {
        const plain: Program<string, string> = maml(c, p, r.inner_steps, exact)
        const meta = built(grad({ of: "query", wrt: ["theta"] })(plain))
        return c.tasks.map(({ support, query }) =>
          evaluate(meta, {
            theta: c.params,
            x: support.inputs.flat(),
            a: support.actions.flat(),
            w: support.weights,
            qx: query.inputs.flat(),
            qa: query.actions.flat(),
            qw: query.weights
          })
        )
      }
      const exact = metaGradient(true)
      const first = metaGradient(false)
      r.tasks.forEach((t, i) => {
        const y = exact[i]!
        t.inner_losses.forEach((l, k) => {
          close(y[`inner${k}`]!, [l], tol.f64, `inner loss ${k} of task ${i}`)
        })
        close(y.adapted!, t.adapted_params, tol.f64, `adapted parameters of task ${i}`)
        close(y.query!, [t.query_loss], tol.f64, `query loss of task ${i}`)
        close(y["grad.theta"]!, t.meta_grad, tol.second, `meta-gradient of task ${i}`)
        close(first[i]!["grad.theta"]!, t.first_order_grad, tol.f64, `first-order gradient of task ${i}`)
      })
      close(mean(exact.map((y) => y.query!)), [r.meta_loss], tol.f64, "meta-loss")
      close(mean(exact.map((y) => y["grad.theta"]!)), r.meta_grad, tol.second, "meta-gradient")
      close(mean(first.map((y) => y["grad.theta"]!)), r.first_order_meta_grad, tol.f64, "first-order meta-gradient")
    })
  }
}
