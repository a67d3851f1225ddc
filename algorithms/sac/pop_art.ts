/** PopArt of the critics: before each step the scales of their heads take in what the critics are to be moved to. */
import { Effect } from "effect"
import { exp, program } from "../../core/program/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { Session } from "../../core/service/session.ts"
import { lastLayer, takeTargets, type ValueHeads } from "../scaled_heads.ts"
import type { DeviceState } from "./device_state.ts"
import { batchOf } from "./mathematics.ts"
import { criticRows, rawAims, rowsOf, scaleShapes, sizeOf, type Updating } from "./update_program.ts"

type Numbers = Float32Array | Float64Array

/** What the critics of a batch are moved to, in the rewards' own unit: `rawAim` `[batch]`. */
const aimProgram = (u: Updating) => {
  const { nextObservation, reward, terminated, nextNoise } = criticRows(u, batchOf(u.config, u.tasks))
  const rows = { nextObservation, reward, terminated, nextNoise }
  const fixed = { policy: [sizeOf(u, "policy")], target: [sizeOf(u, "value")], logAlpha: [u.tasks] }
  return program("sac.aims", { ...fixed, ...scaleShapes(u), ...rows }, (x) => ({
    rawAim: rawAims(u, x, exp(rowsOf(u, x.logAlpha)))
  }))
}

/** The heads' scales in an update: what it starts from, and how they follow. */
export interface Scaling {
  readonly at: DeviceState
  /** A batch. */
  readonly inputs: Readonly<Record<"nextObservation" | "reward" | "terminated" | "nextNoise", Numbers>>
  /** Places of the tasks among those that the policy can be told. */
  readonly places: readonly number[]
  readonly heads: ValueHeads
  readonly beta: number
  /** Gets what the critics are moved to: `[batch]`. */
  readonly rawAim: Numbers
}

/**
 * Takes a batch's targets into the scales, and moves the last layers of critics and target critics, so that what each of them says stays
 * what it was.
 *
 * All four are in one scale: in the rewards' own unit target critics then follow as they do without,
 *
 *     (1 − τ)·(σ w̄) + τ·(σ w) = σ·((1 − τ) w̄ + τ w)
 *
 * - Source: van Hasselt et al., arXiv:1602.07714; of each task's own scale Hessel et al., arXiv:1809.04474. For target networks: the
 *   identity above.
 */
export const scaler = Effect.fnUntraced(function* (u: Updating, { at, inputs, places, heads, beta, rawAim }: Scaling) {
  const session = yield* Session
  const executable = yield* session.compile(yield* fromEither(aimProgram(u)))
  const { value, target, mean, deviation } = at
  const call = executable.run({ ...at, ...inputs }, { rawAim })
  const { twins, actionKind } = u.networks
  const each = rawAim.length / u.tasks
  const ofTasks = places.map((place) => (heads.count === 1 ? 0 : place))
  const all = [value, target, mean!, deviation!]
  const take = Effect.fnUntraced(function* () {
    yield* call
    const [phi, phiBar, means, deviations] = yield* Effect.forEach(all, (buffer) => session.read(buffer))
    const layers = [phi!, phiBar!].flatMap((critics) =>
      (["q1", "q2"] as const).map((name) => lastLayer(actionKind.critic, heads, twins.host(critics, name)))
    )
    const targets = Float64Array.from(rawAim)
    const scales = { mean: means!, deviation: deviations! }
    for (const head of new Set(ofTasks)) {
      const own = targets.filter((_, row) => ofTasks[Math.floor(row / each)] === head)
      takeTargets(layers, scales, { head, targets: own, beta })
    }
    for (const [i, numbers] of [phi!, phiBar!, means!, deviations!].entries()) yield* session.write(all[i]!, numbers)
  })
  return { flops: executable.cost.flops, take }
})
