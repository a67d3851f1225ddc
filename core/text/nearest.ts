/**
 * The candidate nearest to a mistyped name, for "did you mean"; undefined when none is near.
 *
 * Distance: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), ignoring case.
 * Near: at most half of the longer name's length, or one name begins with the other (of two letters at
 * least). Ties go to the first candidate.
 */
export const nearest = (name: string, candidates: readonly string[]): string | undefined => {
  const wanted = name.toLowerCase()
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const known = candidate.toLowerCase()
    const prefix = wanted.length > 1 && known.length > 1 && (known.startsWith(wanted) || wanted.startsWith(known))
    const distance = prefix ? 0.5 : editDistance(wanted, known)
    const limit = Math.max(wanted.length, known.length) / 2
    if (distance <= limit && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ", did you mean "x"?" or nothing; for the end of a message. */
export const didYouMean = (name: string, candidates: readonly string[]): string => {
  const found = nearest(name, candidates)
  return found === undefined ? "" : `; did you mean "${found}"?`
}

/** Number of single-character edits, a swap of neighbours counting one. */
const editDistance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let d = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, before[j - 2]! + 1)
      next.push(d)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
