/** Runs a command to the end of the process. */
import { Cause, Effect, Exit, type Fiber, Runtime } from "effect"
import { block, type Guard, guard, hasTold, signalCame } from "./guard.ts"
import { heeded, onSignals, SIGNALS, type SignalName } from "./signals.ts"
import { lastStray } from "./stray.ts"
import { hasPrinted, writeAside, writeOutput, writeRemark } from "./streams.ts"

/** Milliseconds after a signal in which resources are released. */
const GRACE = 450

/** Milliseconds after which the process ends even in the middle of a computation. */
const LAST = 600

/** What ended the process, or tried to, before the command was through: a plugin that calls `process.exit`, say. */
class EarlyEnd extends Error {
  override readonly name = "EarlyEnd"
}

export interface EndOptions {
  /** What standard output says of a signal, where nothing was printed before; empty where nothing need be. */
  readonly interrupted: string
  /** The command, or what nobody caught, whose failure is shown. */
  readonly told: (command: Effect.Effect<void, unknown>) => Effect.Effect<void, unknown>
  /** What standard output and standard error say of a failure, where nothing else can be done any more. */
  readonly words: (failure: unknown) => Words
}

/** What is written to standard output, and to standard error. */
export interface Words {
  readonly out: string
  readonly error: string
}

/**
 * Runs a command, then ends the process: nothing that a plugin left behind keeps it alive.
 *
 * Codes: 0; of a failure `Runtime.errorExitCode`, else 1; 128 + its number for SIGINT, SIGTERM and SIGHUP, within a
 * second, whatever computes. A second signal ends it at once.
 */
export const runToExit = async (
  command: Effect.Effect<void, unknown>,
  { interrupted, told, words }: EndOptions
): Promise<void> => {
  wordsOf = words
  const alive = setInterval(() => {}, 2 ** 30)
  const leave = ownExit(told)
  let came: SignalName | undefined
  const leaveBy = (signal: SignalName): void => {
    // Said here or there, not twice: what is left to do until the end may take too long.
    guarded?.lastWords(1, "")
    guarded?.lastWords(2, "")
    if (!hasPrinted()) printAnyhow(interrupted)
    writeRemark(farewell)
    farewell = ""
    leave(128 + SIGNALS[signal])
  }
  let fiber: Fiber.Fiber<void, unknown> | undefined
  const listen = (): void =>
    onSignals(
      signals,
      (signal) => {
        came = signal
        fiber?.interruptUnsafe(fiber.id)
        setTimeout(() => leaveBy(signal), GRACE)
      },
      () => leaveBy(came ?? "SIGINT")
    )
  const signals = heeded()
  guarded = await guard({ signals, milliseconds: LAST, listen })
  guarded.lastWords(1, interrupted)
  fiber = Effect.runFork(told(Effect.raceFirst(command, lastStray)))
  fiber.addObserver((end) => {
    clearInterval(alive)
    const signal = came ?? signals.find((name) => SIGNALS[name] === signalCame())
    if (signal !== undefined) return leaveBy(signal)
    guarded?.lastWords(1, "")
    leave(codeOf(end))
  })
}

let guarded: Guard | undefined
let farewell = ""
let wordsOf: EndOptions["words"] = () => ({ out: "", error: "" })

/** Something that may block the process, in seconds from when it begins. */
export interface Waiting {
  /** When a person is told of it, by this line; never where it is later than the end. */
  readonly tell: number
  readonly line: string
  /** When the command ends, by this failure. */
  readonly end: number
  readonly failure: unknown
}

/** Milliseconds that the event loop gets to tell, or to give up, by itself. */
const LATER = 500

/**
 * Tells what is waited for, and ends the process with code 1 after a limit, also where it never lets another handler run:
 * then as far as the process is guarded.
 */
export const waitingFor = <A, E, R>(what: Waiting, use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const { out, error } = wordsOf(what.failure)
  const last = { remark: `${what.line}\n`, out: hasPrinted() ? "" : out, error }
  const start = Effect.sync(() => {
    const tells = what.tell < what.end
    const first = tells ? 1000 * what.tell + LATER : 0
    block({ ...last, first, rest: 1000 * (tells ? what.end - what.tell : what.end) + (tells ? 0 : LATER) })
  })
  const tell = Effect.sync(() => {
    if (hasTold()) return
    block({ ...last, first: 0, rest: 1000 * (what.end - what.tell) + LATER })
    writeAside(what.line)
  })
  const telling =
    what.tell < what.end ? Effect.andThen(Effect.delay(tell, `${what.tell} seconds`), Effect.never) : Effect.never
  return Effect.acquireUseRelease(
    start,
    () => Effect.raceFirst(use, telling),
    () => Effect.sync(() => block(undefined))
  )
}

/** What standard error says where a signal ends the process from now on, however it does: a line, or nothing. */
export const atSignal = (line: string): void => {
  farewell = line === "" ? "" : `${line}\n`
  guarded?.lastWords(2, farewell)
}

/** Ends the process; whoever else tries to is told by a throw, or else it counts as a failure. */
const ownExit = (told: EndOptions["told"]): ((code: number) => void) => {
  const { exit } = process
  let over = false
  process.exit = (code) => {
    throw new EarlyEnd(`process.exit(${code ?? ""}) was called, which only the command itself may`)
  }
  process.on("exit", () => {
    if (over) return
    over = true
    process.exitCode = 1
    Effect.runFork(told(Effect.die(new EarlyEnd("the process was ended before the command was through"))))
  })
  return (code) => {
    over = true
    exit.call(process, code)
  }
}

const printAnyhow = (text: string): void => {
  try {
    if (text !== "") writeOutput(text)
  } catch {
    // Nobody reads it.
  }
}

const codeOf = (end: Exit.Exit<void, unknown>): number => {
  if (Exit.isSuccess(end)) return 0
  return Cause.hasInterruptsOnly(end.cause) ? 130 : Runtime.getErrorExitCode(Cause.squash(end.cause))
}
