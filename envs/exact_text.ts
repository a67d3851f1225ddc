/** Float64 numbers as text, 16 hexadecimal digits each: exact for −0, NaN and infinities, unlike JSON's numbers. */
export const floatsToText = (values: Float64Array): string => {
  const view = new DataView(new ArrayBuffer(8))
  let text = ""
  for (const x of values) {
    view.setFloat64(0, x)
    text += view.getBigUint64(0).toString(16).padStart(16, "0")
  }
  return text
}

/** The numbers that {@link floatsToText} wrote; undefined for other text. */
export const floatsFromText = (text: string): Float64Array | undefined => {
  if (!/^([0-9a-f]{16})*$/.test(text)) return undefined
  const view = new DataView(new ArrayBuffer(8))
  return Float64Array.from({ length: text.length / 16 }, (_, i) => {
    view.setBigUint64(0, BigInt(`0x${text.slice(16 * i, 16 * i + 16)}`))
    return view.getFloat64(0)
  })
}
