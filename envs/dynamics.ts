import * as Either from "fp-ts/lib/Either.js"
import { isFailure } from "../core/failure/mod.ts"
import { shown } from "../core/text/shown.ts"
import type { Dynamics, Environment } from "./env.ts"
import { type EnvError, type EnvironmentError, environmentError } from "./error.ts"
import { sizeOf } from "./space.ts"

/** What is wrong with the dynamics of an environment as a record; their numbers are another matter. */
const dynamicsIssue = (env: Environment, d: Dynamics): EnvironmentError | undefined => {
  const obs = sizeOf(env.observation)
  const act = sizeOf(env.action)
  const wrong = (field: string, want: string, got: unknown, fix: string) =>
    environmentError(env.id, field, want, String(got), fix)
  if (typeof d !== "object" || d === null) return wrong("dynamics", "an object", d, "return it from dynamics()")
  if (d.observationSize !== obs) {
    const want = `${obs}, the components of the observation space`
    return wrong("observationSize", want, d.observationSize, "change the space or the size")
  }
  if (d.actionSize !== act) {
    const want = `${act}, the components of the action space`
    return wrong("actionSize", want, d.actionSize, "change the space or the size")
  }
  if (!Number.isInteger(d.stateSize) || d.stateSize < 1)
    return wrong("stateSize", "an integer from 1", d.stateSize, "count the numbers that an episode is made of")
  for (const name of ["reset", "step", "observe"] as const)
    if (typeof d[name] !== "function") return wrong(name, "a function", typeof d[name], `add ${name}`)
  for (const name of ["succeeded", "solved", "render", "picture"] as const)
    if (d[name] !== undefined && typeof d[name] !== "function")
      return wrong(name, "a function, or nothing", typeof d[name], `leave ${name} out`)
  if (d.scene !== undefined && !(typeof d.scene?.bodies === "function" && typeof d.scene.place === "function"))
    return wrong(
      "scene",
      "an object with the functions bodies and place, or nothing",
      shown(d.scene),
      "leave scene out"
    )
  return undefined
}

/**
 * The dynamics that `make` returned, if they are dynamics of this environment; contributed code may return anything.
 *
 * - Errors: those of `make`; `EnvironmentError` naming the field, what the record says and what came.
 */
export const checkedDynamics = (env: Environment, made: unknown): Either.Either<EnvError, Dynamics> => {
  if (!isEither(made)) {
    const got = typeof made === "object" ? "another object" : typeof made
    return Either.left(
      environmentError(env.id, "make()", "an Either of dynamics", got, "make the record by environment()")
    )
  }
  if (Either.isLeft(made)) return Either.left(checkedFailure(env, "make()", made.left))
  const issue = dynamicsIssue(env, made.right)
  return issue === undefined ? made : Either.left(issue)
}

/** What contributed code refused with, if it has the shape of all failures: people and other threads are told of it. */
export const checkedFailure = (env: Environment, field: string, refused: EnvError): EnvError => {
  if (isFailure(refused)) return refused
  const got = Reflect.get(Object(refused), "message")
  const want = "a failure that failure.cannot() or a constructor of envs made"
  return environmentError(env.id, field, want, typeof got === "string" ? got : shown(refused), "")
}

const isEither = (x: unknown): x is Either.Either<EnvError, Dynamics> =>
  typeof x === "object" &&
  x !== null &&
  "_tag" in x &&
  ((x._tag === "Left" && "left" in x) || (x._tag === "Right" && "right" in x))
