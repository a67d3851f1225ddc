/** Numbers that stand side by side: one power of ten for all, named once. */

/** What numbers are multiples of, and how many decimals they have at most. */
export interface Unit {
  readonly power: number
  /** `10⁻³`. */
  readonly name: string
  readonly decimals: number
}

/** Less is nothing: there is no power of ten to divide it by. */
const SMALLEST = 1e-300

/** The unit in which the largest of these numbers has at most three digits before its point, and is at least a tenth. */
export const unitOf = (values: readonly number[]): Unit => {
  const size = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs))
  const power = size < SMALLEST || (size >= 0.1 && size < 999.5) ? 0 : 3 * Math.floor(exponent(size) / 3)
  const largest = size / 10 ** power
  const decimals = largest < 1.005 ? 2 : largest < 9.95 ? 1 : 0
  return { power, name: `10${superscript(power)}`, decimals }
}

/** Of the number as it is rounded to three digits, so that 999.6 is a thousand. */
const exponent = (x: number): number => Number(x.toExponential(2).split("e")[1])

/** A number in that unit, at most four characters, with no zero before its point: `−.13`, `4.2`, `317`; nothing of what is none. */
export const inUnit = (x: number, { power, decimals }: Unit): string => {
  if (!Number.isFinite(x)) return ""
  const text = String(Number((x / 10 ** power).toFixed(decimals)) + 0)
  return text.replace(/^(-?)0\./, "$1.").replace("-", "−")
}

const superscript = (power: number): string =>
  [...String(power)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("")
