import { random, type Stream } from "../random/mod.ts"

/**
 * k groups at random, as equal in size as n allows: tasks in random order, dealt out in turn.
 *
 * - Shapes: 1 <= k <= n; `[n]` in 0 … k − 1, every group present.
 */
export const randomGroups = (n: number, k: number, s: Stream): Int32Array => {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random(s) * (i + 1))
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  const labels = new Int32Array(n)
  order.forEach((task, place) => {
    labels[task] = place % k
  })
  return labels
}
