import { AppError } from '../../../platform/errors.ts';

// A reader of the little XML that agents send: elements, attributes, text, CDATA. No document type, no entity but the five
// of XML itself and characters by number, one root, everything bounded. What is not that is refused, never repaired.

export type XmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  text: string;
  children: XmlElement[];
};

const maxDepth = 12;
const maxElements = 400_000;
const maxAttributes = 16;
const maxNameLength = 64;

const malformed = (what: string): AppError => new AppError('MALFORMED', `not the XML that this door takes: ${what}`);

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const characterOf = (code: number): string =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);

const plainText = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#(\d{1,8});|#x([0-9a-fA-F]{1,8});|(amp|lt|gt|quot|apos);)?/g, (all, decimal, hex, name) => {
        if (name !== undefined) return named[String(name)] ?? '';
        if (decimal !== undefined) return characterOf(Number.parseInt(String(decimal), 10));
        if (hex !== undefined) return characterOf(Number.parseInt(String(hex), 16));
        throw malformed(`the reference ${all}`);
      })
    : text;

const isBlank = (text: string): boolean => /^[ \t\r\n]*$/.test(text);

const namePattern = /[A-Za-z_][A-Za-z0-9_.:-]*/y;
const attributePattern = /[ \t\r\n]+([A-Za-z_][A-Za-z0-9_.:-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const startEndPattern = /[ \t\r\n]*(\/?)>/y;
const declarationPattern = /^\ufeff?[ \t\r\n]*(?:<\?xml[ \t\r\n][^?<>]{0,200}\?>)?/;

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** The attributes of a start tag from `at`, and where it goes on. */
const readAttributes = (text: string, at: number): { attributes: Readonly<Record<string, string>>; end: number } => {
  let end = at;
  let found = matchAt(attributePattern, text, end);
  if (found === null) return { attributes: noAttributes, end };
  const attributes = new Map<string, string>();
  for (; found !== null; found = matchAt(attributePattern, text, end)) {
    const [all, name = '', double, single] = found;
    if (attributes.has(name) || attributes.size >= maxAttributes) throw malformed(`the attributes of an element`);
    attributes.set(name, plainText(double ?? single ?? ''));
    end += all.length;
  }
  return { attributes: Object.fromEntries(attributes), end };
};

/** Reads a document; MALFORMED for anything but the subset above. */
export const parseXml = (text: string): XmlElement => {
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let at = declarationPattern.exec(text)?.[0].length ?? 0;

  const addText = (piece: string): void => {
    const element = open.at(-1);
    if (element !== undefined) {
      if (piece !== '') element.text += piece;
    } else if (!isBlank(piece)) throw malformed('text outside the root');
  };

  for (;;) {
    const tag = text.indexOf('<', at);
    if (tag === -1) {
      addText(text.slice(at));
      break;
    }
    if (tag > at) addText(plainText(text.slice(at, tag)));
    const kind = text.charCodeAt(tag + 1);

    if (kind === 0x2f) {
      const end = text.indexOf('>', tag);
      const element = open.pop();
      if (end === -1 || element === undefined || text.slice(tag + 2, end).trimEnd() !== element.name) {
        throw malformed('an end tag without its start');
      }
      // Line breaks between children are no text.
      if (element.children.length > 0 && isBlank(element.text)) element.text = '';
      at = end + 1;
    } else if (kind === 0x21) {
      const isComment = text.startsWith('<!--', tag);
      if (!isComment && !text.startsWith('<![CDATA[', tag)) throw malformed('a declaration');
      const end = text.indexOf(isComment ? '-->' : ']]>', tag + (isComment ? 4 : 9));
      if (end === -1) throw malformed('an open comment');
      if (!isComment) {
        if (open.length === 0) throw malformed('text outside the root');
        addText(text.slice(tag + 9, end));
      }
      at = end + 3;
    } else {
      const name = matchAt(namePattern, text, tag + 1)?.[0] ?? '';
      if (name === '' || name.length > maxNameLength) throw malformed('a name');
      const { attributes, end } = readAttributes(text, tag + 1 + name.length);
      const close = matchAt(startEndPattern, text, end);
      if (close === null) throw malformed(`the start tag of ${name}`);
      const element: XmlElement = { name, attributes, text: '', children: [] };
      elements += 1;
      if (elements > maxElements) throw malformed('too many elements');
      const parent = open.at(-1);
      if (parent !== undefined) parent.children.push(element);
      else if (root === undefined) root = element;
      else throw malformed('more than one root');
      if (close[1] !== '/') {
        if (open.length >= maxDepth) throw malformed('too deep');
        open.push(element);
      }
      at = end + close[0].length;
    }
  }
  if (root === undefined || open.length > 0) throw malformed('an element that is not closed');
  return root;
};

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in an element or an attribute. */
export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
