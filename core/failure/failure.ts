/** The one shape of every failure that a person can cause: what could not be done, what was wanted, what came, the fix. */
import * as E from "fp-ts/lib/Either.js"
import { type Complaint, sentence } from "../text/sentence.ts"

/**
 * A failure: a value that says what is wrong, in parts for a program and as `message` for a person.
 *
 * It is an `Error`, so that whoever runs an effect to a promise is given one; the core never throws it. The tag tells apart
 * what code treats apart; details beside the parts are what code reads, as in `Failure<"ActionError"> & { index: number }`.
 */
export interface Failure<Tag extends string = string> extends Error, Complaint {
  readonly _tag: Tag
}

/** What one failure says, with the details of its kind. */
export type Said<Details = unknown> = Omit<Complaint, "fix"> & Partial<Pick<Complaint, "fix">> & Details

/**
 * The constructor of failures of one kind.
 *
 * @example
 * failureOf("FileError")({ doing: "open a", want: "a file", got: "a folder" }).message
 * // => "Cannot open a: want a file, got a folder"
 */
export const failureOf =
  <const Tag extends string, Details = unknown>(tag: Tag) =>
  (said: Said<Details>): Failure<Tag> & Details => {
    const whole = { fix: "", ...said }
    const error = new Error(sentence(whole))
    // As an error's name is elsewhere: not among its own fields.
    Object.defineProperty(error, "name", { value: tag })
    return Object.assign(error, { _tag: tag }, whole, { _tag: tag })
  }

/** What a failure says without its kind: for one that says it of something larger. */
export const partsOf = ({ doing, want, got, fix, stderr }: Complaint): Complaint => ({
  doing,
  want,
  got,
  fix,
  ...(stderr === undefined ? {} : { stderr })
})

/** Whether something is of this shape, and of this kind where one is named: code of others may give anything. */
export const isFailure = <const Tag extends string = string>(x: unknown, tag?: Tag): x is Failure<Tag> =>
  x instanceof Error &&
  ["_tag", "doing", "want", "got", "fix"].every((part) => typeof Reflect.get(x, part) === "string") &&
  (tag === undefined || Reflect.get(x, "_tag") === tag)

/** Something given that cannot be used: a number out of range, a shape that does not fit, a text that cannot be read. */
export type ArgumentError = Failure<"ArgumentError">

/** Makes an {@link ArgumentError} of `{ doing, want, got, fix }`; without a `fix` it has none. */
export const argumentError = failureOf("ArgumentError")

/**
 * The refusal of an argument: "Cannot ‹doing›: want …, got …; ‹fix›".
 *
 * - Errors: always the `ArgumentError` of these words.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { failure } from "policygradex"
 *
 * const refused = failure.cannot("use seed -1", "a whole number >= 0", "-1")
 * E.mapLeft((e: failure.ArgumentError) => e.message)(refused)
 * // => left("Cannot use seed -1: want a whole number >= 0, got -1")
 * ```
 */
export const cannot = (doing: string, want: string, got: string, fix = ""): E.Either<ArgumentError, never> =>
  E.left(argumentError({ doing, want, got, fix }))
