/** How the process fails in which Gymnasium runs, as the errors of environments. */

import * as Either from "fp-ts/lib/Either.js"
import { choices } from "../../core/text/choices.ts"
import { nearest } from "../../core/text/nearest.ts"
import { type EnvError, meant, type ProcessReason, processError, unknownName } from "../../envs/mod.ts"

/** How ids of this bridge begin. */
export const PREFIX = "gymnasium:"

/** What is wrong, before it is known which environment was asked for. */
export interface Fault {
  readonly reason: ProcessReason
  readonly want: string
  readonly got: string
  readonly fix: string
  readonly stderr: string
  /** Which member of the process's batch it was, in a step or a reset; in a trial, before there was a batch. */
  readonly place?: { readonly member: number; readonly at: "step" | "reset" } | { readonly trial: true }
  /** The same in words, behind the environment's id. */
  readonly where?: string
  /** Where an id is not known, or the argument `got` of a constructor: those that are. */
  readonly unknown?: { readonly kind: "environment" | "parameter"; readonly valid: readonly string[] }
}

export const fault = (reason: ProcessReason, want: string, got: string, fix = "", stderr = ""): Fault => ({
  reason,
  want,
  got,
  fix,
  stderr
})

/** The same of an environment, in a sentence and with the process's last words. */
export const envError = (environment: string, f: Fault): EnvError => {
  if (f.unknown === undefined) return ofProcess(environment, f)
  const { kind, valid } = f.unknown
  return kind === "environment" ? unknownId(environment, valid, f.fix) : unknownArgument(environment, f.got, valid)
}

const ofProcess = (environment: string, { reason, want, got, fix, stderr, where, place }: Fault): EnvError => {
  const at = where ?? (place !== undefined && "trial" in place ? ", in a trial of it" : "")
  return processError({ doing: `run ${environment}${at}`, want, got, fix, stderr, reason })
}

const unknownId = (environment: string, known: readonly string[], fix: string): EnvError => {
  // Without the prefix, which would make everything look alike.
  const near = nearest(environment.slice(PREFIX.length).split("?")[0] ?? "", known)
  const hints = [near === undefined ? "" : `did you mean "${PREFIX}${near}"?`, fix].filter((hint) => hint !== "")
  return unknownName({
    doing: `find environment "${environment}"`,
    want: "an id that this Python's gymnasium knows",
    got: "no such id",
    fix: hints.join("; "),
    nearest: near === undefined ? undefined : `${PREFIX}${near}`
  })
}

const unknownArgument = (owner: string, name: string, valid: readonly string[]): EnvError => {
  const [doing, want] = [`give argument "${name}" to the constructor of ${owner}`, `one of ${choices(valid, name)}`]
  return unknownName({ doing, want, got: "no such name", ...meant(name, valid) })
}

/** Names the environment in what failed. */
export const of =
  (environment: string) =>
  <A>(result: Either.Either<Fault, A>): Either.Either<EnvError, A> =>
    Either.mapLeft((f: Fault) => envError(environment, f))(result)
