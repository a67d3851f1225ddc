/** Environments whose dynamics need physics that may not be there. */
import * as E from "fp-ts/lib/Either.js"
import {
  choiceOf,
  type Dynamics,
  type EnvError,
  type Environment,
  type EnvironmentSpec,
  type ParameterTable,
  type Resolved,
  resolve
} from "../../envs/mod.ts"
import { type EngineId, engineIds } from "./engine/mod.ts"

/** An environment before its parameters are checked, whose dynamics may be refused. */
export interface PhysicalSpec<T extends ParameterTable> extends Omit<EnvironmentSpec<T>, "dynamics"> {
  readonly dynamics: (params: Resolved<T>) => E.Either<EnvError, Dynamics>
}

/** Makes the record, as `environment` of envs does: parameters are checked first. */
export const physical = <T extends ParameterTable>({ dynamics, ...rest }: PhysicalSpec<T>): Environment => ({
  ...rest,
  make: (params) =>
    E.chain((values: Resolved<T>) => dynamics(values))(
      resolve(rest.id, "parameter", rest.parameters, params, rest.absent)
    )
})

/** The parameter that says which MuJoCo an environment is in: part of its identity, and of what a run records. */
export const engineParameter = (id: EngineId) =>
  choiceOf(id, engineIds, "version of MuJoCo; contacts, and so numbers, differ between them")

/** The engine that a checked parameter names. */
export const engineOf = (value: string): EngineId => engineIds.find((id) => id === value) ?? "3.14.0"
