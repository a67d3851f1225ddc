/** What an environment, a family or a registry refuses. */
import { type ArgumentError, type Failure, failureOf } from "../core/failure/mod.ts"
import { didYouMean, nearest } from "../core/text/nearest.ts"

/** `ArgumentError`: environments that do not fit together in a batch, a batch used out of turn, a state that is not its own. */
export type EnvError =
  | ArgumentError
  | UnknownName
  | ParameterError
  | ActionError
  | EnvironmentError
  | TaskSetError
  | ProcessError

/** A name that nothing is registered under, or that a table of parameters lacks; and the one that was likely meant. */
export type UnknownName = Failure<"UnknownName"> & { readonly nearest: string | undefined }

/** Makes an {@link UnknownName}. */
export const unknownName = failureOf<"UnknownName", { readonly nearest: string | undefined }>("UnknownName")

/** The likely name as an error has it, and as a person is told. */
export const meant = (name: string, valid: readonly string[]) => ({
  nearest: nearest(name, valid),
  fix: didYouMean(name, valid)
})

/** A parameter or option of the wrong type or outside its range. */
export type ParameterError = Failure<"ParameterError"> & { readonly parameter: string }

/** Makes a {@link ParameterError}. */
export const parameterError = failureOf<"ParameterError", { readonly parameter: string }>("ParameterError")

/** The error of an option that fits its own range but not the other options. */
export const optionError = (owner: string, parameter: string, value: unknown, want: string): EnvError =>
  parameterError({ doing: `set option "${parameter}" of ${owner}`, want, got: String(value), parameter })

/** An action that is not in the action space; `index` says which one of a sequence. */
export type ActionError = Failure<"ActionError"> & { readonly index: number }

/** Makes an {@link ActionError}. */
export const actionError = failureOf<"ActionError", { readonly index: number }>("ActionError")

/** An environment that is not what its record says: its dynamics, or a number that it gives in an episode. */
export type EnvironmentError = Failure<"EnvironmentError">

const ofEnvironment = failureOf("EnvironmentError")

/** "Cannot use ‹field› of ‹environment›: …". */
export const environmentError = (
  environment: string,
  field: string,
  want: string,
  got: string,
  fix: string
): EnvironmentError => ofEnvironment({ doing: `use ${field} of ${environment}`, want, got, fix })

/** Tasks that are not what a family's contract says: ids that repeat, labels of another length, another environment. */
export type TaskSetError = Failure<"TaskSetError"> & { readonly field: string }

export const taskSetError = failureOf<"TaskSetError", { readonly field: string }>("TaskSetError")

/** A process in which environments live: it cannot start, has ended, hangs, refuses, or answers what it should not. */
export type ProcessError = Failure<"ProcessError"> & { readonly reason: ProcessReason }

/** Makes a {@link ProcessError}. */
export const processError = failureOf<"ProcessError", { readonly reason: ProcessReason }>("ProcessError")

/** Why a process of environments gives none, or no more. */
export type ProcessReason =
  | "no-platform"
  | "no-python"
  | "no-gymnasium"
  | "no-package"
  | "argument"
  | "ended"
  | "hung"
  | "lied"
  | "raised"
  | "space"
  | "unrepeatable"
  | "closed"
