/** Where a benchmark runs: the machine, the versions, and the one core that both sides stay on. */
import { cpus, loadavg, platform, release, totalmem } from "node:os"
import { Effect } from "effect"
import { ChildProcess } from "effect/process"
import type { Machine } from "./report.ts"

/** What the machine is; `core` is where we were pinned, `null` where that was not possible. */
export const machine = (core: number | null): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${platform()} ${release()} ${process.arch}`,
  core,
  load: Math.round(100 * (loadavg()[0] ?? 0)) / 100
})

/** Keeps every thread of this process on these cores; tells whether it could (Linux with `taskset`). */
export const pin = Effect.fn("bench.pin")(function* (...cores: readonly number[]) {
  if (platform() !== "linux") return false
  const taskset = ChildProcess.make("taskset", ["-a", "-c", "-p", cores.join(","), String(process.pid)], {
    stdout: "ignore",
    stderr: "ignore"
  })
  return yield* Effect.scoped(
    Effect.match(
      Effect.flatMap(taskset, (handle) => handle.exitCode),
      {
        onSuccess: (code) => Number(code) === 0,
        onFailure: () => false
      }
    )
  )
})
