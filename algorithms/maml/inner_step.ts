import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { perExample } from "../../core/program/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { MakeInner } from "../meta/inner_loop.ts"
import { parts } from "../meta/sample.ts"
import type { Policy } from "../policy.ts"
import type { Maml } from "./config.ts"
import { adaptProgram } from "./mathematics.ts"

/** MAML's inner step: a gradient step an epoch, all tasks in one call. α is what `rate` holds. */
export const gradientStep = (c: Maml, policy: Policy, tasks: number, rate: Buffer): MakeInner =>
  Effect.fnUntraced(function* (theta, n) {
    const session = yield* Session
    const batched = ["theta", ...parts]
    const adapting = yield* session.compile(
      yield* fromEither(pipe(adaptProgram(c, policy, n), E.chain(perExample({ batched, size: tasks }))))
    )
    return { step: (data) => adapting.run({ rate, theta, ...data }, { theta }) }
  })
