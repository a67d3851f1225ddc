/** Runs another program to its end, or ends it: with all that it has started. */

import { type ChildProcess, spawn } from "node:child_process"
import { Duration, Effect } from "effect"
import { counted } from "../../../core/text/numbers.ts"
import type { Variables as Environment } from "../../io/user.ts"
import { type NativeError, nativeError, refusal } from "./failure.ts"

export type { Environment }

/** A program and what it is given. */
export interface Command {
  /** What is being done, for messages: an infinitive with its operand. */
  readonly doing: string
  readonly file: string
  readonly args: readonly string[]
  readonly folder: string
  readonly environment: Environment
  readonly timeLimit: Duration.Input
}

/** How a program ended. */
export interface Ending {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a program may say before the rest is dropped, in characters. */
const MOST_OUTPUT = 4_000_000

/**
 * Runs with empty standard input. The program ends with this process, however that ends.
 * Interruption and the time limit kill the program's whole process group (a compiler
 * driver's children do the work) and wait for its end, so that nothing writes any more when this returns.
 *
 * - Errors: `NativeError` with reason `compiler-hung` after the time limit, `not-permitted`, or `system`.
 */
export const execute = (command: Command): Effect.Effect<Ending, NativeError> =>
  Effect.callback<Ending, NativeError>((resume) => {
    const watcher = startWatcher()
    let child: ChildProcess
    try {
      child = spawn(command.file, [...command.args], {
        cwd: command.folder,
        env: { ...command.environment, LC_ALL: "C" },
        // A group of its own; Windows has none, and would open a console instead.
        detached: process.platform !== "win32",
        stdio: ["ignore", "pipe", "pipe"]
      })
    } catch (cause) {
      watcher.end()
      resume(Effect.fail(refusal(command.doing, cause)))
      return
    }
    watcher.watch(child)
    const text = { stdout: "", stderr: "" }
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (part: string) => {
        if (text[name].length < MOST_OUTPUT) text[name] += part
      })
    }
    const ended = new Promise<void>((resolve) => {
      child.on("error", (cause) => {
        watcher.end()
        resume(Effect.fail(refusal(command.doing, cause)))
        resolve()
      })
      child.on("close", (code) => {
        watcher.end()
        resume(Effect.succeed({ code, ...text }))
        resolve()
      })
    })
    return Effect.promise(() => {
      killGroup(child)
      return ended
    })
  }).pipe(
    Effect.timeoutOrElse({
      duration: command.timeLimit,
      orElse: () => Effect.fail(hung(command))
    })
  )

/**
 * Reads the number of a group, then the word that it is over; where standard input, which this process alone holds, ends
 * instead, it ends the group. It reads in the background, as a child of the shell that is started: Bun under our launcher
 * has its own children killed as it dies (Linux's PR_SET_PDEATHSIG), but not theirs.
 */
const WATCHER = 'exec 3<&0; { read -r group <&3 && { read -r over <&3 || kill -KILL "-$group"; }; } & wait'

interface Watcher {
  /** Has a program's group end with this process, also where that is killed. */
  readonly watch: (child: ChildProcess) => void
  /** Calls it off. */
  readonly end: () => void
}

/**
 * Starts a second program that watches this process, as nothing else is told of its killing on every system. Before the
 * program that it is for: so nothing is left where this process ends between the two.
 */
const startWatcher = (): Watcher => {
  const none = { watch: () => {}, end: () => {} }
  if (process.platform === "win32") return none
  try {
    const watcher = spawn("/bin/sh", ["-c", WATCHER], {
      cwd: "/",
      env: {},
      detached: true,
      stdio: ["pipe", "ignore", "ignore"]
    })
    watcher.on("error", () => {})
    watcher.stdin.on("error", () => {})
    watcher.unref()
    return {
      watch: ({ pid }) => void (pid !== undefined && watcher.stdin.write(`${pid}\n`)),
      end: () => void watcher.stdin.end("over\n")
    }
  } catch {
    // No shell here, or Deno without its permission: the program ends by itself.
    return none
  }
}

const killGroup = (child: ChildProcess): void => {
  try {
    if (process.platform === "win32" || child.pid === undefined) child.kill("SIGKILL")
    else process.kill(-child.pid, "SIGKILL")
  } catch {
    // It has ended already.
  }
}

const hung = (command: Command): NativeError =>
  nativeError({
    reason: "compiler-hung",
    doing: command.doing,
    want: `${[command.file, ...command.args].join(" ").slice(0, 80)} to end within ${counted(Duration.toSeconds(command.timeLimit), "second")}`,
    got: "no end; it was stopped",
    fix: "look at what keeps the compiler, or set CC to another one"
  })
