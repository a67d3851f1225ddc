/** x̄ = Σ x_i / n, added up in order; NaN of no numbers. */
export const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length
