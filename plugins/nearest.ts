/** The name a person most likely meant. */

/**
 * The candidate with the smallest edit distance to `word`, if it is near enough to be a slip of the keyboard
 * (at most 2 edits, or a third of the word's length); case and the separators `-`, `_`, `.` count for nothing. A word
 * of three letters or more also finds the name that it begins.
 */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  const limit = Math.max(2, Math.floor(word.length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const candidate of candidates) {
    const distance = edits(plain(word), plain(candidate))
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  const begun = (c: string): boolean => word.length > 2 && plain(c).startsWith(plain(word))
  return best ?? candidates.find(begun)
}

/** "did you mean x?" or the list of what is there. */
export const suggestion = (word: string, candidates: readonly string[]): string => {
  const near = nearest(word, candidates)
  return near === undefined ? `there is ${candidates.join(", ") || "none"}` : `did you mean ${near}?`
}

const plain = (s: string): string => s.toLowerCase().replaceAll(/[-_.\s]/g, "")

/** Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. */
const edits = (a: string, b: string): number => {
  const width = b.length + 1
  const cost = new Int32Array((a.length + 1) * width)
  for (let i = 0; i <= a.length; i++) cost[i * width] = i
  for (let j = 0; j <= b.length; j++) cost[j] = j
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(
        cost[(i - 1) * width + j]! + 1,
        cost[i * width + j - 1]! + 1,
        cost[(i - 1) * width + j - 1]! + same
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, cost[(i - 2) * width + j - 2]! + 1)
      }
      cost[i * width + j] = least
    }
  }
  return cost[a.length * width + b.length]!
}
