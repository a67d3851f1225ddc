/** Vectors of descriptions: what a task's text is to a network where no language model is at hand. */
import { log } from "../math/mod.ts"
import { child, standardNormal, stream, zeroKey } from "../random/mod.ts"

/**
 * A random projection of each text's bag of words, so that texts with words in common have vectors that are alike.
 *
 *     idf(ω) = ln((1 + n)/(1 + n_ω)) + 1,   t_ω = count_ω idf(ω) / ‖count ⊙ idf‖,   v = Σ_ω t_ω r_ω,   r_ω ~ N(0, 1/width)
 *
 * with n texts, n_ω of which have the word ω. ⟨v, v'⟩ is ⟨t, t'⟩ in the mean, with a deviation of at most √(2/width). r_ω is drawn
 * from a stream of the word's own: a word means the same in all texts and runs. Words are runs of letters; case does not count.
 *
 * - Shapes: a vector `[width]` for each text; one without words has zeros.
 * - Source: term frequency and smooth inverse document frequency as scikit-learn's `TfidfVectorizer` has them; Achlioptas 2003 for
 *   the projection. It knows nothing of what words mean: "shut" and "close" have nothing in common.
 *
 * @example
 * textContexts(["Open a door", "open a door!"], 4).map(([x]) => x)[0] === textContexts(["Open a door"], 4)[0]?.[0] // => true
 */
export const textContexts = (texts: readonly string[], width: number): readonly Float64Array[] => {
  const counts = texts.map(wordCounts)
  const idf = (word: string): number =>
    log((1 + texts.length) / (1 + counts.filter((words) => words.has(word)).length)) + 1
  return counts.map((words) => {
    const weights = [...words].map(([word, count]) => ({ word, weight: count * idf(word) }))
    const norm = Math.sqrt(weights.reduce((sum, { weight }) => sum + weight * weight, 0))
    const out = new Float64Array(width)
    for (const { word, weight } of weights) {
      const draws = stream(child(zeroKey, "word", word))
      for (let i = 0; i < width; i++) out[i]! += ((weight / norm) * standardNormal(draws)) / Math.sqrt(width)
    }
    return out
  })
}

const wordCounts = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}
