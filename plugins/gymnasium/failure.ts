/** How the process fails in which Gymnasium runs, as the errors of environments. */

import * as Either from "fp-ts/lib/Either.js"
import { choices } from "../../core/text/choices.ts"
import { didYouMean, nearest } from "../../core/text/nearest.ts"
import type { EnvError, ProcessError, ProcessReason, UnknownName } from "../../envs/mod.ts"

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
  if (f.unknown === undefined) return processError(environment, f)
  const { kind, valid } = f.unknown
  return kind === "environment" ? unknownId(environment, valid, f.fix) : unknownArgument(environment, f.got, valid)
}

const processError = (environment: string, f: Fault): ProcessError => {
  const { reason, want, got, fix, stderr, place } = f
  const where = f.where ?? (place !== undefined && "trial" in place ? ", in a trial of it" : "")
  const mend = fix === "" ? "" : `; ${fix}`
  const words = stderr === "" ? "" : `; its standard error ends with:\n${stderr}`
  const message = `Cannot run ${environment}${where}: want ${want}, got ${got}${mend}${words}`
  return { _tag: "ProcessError", environment, reason, want, got, stderr, message }
}

const unknownId = (environment: string, known: readonly string[], fix: string): UnknownName => {
  // Without the prefix, which would make everything look alike.
  const near = nearest(environment.slice(PREFIX.length).split("?")[0] ?? "", known)
  const hints = [near === undefined ? "" : `did you mean "${PREFIX}${near}"?`, fix].filter((hint) => hint !== "")
  const message = [`Cannot find environment "${environment}": want an id that this Python's gymnasium knows`, ...hints]
  return {
    _tag: "UnknownName",
    kind: "environment",
    owner: "",
    name: environment,
    nearest: near === undefined ? undefined : `${PREFIX}${near}`,
    valid: known.map((id) => `${PREFIX}${id}`),
    message: message.join("; ")
  }
}

const unknownArgument = (owner: string, name: string, valid: readonly string[]): UnknownName => {
  const want = `want one of ${choices(valid, name)}${didYouMean(name, valid)}`
  const message = `Cannot give argument "${name}" to the constructor of ${owner}: ${want}`
  return { _tag: "UnknownName", kind: "parameter", owner, name, nearest: nearest(name, valid), valid, message }
}

/** Names the environment in what failed. */
export const of =
  (environment: string) =>
  <A>(result: Either.Either<Fault, A>): Either.Either<EnvError, A> =>
    Either.mapLeft((f: Fault) => envError(environment, f))(result)
