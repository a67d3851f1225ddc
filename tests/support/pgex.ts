/** The real command in a child process, on the runtime that runs the tests. */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const cli = fileURLToPath(new URL("../../cli.ts", import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Program and arguments of `pgex ARGS`, for whoever starts it alone. */
export const command = (args: readonly string[]): readonly string[] => {
  const prefix = process.versions.deno === undefined ? [cli] : ["run", "-A", "--no-check", cli]
  return [process.execPath, ...prefix, ...args]
}

/** Runs `pgex ARGS` with `input` on standard input, and `variables` beside those of the tests, in `cwd`. */
export const pgex = (
  args: readonly string[],
  input = "",
  variables: Readonly<Record<string, string>> = {},
  cwd?: string
): Outcome => {
  const [program, ...rest] = command(args)
  const env = { ...process.env, ...variables }
  const { status, stdout, stderr } = spawnSync(program!, rest, { input, env, cwd, encoding: "utf8" })
  return { code: status, stdout, stderr }
}
