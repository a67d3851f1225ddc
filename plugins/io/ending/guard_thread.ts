/** A thread that hears signals while the main one computes, under Deno, and ends the process a while later. */
import { writeSync } from "node:fs"
import { isMainThread, parentPort, workerData } from "node:worker_threads"

export interface GuardData {
  readonly signals: readonly (readonly [name: string, number: number])[]
  readonly milliseconds: number
  /** The signal that came. */
  readonly shared: Int32Array
}

/** What is to be written at the end: to which file, and the text. */
export type LastWords = readonly [file: 1 | 2, text: string]

// Without the library's help, whose modules this thread would take longer to load than a signal may take to come.
const isGuardData = (x: unknown): x is GuardData =>
  typeof x === "object" && x !== null && "shared" in x && x.shared instanceof Int32Array && "signals" in x

/** What is used of Deno. */
interface DenoFfi {
  readonly dlopen: (
    path: string,
    symbols: Readonly<Record<string, { readonly parameters: readonly string[]; readonly result: string }>>
  ) => { readonly symbols: { readonly _exit: (code: number) => void } }
}

const hasDeno = (x: object): x is { readonly Deno: DenoFfi } =>
  "Deno" in x && typeof x.Deno === "object" && x.Deno !== null && "dlopen" in x.Deno

const serve = ({ signals, milliseconds, shared }: GuardData): void => {
  const scope: object = globalThis
  if (!hasDeno(scope)) return
  const library = process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6"
  // Here `process.exit` would end this thread alone.
  const { symbols } = scope.Deno.dlopen(library, { _exit: { parameters: ["i32"], result: "void" } })
  let first = 0
  const words = new Map<number, string>()
  parentPort?.on("message", ([file, text]: LastWords) => words.set(file, text))
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
