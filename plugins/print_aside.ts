import console from "node:console"
import { type Console, Predicate } from "effect"

/**
 * Standard output is for results: from now on what this thread prints by `console.log` goes to standard error, as a plugin
 * may do at any time. Gives the console that prints results.
 */
export const printAside = (): Console.Console => {
  const results: Console.Console = Object.create(console, { log: { value: console.log.bind(console) } })
  const aside = console.error.bind(console)
  // The global one, which in a worker thread of Bun is another than the module's, and which Deno's types do not know.
  const everyones: unknown = Reflect.get(globalThis, "console")
  if (Predicate.isObject(everyones)) Object.assign(everyones, { log: aside, info: aside, debug: aside })
  return results
}
