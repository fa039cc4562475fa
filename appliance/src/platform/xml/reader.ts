import { type XmlLimits, xmlFault } from './limits.ts';
import { maxReferenceLength, plainText } from './references.ts';

// Reads XML in pieces as they come and says what it meets; holds one tag, never the document.

export type XmlHandler = {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  /** Text may come in several pieces. */
  text(piece: string): void;
  close(name: string): void;
};

type XmlReader = {
  write(piece: string): void;
  /** MALFORMED unless the document is whole. */
  end(): void;
  /** Where the reader is: characters and line. */
  place(): { offset: number; line: number };
};

const namePattern = /[A-Za-z_\u00c0-\ud7ff][\w.:\u00b7-\ud7ff-]*/y;
const attributePattern =
  /[ \t\r\n]+([A-Za-z_\u00c0-\ud7ff][\w.:\u00b7-\ud7ff-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const startEndPattern = /[ \t\r\n]*(\/?)>/y;
const declarationPattern = /^\ufeff?[ \t\r\n]*(?:<\?xml[ \t\r\n][^?<>]{0,200}\?>)?/;
const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const isBlank = (text: string): boolean => text === '' || /^[ \t\r\n]*$/.test(text);

/** A start tag to its end; a `>` in quotes is none. Each step begins with another sign, so nothing is tried twice. */
const tagPattern = /[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>/y;

/** Where a start tag ends; -1 while its end is not there. */
const tagEnd = (text: string, from: number): number => {
  const found = matchAt(tagPattern, text, from);
  return found === null ? -1 : from + found[0].length - 1;
};

type Inside = 'content' | 'comment' | 'cdata';

/** A reader of one document; anything but the subset is MALFORMED with its place. */
export const xmlReader = (limits: XmlLimits, handler: XmlHandler): XmlReader => {
  const open: string[] = [];
  let held = '';
  let at = 0;
  let droppedLength = 0;
  let droppedLines = 0;
  let elements = 0;
  let hasRoot = false;
  let begun = false;
  let inside: Inside = 'content';

  const place = (): { offset: number; line: number } => ({
    offset: droppedLength + at,
    line: 1 + droppedLines + (held.slice(0, at).match(/\n/g)?.length ?? 0),
  });
  const fault = (what: string): Error => xmlFault(what, place());

  const addText = (piece: string): void => {
    if (piece === '') return;
    if (open.length > 0) handler.text(piece);
    else if (!isBlank(piece)) throw fault('text outside the root');
  };
  const addReferenced = (piece: string): void => {
    const plain = plainText(piece);
    if (plain === undefined) throw fault('a reference to an entity');
    addText(plain);
  };

  const attributesFrom = (from: number): { attributes: Readonly<Record<string, string>>; end: number } => {
    let end = from;
    let found = matchAt(attributePattern, held, end);
    if (found === null) return { attributes: noAttributes, end };
    const attributes = new Map<string, string>();
    for (; found !== null; found = matchAt(attributePattern, held, end)) {
      const [all, name = '', double, single] = found;
      if (name.length > limits.maxNameLength || attributes.has(name) || attributes.size >= limits.maxAttributes)
        throw fault('the attributes of an element');
      const value = plainText(double ?? single ?? '');
      if (value === undefined) throw fault('a reference to an entity');
      attributes.set(name, value);
      end += all.length;
    }
    return { attributes: Object.fromEntries(attributes), end };
  };

  const startTag = (): void => {
    const name = matchAt(namePattern, held, at + 1)?.[0] ?? '';
    if (name === '' || name.length > limits.maxNameLength) throw fault('a name');
    const { attributes, end } = attributesFrom(at + 1 + name.length);
    const close = matchAt(startEndPattern, held, end);
    if (close === null) throw fault(`the start tag of ${name.slice(0, 40)}`);
    elements += 1;
    if (elements > limits.maxElements) throw fault('too many elements');
    if (open.length === 0 && hasRoot) throw fault('more than one root');
    // An empty element counts as a level, too: what is refused does not depend on how it is written.
    if (open.length >= limits.maxDepth) throw fault('too deep');
    hasRoot = true;
    handler.open(name, attributes);
    if (close[1] === '/') handler.close(name);
    else open.push(name);
    at = end + close[0].length;
  };

  const endTag = (end: number): void => {
    const name = open.pop();
    const isOwn = name !== undefined && held.startsWith(name, at + 2) && isBlank(held.slice(at + 2 + name.length, end));
    if (!isOwn) throw fault('an end tag without its start');
    handler.close(name);
    at = end + 1;
  };

  /** Passes what lies before the end of a comment or of CDATA; true when it ended. */
  const passTo = (mark: string, last: boolean): boolean => {
    const end = held.indexOf(mark, at);
    const to = end === -1 ? Math.max(at, held.length - (mark.length - 1)) : end;
    if (inside === 'cdata') addText(held.slice(at, to));
    at = to;
    if (end === -1) {
      if (last) throw fault('an open comment');
      return false;
    }
    at += mark.length;
    inside = 'content';
    return true;
  };

  /** Text up to a tag, or as much of it as is certain. */
  const passText = (last: boolean): boolean => {
    const tag = held.indexOf('<', at);
    if (tag === -1) {
      const reference = held.lastIndexOf('&');
      const isCut = !last && reference >= at && held.length - reference < maxReferenceLength;
      const to = isCut && !held.includes(';', reference) ? reference : held.length;
      addReferenced(held.slice(at, to));
      at = to;
      return false;
    }
    if (tag > at) addReferenced(held.slice(at, tag));
    at = tag;
    return true;
  };

  /** One tag or mark at `at`; false when more must come first. */
  const passTag = (last: boolean): boolean => {
    const wait = (what: string): boolean => {
      if (last || held.length - at > limits.maxTagLength) throw fault(what);
      return false;
    };
    const kind = held.charCodeAt(at + 1);
    if (Number.isNaN(kind)) return wait('an open tag');
    if (kind === 0x21) {
      if (held.length - at < 9 && !held.startsWith('<!--', at)) return wait('a declaration');
      const isComment = held.startsWith('<!--', at);
      if (!isComment && !held.startsWith('<![CDATA[', at)) throw fault('a declaration');
      if (!isComment && open.length === 0) throw fault('text outside the root');
      at += isComment ? 4 : 9;
      inside = isComment ? 'comment' : 'cdata';
      return true;
    }
    const end = kind === 0x2f ? held.indexOf('>', at) : tagEnd(held, at);
    if (end === -1) return wait('an open tag');
    if (end - at > limits.maxTagLength) throw fault('a long tag');
    if (kind === 0x2f) endTag(end);
    else startTag();
    return true;
  };

  const begin = (last: boolean): boolean => {
    if (begun) return true;
    // A declaration has at most 207 characters; blanks before it are few in any file of this world.
    if (!last && held.length < 512 && !/<[^?]/.test(held)) return false;
    at = declarationPattern.exec(held)?.[0].length ?? 0;
    begun = true;
    return true;
  };

  const pump = (last: boolean): void => {
    if (!begin(last)) return;
    for (let going = true; going; ) {
      if (inside === 'comment') going = passTo('-->', last);
      else if (inside === 'cdata') going = passTo(']]>', last);
      else going = passText(last) && passTag(last);
    }
  };

  return {
    place,
    write: (piece) => {
      if (at > 0) {
        droppedLines += held.slice(0, at).match(/\n/g)?.length ?? 0;
        droppedLength += at;
        held = held.slice(at) + piece;
        at = 0;
      } else held += piece;
      pump(false);
    },
    end: () => {
      pump(true);
      if (!hasRoot || open.length > 0) throw fault('an element that is not closed');
    },
  };
};
