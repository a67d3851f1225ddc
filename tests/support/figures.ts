/** What the figures of a page are, as a browser has them: programs that run in the page. */

/** All figures, as an expression. */
export const FIGURES = `Array.from(document.querySelectorAll("svg.plot"))`

/** What is asked of a figure. */
export interface FigureSeen {
  readonly name: string
  /** Points whose values are told. */
  readonly values: number
  readonly marks: number
  readonly texts: number
  readonly width: number
  /** Rows of its numbers. */
  readonly rows: number
}

/** All figures of the page: `FigureSeen[]`. */
export const seenFigures = `${FIGURES}.map((svg) => ({
  name: svg.getAttribute("aria-label"),
  values: Number(svg.getAttribute("aria-valuemax")),
  marks: svg.querySelectorAll("[data-mark] :is(circle, rect, path, line)").length,
  texts: Array.from(svg.querySelectorAll("text")).filter((t) => t.textContent !== "").length,
  width: svg.getBoundingClientRect().width,
  rows: svg.closest("figure").querySelectorAll("details tbody tr").length
}))`

/** Whether a figure has a name, marks with values, texts at its axes, room, and a table. */
export const isWhole = ({ name, values, marks, texts, width, rows }: FigureSeen): boolean =>
  /\w{4}/.test(name) && values > 0 && marks >= values && texts > 2 && width > 200 && rows > 0

/**
 * Texts of pictures with a contrast below 4.5 (WCAG 2.2, 1.4.3), which axe-core doesn't measure: against the card, with the
 * rectangles of the picture that lie under their middle.
 */
export const faintTexts = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].reduce((sum, c, i) => {
    const x = c / 255
    return sum + [0.2126, 0.7152, 0.0722][i] * (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
  }, 0)
  const faint = []
  for (const svg of document.querySelectorAll("svg.plot")) {
    const card = numbers(getComputedStyle(svg.closest("figure")).backgroundColor)
    const fields = Array.from(svg.querySelectorAll('[data-mark="rect"] rect')).map((rect) => ({
      box: rect.getBoundingClientRect(), style: getComputedStyle(rect)
    })).filter(({ style }) => style.fill !== "none")
    for (const text of svg.querySelectorAll("text")) {
      const { left, right, top, bottom } = text.getBoundingClientRect()
      const [x, y] = [(left + right) / 2, (top + bottom) / 2]
      const under = fields.filter(({ box }) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom)
      const ground = under.reduce((below, { style }) => numbers(style.fill).slice(0, 3).map((c, i) =>
        Number(style.fillOpacity) * c + (1 - Number(style.fillOpacity)) * below[i]), card)
      const [a, b] = [light(ground), light(numbers(getComputedStyle(text).fill))].sort((p, q) => p - q)
      if ((b + 0.05) / (a + 0.05) < 4.5) faint.push(text.textContent + " in " + svg.ariaLabel + ": " + (b + 0.05) / (a + 0.05))
    }
  }
  return faint
})()`
