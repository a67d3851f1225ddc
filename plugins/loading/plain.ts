/** Whether a plugin's record is data: what can be read any number of times, gives the same, and runs no code. */
import { types } from "node:util"
import type { Issue } from "./error.ts"

/** Entries of a list, and levels of a record, that a plugin may have. */
const [MOST, DEEPEST] = [100_000, 8]

/**
 * The first part that is a getter, a proxy or larger than any plugin; none where all may be read.
 *
 * Looked at by descriptors, so that nothing of the plugin runs. Functions, and what lies in parts of a learner, are not
 * looked into.
 */
export const unreadable = (value: unknown): Issue | undefined => look(value, "", 0, new Set())

const look = (value: unknown, at: string, depth: number, seen: Set<unknown>): Issue | undefined => {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return undefined
  const odd = (want: string, got: string, fix: string): Issue => ({ field: at, want, got, fix })
  if (types.isProxy(value)) return odd("a plain value", "a proxy", "export the record itself")
  if (typeof value === "function" || seen.has(value) || ArrayBuffer.isView(value)) return undefined
  if (depth > DEEPEST) return odd(`at most ${DEEPEST} levels`, "more", "keep what is calculated out of the record")
  if (Array.isArray(value) && value.length > MOST)
    return odd(`at most ${MOST} entries`, `${value.length}`, "keep what is calculated out of the record")
  seen.add(value)
  for (const key of keysOf(value)) {
    const name = Array.isArray(value) ? `${at}[${key}]` : at === "" ? key : `${at}.${key}`
    const found = descriptor(value, key)
    if (found === undefined) continue
    if (!("value" in found)) {
      const fix = "write the value itself in its place"
      return { field: name, want: "a plain value", got: "a getter", fix }
    }
    if (/^(algorithms|architectures|aggregators|groupings|loggers)\[\d+\]\./.test(name)) {
      if (types.isProxy(found.value))
        return { field: name, want: "a plain value", got: "a proxy", fix: "export the value itself" }
      continue
    }
    const issue = look(found.value, name, depth + 1, seen)
    if (issue !== undefined) return issue
  }
  return undefined
}

/** Of the object and of the classes that it is of. */
const keysOf = (value: object): readonly string[] =>
  chain(value).flatMap((o) =>
    Object.keys(o === value ? value : Object.getOwnPropertyDescriptors(o)).filter((key) => key !== "constructor")
  )

const descriptor = (value: object, key: string): PropertyDescriptor | undefined => {
  for (const o of chain(value)) {
    const found = Object.getOwnPropertyDescriptor(o, key)
    if (found !== undefined) return found
  }
  return undefined
}

const chain = (value: object): readonly object[] => {
  const all: object[] = []
  for (let o: object | null = value; o !== null && !common.has(o); o = Object.getPrototypeOf(o)) {
    all.push(o)
    if (types.isProxy(o) || all.length > DEEPEST) break
  }
  return all
}

const common: ReadonlySet<unknown> = new Set([Object.prototype, Array.prototype, Function.prototype])
