/** Projected gradients against gradients that were formed: a feature g̃ = Pᵀg must satisfy g̃·x = g·(Px) for every x. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { architectures } from "../../../../algorithms/mod.ts"
import type { Activation } from "../../../../core/network/mod.ts"
import { child, fillNormal, key as keyOf, stream, zeroKey } from "../../../../core/random/mod.ts"
import { Session } from "../../../../core/service/session.ts"
import { type ProjectionKind, type Projector, projector } from "../../../../pipeline/stages/surrogate/features.ts"
import { right } from "../../../algorithms/support.ts"
import { anyRows, anyTheta, gradients, policyOf, type Sizes } from "../policies.ts"
import { dot, exactly, fixture, inSingle, norm } from "../support.ts"

const kinds: readonly ProjectionKind[] = ["gaussian", "rademacher", "sparse", "kronecker"]

interface Torch {
  readonly net: {
    readonly sizes: readonly number[]
    readonly hidden_activation: Activation
    readonly extra_params: number
  }
  readonly params: readonly number[]
  readonly inputs: readonly (readonly number[])[]
  readonly actions: readonly (number | readonly number[])[]
  readonly per_example_grad_rows: readonly number[]
  readonly per_example_grads: readonly (readonly number[])[]
}

const points = (d: number, count: number): readonly Float64Array[] =>
  Array.from({ length: count }, (_, k) => {
    const x = new Float64Array(d)
    fillNormal(stream(child(zeroKey, "point", k)), x)
    return x
  })

/** Rounding: relative to ‖g̃‖·‖x‖, for sums of p terms. */
const tol = { f64: 1e-11, f32: 3e-6 }

/** Asserts that the features of every row are adjoint to the lift. */
const adjoint = (
  what: string,
  { dimension: d, lift }: Pick<Projector, "dimension" | "lift">,
  features: ArrayLike<number>,
  rows: readonly (readonly [row: number, gradient: ArrayLike<number>])[],
  tolerance: number
): void => {
  const all = points(d, 3)
  const lifted = lift(Float64Array.from(all.flatMap((x) => [...x])))
  for (const [k, x] of all.entries()) {
    const direction = lifted[k]!
    assert.deepEqual([direction], lift(x))
    for (const [r, g] of rows) {
      assert.equal(g.length, direction.length)
      const feature = Float64Array.from({ length: d }, (_, i) => features[r * d + i]!)
      const [got, want] = [dot(feature, x), dot(g, direction)]
      const scale = Math.max(norm(feature) * norm(x), norm(g) * norm(direction) * 0.01)
      assert.ok(Math.abs(got - want) <= tolerance * scale, `${what}, row ${r}: ${got}, want ${want}`)
    }
  }
}

for (const name of ["policy_tanh_categorical", "policy_gaussian", "policy_relu_categorical"]) {
  const r = fixture<Torch>(`autodiff/${name}`)
  const { sizes } = r.net
  const policy = policyOf({
    inputs: sizes[0]!,
    layers: sizes.length - 2,
    width: sizes[1]!,
    outputs: sizes[sizes.length - 1]!,
    kind: r.net.extra_params > 0 ? "gaussian" : "categorical",
    activation: r.net.hidden_activation
  })
  const visited = {
    count: r.inputs.length,
    observation: Float64Array.from(r.inputs.flat()),
    action: Float64Array.from(r.actions.flat())
  }

  for (const kind of kinds) {
    test(`features of ${name}, ${kind}: torch's gradients, projected`, async () => {
      assert.equal(policy.size, r.params.length)
      const d = 12
      const rows = r.per_example_grad_rows.map((row, k) => [row, r.per_example_grads[k]!] as const)
      // A dense P in float64 takes seconds on the larger networks; the small one shows as much.
      const both = kind === "sparse" || kind === "kronecker" || policy.size < 2000
      for (const [run, tolerance] of [...(both ? [[exactly, tol.f64] as const] : []), [inSingle, tol.f32] as const]) {
        await run(
          Effect.gen(function* () {
            const p = yield* projector(kind, policy, d, zeroKey)
            const features = yield* p.features(Float64Array.from(r.params), visited)
            assert.equal(features.length, visited.count * d)
            adjoint(kind, p, features, rows, tolerance)
          })
        )
      }
    })
  }
}

const sizes: fc.Arbitrary<Sizes> = fc.record({
  inputs: fc.integer({ min: 1, max: 5 }),
  layers: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: 9 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  kind: fc.constantFrom("categorical" as const, "gaussian" as const),
  activation: fc.constantFrom("tanh" as const, "relu" as const)
})

