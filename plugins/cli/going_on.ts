/** The command that goes on with a run that was stopped, as a person would type it. */

/** What the run was started with, as far as going on needs it again. */
export interface Started {
  readonly directory: string
  /** All that the run uses but the project's own. */
  readonly plugins: readonly string[]
  readonly python?: string | undefined
  /** Python's module that the family's id names, which may be one of this folder. */
  readonly module?: string | undefined
}

/** The command line, its words quoted for a shell. */
export const goingOn = ({ directory, plugins, python, module }: Started, program = programName()): string =>
  [
    ...program,
    "run",
    "--resume",
    "--out",
    // A name that begins like a flag would be taken for one.
    directory.startsWith("-") ? `./${directory}` : directory,
    ...plugins.flatMap((name) => ["--plugin", name]),
    ...(python === undefined ? [] : ["--python", python]),
    ...(module === undefined ? [] : ["--trust"])
  ]
    .map(quoted)
    .join(" ")

/** The command that runs, with one more word. */
export const withWord = (word: string): string =>
  [...programName(), ...process.argv.slice(2), word].map(quoted).join(" ")

/** Python's module in the id of a family. */
export const moduleOf = (family: string): string | undefined => /^gymnasium:([^:?]+):/.exec(family)?.[1]

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** How this process was started: by npm, by Deno, or by its own name. */
const programName = (): readonly string[] => {
  if (process.versions.deno !== undefined) return ["deno", "run", "-A", process.argv[1] ?? "cli.ts"]
  const byNpm = ["exec", "run", "run-script", "start"].includes(process.env.npm_command ?? "")
  return byNpm ? ["npx", "pgex"] : ["pgex"]
}
