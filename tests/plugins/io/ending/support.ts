/** A command that is sent a signal. */
import { spawn } from "node:child_process"
import { command } from "../../../support/pgex.ts"

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Sending {
  /** Written to standard input, which is then closed. */
  readonly input?: string
  /** Is sent a while after standard error or output has said this; at once where it is no text. */
  readonly after?: RegExp
  /** Milliseconds to wait first. */
  readonly wait?: number
  readonly variables?: Readonly<Record<string, string>>
  /** Program and arguments, instead of the command itself. */
  readonly program?: readonly string[]
}

/** Runs `pgex ARGS`, sends it a signal, and tells how it ended. */
export const signalled = (args: readonly string[], signal: NodeJS.Signals, o: Sending = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const [file, ...rest] = [...(o.program ?? command([])), ...args]
    const child = spawn(file!, rest, { env: { ...process.env, ...o.variables } })
    const text = { stdout: "", stderr: "" }
    let sent = false
    const send = (): void => {
      if (sent) return
      sent = true
      setTimeout(() => child.kill(signal), o.wait ?? 1500)
    }
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (part: string) => {
        text[name] += part
        if (o.after?.test(text[name])) send()
      })
    child.on("close", (code, by) => resolve({ code, signal: by, ...text }))
    child.stdin.on("error", () => {})
    child.stdin.end(o.input ?? "", () => {
      if (o.after === undefined) send()
    })
  })
