import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { slopeProgram } from "../../../algorithms/bilevel/hypergradient.ts"
import { innerObjective, innerShapes, sampleOf } from "../../../algorithms/bilevel/inner_problem.ts"
import { solveSystems } from "../../../algorithms/bilevel/system.ts"
import { adapt } from "../../../algorithms/maml/adaptation.ts"
import { defaults as mamlDefaults } from "../../../algorithms/maml/config.ts"
import { metaGradientProgram } from "../../../algorithms/maml/mathematics.ts"
import { type Loss, policyGradientLoss } from "../../../algorithms/meta/sample.ts"
import { cholesky, choleskySolve } from "../../../core/linalg/mod.ts"
import { evaluate, gradients, program, type Shape } from "../../../core/program/mod.ts"
import { built, close, dot } from "../../core/program/support.ts"
import { right } from "../support.ts"
import { implicit, isConvex, linearPolicy, normals, rollout, settings, solved } from "./support.ts"

const cases = fc.record({
  kind: fc.constantFrom("gaussian" as const, "categorical" as const),
  distance: fc.constantFrom("D1" as const, "D2" as const, "D3" as const),
  surrogate: fc.constantFrom("saturating" as const, "ratio" as const, "linear" as const),
  seed: fc.nat({ max: 1e6 })
})

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never

const given = ({ kind, distance, surrogate, seed }: Case, lambda: number) => {
  const policy = linearPolicy(kind)
  const problem = { config: settings({ distance, surrogate, lambda }), policy, n: 16 }
  const phi = normals(seed, policy.size, 0.3)
  return {
    problem,
    phi,
    before: rollout(problem, seed + 1, phi),
    after: rollout(problem, seed + 5, normals(seed + 9, policy.size, 0.3))
  }
}

/**
 * The problem with λ so large that the surrogate takes at most a quarter of the distance's curvature at ϕ, and half of it where
 * it ends: one solution, which moves smoothly with ϕ. An advantage may be large where the rollout has a rare action.
 */
const convex = (x: Case, lambda = 60): ReturnType<typeof given> => {
  const all = given(x, lambda)
  const { problem, phi, before } = all
  const weaker = (share: number) => ({
    ...problem,
    config: settings({ ...problem.config.inner, lambda: lambda * share })
  })
  return isConvex(weaker(1 / 4), before, phi, phi) && isConvex(weaker(1 / 2), before, solved(problem, before, phi), phi)
    ? all
    : convex(x, 2 * lambda)
}

/** Two logits are one number too many for a divergence: no curvature along it. */
const solvable = ({ kind, distance }: { readonly kind: string; readonly distance: string }): boolean =>
  kind === "gaussian" || distance === "D3"

test("the hypergradient is the derivative of the loss of the solved inner problem, for each distance and surrogate", () =>
  fc.assert(
    fc.property(cases.filter(solvable), (x) => {
      const { problem, phi, before, after } = convex(x)
      const { gradient } = implicit(problem, before, after, phi)
      const v = normals(x.seed + 3, phi.length)
      const lossAt = (at: Float64Array): number =>
        evaluate(built(slopeProgram(problem)), { theta: solved(problem, before, at), ...after }).loss![0]!
      const central = (h: number): number =>
        (lossAt(phi.map((p, i) => p + h * v[i]!)) - lossAt(phi.map((p, i) => p - h * v[i]!))) / (2 * h)
      // Richardson: what is left of the differences' error is of the fourth order.
      const slope = (4 * central(5e-5) - central(1e-4)) / 3
      assert.ok(
        Math.abs(slope - dot(gradient, v)) <= 1e-7 * Math.max(1, Math.abs(slope)),
        `${dot(gradient, v)}, want ${slope}`
      )
    }),
    { numRuns: 40 }
  ))

test("unrolled differentiation comes to the hypergradient as its steps grow", () => {
  for (const distance of ["D2", "D3"] as const) {
    const { problem, phi, before, after } = given({ kind: "gaussian", distance, surrogate: "saturating", seed: 4 }, 2)
    const { gradient } = implicit(problem, before, after, phi)
    const unrolled = (steps: number): Float64Array => {
      const { theta: _, phi: __, ...shapes } = innerShapes(problem)
      const all: Record<string, Shape> = { phi: [problem.policy.size], ...shapes }
      for (const [name, shape] of Object.entries(shapes)) all[`${name}1`] = shape
      const p = built(
        program("unrolled", all, (x) => {
          const outer = {
            observation: x.observation1!,
            action: x.action1!,
            logProb: x.logProb1!,
            advantage: x.advantage1!
          }
          const loss: Loss = (theta) => innerObjective(problem, sampleOf(x), theta, x.phi!)
          const end = adapt(x.phi!, new Array<Loss>(steps).fill(loss), 0.15, "second")
          return { gradient: gradients(policyGradientLoss(problem.policy, "ratio", outer)(end), [x.phi!])[0]! }
        })
      )
      const second = Object.fromEntries(Object.entries(after).map(([name, v]) => [`${name}1`, v]))
      return evaluate(p, { phi, ...before, ...second }).gradient!
    }
    const misses = [2, 8, 32, 128].map((steps) => Math.hypot(...unrolled(steps).map((g, i) => g - gradient[i]!)))
    for (const [k, miss] of misses.entries()) if (k > 0) assert.ok(miss < misses[k - 1]!, `${distance}: ${misses}`)
    assert.ok(misses[3]! < 1e-3 * Math.hypot(...gradient), `${distance}: ${misses}`)
  }
})

