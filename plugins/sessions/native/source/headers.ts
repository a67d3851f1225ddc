/** The C files of `kernels/`, pasted into what is printed so that it stands alone. */
import { readFileSync } from "node:fs"

/** Text of the files wanted and of the headers they include, each once, those included first. */
export const pasted = (files: readonly string[]): string => {
  const done = new Set<string>()
  return files.map((file) => paste(file, done)).join("")
}

const INCLUDE = /^#include "([a-z_]+\.h)"\n/gm

const paste = (file: string, done: Set<string>): string => {
  if (done.has(file)) return ""
  done.add(file)
  return textOf(file).replace(INCLUDE, (_, other: string) => paste(other, done))
}

/** Read once: the files belong to the program. */
const texts = new Map<string, string>()

const textOf = (file: string): string => {
  const known = texts.get(file)
  if (known !== undefined) return known
  const text = readFileSync(new URL(`../kernels/${file}`, import.meta.url), "utf8")
  texts.set(file, text)
  return text
}
