import { AppError } from '../errors.ts';

// Bytes of an XML document to text, by its mark or its declaration. A closed list of encodings; wrong bytes are refused.

const encodings: ReadonlySet<string> = new Set([
  'utf-8',
  'us-ascii',
  'utf-16',
  'utf-16le',
  'utf-16be',
  'windows-1251',
  'windows-1252',
  'iso-8859-1',
]);
const headBytes = 256;

const declared = (head: Buffer): string | undefined =>
  /^\ufeff?\s*<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/
    .exec(head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, ''))?.[1]
    ?.toLowerCase();

/** The encoding by the first bytes; UNSUPPORTED_TYPE for one that is not read. */
export const xmlEncoding = (head: Buffer): string => {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0 && c === 0x3f && d === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c && c === 0 && d === 0x3f) return 'utf-16be';
  const name = declared(head) ?? 'utf-8';
  // What calls itself UTF-16 and can be read byte by byte is not.
  if (!encodings.has(name) || name.startsWith('utf-16'))
    throw new AppError('UNSUPPORTED_TYPE', `the encoding ${name} is not read`, { offset: 0 });
  return name === 'us-ascii' ? 'utf-8' : name;
};

/** The document's text in pieces; MALFORMED with the offset of the bytes that are none. */
export const xmlText = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let head: Buffer = Buffer.alloc(0);
  let decoder: { decode(bytes: Uint8Array, options: { stream: boolean }): string } | undefined;
  let offset = 0;
  const decode = (bytes: Uint8Array, stream: boolean): string => {
    decoder ??= new TextDecoder(xmlEncoding(head), { fatal: true, ignoreBOM: true });
    try {
      return decoder.decode(bytes, { stream });
    } catch (cause) {
      throw new AppError('MALFORMED', `bytes that are no text after byte ${offset}`, { offset }, { cause });
    }
  };
  for await (const chunk of chunks) {
    if (decoder === undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length < headBytes) continue;
      yield decode(head, true);
      offset += head.length;
      continue;
    }
    yield decode(chunk, true);
    offset += chunk.length;
  }
  yield decoder === undefined ? decode(head, false) : decode(new Uint8Array(0), false);
};
