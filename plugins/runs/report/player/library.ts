/** three.js, where it is installed. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { packageFolder } from "../../../io/installed.ts"

const HERE = fileURLToPath(new URL(".", import.meta.url))

/** The modules of the library, as texts. */
export interface Library {
  readonly main: string
  /** What `main` imports by {@link Library.path}, which means nothing within a page. */
  readonly core: string
  readonly path: string
}

const [MAIN, CORE] = ["three.module.js", "three.core.js"] as const

/** The library; nothing where the optional package is not installed. */
export const library = (): Library | undefined => {
  const folder = join(packageFolder("three", HERE) ?? "", "build")
  if (![MAIN, CORE].every((name) => existsSync(join(folder, name)))) return undefined
  const text = (name: string): string => readFileSync(join(folder, name), "utf8")
  return { main: text(MAIN), core: text(CORE), path: `./${CORE}` }
}
