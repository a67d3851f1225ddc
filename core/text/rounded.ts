/** A number as a sentence has it: whole where it is large. */
export const rounded = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(Math.abs(value) < 10 ? 2 : 0) : "not known"
