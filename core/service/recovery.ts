/** What becomes of a stage whose session is lost in the middle of it: the contract. The service is of `plugins/sessions`. */

import { Context, type Effect, Predicate } from "effect"
import { isFailure } from "../failure/mod.ts"
import type { SessionLost, Work } from "./session.ts"

export interface RecoveryService {
  /**
   * Runs a stage. Where the session is lost, another one takes its place and the stage is done anew, from its start: a
   * stage makes host data from host data, so that all numbers of one stage are of one session. What it logged is logged
   * again: later rows replace earlier ones of the same step.
   *
   * - Errors: the stage's own; `SessionLost` where no other session works.
   */
  readonly stage: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SessionLost, R>
}

/** Without a service of the context a lost session ends the job. */
export const Recovery = Context.Reference<RecoveryService>("policygradex/Recovery", {
  defaultValue: () => ({ stage: (_, work) => work })
})

/** The loss behind a failure, be it the failure itself or the reason why one of many trainings failed. */
export const lossIn = (failure: unknown): SessionLost | undefined => {
  if (isFailure(failure, "SessionLost")) return failure
  const reason = Predicate.hasProperty(failure, "reason") ? failure.reason : undefined
  return isFailure(reason, "SessionLost") ? reason : undefined
}

/** One session of a run, as its receipts tell of it. */
export interface SessionRecord {
  readonly kind: string
  /** Why it was this one. */
  readonly reason: string
  /** Whether its numbers are the same bits on every machine. */
  readonly bitEqual: boolean
  readonly threads: number
  /** Stages whose numbers are its own. */
  readonly stages: readonly string[]
  /** Where it was lost in the middle of a stage: which one, and what is known of how. */
  readonly lost?: { readonly stage: string; readonly got: string }
  /** What it did, those of its kind on worker threads included. */
  readonly work: Work
}
