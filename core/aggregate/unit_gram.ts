/** Gradients of one length: what tells of their directions alone. */

/** ‖g_i‖ `[T]`, and the cosines between gradients `[T, T]`: 0 beside a gradient that is 0. */
export interface UnitGram {
  readonly lengths: Float64Array
  readonly cosines: Float64Array
}

/** Entries of G are known beside ‖g_i‖‖g_j‖, so that all cosines are known equally well, whatever the lengths. */
export const unitGram = (tasks: number, gram: Float64Array): UnitGram => {
  const lengths = Float64Array.from({ length: tasks }, (_, i) => Math.sqrt(gram[i * tasks + i]!))
  const cosines = gram.map((g, p) => {
    const both = lengths[Math.floor(p / tasks)]! * lengths[p % tasks]!
    return both > 0 ? g / both : 0
  })
  return { lengths, cosines }
}
