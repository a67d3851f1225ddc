/** The laws of environments whose state is elsewhere: what a batch that `open` gives must keep to. */
import * as Either from "fp-ts/lib/Either.js"
import { child, fillRandom, stream, zeroKey } from "../../core/random/mod.ts"
import type { Batch, BatchState } from "../batch.ts"
import type { Environment } from "../env.ts"
import type { EnvError } from "../error.ts"
import { sizeOf } from "../space.ts"
import { makeRows } from "../vector.ts"
import { column, differentRow, play } from "./batch.ts"
import { actionsOf, type Law } from "./support.ts"

const COUNT = 3
const STEPS = 40

/** The laws; parameters have theirs beside those of other environments. */
export const openLaws = (env: Environment): readonly Law[] => {
  /** Opens a batch, closes it after use, and tells a refusal instead. */
  const opened = (members: readonly number[], use: (batch: Batch) => string | undefined, salt = 0) =>
    using(env, members, salt, use)
  const actions = (salt: number): Float64Array => actionsOf(env, STEPS * COUNT, salt)
  const size = sizeOf(env.observation)
  const different = (a: Played, b: Played): string | undefined => {
    for (let r = 0; r < Math.min(a.rows.reward.length, b.rows.reward.length); r++) {
      const odd = differentRow(size, a.rows, r, b.rows, r)
      if (odd !== undefined) return `row ${r}: ${odd}`
    }
    return undefined
  }
  return [
    {
      name: "make() refuses, open() gives a batch of the sizes that the spaces have",
      fix: "return Either.left from make(), and from open() as many members as asked for, with the spaces' sizes",
      check: () => {
        if (Either.isRight(env.make({}))) return "make() gives dynamics"
        return opened(ALL, (b) => {
          const [want, got] = [
            [COUNT, size, sizeOf(env.action)],
            [b.count, b.observationSize, b.actionSize]
          ]
          if (want.join() !== got.join()) return `want ${want} (members, observation, action), got ${got}`
          return b.remote === undefined ? "it has no `remote`" : undefined
        })
      }
    },
    {
      name: "a step before reset() moves nothing, and fault() says why",
      fix: "write nothing before the first reset() or load(), and return an ArgumentError from fault()",
      check: () =>
        opened(ALL, (b) => {
          const rows = makeRows(COUNT, size)
          rows.reward.fill(7)
          b.step(actions(1), rows)
          if (b.fault() === undefined) return "fault() tells nothing"
          if (rows.reward.some((r) => r !== 7)) return "it writes rewards"
          b.reset(rows.observation)
          return b.fault()?.message
        })
    },
    {
      name: "equal keys give equal trajectories",
      fix: "derive all randomness from the members' keys, also where an instance has played before, or say repeats: false",
      check: () =>
        env.repeats === false
          ? undefined
          : opened(ALL, (a) => opened(ALL, (b) => different(run(a, actions(2)), run(b, actions(2)))))
    },
    {
      name: "another key changes the trajectory",
      fix: "begin each episode from the member's key, or say deterministic: true where nothing is random",
      check: () => {
        if (env.deterministic === true || env.repeats === false) return undefined
        return opened(ALL, (a) =>
          opened(
            ALL,
            (b) =>
              different(run(a, actions(3)), run(b, actions(3))) === undefined ? "two keys give the same" : undefined,
            1
          )
        )
      }
    },
    {
      name: "a batch of n gives row by row what n batches of one give",
      fix: "let members share nothing: neither generator nor instance nor buffer",
      check: () =>
        opened(ALL, (all) => {
          const together = run(all, actions(4))
          for (const i of ALL) {
            const odd = opened([i], (one) => {
              const alone = run(one, column(env, actions(4), i, COUNT))
              for (let t = 0; t < STEPS; t++) {
                const difference = differentRow(size, together.rows, t * COUNT + i, alone.rows, t)
                if (difference !== undefined) return `environment ${i}, step ${t}: ${difference}`
              }
              return undefined
            })
            if (odd !== undefined) return odd
          }
          return undefined
        })
    },
    {
      name: "a row tells one transition: finite, within the spaces, of one episode, ended one way or not at all",
      fix: "give the last observation of an episode as its next one, and the first of the next where it ended",
      check: () => opened(ALL, (b) => rowFault(env, run(b, actions(5))))
    },
    {
      name: "two batches do not know of each other",
      fix: "keep nothing beside the batch: other batches may be stepped between two steps",
      check: () =>
        opened(ALL, (a) => {
          const alone = run(a, actions(6))
          return opened(ALL, (b) =>
            opened(ALL, (c) => {
              const rows = makeRows(STEPS * COUNT, size, Float64Array)
              const other = makeRows(COUNT, size, Float64Array)
              b.reset(rows.observation)
              c.reset(other.observation)
              for (let t = 0; t < STEPS; t++) {
                b.step(actions(6), rows, t * COUNT, t * COUNT)
                c.step(actions(7), other, 0, t * COUNT)
              }
              return different(alone, { rows })
            })
          )
        })
    },
    {
      name: "step() keeps none of the caller's buffers",
      fix: "copy actions where they are needed later, and write rows in the call alone",
      check: () =>
        opened(ALL, (a) =>
          opened(ALL, (b) => {
            const plain = run(a, actions(8))
            const noise = stream(child(zeroKey, "noise"))
            const first = makeRows(COUNT, size, Float64Array)
            b.reset(first.observation)
            fillRandom(noise, first.observation)
            for (let t = 0; t < STEPS; t++) {
              const rows = makeRows(COUNT, size, Float64Array)
              fillRandom(noise, rows.nextObservation)
              const given = actions(8).slice(t * COUNT * b.actionSize, (t + 1) * COUNT * b.actionSize)
              b.step(given, rows)
              for (const i of ALL) {
                const odd = differentRow(size, plain.rows, t * COUNT + i, rows, i)
                if (odd !== undefined) return `step ${t}: ${odd}`
              }
              given.fill(Number.NaN)
            }
            return undefined
          })
        )
    },
    {
      name: "a saved batch goes on as if nothing had happened; load() refuses only where play does not repeat",
      fix: "save what leads to the running episodes, and return Either.left from load() where that leads elsewhere",
      check: () =>
        opened(ALL, (a) =>
          opened(ALL, (b) => {
            const whole = run(a, actions(9))
            const half = STEPS / 2
            const first = play(b, half, actions(9))
            const repeats = different(first, whole) === undefined
            const saved: BatchState = JSON.parse(JSON.stringify(b.save()))
            return opened(
              ALL,
              (c) => {
                c.reset(first.rows.observation)
                const loaded = c.load(saved)
                if (Either.isLeft(loaded))
                  return repeats ? `load() refused what save() gave: ${loaded.left.message}` : undefined
                const { rows } = play(c, half, actions(9).subarray(half * COUNT * c.actionSize), false)
                for (let r = 0; r < half * COUNT; r++) {
                  const odd = differentRow(size, whole.rows, half * COUNT + r, rows, r)
                  if (odd !== undefined) return `row ${r} after loading: ${odd}`
                }
                return undefined
              },
              77
            )
          })
        )
    },
    {
      name: "a closed batch does nothing, and fault() says why",
      fix: "let close() end the episodes once, and give a ProcessError from then on",
      check: () =>
        opened(ALL, (b) => {
          const rows = makeRows(COUNT, size)
          b.reset(rows.observation)
          b.remote?.close()
          rows.reward.fill(7)
          b.step(actions(10), rows)
          if (b.fault() === undefined) return "fault() tells nothing"
          return rows.reward.some((r) => r !== 7) ? "it writes rewards" : undefined
        })
    },
    {
      name: "infos() gives the numbers of each member by name",
      fix: "return Either.right with one record a member, of finite numbers",
      check: () =>
        opened(ALL, (b) => {
          run(b, actions(11))
          const told = b.remote?.infos()
          if (told === undefined || Either.isLeft(told)) return told?.left.message ?? "there is no infos()"
          if (told.right.length !== COUNT) return `want ${COUNT} records, got ${told.right.length}`
          const odd = told.right.flatMap((info) => Object.entries(info)).find(([, x]) => !Number.isFinite(x))
          return odd === undefined ? undefined : `${odd[0]} is ${odd[1]}`
        })
    }
  ]
}

