import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { categorical, type Distribution, gaussian, squashedGaussian } from "../../../core/dist/mod.ts"
import { evaluate, grad, mean, program, type Shape, type Tensor } from "../../../core/program/mod.ts"
import { stream, zeroKey } from "../../../core/random/mod.ts"
import { built, close } from "../program/support.ts"

interface Entry<K extends string> {
  readonly dist: Distribution<K>
  readonly head: Readonly<Record<K, readonly [Shape, Float64Array]>>
  readonly other: Readonly<Record<K, readonly [Shape, Float64Array]>>
  readonly rows: number
  readonly action: Shape
}

const rows = 20000
const wave = (n: number, a: number) => Float64Array.from({ length: n }, (_, i) => Math.sin(a + i))
const repeated = (row: Float64Array) => Float64Array.from({ length: rows * row.length }, (_, i) => row[i % row.length]!)

const entry = <K extends string>(e: Entry<K>) => e
const discrete = entry({
  dist: categorical,
  head: { logits: [[rows, 5], repeated(wave(5, 1))] },
  other: { logits: [[rows, 5], repeated(wave(5, 2))] },
  rows,
  action: [rows]
})
const continuous = entry({
  dist: gaussian,
  head: { mean: [[rows, 3], repeated(wave(3, 1))], logStd: [[3], wave(3, 4)] },
  other: { mean: [[rows, 3], repeated(wave(3, 2))], logStd: [[3], wave(3, 3)] },
  rows,
  action: [rows, 3]
})

/** What must hold of every distribution, by draws: log π agrees with the program, entropy and KL are its averages. */
const laws = <K extends string>({ dist, head, other, action }: Entry<K>): void => {
  const keys = Object.keys(head) as K[]
  const host = (h: typeof head) => Object.fromEntries(keys.map((k) => [k, h[k][1]])) as Record<K, Float64Array>
  const shapes: Record<string, Shape> = { action }
  for (const k of keys) {
    shapes[`p.${k}`] = head[k][0]
    shapes[`q.${k}`] = other[k][0]
  }
  const drawn = new Float64Array(action.reduce((a, b) => a * b, 1))
  const logProb = new Float64Array(rows)
  dist.sample(stream(zeroKey), host(head), drawn, logProb)
  const p = built(
    program(dist.name, shapes, (x) => {
      const pick = (side: string) => Object.fromEntries(keys.map((k) => [k, x[`${side}.${k}`]!])) as Record<K, Tensor>
      return {
        logp: dist.logProb(pick("p"), x.action!),
        logq: dist.logProb(pick("q"), x.action!),
        entropy: dist.entropy(pick("p")),
        kl: dist.kl(pick("p"), pick("q")),
        self: dist.kl(pick("p"), pick("p"))
      }
    })
  )
  const given: Record<string, Float64Array> = { action: drawn }
  for (const k of keys) {
    given[`p.${k}`] = head[k][1]
    given[`q.${k}`] = other[k][1]
  }
  const y = evaluate(p, given)
  const average = (x: Float64Array) => x.reduce((a, b) => a + b, 0) / rows
  // Monte-Carlo error of 20,000 draws of numbers with deviation ~1, five deviations wide.
  const near = 5 / Math.sqrt(rows)

  test(`${dist.name}.sample() writes the log-probability that logProb() computes`, () =>
    close(logProb, y.logp, 1e-12, "log-probabilities"))
  test(`${dist.name}.entropy() is minus the mean log-probability of draws`, () => {
    assert.ok(Math.abs(average(y.entropy) + average(y.logp)) < near * Math.max(1, Math.abs(average(y.entropy))))
  })
  test(`${dist.name}.kl() is the mean difference of log-probabilities of draws, and 0 of a distribution with itself`, () => {
    const difference = average(y.logp.map((l, i) => l - y.logq[i]!))
    assert.ok(Math.abs(average(y.kl) - difference) < near * Math.max(1, difference), `${average(y.kl)}, ${difference}`)
    close(y.self, new Float64Array(rows), 1e-12, "KL with itself")
  })
  test(`${dist.name}.mode() is at least as probable as any draw`, () => {
    const best = new Float64Array(drawn.length)
    dist.mode(host(head), best)
    const top = evaluate(p, { ...given, action: best }).logp
    assert.ok(y.logp.every((l, i) => top[i]! >= l - 1e-12))
  })
}

laws(discrete)
laws(continuous)

test("categorical.sample() draws action i with probability softmax(logits)_i", () => {
  const action = new Float64Array(rows)
  categorical.sample(stream(zeroKey), { logits: discrete.head.logits[1] }, action)
  const z = wave(5, 1).map(Math.exp)
  const total = z.reduce((a, b) => a + b, 0)
  z.forEach((w, i) => {
    const share = action.filter((a) => a === i).length / rows
    assert.ok(Math.abs(share - w / total) < 0.02, `action ${i}: ${share}, want ${w / total}`)
  })
})

test("categorical.sample() never draws an action of probability 0", () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 }), (possible) => {
      const logits = new Float64Array(4).fill(Number.NEGATIVE_INFINITY).with(possible, 3)
      const action = new Float64Array(1)
      categorical.sample(stream(zeroKey), { logits }, action)
      assert.equal(action[0], possible)
    })
  ))

test("squashedGaussian.logProb() integrates to one over the actions", () => {
  const n = 4001
  const u = Float64Array.from({ length: n }, (_, i) => -10 + (20 * i) / (n - 1))
  const p = built(
    program("density", { u: [n, 1], mean: [1], logStd: [1] }, ({ u, mean, logStd }) => ({
      logp: squashedGaussian.logProb({ mean, logStd }, u)
    }))
  )
  const { logp } = evaluate(p, { u, mean: [0.3], logStd: [-0.2] })
  // ∫ π(a) da with da = (1 − tanh² u) du, by the trapezium rule.
  const total = logp.reduce((s, l, i) => s + Math.exp(l) * (1 - Math.tanh(u[i]!) ** 2) * (20 / (n - 1)), 0)
  assert.ok(Math.abs(total - 1) < 1e-6, `integral ${total}`)
})

test("squashedGaussian keeps finite numbers and gradients far out, where 1 − tanh² underflows", () => {
  const p = built(
    program("far", { mean: [2, 1], noise: [2, 1] }, ({ mean: mu, noise }) => ({
      y: mean(squashedGaussian.draw({ mean: mu, logStd: noise }, noise).logProb)
    }))
  )
  const y = evaluate(built(grad({ of: "y", wrt: ["mean"] })(p)), { mean: [400, -400], noise: [0, 0] })
  assert.ok(Number.isFinite(y.y[0]!))
  close(y["grad.mean"], [1, -1], 1e-12, "gradient: the correction is 2·|u| far out")
  const action = new Float64Array(2)
  squashedGaussian.mode({ mean: Float64Array.of(400, -400) }, action)
  assert.deepEqual([...action], [1, -1])
  squashedGaussian.sample(stream(zeroKey), { mean: action, logStd: Float64Array.of(0) }, action)
  assert.ok(action.every((a) => Math.abs(a) <= 1))
})
