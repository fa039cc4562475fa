// The text of an answer without what each making of it draws anew: one tag a line, attributes by name, random values by their order.

/** Ids, keys, digests, tokens and what marks a request: what a run draws is a number in the order in which a text names it. */
const drawn =
  /(?<![\w+/])[A-Za-z0-9+/]{43}=|(?<![\w+/])[A-Za-z0-9+/]{86}==|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![\w-])[0-9a-f]{12,64}(?![\w-])|(?<![\w-])[A-Za-z0-9_-]{43}(?![\w-])/g;

/** The words of a stored text that look like drawn ones: they are compared. */
export const heldWords = (text: string): string[] =>
  [...text.matchAll(drawn), ...text.matchAll(/[0-9A-Za-z_-]{12,}/g)].map(([word]) => word);

/** The room on the disk of this computer, which a medium is asked for by another process. */
const roomOfDisk = /\d+[.,]\d+ (GB|ГБ)/g;

/** `kept`: values of the site that was recorded, which both recordings hold. */
export const withoutDrawn = (text: string, kept: (value: string) => boolean): string => {
  const numbers = new Map<string, number>();
  return text.replaceAll(roomOfDisk, '# $1').replaceAll(drawn, (value) => {
    if (kept(value)) return value;
    const number = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, number);
    return `#${number}`;
  });
};

const attribute = /([^\s=/>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?/g;

const tagLine = (tag: string): string => {
  const [, name = '', rest = '', close = ''] = /^<([^\s>/]+|\/[^\s>]+|!doctype)([\s\S]*?)(\/?)>$/i.exec(tag) ?? [];
  const attributes = [...rest.matchAll(attribute)]
    .map(([, key = '', value]) => (value === undefined ? key : `${key}=${value}`))
    .sort();
  return `<${[name, ...attributes].join(' ')}${close}>`;
};

/** Tags on lines of their own, attributes by name, blanks as one. */
export const normalHtml = (html: string): string =>
  html
    // Files of the console lie below a digest of all of them.
    .replaceAll(/\/assets\/[0-9a-f]{16}\//g, '/assets/')
    .split(/(<[^>]+>)/)
    .map((piece) => (piece.startsWith('<') ? tagLine(piece) : piece.replace(/\s+/g, ' ').trim()))
    .filter((line) => line !== '')
    .join('\n');
