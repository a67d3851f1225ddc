/** Many child workflows that each wait four times, over Postgres: what stalled for ten minutes in Effect-TS/effect#8312. */

import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted, Schedule, Schema } from "effect"
import { DurableQueue, Workflow } from "effect/workflow"
import { clusterEngine } from "../../../../plugins/sweeps/machines/engine.ts"

const Waits = DurableQueue.make({
  name: "waits",
  payload: { child: Schema.Int, wait: Schema.Int },
  success: Schema.Int,
  idempotencyKey: ({ child, wait }) => `${child}/${wait}`
})

const Child = Workflow.make("child", {
  payload: { child: Schema.Int },
  idempotencyKey: ({ child }) => `${child}`,
  success: Schema.Int
})

const Parent = Workflow.make("parent", {
  payload: { children: Schema.Int },
  idempotencyKey: ({ children }) => `${children}`,
  success: Schema.Int,
  suspendedRetrySchedule: Schedule.spaced("250 millis")
})

/** What came of it. */
export interface Waited {
  /** Waits that ended. */
  readonly waits: number
  /** Longest time (ms) from a wait's end at the worker to the child's next sign: the next wait's beginning, or its end. */
  readonly longest: number
}

/** Lets a parent have `children` children, twenty at the same time. */
export const letWait = (database: string, children: number): Promise<Waited> => {
  const ended = new Map<number, number>()
  let longest = 0
  const sign = (child: number): void => {
    longest = Math.max(longest, performance.now() - (ended.get(child) ?? performance.now()))
    ended.delete(child)
  }
  const work = DurableQueue.worker(
    Waits,
    ({ child, wait }) =>
      Effect.sync(() => {
        sign(child)
        ended.set(child, performance.now())
        return wait
      }),
    { concurrency: 4 }
  )
  const child = Child.toLayer(({ child: id }) =>
    Effect.gen(function* () {
      let waits = 0
      for (let wait = 0; wait < 4; wait++) {
        yield* DurableQueue.process(Waits, { child: id, wait })
        waits++
      }
      sign(id)
      return waits
    })
  )
  const parent = Parent.toLayer(({ children: count }) =>
    Effect.map(
      Effect.forEach(
        Array.from({ length: count }, (_, i) => i),
        (id) => Child.execute({ child: id }),
        { concurrency: 20 }
      ),
      (all) => all.reduce((sum, n) => sum + n, 0)
    )
  )
  const engine = clusterEngine("runner").pipe(
    Layer.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 6 }))
  )
  const all = Layer.provideMerge(Layer.mergeAll(work, child, parent), engine)
  return Effect.runPromise(
    Effect.map(Parent.execute({ children }), (waits) => ({ waits, longest })).pipe(Effect.provide(all))
  )
}
