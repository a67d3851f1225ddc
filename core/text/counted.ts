/** "1 group", "3 groups": a count of things whose plural ends in s. */
export const counted = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? "" : "s"}`
