/**
 * Elementwise kernels over one block: `bytes` (a multiple of 64) from a, b, c to d; `t` is the table of constants.ts.
 * Blocks lie in the first-level cache, so one loop per operation costs little more than one loop over all of them would.
 */
import {
  FN_ABS,
  FN_ADD,
  FN_COPY,
  FN_DIV,
  FN_EQ,
  FN_EXP,
  FN_LE,
  FN_LOG,
  FN_LT,
  FN_MAX,
  FN_MIN,
  FN_MUL,
  FN_NEG,
  FN_SELECT,
  FN_SIGMOID,
  FN_SIGN,
  FN_SOFTPLUS,
  FN_SQRT,
  FN_SUB,
  FN_TANH
} from "./codes"
import { EXPONENT, MAGNITUDE, ONE, SIGN, ZERO } from "./constants"
import { exp4, log4, sigmoid4, softplus4, tanh4 } from "./math"
import { ld } from "./simd"

/** ±1, and x itself where it is neither positive nor negative (±0, NaN). */
// @ts-ignore: decorator
@inline
function sign4(x: v128, t: usize): v128 {
  const nonzero = f32x4.gt(v128.and(x, ld(t, MAGNITUDE)), ld(t, ZERO))
  return v128.or(v128.andnot(x, v128.and(nonzero, ld(t, MAGNITUDE))), v128.and(nonzero, ld(t, ONE)))
}

/** x, or 0 where it is denormal (exponent field 0): products and quotients are where denormals come from. */
// @ts-ignore: decorator
@inline
function flush4(x: v128, exponent: v128, zero: v128): v128 {
  return v128.andnot(x, i32x4.eq(v128.and(x, exponent), zero))
}

function copyBlock(d: usize, a: usize, bytes: usize): void {
  for (const end = d + bytes; d < end; d += 64, a += 64) {
    v128.store(d, ld(a))
    v128.store(d, ld(a, 16), 16)
    v128.store(d, ld(a, 32), 32)
    v128.store(d, ld(a, 48), 48)
  }
}
function negBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  const sign = ld(t, SIGN)
  for (const end = d + bytes; d < end; d += 64, a += 64) {
    v128.store(d, v128.xor(ld(a), sign))
    v128.store(d, v128.xor(ld(a, 16), sign), 16)
    v128.store(d, v128.xor(ld(a, 32), sign), 32)
    v128.store(d, v128.xor(ld(a, 48), sign), 48)
  }
}
function sqrtBlock(d: usize, a: usize, bytes: usize): void {
  for (const end = d + bytes; d < end; d += 64, a += 64) {
    v128.store(d, f32x4.sqrt(ld(a)))
    v128.store(d, f32x4.sqrt(ld(a, 16)), 16)
    v128.store(d, f32x4.sqrt(ld(a, 32)), 32)
    v128.store(d, f32x4.sqrt(ld(a, 48)), 48)
  }
}
function absBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  const magnitude = ld(t, MAGNITUDE)
  for (const end = d + bytes; d < end; d += 64, a += 64) {
    v128.store(d, v128.and(ld(a), magnitude))
    v128.store(d, v128.and(ld(a, 16), magnitude), 16)
    v128.store(d, v128.and(ld(a, 32), magnitude), 32)
    v128.store(d, v128.and(ld(a, 48), magnitude), 48)
  }
}
function signBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  for (const end = d + bytes; d < end; d += 16, a += 16) v128.store(d, sign4(ld(a), t))
}

function addBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, f32x4.add(ld(a), ld(b)))
    v128.store(d, f32x4.add(ld(a, 16), ld(b, 16)), 16)
    v128.store(d, f32x4.add(ld(a, 32), ld(b, 32)), 32)
    v128.store(d, f32x4.add(ld(a, 48), ld(b, 48)), 48)
  }
}
function subBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, f32x4.sub(ld(a), ld(b)))
    v128.store(d, f32x4.sub(ld(a, 16), ld(b, 16)), 16)
    v128.store(d, f32x4.sub(ld(a, 32), ld(b, 32)), 32)
    v128.store(d, f32x4.sub(ld(a, 48), ld(b, 48)), 48)
  }
}
function mulBlock(d: usize, a: usize, b: usize, bytes: usize, t: usize): void {
  const exponent = ld(t, EXPONENT)
  const zero = ld(t, ZERO)
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, flush4(f32x4.mul(ld(a), ld(b)), exponent, zero))
    v128.store(d, flush4(f32x4.mul(ld(a, 16), ld(b, 16)), exponent, zero), 16)
    v128.store(d, flush4(f32x4.mul(ld(a, 32), ld(b, 32)), exponent, zero), 32)
    v128.store(d, flush4(f32x4.mul(ld(a, 48), ld(b, 48)), exponent, zero), 48)
  }
}
function divBlock(d: usize, a: usize, b: usize, bytes: usize, t: usize): void {
  const exponent = ld(t, EXPONENT)
  const zero = ld(t, ZERO)
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, flush4(f32x4.div(ld(a), ld(b)), exponent, zero))
    v128.store(d, flush4(f32x4.div(ld(a, 16), ld(b, 16)), exponent, zero), 16)
    v128.store(d, flush4(f32x4.div(ld(a, 32), ld(b, 32)), exponent, zero), 32)
    v128.store(d, flush4(f32x4.div(ld(a, 48), ld(b, 48)), exponent, zero), 48)
  }
}
function maxBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, f32x4.max(ld(a), ld(b)))
    v128.store(d, f32x4.max(ld(a, 16), ld(b, 16)), 16)
    v128.store(d, f32x4.max(ld(a, 32), ld(b, 32)), 32)
    v128.store(d, f32x4.max(ld(a, 48), ld(b, 48)), 48)
  }
}
function minBlock(d: usize, a: usize, b: usize, bytes: usize): void {
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, f32x4.min(ld(a), ld(b)))
    v128.store(d, f32x4.min(ld(a, 16), ld(b, 16)), 16)
    v128.store(d, f32x4.min(ld(a, 32), ld(b, 32)), 32)
    v128.store(d, f32x4.min(ld(a, 48), ld(b, 48)), 48)
  }
}

