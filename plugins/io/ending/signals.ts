/** The signals that end a command. */
import { readFileSync } from "node:fs"

/** By their names, with the numbers that exit codes are made of. */
export const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
export type SignalName = keyof typeof SIGNALS

/** A terminal and the launcher may both pass one signal on: a person takes longer for two, in milliseconds. */
export const ONE = 250

/** Those that this process heeds: not one that it was started to ignore, as `nohup` does. */
export const heeded = (): readonly SignalName[] =>
  ignoresHangup() ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"]

const ignoresHangup = (): boolean => {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0"
    return (BigInt(`0x${mask}`) & 1n) === 1n
  } catch {
    return false // not Linux
  }
}

/** Calls `first` at the first signal and `second` at another one. */
export const onSignals = (
  signals: readonly SignalName[],
  first: (signal: SignalName) => void,
  second: () => void
): void => {
  let at: number | undefined
  for (const signal of signals)
    process.on(signal, () => {
      if (at !== undefined && performance.now() - at > ONE) second()
      if (at !== undefined) return
      at = performance.now()
      first(signal)
    })
}
