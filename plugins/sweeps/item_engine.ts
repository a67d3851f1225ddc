/** The engine as items need it: one workflow's executions, and what came of them. */
import { Effect, type Option, type Schedule } from "effect"
import type { Workflow, WorkflowEngine } from "effect/workflow"
import { type ItemPayload, ItemWork, type Outcome } from "./item.ts"

/** Executes items, and remembers. */
export interface ItemEngine {
  /** Its end, whoever does it; the same attempt at the same work is executed once. */
  readonly execute: (payload: ItemPayload) => Effect.Effect<Outcome>
  /** What is known of it. */
  readonly poll: (payload: ItemPayload) => Effect.Effect<Option.Option<Workflow.Result<Outcome, never>>>
}

/** `again` is when to look at what others do. */
export const itemEngine = (
  engine: WorkflowEngine.WorkflowEngine["Service"],
  again?: Schedule.Schedule<unknown>
): ItemEngine => ({
  execute: (payload) =>
    Effect.flatMap(ItemWork.executionId(payload), (executionId) =>
      engine.execute(ItemWork, {
        executionId,
        payload,
        ...(again === undefined ? {} : { suspendedRetrySchedule: again })
      })
    ),
  poll: (payload) => Effect.flatMap(ItemWork.executionId(payload), (id) => engine.poll(ItemWork, id))
})
