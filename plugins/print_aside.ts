import streams from "node:console"
import type { Console } from "effect"

/**
 * Standard output is for results: from now on what this thread prints by `console.log` goes to standard error, as a plugin
 * may do at any time. Gives the console that prints results.
 */
export const printAside = (): Console.Console => {
  const results: Console.Console = Object.create(streams, { log: { value: streams.log.bind(streams) } })
  const aside = streams.error.bind(streams)
  // The global one, which in a worker thread of Bun is another than the module's.
  Object.assign(console, { log: aside, info: aside, debug: aside })
  return results
}
