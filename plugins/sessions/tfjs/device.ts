/** What touches a session's device: refused after the end, heard of when it is lost, and its numbers read in one piece. */

import { Effect } from "effect"
import { size } from "../../../core/program/mod.ts"
import type { Mistake } from "../../../core/service/session.ts"
import {
  type SessionError,
  type SessionFailure,
  type SessionLost,
  sessionError,
  sessionLost
} from "../../../core/service/session.ts"
import { closed } from "../mistakes.ts"
import type { Backend } from "./backend.ts"
import type { DeviceTensor } from "./engine.ts"
import { refused } from "./mistakes.ts"
import { joined, scoped } from "./program.ts"

/** Calls after which a device that is only given work is waited for, so that it never has too much of it. */
const MOST_AHEAD = 32

/** The device of a session of this kind. */
export const deviceOf = (backend: Backend, kind: string, state: { readonly open: boolean }) => {
  let ahead = 0

  const fail = (m: Mistake): SessionError => sessionError(kind, m)

  const lost = (operation: string): SessionLost | undefined => {
    const got = backend.lost()
    return got === undefined ? undefined : sessionLost(kind, operation, got)
  }

  /** Does what touches the device. */
  const attempt = <A>(
    operation: string,
    act: () => A | Mistake,
    at: () => string = () => "this"
  ): Effect.Effect<A, SessionFailure> =>
    Effect.suspend(() => {
      if (!state.open) return Effect.fail(fail(closed(operation)))
      const gone = lost(operation)
      if (gone !== undefined) return Effect.fail(gone)
      try {
        const made = act()
        return isMistake(made) ? Effect.fail(fail(made)) : Effect.succeed(made)
      } catch (cause) {
        backend.notice(cause)
        return Effect.fail(lost(operation) ?? fail(refused(operation, at(), cause)))
      }
    })

  /** The tensors' numbers; then they are disposed of. Not to be interrupted: nobody else would dispose of them. */
  const take = (operation: string, tensors: readonly (DeviceTensor | undefined)[]) => {
    const filled = tensors.filter((t) => t !== undefined)
    const lengths = tensors.map((t) => (t === undefined ? 0 : size(t.shape)))
    const free = Effect.sync(() => {
      for (const t of filled) t.dispose()
    })
    ahead = 0
    // One array from the device, since each costs a wait.
    const together = attempt(operation, () => scoped(backend, operation, () => [joined(backend, filled)]))
    const numbers = Effect.flatMap(together, ([all]) =>
      all === undefined ? Effect.succeed([]) : backend.immediate ? now(operation, all) : later(operation, all)
    )
    return Effect.map(Effect.ensuring(numbers, free), (all) => parts(all, lengths))
  }

  const now = (operation: string, t: DeviceTensor) =>
    Effect.ensuring(
      attempt(operation, () => t.dataSync()),
      Effect.sync(() => t.dispose())
    )

  /** What a device refused is heard of only now, and its numbers then mean nothing. */
  const later = (operation: string, t: DeviceTensor) =>
    Effect.tryPromise({
      try: () => t.data(),
      catch: (cause) => lost(operation) ?? fail(refused(operation, "reading", cause))
    }).pipe(
      Effect.ensuring(Effect.sync(() => t.dispose())),
      Effect.flatMap((numbers): Effect.Effect<ArrayLike<number>, SessionFailure> => {
        const gone = lost(operation)
        return gone === undefined ? Effect.succeed(numbers) : Effect.fail(gone)
      })
    )

  /** Lets a device catch up that has only been given work. */
  const keepUp = Effect.suspend(() => {
    if (backend.immediate || ++ahead < MOST_AHEAD) return Effect.void
    ahead = 0
    return Effect.ignore(Effect.tryPromise(() => backend.settled()))
  })

  return { fail, attempt, take, keepUp }
}

/** The arrays of these lengths that `all` is made of. */
const parts = (all: ArrayLike<number>, lengths: readonly number[]): readonly Float32Array[] => {
  const numbers = Float32Array.from(all)
  let at = 0
  return lengths.map((n) => {
    at += n
    return lengths.length === 1 ? numbers : numbers.slice(at - n, at)
  })
}

const isMistake = (x: unknown): x is Mistake => typeof x === "object" && x !== null && "want" in x && "fix" in x
