/**
 * The candidate nearest to a mistyped name, for "did you mean"; undefined when none is near.
 *
 * Distance: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), ignoring case.
 * Near: at most half of the longer name's length, or one name begins with the other (of two letters at
 * least). Ties go to the first candidate.
 */
export const nearest = (name: string, candidates: readonly string[]): string | undefined => {
  const distance = distanceTo(name)
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const far = distance(candidate)
    if (far === undefined || far >= bestDistance) continue
    best = candidate
    bestDistance = far
  }
  return best
}

/** How far a candidate is from a mistyped name, by the measure of {@link nearest}; undefined where it is not near. */
export const distanceTo = (name: string): ((candidate: string) => number | undefined) => {
  const wanted = name.toLowerCase()
  return (candidate) => {
    const known = candidate.toLowerCase()
    const prefix = wanted.length > 1 && known.length > 1 && (known.startsWith(wanted) || wanted.startsWith(known))
    const longer = Math.max(wanted.length, known.length)
    const differ = Math.abs(wanted.length - known.length)
    // Nearer than any edit, and the nearer the more they share.
    if (prefix) return 0.5 * (1 + differ / longer)
    const limit = longer / 2
    // No fewer edits than the lengths differ by; and nobody mistypes a name of thousands of letters.
    if (differ > limit || limit > LONGEST_NAME / 2) return undefined
    const distance = editDistance(wanted, known)
    return distance <= limit ? distance : undefined
  }
}

/** Longer names are not compared letter by letter. */
const LONGEST_NAME = 200

/** "did you mean "x"?" or nothing: the fix of an unknown name. */
export const didYouMean = (name: string, candidates: readonly string[]): string => {
  const found = nearest(name, candidates)
  return found === undefined ? "" : `did you mean "${found}"?`
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
