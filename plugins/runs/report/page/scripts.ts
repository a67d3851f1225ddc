/** The scripts of a page, and the policy that keeps it from running any other, or from fetching anything. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Html, html, raw } from "../html.ts"

const HERE = fileURLToPath(new URL(".", import.meta.url))

/** A module that runs in the page. */
export interface PageScript {
  readonly text: string
  /** Whether it runs modules that the page holds as data, as a player does with the library that draws. */
  readonly brings?: boolean
}

/** Tells the values of figures. */
export const valuesScript = (): PageScript => ({ text: readFileSync(join(HERE, "values.js"), "utf8") })

const PLAYER = ["content.js", "controls.js"] as const

/** Plays episodes in the way of this module, after those that it imports. */
export const playerScript = (name: "pictures.js" | "bodies.js"): PageScript => {
  const modules = [...PLAYER, name].map((file) => readFileSync(join(HERE, "..", "player", file), "utf8"))
  return { text: modules.map(alone).join("\n"), brings: name === "bodies.js" }
}

/** A module's text among others in one script: what it imports stands before it. */
const alone = (text: string): string => text.replaceAll(/^import .*\n/gm, "").replaceAll(/^export /gm, "")

/** The element that runs it; it has no way out of the page but what {@link contentPolicy} names. */
export const scriptElement = ({ text }: PageScript): Html => html`<script type="module">${raw(text)}</script>`

/**
 * What the page may do, for its head: run these scripts and no other, show pictures that it holds itself, and nothing else.
 * Whatever a name of a task or a plugin's picture smuggled into the page would not run, nor reach the network.
 */
export const contentPolicy = (scripts: readonly PageScript[]): Html => {
  const digests = scripts.map(({ text }) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`)
  const sources = [...digests, ...(scripts.some((s) => s.brings === true) ? ["blob:"] : [])]
  const policy = [
    "default-src 'none'",
    "img-src data: blob:",
    "style-src 'unsafe-inline'",
    `script-src ${sources.length === 0 ? "'none'" : sources.join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'"
  ].join("; ")
  return html`<meta http-equiv="Content-Security-Policy" content="${policy}">`
}
