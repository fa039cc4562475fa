/** One line of text as people may store it: control characters become a space, broken surrogates a replacement sign. */
export const cleanLine = (text: string): string =>
  /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/.test(text)
    ? text
        .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
        .toWellFormed()
        .trim()
    : text;

/** Text with line breaks and tabs kept. */
export const cleanLines = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g, ' ')
    .toWellFormed();

/**
 * The pattern of `like … escape '\'` that finds `text` anywhere. It would end at a NUL and find everything, so there stands another
 * character that no stored text has.
 */
export const likePattern = (text: string): string =>
  `%${text.replaceAll('\0', '\u0001').replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
