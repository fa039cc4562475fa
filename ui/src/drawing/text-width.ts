// How wide a text of the drawing is, in the units of the drawing: an estimate on the wide side, since a server has no font
// to measure with. Cut texts are told in full by the table beside the drawing.

const narrow = /[iljtfrI.,:;'|!()\- ]/;
const wide = /[MWmwЖШЩЮФМЫжшщюфмы@%]/;

/** Width of a text of 12 units. */
export const textWidth = (text: string): number => {
  let sum = 0;
  for (const char of text) sum += narrow.test(char) ? 4.2 : wide.test(char) ? 11 : 7.6;
  return Math.ceil(sum);
};

/** The first of some wordings that fits, the fullest first; the last one is cut when none does. */
export const firstFitting = (texts: readonly string[], width: number): string =>
  texts.find((text) => textWidth(text) <= width) ?? fitted(texts.at(-1) ?? '', width);

/** The text, or as much of it as fits with an ellipsis. */
export const fitted = (text: string, width: number): string => {
  if (textWidth(text) <= width) return text;
  const chars = Array.from(text);
  while (chars.length > 1 && textWidth(`${chars.join('')}…`) > width) chars.pop();
  return `${chars.join('').trimEnd()}…`;
};
