/** A picture as numbers: rows from the top, red, green and blue of the pixel (x, y) from `rgb[3 * (width * y + x)]` on. */
export interface Picture extends PictureSize {
  readonly rgb: Uint8Array
}

/** In pixels. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}
