/** What the tests of workers share: small trainings, on threads that know odd environments. */
import { Effect, Layer } from "effect"
import { ppoDefaults } from "../../../algorithms/mod.ts"
import type { Session } from "../../../core/service/session.ts"
import type { Task } from "../../../envs/mod.ts"
import { Workers } from "../../../pipeline/jobs/job.ts"
import type { TrainingSpec } from "../../../pipeline/jobs/spec.ts"
import { type Kind, sessionLayer } from "../../../plugins/sessions/mod.ts"
import { type WorkerOptions, workersLayer } from "../../../plugins/workers/mod.ts"
import { odd } from "./odd.ts"

export const tasks = [0.3, 0.5, 1].map(
  (length): Task => ({ id: `${length}`, environment: "CartPole-v1", params: { length } })
)

/** The same tasks where there are no parameters. */
export const anywhere = tasks.map((t): Task => ({ ...t, params: {} }))

export const spec: TrainingSpec = {
  environment: "CartPole-v1",
  algorithm: "ppo",
  algorithmConfig: { ...ppoDefaults, epochs: 2, batch: 32 },
  network: { layers: 1, width: 8, activation: "tanh", taskOneHot: true },
  taskIds: tasks.map((t) => t.id),
  environmentsPerTask: 2,
  stepsPerTask: 32,
  episodes: 2
}

export const entry = new URL("./odd_worker.ts", import.meta.url)

/** Runs with the workers of these options: two, on `wasm`, unless they say otherwise. */
export const onWorkers = <A, E>(
  options: Partial<WorkerOptions>,
  use: Effect.Effect<A, E, Workers | Session>
): Promise<A> => {
  const layer = workersLayer({ workers: 2, sessionKind: () => "wasm", catalog: odd, entry, ...options })
  const session = sessionLayer(options.sessionKind?.() ?? "wasm")
  return Effect.runPromise(Effect.provide(use, Layer.provide(layer, session)))
}

/** Runs without threads. */
export const here = <A, E>(use: Effect.Effect<A, E, Workers | Session>, kind: Kind = "wasm"): Promise<A> => {
  const session = sessionLayer(kind)
  return Effect.runPromise(Effect.provide(use, Layer.provideMerge(Workers.here(odd), session)))
}

/** What a run is told, in a list. */
export const listening = () => {
  const notes: string[] = []
  return { notes, note: (sentence: string) => Effect.sync(() => void notes.push(sentence)) }
}
