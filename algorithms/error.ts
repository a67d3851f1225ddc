/** How training fails: a problem that cannot be trained on, or numbers that stop being finite. */
import { type ArgumentError, argumentError, type Failure, failureOf } from "../core/failure/mod.ts"
import type { SessionFailure } from "../core/service/session.ts"
import { choices } from "../core/text/choices.ts"
import type { EnvError } from "../envs/mod.ts"

/** What the core or an environment refuses on a learner's behalf. */
export type Refusal = Failure<ArgumentError["_tag"] | EnvError["_tag"]>

/** Everything that can stop a learner. */
export type LearnerError = SessionFailure | Refusal | TrainingDiverged | WorkerLost

/** "Cannot train: want ‹field› …": tasks, sizes or parameters that an algorithm cannot work with. */
export const problemError = (field: string, want: string, got: string): ArgumentError =>
  argumentError({ doing: "train", want: `${field} ${want}`, got })

/** What is known of a training that met a number that is not finite. */
interface Divergence {
  /** Which iteration failed, counted from 0. */
  readonly iteration: number
  /** The tasks whose numbers were not finite first. */
  readonly tasks: readonly string[]
  /** What was not finite: `reward`, `loss`, `parameters`, … */
  readonly quantity: string
  /** The last finite values of what is watched. */
  readonly lastFinite: Readonly<Record<string, number>>
}

/** Training met a number that is not finite. The state given to `iterate` is still good: go on from it, or keep it. */
export type TrainingDiverged = Failure<"TrainingDiverged"> & Divergence

const trainingDiverged = failureOf<"TrainingDiverged", Divergence>("TrainingDiverged")

/** What failed in an iteration of a training, on the tasks at the places in `odd`, or on all where none is known. */
export const diverged =
  (algorithm: string, iteration: number, all: readonly { readonly id: string }[]) =>
  (quantity: string, odd: readonly number[], lastFinite: Readonly<Record<string, number>>): TrainingDiverged => {
    const tasks = all.filter((_, i) => odd.length === 0 || odd.includes(i)).map((t) => t.id)
    const last = Object.entries(lastFinite).map(([name, x]) => `${name} ${x.toPrecision(4)}`)
    return trainingDiverged({
      doing: `go on with ${algorithm}`,
      want: "finite numbers",
      got:
        `a ${quantity} that is not, in iteration ${iteration} on ${choices(tasks)}; ` +
        `last finite values: ${last.join(", ") || "none"}`,
      fix: "try a smaller learning rate",
      iteration,
      tasks,
      quantity,
      lastFinite
    })
  }

/** Two worker threads that ended, or broke, one after the other, in the middle of the same part of the work. */
export type WorkerLost = Failure<"WorkerLost">

const lost = failureOf("WorkerLost")

/** `times` is how often it came to that. */
export const workerLost = (got: string, times = "twice"): WorkerLost =>
  lost({
    doing: "finish on worker threads",
    want: "them to live",
    got: `${got}, ${times}`,
    fix: "try with fewer workers, each takes memory"
  })
