/** Files that the operating system refuses, in words. */
import { Predicate } from "effect"
import { type ArgumentError, argumentError, type Failure, failureOf } from "../failure/mod.ts"

/** A file or folder that the operating system refuses, or that holds what it should not. */
export type FileError = Failure<"FileError">

export const failedFile = failureOf("FileError")

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
  return failedFile({ doing: `${doing} ${path}`, want, got: reasonOf(cause), fix })
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
): ArgumentError =>
  argumentError({
    doing: `evaluate ${path}`,
    want: `${id} of version ${version}`,
    got: `version ${now}`,
    fix: "run again"
  })
