/** A value as a person would write it: JSON, but for numbers that JSON lacks (NaN, infinities), which it would call null. */
export const shown = (value: unknown): string => {
  if (typeof value === "number") return String(value)
  if (typeof value === "bigint") return `${value}n`
  if (Array.isArray(value)) return `[${value.map(shown).join(",")}]`
  return JSON.stringify(value) ?? String(value)
}
