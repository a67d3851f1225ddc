/**
 * The workflow engine of many machines: Effect's cluster, over a database alone.
 *
 * Its runners say nothing to each other: messages, shards and signs of life go through the database, so that no machine
 * has to be reached from another, and no port is open.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Effect, Layer, Option, References } from "effect"
import {
  ClusterWorkflowEngine,
  MessageStorage,
  RunnerAddress,
  RunnerHealth,
  Runners,
  ShardId,
  Sharding,
  ShardingConfig,
  SqlMessageStorage,
  SqlRunnerStorage
} from "effect/cluster"
import { PersistedQueue } from "effect/persistence"
import { SqlClient, type SqlError } from "effect/sql"
import type { WorkflowEngine } from "effect/workflow"
import { version } from "../../runs/machine.ts"
import { isPresent } from "./members.ts"

/** The engine's tables; those of another version are another engine's. */
const PREFIX = `pgex_${version.replaceAll(/[^a-z0-9]/gi, "_")}`

/** Milliseconds after which who waits for something looks again. */
const LOOK = 250

/** Seconds after which a runner reads again what it has read and not answered. */
const READ_AGAIN = 15

/**
 * Frees, ever again, the messages that this runner's shards have read and not answered.
 *
 * Reading marks a message, and a marked one is read again after ten minutes only: where the database goes between the mark
 * and the answer, or does not answer when the marks of a dead runner are taken off, its work would stand still for so long.
 * What is being answered is left alone by the runner itself, and what waits has answered already: there is hardly any.
 */
const readAgain = Effect.gen(function* () {
  const { shardsPerGroup } = yield* ShardingConfig.ShardingConfig
  const sharding = yield* Sharding.Sharding
  const storage = yield* MessageStorage.MessageStorage
  const shards = Array.from({ length: shardsPerGroup }, (_, i) => ShardId.make("default", i + 1))
  const free = Effect.suspend(() => storage.resetShards(shards.filter(sharding.hasShardId)))
  yield* Effect.forever(Effect.delay(Effect.ignoreCause(free), `${READ_AGAIN} seconds`))
})

/**
 * The engine. `runner` names this process among those that execute workflows; who only asks for executions has none.
 *
 * The times are of measurements: shards that are held for less than 15 s are lost by busy runners. A runner that ends frees
 * its own at once, with its connection.
 */
export const clusterEngine = (
  runner: string | undefined
): Layer.Layer<
  WorkflowEngine.WorkflowEngine | PersistedQueue.PersistedQueueFactory,
  SqlError.SqlError,
  SqlClient.SqlClient
> => {
  const storage = Layer.merge(
    SqlMessageStorage.layerWith({ prefix: PREFIX }).pipe(Layer.provide(NodeCrypto.layerDigest)),
    SqlRunnerStorage.layerWith({ prefix: PREFIX })
  )
  const health = Layer.effect(RunnerHealth.RunnerHealth)(
    Effect.map(SqlClient.SqlClient, (sql) => ({ isAlive: ({ host }) => isPresent(sql, host) }))
  )
  const config = ShardingConfig.layer({
    runnerAddress: runner === undefined ? Option.none() : Option.some(RunnerAddress.make(runner, 0)),
    entityMessagePollInterval: `${LOOK} millis`,
    entityReplyPollInterval: `${LOOK} millis`,
    refreshAssignmentsInterval: "500 millis",
    runnerHealthCheckInterval: "2 seconds",
    shardLockExpiration: "30 seconds",
    shardLockRefreshInterval: "10 seconds",
    entityTerminationTimeout: "100 millis",
    // An execution waits for its item without being needed.
    entityMaxIdleTime: "10 seconds",
    // What no runner knows yet may be of one that is just starting.
    entityRegistrationTimeout: "1 day"
  })
  const sharding = Layer.effectDiscard(Effect.forkScoped(readAgain)).pipe(
    Layer.provideMerge(Sharding.layer),
    Layer.provideMerge(Runners.layerNoop),
    Layer.provideMerge(storage),
    Layer.provide([health, config])
  )
  const queue = PersistedQueue.layer.pipe(
    Layer.provide(
      PersistedQueue.layerStoreSql({
        tableName: `${PREFIX}_queue`,
        pollInterval: `${LOOK} millis`,
        lockRefreshInterval: "3 seconds",
        lockExpiration: "15 seconds"
      })
    )
  )
  return Layer.merge(ClusterWorkflowEngine.layer.pipe(Layer.provide(sharding)), queue).pipe(
    Layer.provide(Layer.succeed(References.MinimumLogLevel)("Error"))
  )
}
