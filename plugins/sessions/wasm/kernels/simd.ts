/**
 * Words shared by all kernels: aligned vectors of four float32, multiply-add, and the flush of denormals.
 *
 * Written in AssemblyScript; every function here is inlined. `madd` is the only place where the plain and the relaxed
 * build differ.
 */

// @ts-ignore: decorator
@inline
export function ld(p: usize, offset: usize = 0): v128 {
  return v128.load(p + offset)
}

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x)
}

/** a·b + c: rounded twice in the plain build (the same bits everywhere), once where relaxed SIMD fuses it. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** Four numbers with denormals (exponent field 0) replaced by a zero of the same sign; NaN and infinities pass. */
// @ts-ignore: decorator
@inline
export function flush(x: v128): v128 {
  const tiny = i32x4.eq(v128.and(x, i32x4.splat(0x7f800000)), i32x4.splat(0))
  return v128.andnot(x, i32x4.shr_u(tiny, 1))
}

/** The sum of the four lanes, in a fixed order: (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): f32 {
  const s = f32x4.add(x, i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1)
}
