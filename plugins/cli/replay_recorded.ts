/** `pgex replay --recorded FILE`: states that were kept, shown again without simulating. */
import { Effect } from "effect"
import { argumentError } from "../../core/failure/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type Environment, type Params, variantOf } from "../../envs/mod.ts"
import { readBounded, sourceName } from "../io/bounded_read.ts"
import { readNpy } from "../io/matrix/mod.ts"
import type { Seen } from "./replay_picture.ts"

/**
 * What is observed of each state in a `.npy` file that `--states` wrote, or a run. `watch` is called for each.
 *
 * - Errors: `FileError`; `ArgumentError` for what is no such file, or of other states; those of the parameters.
 */
export const replayRecorded = Effect.fn("pgex.replayRecorded")(function* (
  named: Environment,
  params: Params,
  path: string,
  watch: (now: Seen) => void
) {
  const environment = variantOf(named, params)
  const name = sourceName(path)
  const dynamics = yield* fromEither(environment.make(params))
  const { shape, data, descr } = yield* fromEither(readNpy(yield* readBounded(path), name))
  const [count = 0, width] = shape
  const { stateSize, observationSize } = dynamics
  if (shape.length !== 2 || count === 0 || width !== stateSize || !(data instanceof Float64Array)) {
    const want = `states of ${environment.id}: one row or more of ${stateSize} float64 numbers`
    const fix = "name the environment and the parameters that it was recorded under"
    const got = `${descr} of shape (${shape.join(", ")})`
    return yield* Effect.fail(argumentError({ doing: `read ${name}`, want, got, fix }))
  }
  return Array.from({ length: count }, (_, row) => {
    const at = row * stateSize
    watch({
      render: () => dynamics.render?.(data, at),
      picture: (size) => dynamics.picture?.(data, at, size),
      state: () => data.slice(at, at + stateSize)
    })
    const seen = new Float64Array(observationSize)
    dynamics.observe(data, at, seen, 0)
    return { obs: [...seen] }
  })
})
