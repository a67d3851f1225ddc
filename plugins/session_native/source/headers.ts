/** The headers of `kernels/`, pasted into the printed file so that it stands alone. */
import { readFileSync } from "node:fs"

/** Text of the headers wanted and of those they include, each once, those included first. */
export const pasted = (names: readonly string[]): string => {
  const done = new Set<string>()
  return names.map((name) => paste(`${name}.h`, done)).join("")
}

const INCLUDE = /^#include "([a-z_]+\.h)"\n/gm

const paste = (file: string, done: Set<string>): string => {
  if (done.has(file)) return ""
  done.add(file)
  return header(file).replace(INCLUDE, (_, other: string) => paste(other, done))
}

/** Read once: the files belong to the program. */
const texts = new Map<string, string>()

const header = (file: string): string => {
  const known = texts.get(file)
  if (known !== undefined) return known
  const text = readFileSync(new URL(`../kernels/${file}`, import.meta.url), "utf8")
  texts.set(file, text)
  return text
}
