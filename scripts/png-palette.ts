import { crc32, deflateSync, inflateSync } from 'node:zlib';

// A picture of a page has few colours: with a palette of 256 its file is a third as large, and nobody sees it.

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
const mostColours = 256;

type Pixels = { width: number; height: number /** 24 bits each. */; colours: Uint32Array };

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), framed.length - 4);
  return framed;
};

const chunksOf = (png: Buffer): Map<string, Buffer> => {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('not a PNG');
  const found = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    found.set(type, Buffer.concat([found.get(type) ?? Buffer.alloc(0), png.subarray(at + 8, at + 8 + length)]));
    at += length + 12;
  }
  return found;
};

const paeth = (a: number, b: number, c: number): number => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};

/** Undoes the filter of each line in place; `step` is the bytes of a pixel. */
const unfilter = (raw: Buffer, height: number, lineBytes: number, step: number): Buffer => {
  const out = Buffer.alloc(height * lineBytes);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (lineBytes + 1)] ?? 0;
    const from = y * (lineBytes + 1) + 1;
    for (let x = 0; x < lineBytes; x += 1) {
      const at = y * lineBytes + x;
      const left = x < step ? 0 : (out[at - step] ?? 0);
      const up = y === 0 ? 0 : (out[at - lineBytes] ?? 0);
      const corner = x < step || y === 0 ? 0 : (out[at - lineBytes - step] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, filter === 4 ? paeth(left, up, corner) : 0][filter];
      if (guess === undefined) throw new Error(`unknown PNG filter ${filter}`);
      out[at] = (raw[from + x] ?? 0) + guess;
    }
  }
  return out;
};

const read = (png: Buffer): Pixels => {
  const chunks = chunksOf(png);
  const head = chunks.get('IHDR');
  const data = chunks.get('IDAT');
  if (head === undefined || data === undefined) throw new Error('a PNG without content');
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const step = { 2: 3, 6: 4 }[head[9] ?? 0];
  if (head[8] !== 8 || step === undefined || head[12] !== 0) throw new Error('only plain PNG of 8 bits a colour');
  const flat = unfilter(inflateSync(data), height, width * step, step);
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at += 1) colours[at] = flat.readUIntBE(at * step, 3);
  return { width, height, colours };
};

const distance = (a: number, b: number): number =>
  ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;

/**
 * Half of the palette is what is used most. The other half is chosen one by one where the fault would be greatest, so
 * that a sign of a few amber pixels stays amber. Each other colour takes the nearest of them.
 */
const paletteOf = (colours: Uint32Array): { palette: number[]; indexOf: Map<number, number> } => {
  const uses = new Map<number, number>();
  for (const colour of colours) uses.set(colour, (uses.get(colour) ?? 0) + 1);
  const all = [...uses].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const palette: number[] = [];
  const nearest = all.map((colour) => ({ colour, at: 0, off: Number.POSITIVE_INFINITY }));
  const add = (colour: number): void => {
    palette.push(colour);
    for (const entry of nearest) {
      const off = distance(entry.colour, colour);
      if (off < entry.off) Object.assign(entry, { off, at: palette.length - 1 });
    }
  };
  for (const colour of all.slice(0, mostColours / 2)) add(colour);
  while (palette.length < Math.min(mostColours, all.length)) {
    add(nearest.reduce((worst, entry) => (entry.off > worst.off ? entry : worst)).colour);
  }
  return { palette, indexOf: new Map(nearest.map(({ colour, at }) => [colour, at])) };
};

/** The same picture with a palette of its most used colours. */
export const toPalette = (png: Uint8Array): Uint8Array => {
  const { width, height, colours } = read(Buffer.from(png));
  const { palette, indexOf } = paletteOf(colours);
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      lines[y * (width + 1) + 1 + x] = indexOf.get(colours[y * width + x] ?? 0) ?? 0;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
