/** What a process prints: shown by the line, within bounds, and remembered for its last words. */
import { clipped } from "../../core/text/printable.ts"

export interface Prints {
  /** Takes what came. */
  readonly take: (bytes: Uint8Array) => void
  /** Shows what is due. */
  readonly show: () => void
  /** Drops what is not shown yet: an error tells it. */
  readonly drop: () => void
  /** Shows how much was not shown. */
  readonly end: () => void
  /** The last lines. */
  readonly words: () => string
}

/** Lines of a process that are shown; afterwards their number is, and the last of them, so often. */
export const SHOWN = 20
export const SECONDS_APART = 10

/** Longest line that is shown, and what is kept for the last words, in characters. */
const LONGEST = 500
const KEPT = 4000

/** How many of the last lines an error tells. */
const LAST = 8

export const makePrints = (write: (line: string) => void, now: () => number = () => performance.now()): Prints => {
  const decoder = new TextDecoder()
  let tail = ""
  let open = ""
  let due: string[] = []
  let shown = 0
  let more = 0
  let last = ""
  let told = now()

  const tell = (): void => {
    told = now()
    if (more > 0) write(`… ${String(more).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",")} more lines, the last: ${last}`)
    more = 0
  }
  const drop = (): void => {
    due = []
    open = ""
  }
  const show = (): void => {
    for (const line of due) {
      if (shown === SHOWN) {
        more++
        last = line
      } else {
        shown++
        write(line)
        if (shown === SHOWN) told = now()
      }
    }
    due = []
    if (more > 0 && now() - told > 1000 * SECONDS_APART) tell()
  }
  return {
    take: (bytes) => {
      const text = decoder.decode(bytes, { stream: true })
      tail = (tail + text).slice(-KEPT)
      const lines = (open + text).split("\n")
      open = (lines.pop() ?? "").slice(0, LONGEST)
      for (const line of lines) due.push(clipped(line.trimEnd(), LONGEST))
    },
    show,
    drop,
    end: () => {
      if (open !== "") due.push(clipped(open, LONGEST))
      open = ""
      show()
      tell()
    },
    words: () => tail.trimEnd().split("\n").slice(-LAST).join("\n")
  }
}
