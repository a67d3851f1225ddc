import console from "node:console"
import { format } from "node:util"
import { type Console, Predicate } from "effect"
import { writeOutput, writeRemark } from "./ending/streams.ts"

/**
 * Standard output is for results: from now on what this thread prints by `console.log` or `process.stdout` goes to standard
 * error, as a plugin may do at any time. Gives the console that prints results; its `log` throws `OutputError`.
 */
export const logToStderr = (): Console.Console => {
  const log = (...words: readonly unknown[]): void => writeOutput(`${format(...words)}\n`)
  const aside = (...words: readonly unknown[]): void => writeRemark(`${format(...words)}\n`)
  const results: Console.Console = Object.create(console, { log: { value: log }, error: { value: aside } })
  // The global one, which in a worker thread of Bun is another than the module's, and which Deno's types do not know.
  const everyones: unknown = Reflect.get(globalThis, "console")
  const all = { log: aside, info: aside, debug: aside, warn: aside, error: aside }
  if (Predicate.isObject(everyones)) Object.assign(everyones, all)
  Object.assign(console, all)
  // What goes through the streams all the same must not fail where their reader has gone.
  for (const stream of [process.stdout, process.stderr]) stream.on?.("error", () => {})
  Object.assign(process.stdout, { write: (text: unknown) => asideBytes(text) })
  return results
}

const asideBytes = (text: unknown): boolean => {
  writeRemark(typeof text === "string" ? text : text instanceof Uint8Array ? new TextDecoder().decode(text) : "")
  return true
}