// Comparisons give the bits of 1.0 or of 0.0.
function ltBlock(d: usize, a: usize, b: usize, bytes: usize, t: usize): void {
  const one = ld(t, ONE)
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, v128.and(f32x4.lt(ld(a), ld(b)), one))
    v128.store(d, v128.and(f32x4.lt(ld(a, 16), ld(b, 16)), one), 16)
    v128.store(d, v128.and(f32x4.lt(ld(a, 32), ld(b, 32)), one), 32)
    v128.store(d, v128.and(f32x4.lt(ld(a, 48), ld(b, 48)), one), 48)
  }
}
function leBlock(d: usize, a: usize, b: usize, bytes: usize, t: usize): void {
  const one = ld(t, ONE)
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, v128.and(f32x4.le(ld(a), ld(b)), one))
    v128.store(d, v128.and(f32x4.le(ld(a, 16), ld(b, 16)), one), 16)
    v128.store(d, v128.and(f32x4.le(ld(a, 32), ld(b, 32)), one), 32)
    v128.store(d, v128.and(f32x4.le(ld(a, 48), ld(b, 48)), one), 48)
  }
}
function eqBlock(d: usize, a: usize, b: usize, bytes: usize, t: usize): void {
  const one = ld(t, ONE)
  for (const end = d + bytes; d < end; d += 64, a += 64, b += 64) {
    v128.store(d, v128.and(f32x4.eq(ld(a), ld(b)), one))
    v128.store(d, v128.and(f32x4.eq(ld(a, 16), ld(b, 16)), one), 16)
    v128.store(d, v128.and(f32x4.eq(ld(a, 32), ld(b, 32)), one), 32)
    v128.store(d, v128.and(f32x4.eq(ld(a, 48), ld(b, 48)), one), 48)
  }
}
function selectBlock(d: usize, a: usize, b: usize, c: usize, bytes: usize, t: usize): void {
  for (const end = d + bytes; d < end; d += 16, a += 16, b += 16, c += 16) {
    v128.store(d, v128.bitselect(ld(c), ld(b), f32x4.eq(ld(a), ld(t, ZERO))))
  }
}

// Exported from the module, so that the compiler leaves them functions of their own: small ones get better registers.
// Two vectors a turn share the constants; the logarithm runs out of registers then.
export function expBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  for (const end = d + bytes; d < end; d += 32, a += 32) {
    const x = exp4(ld(a), t)
    const y = exp4(ld(a, 16), t)
    v128.store(d, x)
    v128.store(d, y, 16)
  }
}
export function logBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  for (const end = d + bytes; d < end; d += 16, a += 16) v128.store(d, log4(ld(a), t))
}
export function tanhBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  for (const end = d + bytes; d < end; d += 32, a += 32) {
    const x = tanh4(ld(a), t)
    const y = tanh4(ld(a, 16), t)
    v128.store(d, x)
    v128.store(d, y, 16)
  }
}
export function sigmoidBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  for (const end = d + bytes; d < end; d += 32, a += 32) {
    const x = sigmoid4(ld(a), t)
    const y = sigmoid4(ld(a, 16), t)
    v128.store(d, x)
    v128.store(d, y, 16)
  }
}
export function softplusBlock(d: usize, a: usize, bytes: usize, t: usize): void {
  for (const end = d + bytes; d < end; d += 32, a += 32) {
    const x = softplus4(ld(a), t)
    const y = softplus4(ld(a, 16), t)
    v128.store(d, x)
    v128.store(d, y, 16)
  }
}

/** d = op(a, b, c). */
export function apply(op: i32, d: usize, a: usize, b: usize, c: usize, bytes: usize, t: usize): void {
  switch (op) {
    case FN_COPY: return copyBlock(d, a, bytes)
    case FN_NEG: return negBlock(d, a, bytes, t)
    case FN_EXP: return expBlock(d, a, bytes, t)
    case FN_LOG: return logBlock(d, a, bytes, t)
    case FN_TANH: return tanhBlock(d, a, bytes, t)
    case FN_SIGMOID: return sigmoidBlock(d, a, bytes, t)
    case FN_SOFTPLUS: return softplusBlock(d, a, bytes, t)
    case FN_SQRT: return sqrtBlock(d, a, bytes)
    case FN_ABS: return absBlock(d, a, bytes, t)
    case FN_SIGN: return signBlock(d, a, bytes, t)
    case FN_ADD: return addBlock(d, a, b, bytes)
    case FN_SUB: return subBlock(d, a, b, bytes)
    case FN_MUL: return mulBlock(d, a, b, bytes, t)
    case FN_DIV: return divBlock(d, a, b, bytes, t)
    case FN_MAX: return maxBlock(d, a, b, bytes)
    case FN_MIN: return minBlock(d, a, b, bytes)
    case FN_LT: return ltBlock(d, a, b, bytes, t)
    case FN_LE: return leBlock(d, a, b, bytes, t)
    case FN_EQ: return eqBlock(d, a, b, bytes, t)
    case FN_SELECT: return selectBlock(d, a, b, c, bytes, t)
    default: unreachable()
  }
}
