/** Rotations as SciPy writes them. */
import type { Floats } from "../../core/random/mod.ts"

/**
 * The unit quaternion (x, y, z, w) of the rotation matrix at `m[at …]`, row by row, to `out[outAt …]`; of its two signs the
 * one by which the largest of m₀₀, m₁₁, m₂₂ and the trace makes its component positive.
 *
 * - Source: SciPy's `Rotation.from_matrix(m).as_quat()`, which computes so: Markley, J. Guidance 31(2), 2008.
 */
export const quaternionOf = (m: ArrayLike<number>, at: number, out: Floats, outAt: number): void => {
  const a = m[at]!
  const b = m[at + 4]!
  const c = m[at + 8]!
  const trace = a + b + c
  const most = Math.max(a, b, c, trace)
  if (trace === most && a < most && b < most && c < most) {
    out[outAt] = m[at + 7]! - m[at + 5]!
    out[outAt + 1] = m[at + 2]! - m[at + 6]!
    out[outAt + 2] = m[at + 3]! - m[at + 1]!
    out[outAt + 3] = 1 + trace
  } else {
    const i = a === most ? 0 : b === most ? 1 : 2
    const j = (i + 1) % 3
    const k = (j + 1) % 3
    out[outAt + i] = 1 - trace + 2 * m[at + 4 * i]!
    out[outAt + j] = m[at + 3 * j + i]! + m[at + 3 * i + j]!
    out[outAt + k] = m[at + 3 * k + i]! + m[at + 3 * i + k]!
    out[outAt + 3] = m[at + 3 * k + j]! - m[at + 3 * j + k]!
  }
  let square = 0
  for (let n = 0; n < 4; n++) square += out[outAt + n]! * out[outAt + n]!
  const length = Math.sqrt(square)
  for (let n = 0; n < 4; n++) out[outAt + n] = out[outAt + n]! / length
}
