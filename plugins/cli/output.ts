/** What a command prints: results on standard output, everything else on standard error. */
import { Console, Effect, Predicate, Runtime } from "effect"
import { CliError } from "effect/cli"
import { percent } from "../../core/text/numbers.ts"
import { printable, printableLines } from "../../core/text/printable.ts"
import { shortened, shown } from "../../core/text/shown.ts"
import { stableJson } from "../io/content.ts"

/**
 * Prints a result: one JSON value with `--json`, else text for people, in which control characters are written as escapes:
 * names and texts of others reach the terminal as text.
 */
export const print = (json: boolean, value: unknown, text: string): Effect.Effect<void> =>
  Console.log(json ? visible(stableJson(value).trimEnd()) : printableLines(text))

/** Prints a remark for people beside the result, on one line. */
export const remark = (text: string): Effect.Effect<void> => Console.error(`pgex: ${printable(text)}`)

/** The same JSON: control characters that it may hold raw (DEL, C1) as its own escapes. */
const visible = (json: string): string =>
  json.replaceAll(/[\u007F-\u009F]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)

/** Rows as lines whose cells stand below each other. */
export const aligned = (table: readonly (readonly string[])[]): readonly string[] => {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
  return table.map((row) => line(row).trimEnd())
}

/** Three digits of a fraction; nothing where there is no fraction. */
export const percentOrNone = (x: number | undefined): string => (x === undefined ? "" : percent(x, 3))

/** A failure that has been shown: the process ends with code 1 and prints nothing more. */
export class Shown extends Error {
  override readonly [Runtime.errorReported] = false
  override readonly [Runtime.errorExitCode] = 1
}

/** Shows a failure: its sentence on standard error, and with `--json` one JSON value on standard output as well. */
export const showFailure = (failure: unknown, json: boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* remark(describe(failure))
    if (json) yield* Console.log(failureJson(failure))
    if (process.env.PGEX_TRACE !== undefined && failure instanceof Error) yield* Console.error(failure.stack)
  })

const failureJson = (failure: unknown): string => visible(JSON.stringify({ error: failureRecord(failure) }))

/** The same as text for standard output and standard error, for whoever writes it without an effect. */
export const failureWords = (failure: unknown, json: boolean): { readonly out: string; readonly error: string } => ({
  out: json ? `${failureJson(failure)}\n` : "",
  error: `pgex: ${printable(describe(failure))}\n`
})

/** The longest sentence about a failure, in characters: room for the last lines of another program. */
const LONGEST_SENTENCE = 8000

/** One readable sentence, without a stack. */
export const describe = (failure: unknown): string => {
  if (CliError.isCliError(failure)) return describeUsage(failure)
  const message =
    Predicate.hasProperty(failure, "message") && typeof failure.message === "string" ? failure.message : ""
  if (message !== "") return shortened(message.replaceAll(/\s*\n\s*/g, "; "), LONGEST_SENTENCE)
  const tag = Predicate.hasProperty(failure, "_tag") ? String(failure._tag) : "failure"
  return `${tag}: ${shown(failure)}`
}

/** A failure of the program itself rather than of what it was given. */
export const describeDefect = (defect: unknown): Error => {
  const reason = defect instanceof Error ? `${defect.name}: ${shortened(defect.message)}` : shown(defect)
  const error = new Error(`Unexpected failure (${reason}); this is a defect of pgex, PGEX_TRACE=1 shows where`)
  if (defect instanceof Error && defect.stack !== undefined) error.stack = defect.stack
  return error
}

/** The failure's own fields, with `_tag` and `message`. */
const failureRecord = (failure: unknown): Record<string, unknown> => {
  const usage = CliError.isCliError(failure) && failure._tag === "ShowHelp" ? failure.errors[0] : failure
  const own = Predicate.isObject(usage) ? Object.entries(usage).filter(([key]) => /^[a-zA-Z]/.test(key)) : []
  const fields = own.map(([key, value]) => [
    key,
    typeof value === "string" ? shortened(value, LONGEST_SENTENCE) : value
  ])
  const tag = Predicate.hasProperty(usage, "_tag") ? String(usage._tag) : "Defect"
  return { ...Object.fromEntries(fields), _tag: tag, message: describe(failure) }
}

const describeUsage = (error: CliError.CliError): string => {
  if (error._tag !== "ShowHelp") return firstLine(error)
  const first = error.errors[0]
  const help = `${error.commandPath.join(" ")} --help tells more`
  return first === undefined ? help : `${firstLine(first)}; ${help}`
}

const firstLine = (error: CliError.CliError): string => {
  const suggestions = "suggestions" in error ? error.suggestions : []
  const line = error.message.split("\n")[0] ?? error.message
  return suggestions.length === 0 ? line : `${line}; did you mean ${suggestions.join(" or ")}?`
}
