/** What the tests of bilevel learning share: policies without hidden layers, changed settings, inner problems solved to rounding. */
import assert from "node:assert/strict"
import * as E from "fp-ts/lib/Either.js"
import { type BoMrl, defaults } from "../../../algorithms/bilevel/config.ts"
import { curvatureProgram, mixedProgram, slopeProgram } from "../../../algorithms/bilevel/hypergradient.ts"
import { type InnerProblem, innerObjective, innerShapes, sampleOf } from "../../../algorithms/bilevel/inner_problem.ts"
import { makePolicy, type Policy } from "../../../algorithms/mod.ts"
import { cholesky, choleskySolve } from "../../../core/linalg/mod.ts"
import { evaluate, grad, type Program, program } from "../../../core/program/mod.ts"
import { fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import type { Space } from "../../../envs/mod.ts"
import { built } from "../../core/program/support.ts"
import { right } from "../support.ts"

const plane: Space = {
  _tag: "Box",
  low: [-Infinity, -Infinity],
  high: [Infinity, Infinity],
  names: ["x", "y"],
  units: ["", ""],
  dtype: "float64"
}

/** A linear policy on the plane, whose curvature by divergences has no null space on a few states. */
export const linearPolicy = (kind: "gaussian" | "categorical"): Policy => {
  const action: Space = kind === "gaussian" ? plane : { _tag: "Discrete", n: 2, names: ["a", "b"] }
  return right(
    makePolicy({ observation: plane, action }, { layers: 0, width: 1, activation: "tanh", taskOneHot: false })
  )
}

/** The defaults with changes of the inner problem. */
export const settings = (inner: Partial<BoMrl["inner"]>): BoMrl => ({
  ...defaults,
  inner: { ...defaults.inner, ...inner }
})

/** Normal numbers of a seed. */
export const normals = (seed: number, count: number, scale = 1): Float64Array => {
  const out = new Float64Array(count)
  fillNormal(stream({ ...zeroKey, entropy: [seed, count] }), out)
  return out.map((x) => scale * x)
}

/** Made-up transitions of a policy near its own parameters ϕ; log-probabilities are those of ϕ itself. */
export const rollout = ({ policy, n }: InnerProblem, seed: number, phi: Float64Array) => {
  const discrete = policy.distribution === "categorical"
  const observation = normals(seed, n * 2)
  const drawn = normals(seed + 1, n * policy.actionSize)
  const action = discrete ? drawn.map((a) => (a > 0 ? 1 : 0)) : drawn
  const own = built(
    program("own", { theta: [policy.size], observation: [n, 2], action: policy.actionShape(n) }, (x) => ({
      logProb: policy.logProb(x.theta, x.observation, x.action).logProb
    }))
  )
  const { logProb } = evaluate(own, { theta: phi, observation, action })
  return { observation, action, logProb: logProb!, advantage: normals(seed + 2, n, 0.5) }
}

type Rollout = ReturnType<typeof rollout>

const dense = (
  p: Program<string, "product">,
  at: Readonly<Record<string, Float64Array>>,
  size: number
): Float64Array => {
  const matrix = new Float64Array(size * size)
  for (let j = 0; j < size; j++) {
    const direction = new Float64Array(size)
    direction[j] = 1
    matrix.set(evaluate(p, { ...at, direction }).product!, j * size)
  }
  return matrix
}

/** Whether the inner problem's curvature is positive definite at θ. */
export const isConvex = (problem: InnerProblem, data: Rollout, theta: Float64Array, phi: Float64Array): boolean => {
  const size = problem.policy.size
  return E.isRight(cholesky(size, dense(built(curvatureProgram(problem)), { theta, phi, ...data }, size)))
}

/** θ′ of ϕ to rounding, by Newton's method with dense curvature. */
export const solved = (problem: InnerProblem, data: Rollout, phi: Float64Array): Float64Array => {
  const size = problem.policy.size
  const slope = built(
    E.chain((p: Program<string, "objective">) => grad({ of: "objective", wrt: ["theta"] })(p))(
      program("inner", innerShapes(problem), (x) => ({
        objective: innerObjective(problem, sampleOf(x), x.theta!, x.phi!)
      }))
    )
  )
  const curving = built(curvatureProgram(problem))
  let theta = phi
  let last = Infinity
  for (let k = 0; k < 60; k++) {
    const at = { theta, phi, ...data }
    const step = evaluate(slope, at)["grad.theta"]!
    const norm = Math.hypot(...step)
    // A large λ's terms round to more than 1e-13: then the solution is where another step brings nothing.
    if (norm < 1e-13 || (norm < 1e-11 && norm > last / 2)) return theta
    last = norm
    choleskySolve(size, right(cholesky(size, dense(curving, at, size))), step)
    theta = theta.map((x, i) => x - step[i]!)
  }
  return assert.fail("no solution")
}

/** The hypergradient by the programs, the system solved densely. */
export const implicit = (problem: InnerProblem, before: Rollout, after: Rollout, phi: Float64Array) => {
  const size = problem.policy.size
  const theta = solved(problem, before, phi)
  const { slope, loss } = evaluate(built(slopeProgram(problem)), { theta, ...after })
  const direction = slope!.slice()
  const at = { theta, phi, ...before }
  choleskySolve(size, right(cholesky(size, dense(built(curvatureProgram(problem)), at, size))), direction)
  const { gradient } = evaluate(built(mixedProgram(problem)), { ...at, direction })
  return { theta, loss: loss![0]!, gradient: gradient! }
}
