import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  comparator,
  convergence,
  forwardDivergence,
  hypergradient,
  metaTrain,
  parameterDistance,
  reverseDivergence,
  solveTask,
  tableLipschitz,
  taskCentre,
  taskGap
} from "../../../core/bilevel/mod.ts"
import { evaluatePolicy, softmax } from "../../../core/mdp/mod.ts"
import { child, stream, zeroKey } from "../../../core/random/mod.ts"
import { mean } from "../../../core/stat/mod.ts"
import { right } from "../../support/right.ts"
import { dot, madeUp, normals, seeds } from "../mdp/arbitrary.ts"
import { lakes } from "./lakes.ts"

const algs = [forwardDivergence, reverseDivergence, parameterDistance] as const

/** Rounding of values of a few units. */
const EXACT = 1e-10

for (const alg of algs) {
  test(`both bounds of Alg(${alg.id}) are above the gap, the theorem's above the instance's, for any prior and any lambda`, () =>
    fc.assert(
      fc.property(seeds, fc.constantFrom(0.04, 0.5, 5, 500), (seed, lambda) => {
        const task = solveTask(madeUp(seed))
        const found = right(taskGap(alg, task, normals(seed + 1, 12), { lambda }))
        assert.ok(found.gap >= -EXACT)
        assert.ok(found.instance.value >= found.gap - EXACT, `${found.instance.value} beside ${found.gap}`)
        assert.ok(found.theorem.value >= found.instance.value - EXACT)
      })
    ))

  test(`Alg(${alg.id}) with the theorem's lambda never does worse than the meta-policy, and its bound lacks nothing`, () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const task = solveTask(madeUp(seed))
        const phi = normals(seed + 1, 12)
        const { sufficientLambda } = right(taskGap(alg, task, phi, { lambda: 100 }))
        const found = right(taskGap(alg, task, phi, { lambda: Math.max(sufficientLambda, 1e-3) }))
        assert.ok(found.gap <= found.unadapted + EXACT)
        assert.ok(found.theorem.shortfall <= EXACT, `${found.theorem.shortfall}`)
      })
    ))
}

test("comparator() comes as near to the best as its mixture says, and keeps to the meta-policy where nothing is decided", () => {
  const [mdp] = lakes(1)
  assert.ok(mdp !== undefined)
  const task = solveTask(mdp)
  const phi = normals(3, 64)
  const objective = (beta: number) => evaluatePolicy(mdp, softmax(4, comparator(task, phi, beta, "uniform"))).objective
  assert.ok(Math.abs(objective(0) - task.optimum.objective) <= EXACT)
  assert.ok(objective(1e-3) < objective(0) && objective(0.1) < objective(1e-3))
  const all = comparator(task, phi, 1, "meta-policy")
  for (let i = 0; i < 64; i++) assert.ok(Math.abs(all[i]! - phi[i]!) <= EXACT)
  const free = comparator(task, phi, 0.1, "uniform")
  for (let s = 0; s < 16; s++)
    if (!task.decisions.includes(s)) assert.deepEqual(free.subarray(4 * s, 4 * s + 4), phi.subarray(4 * s, 4 * s + 4))
})

test("taskCentre() is nearer to the tasks' best policies than any prior made up, and farther where holes differ more", () => {
  for (const alg of algs) {
    const beta = 0.01
    const [few, many] = [lakes(8, 0.9), lakes(8, 0.7)].map((all) => all.map(solveTask))
    assert.ok(few !== undefined && many !== undefined)
    const centre = taskCentre(alg, many, beta)
    for (let seed = 0; seed < 10; seed++) {
      const phi = normals(seed, 64)
      const apart: readonly number[] = many.map((task) => {
        const at = evaluatePolicy(task.mdp, softmax(4, phi))
        return alg.apart(at, phi, comparator(task, phi, beta, "uniform")).reduce((sum, x) => sum + x, 0)
      })
      assert.ok(centre.variance < mean(apart))
    }
    assert.ok(centre.variance > taskCentre(alg, few, beta).variance)
  }
})

