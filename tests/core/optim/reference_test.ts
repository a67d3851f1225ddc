import assert from "node:assert/strict"
import { test } from "node:test"
import { type AdamConfig, adagrad, adam, clipNorm, type Optimizer, rmsprop, sgd } from "../../../core/optim/mod.ts"
import { evaluate, gradients, program, type Shape, type Tensor } from "../../../core/program/mod.ts"
import { type Net, policy, weighted } from "../program/policies.ts"
import { built, close, reference, tol } from "../program/support.ts"

interface Reference {
  readonly net: Net
  readonly params: readonly number[]
  readonly inputs: readonly number[][]
  readonly actions: readonly number[]
  readonly runs: readonly {
    readonly optimizer: string
    readonly steps: readonly {
      readonly loss_before: number
      readonly grad_norm_before_clipping: number
      readonly params: readonly number[]
    }[]
  }[]
}

const r = reference<Reference>("optimizers")
const p = policy(r.net)
const rows = r.inputs.length

/** One training step as one program: parameters and state in, parameters and state out. */
const descend = <S extends string>(o: Optimizer<S>, rate: number, limit: number) => {
  const names = Object.keys(o.state(p.size)) as S[]
  const shapes: Record<string, Shape> = { theta: [p.size], x: [rows, r.net.sizes[0]!], a: [rows], w: [rows] }
  for (const k of names) shapes[k] = o.state(p.size)[k]
  return (want: Reference["runs"][number]) => {
    const step = built(
      program(o.name, shapes, (t) => {
        const loss = weighted(p, t.theta!, t.x!, t.a!, t.w!)
        const clipped = clipNorm(gradients(loss, [t.theta!])[0]!, limit)
        const state = {} as Record<S, Tensor>
        for (const k of names) state[k] = t[k]!
        const next = o.step(
          { theta: t.theta!, grad: limit === 0 ? gradients(loss, [t.theta!])[0]! : clipped.grad, rate },
          state
        )
        const out: Record<string, Tensor> = { loss, norm: clipped.norm, theta: next.theta }
        for (const k of names) out[k] = next.state[k]
        return out
      })
    )
    let now: Record<string, ArrayLike<number>> = {
      theta: r.params,
      x: r.inputs.flat(),
      a: r.actions,
      w: new Array(rows).fill(1)
    }
    for (const k of names) now[k] = new Float64Array(o.state(p.size)[k][0] ?? 1)
    want.steps.forEach((s, i) => {
      const y = evaluate(step, now)
      close(y.loss!, [s.loss_before], tol.f64, `${want.optimizer}: loss before step ${i}`)
      close(y.norm!, [s.grad_norm_before_clipping], tol.f64, `${want.optimizer}: norm before step ${i}`)
      close(y.theta!, s.params, tol.f64, `${want.optimizer}: parameters after step ${i}`)
      now = { ...now, ...y }
    })
  }
}

const plainAdam = (config: AdamConfig, rate: number, limit = 0) => descend(adam(config), rate, limit)

const runs: Readonly<Record<string, (want: Reference["runs"][number]) => void>> = {
  "SGD lr=0.1": descend(sgd(), 0.1, 0),
  "SGD lr=0.05 momentum=0.9": descend(sgd({ momentum: 0.9 }), 0.05, 0),
  "SGD lr=0.05 momentum=0.9 nesterov weight_decay=0.01": descend(
    sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    0.05,
    0
  ),
  "Adam lr=0.001 betas=(0.9,0.999) eps=1e-8": plainAdam({}, 0.001),
  "Adam lr=0.0003 eps=1e-5 clip_grad_norm=0.1": plainAdam({ epsilon: 1e-5 }, 0.0003, 0.1),
  "Adam lr=0.01 weight_decay=0.05": plainAdam({ weightDecay: 0.05 }, 0.01),
  "AdamW lr=0.01 weight_decay=0.05": plainAdam({ weightDecay: 0.05, decay: "decoupled" }, 0.01),
  "RMSprop lr=0.001 alpha=0.99 eps=1e-5": descend(rmsprop({ alpha: 0.99, epsilon: 1e-5 }), 0.001, 0),
  "Adagrad lr=0.05": descend(adagrad(), 0.05, 0)
}

for (const run of r.runs) {
  test(`five steps of ${run.optimizer} are torch's`, () => {
    const check = runs[run.optimizer]
    assert.ok(check !== undefined, `no optimiser for "${run.optimizer}"`)
    check(run)
  })
}
