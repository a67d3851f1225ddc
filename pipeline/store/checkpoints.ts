/** When a training's way is kept, and under which name. */
import { Context, Effect, Schema } from "effect"
import { monotonicSeconds } from "../../core/service/monotonic.ts"
import { Progress } from "../../core/service/progress.ts"
import { Checkpoint, type Checkpoints } from "../jobs/training.ts"
import type { ResultCache, Watch } from "./result_cache.ts"

/** Seconds between two checkpoints, at least: what a crash may cost. */
export const CheckpointSeconds = Context.Reference<number>("policygradex/CheckpointSeconds", {
  defaultValue: () => 2
})

/** A checkpoint takes its time: no more than one second in so many goes into keeping. */
const SHARE = 20

const Kept = Schema.Struct({ checkpoint: Checkpoint, elapsed: Schema.Number })

/** The checkpoints of the one training of a stage with these inputs. One file: each takes the place of the last. */
export const checkpointsOf = Effect.fnUntraced(function* (
  stage: string,
  input: unknown,
  cache: ResultCache,
  watch: Watch
) {
  const { say } = yield* Progress
  const seconds = yield* CheckpointSeconds
  const name = `${stage}/checkpoint`
  // A stage's numbers are of one session: what another one computed is of no use.
  const inputs = () => ({ input, backendId: cache.backendId() })
  let last = yield* monotonicSeconds
  let cost = 0
  const keep: Checkpoints["keep"] = Effect.fnUntraced(function* (checkpoint) {
    const from = yield* monotonicSeconds
    yield* cache.put(name, inputs(), { checkpoint, elapsed: yield* watch.elapsed })
    last = yield* monotonicSeconds
    cost = last - from
  })
  const checkpoints: Checkpoints = {
    find: Effect.gen(function* () {
      const found = yield* cache.find(name, inputs(), Kept)
      if (found !== undefined) watch.carry(found.elapsed)
      return found?.checkpoint
    }),
    offer: (checkpoint) =>
      Effect.flatMap(monotonicSeconds, (now) =>
        now - last >= Math.max(seconds, SHARE * cost) ? keep(checkpoint()) : Effect.void
      ),
    keep,
    refuse: (why) => say(`${why.message}; ${stage} begins anew`)
  }
  return checkpoints
})
