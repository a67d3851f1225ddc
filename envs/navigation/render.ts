/** The plane as one SVG element of 300 x 300: the point, its start, and its goal with the circle that counts as reached. */
export const renderNavigation = (x: number, y: number, goalX: number, goalY: number, threshold: number): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" role="img" aria-label="navigation">`,
    `<rect x="10" y="10" width="280" height="280" fill="none" stroke="#bbb"/>`,
    `<circle cx="${px(goalX)}" cy="${px(-goalY)}" r="${px(threshold) - px(0)}" fill="#dcefdc" stroke="#3a7"/>`,
    `<line x1="150" y1="150" x2="${px(x)}" y2="${px(-y)}" stroke="#c84" stroke-dasharray="4 4"/>`,
    `<circle cx="${px(x)}" cy="${px(-y)}" r="6" fill="#345"/>`,
    "</svg>"
  ].join("")

const px = (v: number): number => Math.round((150 + 140 * v) * 100) / 100
