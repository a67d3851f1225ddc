/** Workers and sweeps as real processes. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"
import { command } from "../../../support/pgex.ts"
import type { Postgres } from "../../../support/postgres.ts"

/** A process of the command, with what it says. */
export interface Running {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

/** Starts `pgex ARGS`, with Bun's own `flags`; the database's address is not on its command line. */
export const start = (args: readonly string[], database: string, flags: readonly string[] = []): Running => {
  const [program, ...words] = command(args)
  const rest = [...flags, ...words]
  const child = spawn(program!, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PGEX_DATABASE: database }
  })
  let text = ""
  child.stdout?.on("data", (part) => (text += part))
  child.stderr?.on("data", (part) => (text += part))
  process.on("exit", () => child.kill("SIGKILL"))
  return { child, said: () => text, ended: once(child, "close").then(() => child.exitCode) }
}

/** Waits until it holds, or fails with what the processes said. */
export const until = async (holds: () => boolean, told: () => string, seconds = 170): Promise<void> => {
  for (let i = 0; i < 40 * seconds; i++) {
    if (holds()) return
    await setTimeout(25)
  }
  assert.fail(told())
}

/** How often each activity was finished, by any worker; none before the first has joined. */
export const finishedIn = (postgres: Postgres, database: string): readonly number[] =>
  postgres
    .query(database, "SELECT count(*) FROM pgex_finished GROUP BY activity")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number)
