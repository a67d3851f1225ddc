/** The workflow engine of an experiment: in this process, with its memory in the experiment's folder. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Cause, Deferred, Effect, Layer, References } from "effect"
import { ClusterWorkflowEngine, SingleRunner } from "effect/cluster"
import type { WorkflowEngine } from "effect/workflow"
import { reasonOf } from "../../core/service/file_error.ts"
import { type RunStoreError, runStoreError } from "../../core/service/run_store.ts"
import { sqliteLayer } from "./sqlite.ts"

/**
 * The engine over a database file, for one process. `lost` ends with the reason where the file cannot be written any more.
 *
 * - Errors: `RunStoreError` where the file cannot be written or is no database.
 */
export const localEngine = (
  file: string,
  lost: Deferred.Deferred<never, RunStoreError>
): Layer.Layer<WorkflowEngine.WorkflowEngine, RunStoreError> =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provide(
      SingleRunner.layer({
        runnerStorage: "memory",
        shardingConfig: {
          // What was begun is safe whenever it is stopped: a signal need not wait for it.
          entityTerminationTimeout: "100 millis",
          // Items of a process that has just started are registered at once; others are of nobody.
          entityRegistrationTimeout: "1 day"
        }
      })
    ),
    Layer.provide([
      sqliteLayer(file, (e) => Deferred.doneUnsafe(lost, Effect.fail(unusable(file, Cause.fail(e))))),
      NodeCrypto.layerDigest
    ]),
    Layer.catchCause((cause) => Layer.effectContext(Effect.fail(unusable(file, cause)))),
    Layer.provide(Layer.succeed(References.MinimumLogLevel)("Error"))
  )

const unusable = (path: string, cause: Cause.Cause<unknown>): RunStoreError => {
  const got = reasonOf(Cause.squash(cause))
  const fix = "make room, then go on with the same command; or choose another folder with --out"
  return runStoreError({ reason: "not-writable", path, want: "the experiment's database", got, fix })
}