test("metaTrain() raises what adapted policies reach on lakes, for each Alg(i)", () => {
  const tasks = lakes(6)
  for (const alg of algs) {
    const lambda = alg.id === 3 ? 0.04 : 0.5
    const step = (task: (typeof tasks)[number], phi: Float64Array) => hypergradient(alg, task, phi, { lambda })
    const reached = (phi: Float64Array) => mean(tasks.map((task) => right(step(task, phi)).after.objective))
    const gradient = (task: (typeof tasks)[number], phi: Float64Array) =>
      E.map((h: { gradient: Float64Array }) => h.gradient)(step(task, phi))
    for (let seed = 0; seed < 3; seed++) {
      const start = normals(seed, 64)
      const path = right(metaTrain({ tasks, gradient, rate: 5, iterations: 100 }, start, stream(child(zeroKey, seed))))
      assert.equal(path.length, 101)
      const best = mean(tasks.map((task) => solveTask(task).optimum.objective))
      // At least a third of what is left to gain; a gradient of the wrong sign or of another task loses instead.
      const [before, after] = [reached(start), reached(path[100] ?? start)]
      assert.ok(after - before > (best - before) / 3, `Alg(${alg.id}), seed ${seed}: ${before} to ${after} of ${best}`)
    }
  }
})

test("metaTrain() names the task and the iteration in which it failed", () => {
  const tasks = lakes(2)
  const gradient = () => hypergradientOf(Number.NaN)
  const hypergradientOf = (lambda: number) =>
    E.map((h: { gradient: Float64Array }) => h.gradient)(
      hypergradient(reverseDivergence, tasks[0] ?? madeUp(1), new Float64Array(64), { lambda })
    )
  const failed = metaTrain({ tasks, gradient, rate: 1, iterations: 5 }, new Float64Array(64), stream(zeroKey))
  assert.ok(E.isLeft(failed))
  assert.match(failed.left.message, /want lambda > 0, got NaN, on task [01] in iteration 0;/)
})

test("with the theorem's rate the mean of ‖∇F‖² stays below K/T + M/√T, for each Alg(i)", () => {
  const tasks = lakes(4)
  // The largest that any policy's is: returns lie within [−1, 1].
  const largestAdvantage = 2
  for (const alg of algs) {
    const lambda = 7 * largestAdvantage
    const c = convergence(alg.id, { gamma: 0.8, rewardRange: 2, largestAdvantage, lambda, lipschitz: tableLipschitz })
    assert.ok(lambda > c.leastLambda)
    const iterations = 50
    const of = (task: (typeof tasks)[number], phi: Float64Array) =>
      right(hypergradient(alg, task, phi, { lambda })).gradient
    const path = right(
      metaTrain(
        { tasks, gradient: (task, phi) => E.right(of(task, phi)), rate: c.rate(iterations), iterations },
        normals(1, 64),
        stream(zeroKey)
      )
    )
    const squares = path.slice(1).map((phi) => {
      const all = tasks.map((task) => of(task, phi))
      const full = phi.map((_, i) => mean(all.map((g) => g[i]!)))
      return dot(full, full)
    })
    assert.ok(
      mean(squares) > 0 && mean(squares) <= c.bound(iterations),
      `${mean(squares)} beside ${c.bound(iterations)}`
    )
  }
})

test("convergence() has the constants that theorems 1 and 2 print", () => {
  const about = { gamma: 0.5, rewardRange: 1, largestAdvantage: 1, lambda: 2, lipschitz: tableLipschitz }
  const one = convergence(1, about)
  // B = 16/(2·⅛) + 48 + 6, C = 12, G = 16; K = 2(B + 288)·16, M = (B + 288)·16·16.
  assert.deepEqual([one.b, one.c, one.g, one.k, one.m], [118, 12, 16, 2 * 406 * 16, 406 * 256])
  const two = convergence(2, about)
  assert.deepEqual([two.b, two.c, two.g], [64 + 72, 8, 8])
  const three = convergence(3, { ...about, lambda: 8 })
  // λ + 2γ/(1 − γ)·A = 10, λ − 6A = 2: G = 10/(½·2), C = 20/(½·2), B = 160·100/(⅛·4).
  assert.deepEqual([three.b, three.c, three.g, three.leastLambda], [32_000, 20, 10, 6])
})
