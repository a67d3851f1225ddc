import console from "node:console"
import type { Console } from "effect"

/**
 * Standard output is for results: from now on what this thread prints by `console.log` goes to standard error, as a plugin
 * may do at any time. Gives the console that prints results.
 */
export const printAside = (): Console.Console => {
  const results: Console.Console = Object.create(console, { log: { value: console.log.bind(console) } })
  const aside = console.error.bind(console)
  Object.assign(globalThis.console, { log: aside, info: aside, debug: aside })
  return results
}
