import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../../platform/errors.ts';
import type { DirectoryEntry } from './directory-entry.ts';

// LDIF files (RFC 2849) with entries: folded lines, base64, comments. Files of changes are refused: they say what becomes
// of a directory, not what it is. Values by address (`attr:< file:…`) are refused: they would read whatever they name.

const maxLineBytes = 16 * 1024 * 1024;
const maxEntryLines = 600_000;

const malformed = (line: number, what: string): AppError => new AppError('MALFORMED', `LDIF, line ${line}: ${what}`);

/** Logical lines with the number of their first line: what is folded is put together, comments are gone. */
const logicalLines = async function* (
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ number: number; text: string }> {
  const decoder = new StringDecoder('utf8');
  let rest: string[] = [];
  let restLength = 0;
  let number = 0;
  let pieces: string[] = [];
  let pieceLength = 0;
  let startedAt = 0;
  let isOpen = false;

  const finished = (): { number: number; text: string } => {
    const line = { number: startedAt, text: pieces.join('') };
    pieces = [];
    pieceLength = 0;
    return line;
  };
  const take = function* (physical: string): Generator<{ number: number; text: string }> {
    number += 1;
    const text = physical.endsWith('\r') ? physical.slice(0, -1) : physical;
    if (text.startsWith(' ')) {
      if (!isOpen) throw malformed(number, 'it continues nothing');
      pieceLength += text.length - 1;
      if (pieceLength > maxLineBytes) throw malformed(number, 'the line is too long');
      pieces.push(text.slice(1));
      return;
    }
    if (isOpen) yield finished();
    startedAt = number;
    pieces = [text];
    pieceLength = text.length;
    isOpen = true;
  };

  for await (const chunk of bytes) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      // A line may come in many pieces: they are put together once, when it ends.
      yield* take(rest.join('') + text.slice(from, end));
      rest = [];
      restLength = 0;
      from = end + 1;
    }
    rest.push(text.slice(from));
    restLength += text.length - from;
    if (restLength > maxLineBytes) throw malformed(number + 1, 'the line is too long');
  }
  const last = rest.join('') + decoder.end();
  if (last !== '') yield* take(last);
  if (isOpen) yield finished();
};

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const namePattern = /^([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(;[A-Za-z0-9-]+)*$/;

/** A line as a name and the bytes of its value. */
const attributeOf = (line: { number: number; text: string }): { name: string; value: Buffer } => {
  const colon = line.text.indexOf(':');
  const name = line.text.slice(0, colon);
  if (colon < 1 || !namePattern.test(name)) throw malformed(line.number, 'no attribute');
  const after = line.text.slice(colon + 1);
  if (after.startsWith('<')) throw malformed(line.number, 'a value by its address is not read');
  if (after.startsWith(':')) {
    const coded = after.slice(1).trim();
    if (!base64Pattern.test(coded)) throw malformed(line.number, 'not base64');
    return { name, value: Buffer.from(coded, 'base64') };
  }
  return { name, value: Buffer.from(after.replace(/^ +/, ''), 'utf8') };
};

/** Options say how a value is coded or in which language; the first part is the attribute. */
const baseName = (name: string): string => name.toLowerCase().split(';')[0] ?? '';

/** The entries of a file; MALFORMED for changes and for what is no LDIF. */
export const readLdif = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<DirectoryEntry> {
  let dn: string | undefined;
  let attributes = new Map<string, Buffer[]>();
  let lines = 0;
  let isFirst = true;
  let inTrailer = false;

  const entryOf = (): DirectoryEntry | undefined => {
    if (dn === undefined) return undefined;
    const entry = { dn, attributes };
    dn = undefined;
    attributes = new Map();
    lines = 0;
    return entry;
  };

  for await (const line of logicalLines(bytes)) {
    if (line.text.startsWith('#')) continue;
    if (line.text === '') {
      inTrailer = false;
      const entry = entryOf();
      if (entry !== undefined) yield entry;
      continue;
    }
    const { name, value } = attributeOf(line);
    const lower = baseName(name);
    if (isFirst) {
      isFirst = false;
      if (lower === 'version') {
        if (value.toString('utf8') !== '1') throw malformed(line.number, 'only version 1 is read');
        continue;
      }
    }
    if (dn === undefined) {
      // What ldapsearch prints after the entries of a page; a search that was cut short is half a directory.
      if (lower === 'search') inTrailer = true;
      if (inTrailer) {
        if (lower === 'result' && !/^0\b/.test(value.toString('utf8')))
          throw malformed(line.number, 'the search did not end well');
        continue;
      }
      if (lower !== 'dn') throw malformed(line.number, 'an entry begins with its dn');
      dn = value.toString('utf8');
      continue;
    }
    if (lower === 'changetype' || lower === 'control')
      throw malformed(line.number, 'changes are not read, only entries');
    if (lower === 'dn') throw malformed(line.number, 'a second dn in one entry');
    lines += 1;
    if (lines > maxEntryLines) throw malformed(line.number, 'the entry has too many lines');
    const held = attributes.get(lower);
    if (held === undefined) attributes.set(lower, [value]);
    else held.push(value);
  }
  const entry = entryOf();
  if (entry !== undefined) yield entry;
};
