/** Blocks of a matrix turned or moved: what COPY and the packing of GEMM share. */

/** The 4×4 block at p, rows `ps` bytes apart, transposed to q, rows `qs` bytes apart. */
// @ts-ignore: decorator
@inline
export function transpose4(p: usize, ps: usize, q: usize, qs: usize): void {
  const r0 = v128.load(p)
  const r1 = v128.load(p + ps)
  const r2 = v128.load(p + 2 * ps)
  const r3 = v128.load(p + 3 * ps)
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  v128.store(q, v128.shuffle<f64>(low01, low23, 0, 2))
  v128.store(q + qs, v128.shuffle<f64>(low01, low23, 1, 3))
  v128.store(q + 2 * qs, v128.shuffle<f64>(high01, high23, 0, 2))
  v128.store(q + 3 * qs, v128.shuffle<f64>(high01, high23, 1, 3))
}

/** As many rows of the result as a set of the first-level cache has places, as their distance is often a power of 2. */
const STRIP: i32 = 8

/** q[j, i] = p[i, j] for i < m, j < n; rows `ps` and `qs` bytes apart. Tiles of 4×4 down strips of STRIP columns of p. */
export function transpose(m: i32, n: i32, p: usize, ps: usize, q: usize, qs: usize): void {
  const m4 = m & ~3
  for (let j0 = 0; j0 < n; j0 += STRIP) {
    const j1 = min(n, j0 + STRIP)
    const j4 = j0 + ((j1 - j0) & ~3)
    for (let i = 0; i < m4; i += 4) {
      const row = p + <usize>i * ps
      const column = q + (<usize>i << 2)
      let j = j0
      for (; j < j4; j += 4) transpose4(row + (<usize>j << 2), ps, column + <usize>j * qs, qs)
      for (; j < j1; j++) {
        const from = row + (<usize>j << 2)
        const to = column + <usize>j * qs
        store<f32>(to, load<f32>(from))
        store<f32>(to, load<f32>(from + ps), 4)
        store<f32>(to, load<f32>(from + 2 * ps), 8)
        store<f32>(to, load<f32>(from + 3 * ps), 12)
      }
    }
    for (let i = m4; i < m; i++) {
      for (let j = j0; j < j1; j++) {
        store<f32>(q + <usize>j * qs + (<usize>i << 2), load<f32>(p + <usize>i * ps + (<usize>j << 2)))
      }
    }
  }
}

/** q[i, j] = p[i, j] for i < m, j < n; rows `ps` and `qs` bytes apart. */
export function move(m: i32, n: i32, p: usize, ps: usize, q: usize, qs: usize): void {
  for (; m > 0; m--, p += ps, q += qs) {
    let from = p
    let to = q
    let j = n
    for (; j >= 16; j -= 16, from += 64, to += 64) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      v128.store(to, v128.load(from, 32), 32)
      v128.store(to, v128.load(from, 48), 48)
    }
    for (; j >= 4; j -= 4, from += 16, to += 16) v128.store(to, v128.load(from))
    for (; j > 0; j--, from += 4, to += 4) store<f32>(to, load<f32>(from))
  }
}
