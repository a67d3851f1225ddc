/** Instructions that move numbers and compute little: FILL, GATHER, SCATTER, IOTA. COPY is in strided.ts. */

export function fill(dst: usize, n: i32, value: f32): void {
  const v = f32x4.splat(value)
  let i = 0
  for (; i <= n - 4; i += 4, dst += 16) v128.store(dst, v)
  for (; i < n; i++, dst += 4) store<f32>(dst, value)
}

/** The row that a float32 index names, or −1 when it is not an integer in [0, n). */
// @ts-ignore: decorator
@inline
function row(index: f32, n: i32): i32 {
  if (!(index >= 0) || !(index < <f32>n)) return -1
  const i = <i32>index
  return i < n && <f32>i == index ? i : -1
}

/** dst[i, :] = src[index[i], :]; NaN where the index is out of range. */
export function gather(m: i32, n: i32, width: i32, src: usize, index: usize, dst: usize): void {
  const bytes = <usize>width << 2
  for (let i = 0; i < m; i++, dst += bytes) {
    const at = row(load<f32>(index + (<usize>i << 2)), n)
    if (at < 0) fill(dst, width, NaN)
    else if (width == 1) store<f32>(dst, load<f32>(src + (<usize>at << 2)))
    else memory.copy(dst, src + <usize>at * bytes, bytes)
  }
}

/** dst [n, width] = 0, then dst[index[i], :] += src[i, :] in the order of i; indices out of range are ignored. */
export function scatter(m: i32, n: i32, width: i32, src: usize, index: usize, dst: usize): void {
  memory.fill(dst, 0, (<usize>n * width) << 2)
  const bytes = <usize>width << 2
  for (let i = 0; i < m; i++) {
    const at = row(load<f32>(index + (<usize>i << 2)), n)
    if (at < 0) continue
    let from = src + <usize>i * bytes
    let to = dst + <usize>at * bytes
    let j = 0
    for (; j <= width - 4; j += 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)))
    for (; j < width; j++, from += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(from))
  }
}

/** dst[i] = i. */
export function iota(dst: usize, n: i32): void {
  for (let i = 0; i < n; i++, dst += 4) store<f32>(dst, <f32>i)
}