test("MAML is the linear surrogate with D3 and λ = 1/(2α): one adapted policy, one meta-gradient", () =>
  fc.assert(
    fc.property(fc.constantFrom("gaussian" as const, "categorical" as const), fc.nat({ max: 1e6 }), (kind, seed) => {
      const alpha = 0.05
      const { problem, phi, before, after } = given(
        { kind, distance: "D3", surrogate: "linear", seed },
        1 / (2 * alpha)
      )
      const { theta, gradient, loss } = implicit(problem, before, after, phi)
      const config = { ...mamlDefaults, inner: { ...mamlDefaults.inner, rate: alpha } }
      const maml = built(metaGradientProgram({ config, order: "second", policy: problem.policy, n: problem.n }))
      const numbered = (data: typeof before, k: number) =>
        Object.fromEntries(Object.entries(data).map(([name, v]) => [name + k, v]))
      const rate = phi.map(() => alpha)
      const want = evaluate(maml, { theta: phi, rate, score: [0], ...numbered(before, 0), ...numbered(after, 1) })
      close([loss], want.loss!, 1e-10, "loss")
      close(gradient, want.gradient!, 1e-10, "meta-gradient")
      const slope = evaluate(built(slopeProgram(problem)), { theta: phi, ...before }).slope!
      close(
        theta,
        phi.map((x, i) => x - alpha * slope[i]!),
        1e-12,
        "adapted"
      )
    }),
    { numRuns: 30 }
  ))

test("PPO with a penalty on the divergence is the ratio surrogate with D1: one objective, by plain loops", () =>
  fc.assert(
    fc.property(fc.nat({ max: 1e6 }), (seed) => {
      const { problem, phi, before } = given({ kind: "categorical", distance: "D1", surrogate: "ratio", seed }, 0.7)
      const theta = normals(seed + 20, phi.length, 0.5)
      const inner = built(
        program("inner", innerShapes(problem), (x) => ({
          objective: innerObjective(problem, sampleOf(x), x.theta!, x.phi!)
        }))
      )
      // L = mean ρ·A − β·KL(π_old ‖ π_θ), Schulman et al., arXiv:1707.06347, eq. 8; a logit is W x + b.
      const probabilities = (at: Float64Array, row: number): readonly number[] => {
        const [x, y] = [before.observation[2 * row]!, before.observation[2 * row + 1]!]
        const weights = [0, 1].map((a) => Math.exp(at[2 * a]! * x + at[2 * a + 1]! * y + at[4 + a]!))
        return weights.map((w) => w / (weights[0]! + weights[1]!))
      }
      let total = 0
      for (let row = 0; row < problem.n; row++) {
        const [old, now] = [probabilities(phi, row), probabilities(theta, row)]
        const a = before.action[row]!
        total += (now[a]! / old[a]!) * before.advantage[row]!
        for (const b of [0, 1]) total -= 0.7 * old[b]! * Math.log(old[b]! / now[b]!)
      }
      const { objective } = evaluate(inner, { theta, phi, ...before })
      assert.ok(Math.abs(objective![0]! + total / problem.n) <= 1e-12)
    })
  ))

