/**
 * What environments of others give, against what they declared: the one place where each of their numbers is looked at.
 *
 * Native environments do not pass here. Bounds of a box are not asked for: many environments exceed theirs by rounding or
 * say them loosely, and no network uses them. A number that is not finite, or no symbol of a discrete space, would reach
 * every task's network instead.
 */
import type { Floats } from "../core/random/mod.ts"
import type { Batch } from "./batch.ts"
import type { Environment } from "./env.ts"
import { type EnvError, environmentError } from "./error.ts"
import type { Params } from "./parameter.ts"
import { type Space, sizeOf } from "./space.ts"

/** Of an element at `from[at …]` the first component that is not of the space, −1 where all are. */
export const oddComponent = (space: Space, from: Floats, at: number): number => {
  if (space._tag === "Discrete") {
    const x = from[at]!
    return x >= 0 && x < space.n && Math.floor(x) === x ? -1 : 0
  }
  const n = space.low.length
  // One sum tells of all: 0·x is NaN where x is not finite.
  let sum = 0
  for (let i = 0; i < n; i++) sum += 0 * from[at + i]!
  if (sum === 0) return -1
  for (let i = 0; i < n; i++) if (!Number.isFinite(from[at + i])) return i
  return -1
}

/** What was wanted of a component, and what came, in words. */
export const describeOdd = (space: Space, i: number, x: number): { readonly want: string; readonly got: string } =>
  space._tag === "Discrete"
    ? { want: `a whole number from 0 to ${space.n - 1}`, got: String(x) }
    : { want: "finite numbers", got: `${x} as ${space.names[i]}` }

/** Where in a run something happened: a task, or parameters where there is none, and the step; 0 is the reset. */
export const placeOf = (task: string, step: number): string =>
  `${task === "" ? "" : `, task ${task}`}${step === 0 ? ", at the reset" : `, step ${step}`}`

/** How a member is called: by its task, else by its parameters. */
export const taskOf = ({ task, params }: { readonly task?: string; readonly params: Params }): string =>
  task ??
  Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join(",")

const LOOK = "look for divisions by zero and for numbers that grow without bound"

/** A number that is not what was declared. */
interface Oddity {
  readonly field: "observation" | "reward" | "terminated" | "truncated"
  readonly want: string
  readonly got: string
  readonly fix: string
}

/** The same batch, which stops with a `EnvironmentError` at the first number that is not what the environment declares. */
export const checkedBatch = (
  { id, observation: space }: Pick<Environment, "id" | "observation">,
  members: readonly { readonly task?: string; readonly params: Params }[],
  batch: Batch
): Batch => {
  const size = sizeOf(space)
  let odd: EnvError | undefined
  const refuse = (i: number, step: number, { field, want, got, fix }: Oddity): void => {
    odd ??= environmentError(`${id}${placeOf(taskOf(members[i]!), step)}`, `the ${field}`, want, got, fix)
  }
  const see = (i: number, step: number, from: Floats, row: number): void => {
    const component = oddComponent(space, from, row * size)
    if (component < 0) return
    const fix = space._tag === "Box" ? LOOK : "give what its space holds"
    refuse(i, step, { field: "observation", ...describeOdd(space, component, from[row * size + component]!), fix })
  }
  const reset: Batch["reset"] = (observation, row = 0) => {
    if (odd !== undefined) return
    batch.reset(observation, row)
    if (batch.fault() !== undefined) return
    for (let i = 0; i < batch.count; i++) see(i, 0, observation, row + i)
  }
  const step: Batch["step"] = (actions, rows, row = 0, actionRow = 0) => {
    if (odd !== undefined) return
    batch.step(actions, rows, row, actionRow)
    if (batch.fault() !== undefined) return
    for (let i = 0; i < batch.count; i++) {
      const at = row + i
      const [reward, terminated, truncated] = [rows.reward[at]!, rows.terminated[at]!, rows.truncated[at]!]
      const length = rows.episodeLength[at]!
      see(i, length, rows.nextObservation, at)
      if (!Number.isFinite(reward))
        refuse(i, length, { field: "reward", want: "a finite number", got: String(reward), fix: LOOK })
      if (terminated > 1) {
        const fix = "write 1 where it ended"
        refuse(i, length, { field: "terminated", want: "0 or 1", got: String(terminated), fix })
      }
      if (truncated > 1 - terminated) {
        const got = terminated === 1 ? "both" : String(truncated)
        const fix = "write 1 where only time ended it"
        refuse(i, length, { field: "truncated", want: "0 or 1, and not beside terminated", got, fix })
      }
      if (terminated + truncated > 0) see(i, 0, rows.observation, at)
    }
  }
  const fault = (): EnvError | undefined => odd ?? batch.fault()
  return { ...batch, reset, step, fault }
}
