/**
 * Elementwise kernels over one block: `bytes` (a multiple of 16) from a, b, c to d. Blocks lie in the first-level
 * cache, so one simple loop per operation is as fast as a compiled fusion of them.
 */
import { exp4, log4, sigmoid4, softplus4, tanh4 } from "./math"
import { flush, splat } from "./simd"

function copyBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, v128.load(a + i))
}
function negBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.neg(v128.load(a + i)))
}
function expBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, exp4(v128.load(a + i)))
}
function logBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, log4(v128.load(a + i)))
}
function tanhBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, tanh4(v128.load(a + i)))
}
function sigmoidBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, sigmoid4(v128.load(a + i)))
}
function softplusBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, softplus4(v128.load(a + i)))
}
function sqrtBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.sqrt(v128.load(a + i)))
}
function absBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.abs(v128.load(a + i)))
}
/** 1, −1, and x itself where it is neither positive nor negative (±0, NaN). */
function signBlock(d: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = v128.load(a + i)
    const nonzero = v128.or(f32x4.lt(x, splat(0)), f32x4.gt(x, splat(0)))
    const one = v128.or(v128.and(x, i32x4.splat(0x80000000)), splat(1.0))
    v128.store(d + i, v128.bitselect(one, x, nonzero))
  }
}
function addBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.add(v128.load(a + i), v128.load(b + i)))
}
function subBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.sub(v128.load(a + i), v128.load(b + i)))
}
function mulBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.mul(v128.load(a + i), v128.load(b + i)))
}
function divBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.div(v128.load(a + i), v128.load(b + i)))
}
function maxBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.max(v128.load(a + i), v128.load(b + i)))
}
function minBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, f32x4.min(v128.load(a + i), v128.load(b + i)))
}
/** Comparisons give the bits of 1.0 or of 0.0. */
function ltBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(d + i, v128.and(f32x4.lt(v128.load(a + i), v128.load(b + i)), splat(1.0)))
  }
}
function leBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(d + i, v128.and(f32x4.le(v128.load(a + i), v128.load(b + i)), splat(1.0)))
  }
}
function eqBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(d + i, v128.and(f32x4.eq(v128.load(a + i), v128.load(b + i)), splat(1.0)))
  }
}
function selectBlock(d: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const zero = f32x4.eq(v128.load(a + i), splat(0))
    v128.store(d + i, v128.bitselect(v128.load(c + i), v128.load(b + i), zero))
  }
}

/** Replaces the denormals of a finished block by zeros: what reads it next would be slowed a hundredfold. */
export function flushBlock(d: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(d + i, flush(v128.load(d + i)))
}

/** d = op(a, b, c). The codes are the ABI's. */
export function apply(op: i32, d: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  switch (op) {
    case 0: return copyBlock(d, a, bytes)
    case 1: return negBlock(d, a, bytes)
    case 2: return expBlock(d, a, bytes)
    case 3: return logBlock(d, a, bytes)
    case 4: return tanhBlock(d, a, bytes)
    case 5: return sigmoidBlock(d, a, bytes)
    case 6: return softplusBlock(d, a, bytes)
    case 7: return sqrtBlock(d, a, bytes)
    case 8: return absBlock(d, a, bytes)
    case 9: return signBlock(d, a, bytes)
    case 10: return addBlock(d, a, b, bytes)
    case 11: return subBlock(d, a, b, bytes)
    case 12: return mulBlock(d, a, b, bytes)
    case 13: return divBlock(d, a, b, bytes)
    case 14: return maxBlock(d, a, b, bytes)
    case 15: return minBlock(d, a, b, bytes)
    case 16: return ltBlock(d, a, b, bytes)
    case 17: return leBlock(d, a, b, bytes)
    case 18: return eqBlock(d, a, b, bytes)
    case 19: return selectBlock(d, a, b, c, bytes)
    default: unreachable()
  }
}
