declare module 'subset-font' {
  /** Cuts a font to the characters of `text`. */
  const subsetFont: (
    font: Uint8Array,
    text: string,
    options?: {
      targetFormat?: 'woff2' | 'woff' | 'sfnt';
      variationAxes?: Record<string, number | { min: number; max: number }>;
      keepFeatures?: string[] | boolean;
      noHinting?: boolean;
    },
  ) => Promise<Uint8Array>;
  export default subsetFont;
}
