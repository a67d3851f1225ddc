/** A thread that hears signals while the main one computes, under Deno, and ends the process a while later. */
import { writeSync } from "node:fs"
import { isMainThread, parentPort, workerData } from "node:worker_threads"
import { openLibc } from "../foreign.ts"

export interface GuardData {
  readonly signals: readonly (readonly [name: string, number: number])[]
  readonly milliseconds: number
  /** The signal that came, and the stage of what blocks. */
  readonly shared: Int32Array
}

/** Something that may never come back: what is told of it, and written at the end. */
export interface Blocking {
  /** Milliseconds until `remark` is written to standard error; 0 where it was. */
  readonly first: number
  readonly remark: string
  /** Milliseconds more until the process ends with code 1. */
  readonly rest: number
  /** What standard output and standard error say at that end. */
  readonly out: string
  readonly error: string
}

/** The stage of something that was told of. */
export const TELLING = 2

/** What is to be written at the end, and to which file; or what blocks now, if anything. */
export type ToThread = { readonly file: 1 | 2; readonly text: string } | { readonly blocking: Blocking | undefined }

// Without the library's help, whose modules this thread would take longer to load than a signal may take to come.
const isGuardData = (x: unknown): x is GuardData =>
  typeof x === "object" && x !== null && "shared" in x && x.shared instanceof Int32Array && "signals" in x

const serve = ({ signals, milliseconds, shared }: GuardData): void => {
  // Here `process.exit` would end this thread alone.
  const library = openLibc<{ readonly _exit: (code: number) => void }>({ _exit: { takes: ["i32"], gives: "void" } })
  if (library === undefined) return
  const { symbols } = library
  let first = 0
  const words = new Map<number, string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const block = ({ first, remark, rest, out, error }: Blocking): void => {
    const last = (): void => {
      if (out !== "") writeSync(1, out)
      writeSync(2, error)
      symbols._exit(1)
    }
    const tell = (): void => {
      Atomics.store(shared, 1, TELLING)
      if (first > 0) writeSync(2, remark)
      timer = setTimeout(last, rest)
    }
    if (first > 0) timer = setTimeout(tell, first)
    else tell()
  }
  parentPort?.on("message", (message: ToThread) => {
    if ("file" in message) return void words.set(message.file, message.text)
    clearTimeout(timer)
    if (message.blocking !== undefined) block(message.blocking)
  })
  const end = (): void => {
    for (const [file, text] of words) if (text !== "") writeSync(file, text)
    symbols._exit(128 + Atomics.load(shared, 0))
  }
  for (const [name, number] of signals)
    process.on(name, () => {
      if (first > 0 && performance.now() - first > 250) end()
      if (first > 0) return
      first = performance.now()
      Atomics.store(shared, 0, number)
      setTimeout(end, milliseconds)
    })
  parentPort?.postMessage("ready")
}

if (!isMainThread && isGuardData(workerData)) serve(workerData)