test("the natural policy gradient is the linear surrogate with a divergence, to first order in 1/λ", () => {
  for (const distance of ["D1", "D2"] as const) {
    const miss = (lambda: number): number => {
      const { problem, phi, before } = given({ kind: "gaussian", distance, surrogate: "linear", seed: 11 }, lambda)
      const size = phi.length
      const theta = solved(problem, before, phi)
      // A Gaussian's Fisher matrix: of means xxᵀ/σ² with the bias's 1, of log σ 2, mean over states.
      const fisher = new Float64Array(size * size)
      for (let row = 0; row < problem.n; row++)
        for (const a of [0, 1]) {
          const precision = Math.exp(-2 * phi[6 + a]!) / problem.n
          const places = [2 * a, 2 * a + 1, 4 + a]
          const seen = [before.observation[2 * row]!, before.observation[2 * row + 1]!, 1]
          for (const [i, x] of seen.entries())
            for (const [j, y] of seen.entries()) fisher[places[i]! * size + places[j]!]! += precision * x * y
        }
      for (const a of [6, 7]) fisher[a * size + a] = 2
      const step = evaluate(built(slopeProgram(problem)), { theta: phi, ...before }).slope!.map((g) => -g / lambda)
      choleskySolve(size, right(cholesky(size, fisher)), step)
      return Math.hypot(...theta.map((x, i) => x - phi[i]! - step[i]!)) * lambda
    }
    const [far, near] = [miss(100), miss(1000)]
    assert.ok(near < far / 5 && near < 0.01, `${distance}: ${far}, ${near}`)
  }
})

test("solveSystems() gives the closed form of linear-quadratic tasks to 1e-8", () => {
  // One step of x′ = x + b·u with u = Kx: the cost q|x′|² + r|u|² is kᵀAk + 2gᵀk + c in k = vec K.
  const tasks = [
    { b: 0.5, q: 1, r: 0.1, cov: [2 / 3, 0.1, 0.1, 1 / 3] },
    { b: 1.2, q: 2, r: 0.3, cov: [0.5, -0.2, -0.2, 1] }
  ].map(({ b, q, r, cov }) => {
    const a = new Float64Array(16)
    const g = new Float64Array(4)
    for (const out of [0, 1])
      for (const i of [0, 1]) {
        g[2 * out + i] = q * b * cov[2 * out + i]!
        for (const j of [0, 1]) a[(2 * out + i) * 4 + 2 * out + j] = (q * b * b + r) * cov[2 * i + j]!
      }
    return { a, g }
  })
  const lambda = 0.5
  const phi = Float64Array.of(0.3, -0.2, 0.1, 0.4)
  const times = (a: Float64Array, x: Float64Array) => x.map((_, i) => dot(a.subarray(4 * i, 4 * i + 4), x))
  const shifted = tasks.map(({ a }) =>
    right(
      cholesky(
        4,
        a.map((x, i) => x + (i % 5 === 0 ? lambda : 0))
      )
    )
  )
  const closed = tasks.map(({ a, g }, t) => {
    const theta = phi.map((x, i) => lambda * x - g[i]!)
    choleskySolve(4, shifted[t]!, theta)
    const slope = times(a, theta).map((x, i) => 2 * (x + g[i]!))
    const gradient = slope.slice()
    choleskySolve(4, shifted[t]!, gradient)
    return { slope, gradient: gradient.map((x) => lambda * x) }
  })
  const config = { ...settings({ lambda }), hypergradient: { iterations: 20, tolerance: 1e-12, damping: 0 } }
  const products = (directions: readonly (Float64Array | undefined)[]) =>
    Effect.succeed(
      directions.map((p, t) =>
        p === undefined ? new Float64Array(4) : times(tasks[t]!.a, p).map((x, i) => 2 * (x + lambda * p[i]!))
      )
    )
  const found = Effect.runSync(
    solveSystems(
      config,
      closed.map((c) => c.slope),
      products
    )
  )
  for (const [t, { x, converged, indefinite }] of found.entries()) {
    assert.ok(converged && indefinite === undefined)
    // −∇_ϕ(xᵀ∇g) of λ‖θ − ϕ‖²: 2λx.
    close(
      x.map((v) => 2 * lambda * v),
      closed[t]!.gradient,
      1e-8,
      `task ${t}`
    )
  }
})

test("solveSystems() tells the smallest eigenvalue of what is not positive definite, and that damping mends it", () => {
  const slopes = [Float64Array.of(1, 2, 3), Float64Array.of(1, 1, 1)]
  const diagonals = [Float64Array.of(2, -0.3, 1), Float64Array.of(1, 2, 3)]
  const products = (directions: readonly (Float64Array | undefined)[]) =>
    Effect.succeed(diagonals.map((d, t) => d.map((x, i) => x * (directions[t]?.[i] ?? 0))))
  const solve = (damping: number) =>
    Effect.runSync(
      solveSystems(
        { ...settings({ lambda: 1 }), hypergradient: { iterations: 50, tolerance: 1e-10, damping } },
        slopes,
        products
      )
    )
  const [odd, fine] = solve(0)
  assert.ok(Math.abs((odd?.indefinite ?? 0) + 0.3) < 1e-6 && fine?.indefinite === undefined)
  assert.ok(solve(0.4).every((s) => s.converged && s.indefinite === undefined))
})
