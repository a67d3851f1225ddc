/** What an environment, a family or a registry refuses; each says what was wanted, what came and how to mend it. */
export type EnvError =
  | UnknownName
  | ParameterError
  | ActionError
  | BatchError
  | DynamicsError
  | TaskSetError
  | ProcessError
  | GivenError

/** A name that nothing is registered under, or that the table of parameters lacks. */
export interface UnknownName {
  readonly _tag: "UnknownName"
  readonly kind: "environment" | "family" | "parameter" | "option"
  /** Whose parameter or option; empty for environments and families. */
  readonly owner: string
  readonly name: string
  readonly nearest: string | undefined
  readonly valid: readonly string[]
  readonly message: string
}

/** A parameter or option of the wrong type or outside its range. */
export interface ParameterError {
  readonly _tag: "ParameterError"
  readonly owner: string
  readonly parameter: string
  readonly value: unknown
  readonly want: string
  readonly unit: string
  readonly message: string
}

/** An action that is not in the action space. */
export interface ActionError {
  readonly _tag: "ActionError"
  readonly environment: string
  /** Which action of the sequence. */
  readonly index: number
  readonly value: unknown
  readonly space: string
  readonly message: string
}

/** Environments that do not fit together in a batch, or a saved batch that is not of this batch. */
export interface BatchError {
  readonly _tag: "BatchError"
  readonly field: string
  readonly want: string
  readonly got: string
  readonly message: string
}

/** Tasks that are not what a family's contract says: ids that repeat, labels of another length, another environment. */
export interface TaskSetError {
  readonly _tag: "TaskSetError"
  readonly family: string
  readonly field: string
  readonly want: string
  readonly got: string
  readonly message: string
}

/** A process in which environments live: it cannot start, has ended, hangs, refuses, or answers what it should not. */
export interface ProcessError {
  readonly _tag: "ProcessError"
  readonly environment: string
  readonly reason: ProcessReason
  readonly want: string
  readonly got: string
  /** The last lines that it wrote to its standard error. */
  readonly stderr: string
  readonly message: string
}

/** A number that an environment gave in an episode, which is not what it declared. */
export interface GivenError {
  readonly _tag: "GivenError"
  readonly environment: string
  /** The task's id; the parameters, where it has none. */
  readonly task: string
  /** Of the episode; 0 is the reset. */
  readonly step: number
  readonly field: "observation" | "reward" | "terminated" | "truncated"
  readonly want: string
  readonly got: string
  readonly message: string
}

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

/** Dynamics that are not what their environment's record says, or cannot be made of the environment that was given. */
export interface DynamicsError {
  readonly _tag: "DynamicsError"
  readonly environment: string
  readonly field: string
  readonly want: string
  readonly got: string
  readonly message: string
}

export const dynamicsError = (
  environment: string,
  field: string,
  want: string,
  got: string,
  fix: string
): DynamicsError => ({
  _tag: "DynamicsError",
  environment,
  field,
  want,
  got,
  message: `Cannot use ${field} of ${environment}: want ${want}, got ${got}${fix === "" ? "" : `; ${fix}`}`
})
