/** Who may ask what: everything that is decided of a request before anything is looked up for it. */
import { createHash, timingSafeEqual } from "node:crypto"

/** Of a request, as much as decides. */
export interface Asked {
  readonly method: string
  /** Path and query, as they were sent. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly cookies: Readonly<Record<string, string | undefined>>
}

/** An answer instead of what was asked for. */
export interface Refusal {
  readonly status: number
  readonly words: string
}

/** Requests have no bodies: more bytes than none are refused. */
const hasBody = ({ headers }: Asked): boolean =>
  headers["transfer-encoding"] !== undefined || !/^0*$/.test(headers["content-length"] ?? "")

/** The longest path and query, in characters. */
const LONGEST = 4096

/** The cookie that holds the token, so that no link and no history does. */
export const TOKEN_COOKIE = "pgex_watch"

/** Names of this machine, by which a browser on it asks; a page of somebody else's that leads here by its own name does not. */
const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/** Why a request is not answered; nothing where it is. `token` is asked for where there is one. */
export const refusalOf = (asked: Asked, token: string | undefined): Refusal | undefined => {
  if (hasBody(asked)) return { status: 413, words: "Requests with a body are not taken" }
  if (asked.method !== "GET" && asked.method !== "HEAD")
    return { status: 405, words: "Only GET is answered: nothing can be changed here" }
  if (asked.url.length > LONGEST) return { status: 414, words: `Want at most ${LONGEST} characters of address` }
  if (token === undefined)
    return LOCAL.test(asked.headers.host ?? "")
      ? undefined
      : { status: 403, words: "Asked by a name that is not this machine's own: want localhost or 127.0.0.1" }
  const bearer = /^Bearer (.+)$/.exec(asked.headers.authorization ?? "")?.[1]
  const given = bearer ?? asked.cookies[TOKEN_COOKIE] ?? tokenIn(asked.url)
  if (given !== undefined && isSame(given, token)) return undefined
  return { status: 401, words: "Want the token that pgex watch printed, as in the address that it printed" }
}

/** The token in an address. */
export const tokenIn = (url: string): string | undefined =>
  new URL(url, "http://a").searchParams.get("token") ?? undefined

/** In a time that tells nothing of how much of it is right. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(hash(a), hash(b))
const hash = (text: string): Buffer => createHash("sha256").update(text).digest()
