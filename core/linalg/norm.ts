/** ‖x‖₂ of numbers in order, without scaling: for vectors whose squares neither overflow nor vanish. */
export const norm = (x: ArrayLike<number>): number => {
  let squares = 0
  for (let i = 0; i < x.length; i++) squares += x[i]! * x[i]!
  return Math.sqrt(squares)
}
