/** Arrays that grow as rows come; how many there will be is known at the end only. */

export interface Growing<A> {
  readonly push: (value: number) => void
  /** What was pushed, in place: nothing may be pushed afterwards. */
  readonly done: () => A
}

type Numbers = Float64Array | Int32Array | Uint8Array

/** Of the kind that `make` makes. */
export const growing = <A extends Numbers>(make: (length: number) => A): Growing<A> => {
  let [values, length] = [make(1024), 0]
  return {
    push: (value) => {
      if (length === values.length) {
        const larger = make(2 * length)
        larger.set(values)
        values = larger
      }
      values[length++] = value
    },
    done: () => {
      const whole = make(length)
      whole.set(values.subarray(0, length))
      return whole
    }
  }
}

export const doubles = (): Growing<Float64Array> => growing((n) => new Float64Array(n))
export const ints = (): Growing<Int32Array> => growing((n) => new Int32Array(n))
export const bytes = (): Growing<Uint8Array> => growing((n) => new Uint8Array(n))
