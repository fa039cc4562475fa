import { csvEncoding } from '../../platform/csv/bytes.ts';
import { AppError } from '../../platform/errors.ts';
import { xmlEncoding } from '../../platform/xml/decode.ts';
import type { Detected, ImportForm } from './types.ts';

// What a file is, by its first bytes; its name says nothing.

const captureMagics: ReadonlySet<number> = new Set([0xd4c3b2a1, 0xa1b2c3d4, 0x4d3cb2a1, 0xa1b23c4d, 0x0a0d0d0a]);
const roots: ReadonlyMap<string, ImportForm> = new Map([
  ['CAEXFile', 'aml'],
  ['RSLogix5000Content', 'l5x'],
  ['environment', 'aas'],
  ['aasenv', 'aas'],
]);

export const headBytes = 65_536;

const unsupported = (what: string): AppError => new AppError('UNSUPPORTED_TYPE', what, { offset: 0 });

const ofXml = (head: Buffer): ImportForm => {
  const text = new TextDecoder(xmlEncoding(head)).decode(head);
  const body = text.replace(/^\ufeff?\s*/, '').replace(/<\?[^>]{0,1000}\?>|<!--[\s\S]{0,4000}?-->/g, '');
  const name = /^\s*<(?:[\w.-]+:)?([\w.-]+)/.exec(body)?.[1] ?? '';
  if (/^\s*<!/.test(body)) throw new AppError('MALFORMED', 'a document type is not read', { offset: 0 });
  const form = roots.get(name);
  if (form === undefined) throw unsupported(`XML with the root ${name.slice(0, 40) || '?'} is none of the forms`);
  return form;
};

/** The form of a file by its beginning. UNSUPPORTED_TYPE for anything else. */
export const detectForm = (head: Buffer): Detected => {
  if (head.length === 0) throw new AppError('MALFORMED', 'an empty file', { offset: 0 });
  if (head.length >= 4 && captureMagics.has(head.readUInt32BE(0))) return 'capture';
  if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return 'zip';
  const plain = head.subarray(0, 4_096).filter((byte) => byte !== 0);
  const text = Buffer.from(plain)
    .toString('latin1')
    .replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, '');
  if (/^\s*</.test(text)) return ofXml(head);
  if (/^\s*[[{]/.test(text)) return 'aas';
  const sample = new TextDecoder(csvEncoding(head.subarray(0, 4_096))).decode(head.subarray(0, 4_096));
  if (/[\u0000-\u0008\u000e-\u001f]/.test(sample) || sample.trim() === '')
    throw unsupported('it is neither text nor a capture');
  return 'csv';
};