test("features are adjoint to lift for any network and policy, and for any d against p", () =>
  fc.assert(
    fc.asyncProperty(
      sizes,
      fc.integer({ min: 1, max: 40 }),
      fc.nat(),
      fc.constantFrom(...kinds),
      async (s, d, seed, kind) => {
        const policy = policyOf(s)
        const key = right(keyOf(seed))
        const theta = anyTheta(policy, key)
        const visited = anyRows(policy, s.outputs, 5, child(key, "rows"))
        const rows = gradients(policy, theta, visited).map((g, r) => [r, g] as const)
        await inSingle(
          Effect.gen(function* () {
            const p = yield* projector(kind, policy, d, key)
            adjoint(kind, p, yield* p.features(theta, visited), rows, 10 * tol.f32)
          })
        )
      }
    ),
    { numRuns: 60 }
  ))

for (const { id } of architectures)
  test(`features of ${id}, told its task, are adjoint to lift`, async () => {
    const policy = policyOf({
      inputs: 3,
      layers: 2,
      width: 6,
      outputs: 2,
      kind: "gaussian",
      activation: "tanh",
      told: id
    })
    const theta = anyTheta(policy, zeroKey)
    const visited = anyRows(policy, 2, 5, zeroKey)
    const rows = gradients(policy, theta, visited).map((g, r) => [r, g] as const)
    for (const kind of kinds) {
      await inSingle(
        Effect.gen(function* () {
          const p = yield* projector(kind, policy, 12, zeroKey)
          adjoint(`${id}, ${kind}`, p, yield* p.features(theta, visited), rows, 10 * tol.f32)
        })
      )
    }
  })

const small = { inputs: 4, layers: 2, width: 16, outputs: 2, kind: "categorical", activation: "tanh" } as const

test("features of many rows are those of its parts, whatever the chunks", async () => {
  const policy = policyOf(small)
  const theta = anyTheta(policy, zeroKey)
  const visited = anyRows(policy, 2, 1200, zeroKey)
  const d = 10
  for (const kind of kinds) {
    await inSingle(
      Effect.gen(function* () {
        const p = yield* projector(kind, policy, d, zeroKey)
        const all = yield* p.features(theta, visited)
        for (const [from, to] of [
          [0, 3],
          [500, 530],
          [1190, 1200]
        ] as const) {
          const part = yield* p.features(theta, {
            count: to - from,
            observation: visited.observation.subarray(from * 4, to * 4),
            action: visited.action.subarray(from, to)
          })
          assert.deepEqual(part, all.subarray(from * d, to * d), `${kind}, rows ${from} to ${to}`)
        }
      })
    )
  }
})

test("memory of the session does not grow with the rows, and stays far below N·p", async () => {
  const policy = policyOf({ ...small, layers: 2, width: 64 })
  const theta = policy.init(zeroKey)
  const peak = (kind: ProjectionKind, count: number) =>
    inSingle(
      Effect.gen(function* () {
        const p = yield* projector(kind, policy, 50, zeroKey)
        yield* p.features(theta, anyRows(policy, 2, count, zeroKey))
        return (yield* (yield* Session).memory).peak
      })
    )
  for (const kind of kinds) {
    const [few, many] = [await peak(kind, 512), await peak(kind, 2048)]
    assert.equal(many, few, kind)
    console.log(kind, many, 4 * 2048 * policy.size)
  }
})

test("features with equal keys are equal, and others with others", async () => {
  const policy = policyOf(small)
  const theta = anyTheta(policy, zeroKey)
  const visited = anyRows(policy, 2, 4, zeroKey)
  const featuresOf = (kind: ProjectionKind, name: string) =>
    inSingle(Effect.flatMap(projector(kind, policy, 8, child(zeroKey, name)), (p) => p.features(theta, visited)))
  for (const kind of kinds) {
    const one = await featuresOf(kind, "one")
    assert.deepEqual(one, await featuresOf(kind, "one"))
    assert.notDeepEqual(one, await featuresOf(kind, "other"))
  }
})

test("features of a dense P are the same bits, however many of its entries are held at a time", () =>
  inSingle(
    Effect.gen(function* () {
      const policy = policyOf({ inputs: 3, layers: 2, width: 9, outputs: 2, kind: "categorical", activation: "tanh" })
      const [theta, observation] = [new Float64Array(policy.size), new Float64Array(700 * 3)]
      fillNormal(stream(child(zeroKey, "theta")), theta)
      fillNormal(stream(child(zeroKey, "observation")), observation)
      const visited = { count: 700, observation, action: Float64Array.from({ length: 700 }, (_, i) => i % 2) }
      const [all, ...fewer] = yield* Effect.forEach([1e9, 300, 0], (held) =>
        Effect.flatMap(projector("gaussian", policy, 8, zeroKey, held), (p) => p.features(theta, visited))
      )
      for (const features of fewer) assert.deepEqual(features, all)
    })
  ))
