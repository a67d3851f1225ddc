/** How training fails: a problem that cannot be trained on, or numbers that stop being finite. */

import { Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { SessionFailure } from "../core/service/session.ts"
import { choices } from "../core/text/choices.ts"
import { sentence } from "../core/text/sentence.ts"

/** A field that is not as it should be, in a sentence. */
const refusal = (doing: string, { field, want, got }: Readonly<Record<"field" | "want" | "got", string>>): string =>
  sentence({ doing, want: `${field} ${want}`, got, fix: "" })

/** Tasks, sizes or parameters that an algorithm cannot work with. */
export class ProblemError extends Schema.TaggedError<ProblemError>()("ProblemError", {
  /** What was wrong: `stepsPerTask`, `start.policy`, … */
  field: Schema.String,
  want: Schema.String,
  got: Schema.String,
  message: Schema.String
}) {}

/** A checkpoint that is not of this algorithm and problem; both identities are shown side by side. */
export class CheckpointError extends Schema.TaggedError<CheckpointError>()("CheckpointError", {
  field: Schema.String,
  want: Schema.String,
  got: Schema.String
}) {
  override get message(): string {
    return refusal("load a training state", this)
  }
}

/** A policy's file that is not of this architecture or version; what was wanted and what came are both named. */
export class PolicyFileError extends Schema.TaggedError<PolicyFileError>()("PolicyFileError", {
  field: Schema.String,
  want: Schema.String,
  got: Schema.String
}) {
  override get message(): string {
    return refusal("load a policy", this)
  }
}

/** Training met a number that is not finite. The state given to `iterate` is still good: go on from it, or keep it. */
export class TrainingDiverged extends Schema.TaggedError<TrainingDiverged>()("TrainingDiverged", {
  algorithm: Schema.String,
  /** Which iteration failed, counted from 0. */
  iteration: Schema.Int,
  /** The tasks whose numbers were not finite first. */
  tasks: Schema.Array(Schema.String),
  /** What was not finite: `reward`, `loss`, `parameters`, … */
  quantity: Schema.String,
  /** The last finite values of what is watched. */
  lastFinite: Schema.Record(Schema.String, Schema.Finite)
}) {
  override get message(): string {
    const last = Object.entries(this.lastFinite).map(([name, x]) => `${name} ${x.toPrecision(4)}`)
    return (
      `Cannot go on with ${this.algorithm}: want finite numbers, got a ${this.quantity} that is not, in iteration ` +
      `${this.iteration} on ${choices(this.tasks)}; last finite values: ${last.join(", ") || "none"}; ` +
      "try a smaller learning rate"
    )
  }
}

/** What failed in an iteration of a training, on the tasks at the places in `odd`, or on all where none is known. */
export const diverged =
  (algorithm: string, iteration: number, tasks: readonly { readonly id: string }[]) =>
  (quantity: string, odd: readonly number[], lastFinite: Readonly<Record<string, number>>): TrainingDiverged =>
    new TrainingDiverged({
      algorithm,
      iteration,
      tasks: tasks.filter((_, i) => odd.length === 0 || odd.includes(i)).map((t) => t.id),
      quantity,
      lastFinite
    })

/** Two worker threads that ended, or broke, one after the other, in the middle of the same part of the work. */
export class WorkerLost extends Schema.TaggedError<WorkerLost>()("WorkerLost", { got: Schema.String }) {
  override get message(): string {
    return `Cannot finish on worker threads: want them to live, got ${this.got}, twice; try with fewer workers, each takes memory`
  }
}

/** Everything that can stop a learner. */
export type LearnerError = SessionFailure | ProblemError | TrainingDiverged | WorkerLost

export const problemError = (field: string, want: string, got: string): ProblemError =>
  new ProblemError({ field, want, got, message: refusal("train", { field, want, got }) })

/** What the core or an environment refused, as a problem. */
export const asProblem = (refused: { readonly message: string }): ProblemError =>
  refused instanceof ProblemError
    ? refused
    : new ProblemError({ field: "", want: "", got: "", message: refused.message })

/** Lifts what the core or an environment refused. */
export const fromEither = <A>(either: E.Either<{ readonly message: string }, A>): Effect.Effect<A, ProblemError> =>
  E.isRight(either) ? Effect.succeed(either.right) : Effect.fail(asProblem(either.left))
