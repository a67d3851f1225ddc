/** A wheel from a package index as pip would be told of it, without pip. */
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { Predicate } from "effect"
import type { Variables } from "../../io/user.ts"
import type { Pack } from "./packs.ts"

const PYPI = "https://pypi.org/simple"

/** The index of `PIP_INDEX_URL`, else of pip's settings (`PIP_CONFIG_FILE`, the user's, the system's), else PyPI. */
export const indexUrl = (variables: Variables): string => {
  if (variables.PIP_INDEX_URL) return variables.PIP_INDEX_URL
  const home = variables.HOME || homedir()
  const files = [
    variables.PIP_CONFIG_FILE,
    join(variables.XDG_CONFIG_HOME || join(home, ".config"), "pip", "pip.conf"),
    join(home, ".pip", "pip.conf"),
    "/etc/pip.conf"
  ]
  for (const file of files) {
    const text = file === undefined ? undefined : textOf(file)
    const url = text === undefined ? undefined : /^\s*index[-_]url\s*[=:]\s*(\S+)/m.exec(text)?.[1]
    if (url !== undefined) return url
  }
  return PYPI
}

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/** An address without the name and the password in it, and the header that carries them. */
const opened = (address: string) => {
  const url = new URL(address)
  const [name, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  url.username = ""
  url.password = ""
  const basic = Buffer.from(`${name}:${password}`).toString("base64")
  const headers: Readonly<Record<string, string>> = name === "" ? {} : { authorization: `Basic ${basic}` }
  return [url, headers] as const
}

/** An address as it may be shown. */
export const shownUrl = (address: string): string => (URL.canParse(address) ? opened(address)[0].href : address)

/** Both forms of a simple index, the one that needs no reading of HTML first. */
const ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"

/** Longest wait for the index's first word, ms. */
const PATIENCE = 30_000

/**
 * Downloads a pack's wheel; `told` is given the bytes so far. Rejects with what is wrong, in words.
 *
 * - Source: PEP 503 (HTML), PEP 691 (JSON).
 */
export const download = async (
  pack: Pack,
  index: string,
  told: (bytes: number) => void,
  signal: AbortSignal
): Promise<Uint8Array> => {
  const [base, headers] = opened(`${index.replace(/\/+$/, "")}/${pack.project}/`)
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
  const page = await fetch(base, { headers: { ...headers, accept: ACCEPT }, signal: patience })
  if (!page.ok) throw new Error(`${page.status} ${page.statusText} at ${base.href}`)
  const isJson = page.headers.get("content-type")?.includes("json") === true
  const link = isJson ? ofJson(await page.json(), pack.wheel) : ofHtml(await page.text(), pack.wheel)
  if (link === undefined) throw new Error(`no ${pack.wheel} at ${base.href}`)
  const url = new URL(link, page.url || base.href)
  // Who may know the password of the index is the index.
  const file = await fetch(url, { headers: url.origin === base.origin ? headers : {}, signal })
  if (!file.ok || file.body === null) throw new Error(`${file.status} ${file.statusText} at ${url.href}`)
  const bytes = new Uint8Array(pack.bytes)
  let at = 0
  for await (const part of file.body) {
    if (at + part.length > pack.bytes) throw new Error(`more than ${pack.bytes} bytes at ${url.href}`)
    bytes.set(part, at)
    at += part.length
    told(at)
  }
  return bytes.subarray(0, at)
}

const ofJson = (page: unknown, wheel: string): string | undefined => {
  const files = Predicate.hasProperty(page, "files") && Array.isArray(page.files) ? page.files : []
  const file: unknown = files.find((f: unknown) => Predicate.hasProperty(f, "filename") && f.filename === wheel)
  return Predicate.hasProperty(file, "url") && typeof file.url === "string" ? file.url : undefined
}

/** The address of the link whose last part is the wheel, without the digest behind it. */
const ofHtml = (page: string, wheel: string): string | undefined =>
  Array.from(page.matchAll(/<a\b[^>]*?\bhref\s*=\s*["']([^"']+)["']/gi), ([, href = ""]) =>
    href.replaceAll("&amp;", "&").replace(/#.*$/s, "")
  ).find((href) => decodeURIComponent(href.split("?")[0]?.split("/").at(-1) ?? "") === wheel)

/** What was thrown, with what caused it: `fetch failed` alone says nothing. */
export const wordsOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  const inner = cause.cause instanceof Error ? ` (${cause.cause.message})` : ""
  return `${cause.message}${inner}`
}
