import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { SmallPackage } from './types.ts';

// An RPM package of one file in a folder, by the format of version 4 (rpm.org, "RPM V4 Package format"): lead, header of signatures,
// header, and a compressed cpio archive (newc). It has digests and no signature.

const types = { int16: 3, int32: 4, string: 6, bin: 7, strings: 8, i18n: 9 } as const;
const widths: Readonly<Record<number, number>> = { [types.int16]: 2, [types.int32]: 4 };

type Value =
  | { tag: number; type: 'int16' | 'int32'; values: readonly number[] }
  | { tag: number; type: 'string'; value: string }
  | { tag: number; type: 'strings' | 'i18n'; values: readonly string[] }
  | { tag: number; type: 'bin'; bytes: Uint8Array };

const regionBytes = 16;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const zeroEnded = (texts: readonly string[]): Buffer => Buffer.from(texts.map((text) => `${text}\0`).join(''));

function bytesOf(value: Value): { bytes: Buffer; count: number } {
  switch (value.type) {
    case 'string':
      return { bytes: zeroEnded([value.value]), count: 1 };
    case 'strings':
    case 'i18n':
      return { bytes: zeroEnded(value.values), count: value.values.length };
    case 'bin':
      return { bytes: Buffer.from(value.bytes), count: value.bytes.length };
    default: {
      const width = widths[types[value.type]] ?? 1;
      const bytes = Buffer.alloc(value.values.length * width);
      for (const [at, number] of value.values.entries()) bytes.writeUIntBE(number, at * width, width);
      return { bytes, count: value.values.length };
    }
  }
}

const indexEntry = (tag: number, type: number, offset: number, count: number): Buffer => {
  const entry = Buffer.alloc(regionBytes);
  for (const [at, number] of [tag, type, offset, count].entries()) entry.writeInt32BE(number, at * 4);
  return entry;
};

/** A header whose first entry, the region, says that all others are one piece: what digests cover. */
function headerOf(region: number, values: readonly Value[]): Buffer {
  const index: Buffer[] = [];
  const store: Buffer[] = [];
  let offset = 0;
  for (const value of [...values].sort((one, two) => one.tag - two.tag)) {
    const type = types[value.type];
    const { bytes, count } = bytesOf(value);
    const width = widths[type] ?? 1;
    const gap = (width - (offset % width)) % width;
    store.push(Buffer.alloc(gap), bytes);
    index.push(indexEntry(value.tag, type, offset + gap, count));
    offset += gap + bytes.length;
  }
  const entries = index.length + 1;
  store.push(indexEntry(region, types.bin, -entries * regionBytes, regionBytes));
  const intro = Buffer.alloc(16);
  intro.write('8eade801', 0, 'hex');
  intro.writeUInt32BE(entries, 8);
  intro.writeUInt32BE(offset + regionBytes, 12);
  return Buffer.concat([intro, indexEntry(region, types.bin, offset, regionBytes), ...index, ...store]);
}

const aligned = (bytes: Buffer, to: number): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);

function cpioEntry(path: string, mode: number, text: string, inode: number, epoch: number): Buffer {
  const body = Buffer.from(text);
  const links = mode === folderMode ? 2 : 1;
  const fields = [inode, mode, 0, 0, links, epoch, body.length, 0, 0, 0, 0, path.length + 1, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${path}\0`;
  return Buffer.concat([aligned(Buffer.from(head), 4), aligned(body, 4)]);
}

const folderMode = 0o040700;
const fileMode = 0o100600;
/** `RPMSENSE_RPMLIB`, less or equal: what of rpm itself is needed. */
const needsRpm = 0x0100_000a;
/** The agent removes the file, which is no damage. */
const missingOk = 8;

function leadOf(label: string): Buffer {
  const lead = Buffer.alloc(96);
  lead.write('edabeedb03000000', 0, 'hex');
  lead.writeUInt16BE(1, 8);
  lead.write(label.slice(0, 65), 10, 'latin1');
  lead.writeUInt16BE(1, 76);
  lead.writeUInt16BE(5, 78);
  return lead;
}

/** The bytes of the package. */
export function rpmOf(small: SmallPackage): Uint8Array {
  const { name, version, folder, file, text, epoch } = small;
  const size = Buffer.byteLength(text);
  const parent = `/${folder.slice(0, folder.lastIndexOf('/') + 1)}`;
  const last = folder.slice(folder.lastIndexOf('/') + 1);
  const cpio = Buffer.concat([
    cpioEntry(`./${folder}`, folderMode, '', 1, epoch),
    cpioEntry(`./${folder}/${file}`, fileMode, text, 2, epoch),
    cpioEntry('TRAILER!!!', 0, '', 0, 0),
  ]);
  const payload = gzipSync(cpio);
  const ints = (tag: number, ...values: number[]): Value => ({ tag, type: 'int32', values });
  const shorts = (tag: number, ...values: number[]): Value => ({ tag, type: 'int16', values });
  const string = (tag: number, value: string): Value => ({ tag, type: 'string', value });
  const strings = (tag: number, ...values: string[]): Value => ({ tag, type: 'strings', values });
  const i18n = (tag: number, value: string): Value => ({ tag, type: 'i18n', values: [value] });
  const header = headerOf(63, [
    strings(100, 'C'),
    string(1000, name),
    string(1001, version),
    string(1002, '1'),
    i18n(1004, small.summary),
    i18n(1005, small.description),
    ints(1006, epoch),
    string(1007, 'localhost'),
    ints(1009, size),
    string(1014, 'Apache-2.0'),
    i18n(1016, 'Unspecified'),
    string(1021, 'linux'),
    string(1022, 'noarch'),
    string(1024, small.afterInstall),
    ints(1028, 0, size),
    shorts(1030, folderMode, fileMode),
    shorts(1033, 0, 0),
    ints(1034, epoch, epoch),
    strings(1035, '', sha256(Buffer.from(text))),
    strings(1036, '', ''),
    ints(1037, 0, missingOk),
    strings(1039, 'root', 'root'),
    strings(1040, 'root', 'root'),
    string(1044, `${name}-${version}-1.src.rpm`),
    ints(1045, 0xffff_ffff, 0xffff_ffff),
    strings(1047, name),
    ints(1048, 0, 0, needsRpm, needsRpm, needsRpm),
    strings(
      1049,
      '/bin/sh',
      small.requires,
      'rpmlib(CompressedFileNames)',
      'rpmlib(FileDigests)',
      'rpmlib(PayloadFilesHavePrefix)',
    ),
    strings(1050, '', '', '3.0.4-1', '4.6.0-1', '4.0-1'),
    string(1064, '4.14.0'),
    string(1086, '/bin/sh'),
    ints(1095, 1, 1),
    ints(1096, 1, 2),
    strings(1097, '', ''),
    ints(1112, 8),
    strings(1113, `${version}-1`),
    ints(1116, 0, 1),
    strings(1117, last, file),
    strings(1118, parent, `/${folder}/`),
    string(1124, 'cpio'),
    string(1125, 'gzip'),
    string(1126, '9'),
    ints(5011, 8),
    strings(5092, sha256(payload)),
    ints(5093, 8),
  ]);
  const signatures = headerOf(62, [
    string(269, createHash('sha1').update(header).digest('hex')),
    string(273, sha256(header)),
    ints(1000, header.length + payload.length),
    { tag: 1004, type: 'bin', bytes: createHash('md5').update(header).update(payload).digest() },
    ints(1007, cpio.length),
  ]);
  return Buffer.concat([leadOf(`${name}-${version}-1`), aligned(signatures, 8), header, payload]);
}
