/**
 * Keeps denormals out of GEMM. Hardware multiplies into the denormal range 3 to 100 times slower than elsewhere and
 * WebAssembly cannot ask it to flush, so a few dying gradients would slow a whole training step.
 *
 * One pass finds the smallest magnitude of each operand. If no product of them can fall below 2⁻¹²⁶ (nearly always),
 * nothing more happens. Otherwise A is multiplied by 2ˢ while it is packed and the result by 2⁻ˢ: exact, so the numbers
 * are those of the plain path, except that results below 2⁻¹²⁶ are 0.
 */
import { ld } from "./simd"

const LARGEST_SHIFT: i32 = 126

/** The biased exponent of the smallest magnitude > 0 among n numbers: 0 for a denormal, 255 when all are 0. */
function lowest(p: usize, n: i32): i32 {
  // Without the sign and less 1, a zero is the largest word.
  const one = i32x4.splat(1)
  let m0 = i32x4.splat(-1)
  let m1 = m0
  let i = n
  for (; i >= 8; i -= 8, p += 32) {
    m0 = i32x4.min_u(m0, i32x4.sub(i32x4.shl(ld(p), 1), one))
    m1 = i32x4.min_u(m1, i32x4.sub(i32x4.shl(ld(p, 16), 1), one))
  }
  m0 = i32x4.min_u(m0, m1)
  let least = min<u32>(
    min<u32>(i32x4.extract_lane(m0, 0), i32x4.extract_lane(m0, 1)),
    min<u32>(i32x4.extract_lane(m0, 2), i32x4.extract_lane(m0, 3))
  )
  for (; i > 0; i--, p += 4) least = min<u32>(least, (load<u32>(p) << 1) - 1)
  return least == 0xffffffff ? 255 : <i32>((least + 1) >> 24)
}

/** The biased exponent of the largest magnitude, 255 for infinities and NaN. */
function highest(p: usize, n: i32): i32 {
  let m = i32x4.splat(0)
  let i = n
  for (; i >= 4; i -= 4, p += 16) m = i32x4.max_u(m, i32x4.shl(ld(p), 1))
  let most = max<u32>(
    max<u32>(i32x4.extract_lane(m, 0), i32x4.extract_lane(m, 1)),
    max<u32>(i32x4.extract_lane(m, 2), i32x4.extract_lane(m, 3))
  )
  for (; i > 0; i--, p += 4) most = max<u32>(most, load<u32>(p) << 1)
  return <i32>(most >> 24)
}

/**
 * s ≥ 0 such that 2ˢ·a·b is normal for all a of A and b of B, as far as no sum of k products can overflow for it.
 * `na`, `nb`: how many numbers A and B span.
 */
export function shift(a: usize, na: i32, b: usize, nb: i32, k: i32): i32 {
  const low = lowest(a, na) + lowest(b, nb)
  if (low >= 128) return 0
  const highA = highest(a, na)
  const highB = highest(b, nb)
  // 2ˢ·max|A| and k·2ˢ·max|A|·max|B| stay below 2¹²⁷.
  const room = min(253 - highA, 380 - highA - highB - (32 - clz(k)))
  return max(0, min(min(128 - low, room), LARGEST_SHIFT))
}
