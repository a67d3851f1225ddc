/** Contributed environments whose state is elsewhere, in use: what is thrown or returned against the contract. */
import * as Either from "fp-ts/lib/Either.js"
import { checkedBatch, checkedFailure, environmentError } from "../../envs/internal.ts"
import type { EnvError } from "../../envs/mod.ts"
import { type Batch, type Environment, type OpenBatch, type RemoteBatch, sizeOf } from "../../envs/mod.ts"

/** Calls contributed code; a throw names the plugin, the id and the function. */
export type Attempt = <A>(name: string, call: () => A) => A

/** The same, whose batches are checked when they are opened and whose functions throw `PluginError` alone. */
export const guardedOpen =
  (env: Environment, open: OpenBatch, attempt: Attempt): OpenBatch =>
  (members, how) =>
    Either.map((batch: Batch) => checkedBatch(env, members, guardedBatch(env, batch, attempt)))(
      wholeBatch(
        env,
        members.length,
        attempt("open()", () => open(members, how))
      )
    )

/** What `open` returned, if it is a batch of this environment; contributed code may return anything. */
const wholeBatch = (env: Environment, members: number, opened: unknown): Either.Either<EnvError, Batch> => {
  const wrong = (field: string, want: string, got: unknown, fix: string) =>
    Either.left(environmentError(env.id, field, want, String(got), fix))
  if (!isEither(opened)) return wrong("open()", "an Either of a batch", typeof opened, "return Either.right(batch)")
  if (Either.isLeft(opened)) return Either.left(checkedFailure(env, "open()", opened.left))
  const batch = opened.right
  const sizes = { count: members, observationSize: sizeOf(env.observation), actionSize: sizeOf(env.action) }
  for (const name of ["count", "observationSize", "actionSize"] as const)
    if (batch[name] !== sizes[name]) return wrong(`open().${name}`, String(sizes[name]), batch[name], "see the spaces")
  for (const name of ["reset", "step", "save", "load", "fault"] as const)
    if (typeof batch[name] !== "function") return wrong(`open().${name}`, "a function", typeof batch[name], "add it")
  for (const name of ["infos", "close"] as const) {
    const found = typeof batch.remote?.[name]
    if (found !== "function") return wrong(`open().remote.${name}`, "a function", found, "add it")
  }
  return opened
}

const guardedBatch = (env: Environment, batch: Batch, attempt: Attempt): Batch => {
  const { remote } = batch
  return {
    ...batch,
    reset: (observation, row) => attempt("reset()", () => batch.reset(observation, row)),
    step: (actions, rows, row, actionRow) => attempt("step()", () => batch.step(actions, rows, row, actionRow)),
    save: (from, to) => attempt("save()", () => batch.save(from, to)),
    load: (saved, from, to) =>
      Either.mapLeft((e: EnvError) => checkedFailure(env, "load()", e))(
        attempt("load()", () => batch.load(saved, from, to))
      ),
    fault: () => {
      const found = attempt("fault()", () => batch.fault())
      return found === undefined ? undefined : checkedFailure(env, "fault()", found)
    },
    ...(remote === undefined ? {} : { remote: guardedRemote(remote, attempt) })
  }
}

const guardedRemote = (e: RemoteBatch, attempt: Attempt): RemoteBatch => ({
  ...e,
  infos: () => attempt("remote.infos()", () => e.infos()),
  ...(e.anew === undefined
    ? {}
    : { anew: (saved, observation) => attempt("remote.anew()", () => e.anew?.(saved, observation) ?? NOTHING) }),
  close: () => attempt("remote.close()", () => e.close())
})

const NOTHING: Either.Either<EnvError, void> = Either.right(undefined)

const isEither = (x: unknown): x is Either.Either<EnvError, Batch> =>
  typeof x === "object" &&
  x !== null &&
  "_tag" in x &&
  ((x._tag === "Left" && "left" in x) || (x._tag === "Right" && "right" in x && typeof x.right === "object"))
