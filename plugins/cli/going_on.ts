/** The command that goes on with a run that was stopped, as a person would type it. */
import { pathWord, shellWord } from "../../core/text/command.ts"
import { withoutPasswords } from "../../core/text/secret.ts"

/** What the run was started with, as far as going on needs it again. */
export interface Started {
  readonly directory: string
  /** All that the run uses but the project's own. */
  readonly plugins: readonly string[]
  readonly python?: string | undefined
  readonly log?: readonly string[]
  /** Python's module that the family's id names, which may be one of this folder. */
  readonly module?: string | undefined
}

/** The command line, its words quoted for a shell. */
export const goingOn = ({ directory, plugins, python, module, log = [] }: Started, program = programName()): string =>
  [
    ...program.map(shellWord),
    "run",
    "--resume",
    "--out",
    pathWord(directory),
    ...plugins.flatMap((name) => ["--plugin", shellWord(name)]),
    ...(python === undefined ? [] : ["--python", shellWord(python)]),
    ...log.flatMap((logger) => ["--log", shellWord(logger)]),
    ...(module === undefined ? [] : ["--trust"])
  ].join(" ")

/** The command that runs, with one more word. */
export const withWord = (word: string): string =>
  [...programName(), ...process.argv.slice(2).map(withoutPasswords), word].map(shellWord).join(" ")

/** Python's module in the id of a family. */
export const moduleOf = (family: string): string | undefined => /^gymnasium:([^:?]+):/.exec(family)?.[1]

/** How this process was started: by npm, by Deno, or by its own name. */
export const programName = (): readonly string[] => {
  if (process.versions.deno !== undefined) return ["deno", "run", "-A", process.argv[1] ?? "cli.ts"]
  const byNpm = ["exec", "run", "run-script", "start"].includes(process.env.npm_command ?? "")
  return byNpm ? ["npx", "pgex"] : ["pgex"]
}