const ALL = Array.from({ length: COUNT }, (_, i) => i)

type Played = Pick<ReturnType<typeof play>, "rows">

const run = (batch: Batch, actions: Float64Array): Played => play(batch, STEPS, actions)

const using = (
  env: Environment,
  members: readonly number[],
  salt: number,
  use: (batch: Batch) => string | undefined
): string | undefined => {
  const given = members.map((i) => ({ params: {}, key: child(zeroKey, "law batch", salt, i) }))
  const batch = env.open?.(given)
  if (batch === undefined) return "there is no open()"
  if (Either.isLeft(batch)) return batch.left.message
  try {
    // What stopped the batch explains whatever else is odd.
    const found = use(batch.right)
    return found === undefined ? undefined : (stopped(batch.right.fault()) ?? found)
  } finally {
    batch.right.remote?.close()
  }
}

const stopped = (fault: EnvError | undefined): string | undefined =>
  fault?._tag === "ProcessError" && fault.reason !== "closed" ? fault.message : undefined

const rowFault = ({ observation: space, maxEpisodeSteps }: Environment, { rows }: Played): string | undefined => {
  const size = sizeOf(space)
  for (let r = 0; r < STEPS * COUNT; r++) {
    const [ended, cut] = [rows.terminated[r]!, rows.truncated[r]!]
    if (ended + cut > 1 || (ended !== 0 && ended !== 1)) return `row ${r}: terminated ${ended}, truncated ${cut}`
    if (!Number.isFinite(rows.reward[r])) return `row ${r}: reward ${rows.reward[r]}`
    if (rows.episodeLength[r]! > maxEpisodeSteps) return `row ${r}: an episode of ${rows.episodeLength[r]} steps`
    for (let i = 0; i < size; i++) {
      const [next, fresh] = [rows.nextObservation[r * size + i]!, rows.observation[r * size + i]!]
      if (ended + cut === 0 && !Object.is(next, fresh)) return `row ${r}: observation moved without an end`
      const [low, high] = space._tag === "Box" ? [space.low[i]!, space.high[i]!] : [0, space.n - 1]
      for (const x of [next, fresh])
        if (!(Number.isFinite(x) && x >= low && x <= high))
          return `row ${r}, component ${i}: ${x} is outside [${low}, ${high}]`
    }
  }
  return undefined
}
