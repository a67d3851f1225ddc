/** A name that stands more than once, and the first two places where it does, from 0. */
export interface Repeated {
  readonly name: string
  readonly first: number
  readonly second: number
}

/**
 * The first name that was there before; undefined where all differ.
 *
 * @example
 * repeated(["a", "b", "a"]) // => { name: "a", first: 0, second: 2 }
 */
export const repeated = (names: readonly string[]): Repeated | undefined => {
  const places = new Map<string, number>()
  for (const [second, name] of names.entries()) {
    const first = places.get(name)
    if (first !== undefined) return { name, first, second }
    places.set(name, second)
  }
  return undefined
}
