import type { Rows } from "./lake.ts"

const CELL = 40
const COLOURS: Readonly<Record<string, string>> = { S: "#cfe6f5", F: "#e8f3fa", H: "#4a6a85", G: "#f2c14e" }

/** The lake as one SVG element, 40 pixels a cell: holes dark, the goal yellow, the walker a dot. */
export const renderLake = (rows: Rows, state: number): string => {
  const columns = rows[0]?.length ?? 0
  const cells = rows.flatMap((row, r) =>
    [...row].map(
      (letter, c) =>
        `<rect x="${CELL * c + 1}" y="${CELL * r + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="4" fill="${COLOURS[letter] ?? "#fff"}"/>`
    )
  )
  const [x, y] = [(state % columns) * CELL + CELL / 2, Math.floor(state / columns) * CELL + CELL / 2]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CELL * columns} ${CELL * rows.length}" role="img" aria-label="frozen lake">`,
    ...cells,
    `<circle cx="${x}" cy="${y}" r="10" fill="#b33" stroke="#fff" stroke-width="2"/>`,
    "</svg>"
  ].join("")
}
