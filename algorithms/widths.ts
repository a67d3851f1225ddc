/** How wide hidden layers must be for policies to have a number of parameters. */

/** Widest that is looked at: that of any architecture's settings. */
const WIDEST = 8192

/**
 * The width, at least 1, with which a size that grows with it comes nearest to `wanted`; of two equally near the smaller one.
 *
 * @example
 * widthFor((width) => 3 * width, 10) // => 3
 */
export const widthFor = (sizeOf: (width: number) => number, wanted: number): number => {
  let [low, high] = [1, WIDEST]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (sizeOf(middle) < wanted) low = middle + 1
    else high = middle
  }
  const over = Math.abs(sizeOf(low) - wanted)
  return low > 1 && Math.abs(sizeOf(low - 1) - wanted) <= over ? low - 1 : low
}

/** Settings of an architecture that go with the width of its hidden layers, where its defaults are made for 400. */
export const optionsFor = (id: string, width: number): Readonly<Record<string, number>> => {
  const small = Math.min(50, width)
  switch (id) {
    case "soft-modules":
      return { embedding: width, routing: width }
    case "care":
      return { embedding: small, encoderWidth: small }
    case "film":
      return { embedding: small }
    default:
      return {}
  }
}
