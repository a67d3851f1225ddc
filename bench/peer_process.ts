/** The peers' process: one Python that measures what it is asked, a JSON line each way. */
import { Deferred, Duration, Effect, Fiber, Queue, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { Training } from "./learning.ts"
import { type Ask, type BenchFailed, benchFailed, type Sample, type Sampler } from "./suite.ts"

/** The other side of every comparison. */
export interface Peers {
  /** Takes one measurement; the first with the same arguments prepares the work. */
  readonly ask: (ask: Ask) => Sampler
  /** What is installed there. */
  readonly versions: Effect.Effect<Readonly<Record<string, string>>, BenchFailed>
}

const Answer = Schema.fromJsonString(
  Schema.Union([
    Schema.Struct({ error: Schema.String }),
    Schema.Struct({
      value: Schema.Finite,
      answers: Schema.optionalKey(Schema.Array(Schema.Finite)),
      training: Schema.optionalKey(Training)
    })
  ])
)
const Versions = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))

/**
 * Starts `script` under `python` and ends it with the scope.
 *
 * One request is under way at a time. A request that takes longer than `patience` ends the process, since its answer
 * can no longer be told from the next one's; later requests then fail at once.
 *
 * - Units: `core` the core the process pins itself to, `null` for none.
 */
export const peers = Effect.fn("bench.peers")(function* (
  python: string,
  script: string,
  core: number | null,
  patience: Duration.Input = "5 minutes"
) {
  const requests = yield* Queue.unbounded<string>()
  const replies = yield* Queue.unbounded<string>()
  const ended = yield* Deferred.make<never, BenchFailed>()
  const complaints: string[] = []
  const handle = yield* ChildProcess.make(python, ["-u", script, core === null ? "-" : String(core)], {
    stdin: Stream.encodeText(Stream.fromQueue(requests)),
    forceKillAfter: "2 seconds"
  }).pipe(Effect.mapError((error) => lost(error.message)))
  const lines = (output: typeof handle.stdout, use: (line: string) => Effect.Effect<unknown>) =>
    Stream.runForEach(Stream.splitLines(Stream.decodeText(output)), use)
  const lastWords = yield* Effect.forkScoped(lines(handle.stderr, (line) => Effect.sync(() => complaints.push(line))))
  const end = Effect.suspend(() => Deferred.fail(ended, lost(complaints.slice(-3).join(" | "))))
  // Not a finalizer: when the scope closes, nobody waits for last words any more.
  yield* Effect.ignore(lines(handle.stdout, (line) => Queue.offer(replies, line))).pipe(
    Effect.andThen(Fiber.await(lastWords)),
    Effect.andThen(end),
    Effect.forkScoped
  )
  const exchange = (ask: Ask): Effect.Effect<string, BenchFailed> =>
    Effect.andThen(
      Queue.offer(requests, `${JSON.stringify(ask)}\n`),
      Effect.raceFirst(Queue.take(replies), Deferred.await(ended))
    ).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.andThen(Effect.ignore(handle.kill()), Effect.fail(slow(ask, patience)))
      })
    )
  const result: Peers = {
    ask: (ask) => Effect.flatMap(exchange(ask), (line) => readAnswer(ask, line)),
    versions: Effect.flatMap(exchange({ work: "versions", args: {} }), (line) =>
      Effect.mapError(Schema.decodeEffect(Versions)(line), (error) => lost(error.message))
    )
  }
  return result
})

const readAnswer = (ask: Ask, line: string): Effect.Effect<Sample, BenchFailed> =>
  Effect.flatMap(
    Effect.mapError(Schema.decodeEffect(Answer)(line), (error) => refused(ask, error.message)),
    (answer) => ("error" in answer ? Effect.fail(refused(ask, answer.error)) : Effect.succeed(answer))
  )

const refused = (ask: Ask, got: string) =>
  benchFailed({ doing: `measure the peer's ${ask.work}`, want: "a figure", got })

const lost = (got: string) =>
  benchFailed({
    doing: "talk to the peers' process",
    want: "a line of JSON",
    got: got === "" ? "the end of its output" : got,
    fix: "remove bench/peers/.venv to build it anew"
  })

const slow = (ask: Ask, patience: Duration.Input) =>
  benchFailed({
    doing: `measure the peer's ${ask.work}`,
    want: `an answer within ${Duration.format(Duration.fromInputUnsafe(patience))}`,
    got: "none",
    fix: "measure this suite alone"
  })
