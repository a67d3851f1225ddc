/** The one form of every failure a person can cause: what could not be done, what was wanted, what came, the fix. */
import { Predicate, Schema } from "effect"
import { choices } from "../text/choices.ts"
import { nearest } from "../text/nearest.ts"
import { sentence } from "../text/sentence.ts"

const fields = { doing: Schema.String, want: Schema.String, got: Schema.String, fix: Schema.String }

/** What to do about an unknown name: the one that was likely meant, or what there is, at most ten of it. */
export const suggestion = (name: string, valid: readonly string[]): string => {
  const near = nearest(name, valid)
  return near === undefined ? `there is ${choices(valid)}` : `did you mean ${near}?`
}

/** A matrix file (.csv, .json, .npy) that cannot be read or written. */
export class MatrixFileError extends Schema.TaggedError<MatrixFileError>()("MatrixFileError", fields) {
  override get message(): string {
    return sentence(this)
  }
}

/** A configuration key or value that the schema does not accept. */
export class ConfigError extends Schema.TaggedError<ConfigError>()("ConfigError", { ...fields, key: Schema.String }) {
  override get message(): string {
    return sentence(this)
  }
}

/** A command line that asks for something impossible. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", fields) {
  override get message(): string {
    return sentence(this)
  }
}

/** A file or folder that the operating system refuses. */
export class FileError extends Schema.TaggedError<FileError>()("FileError", { ...fields, path: Schema.String }) {
  override get message(): string {
    return sentence(this)
  }
}

/** What the operating system's codes, and Effect's names for them, mean in words. */
const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  NotFound: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  PermissionDenied: "permission denied",
  EROFS: "a read-only file system",
  EISDIR: "a folder",
  ENOTDIR: "a path through a file",
  ENOSPC: "a full disk",
  EDQUOT: "a quota that is used up",
  EFBIG: "a file longer than is allowed",
  EIO: "an input/output error",
  ENAMETOOLONG: "a name that is too long",
  ELOOP: "links that lead in a circle",
  EMFILE: "too many open files"
}

/** What the operating system threw, or what Effect's file system made of it, in words. */
export const reasonOf = (cause: unknown): string => {
  const known = reasons(cause).find((code) => Object.hasOwn(systemReasons, code))
  return (
    (known === undefined ? undefined : systemReasons[known]) ?? (cause instanceof Error ? cause.message : String(cause))
  )
}

/** The same as an error's sentence. */
export const fileError = (doing: "read" | "write", path: string, cause: unknown, fix = ""): FileError => {
  const want = doing === "read" ? "a readable file" : "a file that can be written"
  return new FileError({ doing: `${doing} ${path}`, path, want, got: reasonOf(cause), fix })
}

/** The codes and tags of an error and of what it wraps, innermost first. */
const reasons = (e: unknown): readonly string[] => {
  if (!Predicate.isObject(e)) return []
  const own = [e.code, e._tag].filter((x) => typeof x === "string")
  return [...reasons(e.cause), ...reasons(e.reason), ...own]
}

/** Of another version of the environment numbers would not be comparable. */
export const otherVersion = (
  path: string,
  { id, version }: { readonly id: string; readonly version: string },
  now: string
): UsageError =>
  new UsageError({
    doing: `evaluate ${path}`,
    want: `${id} of version ${version}`,
    got: `version ${now}`,
    fix: "run again"
  })
