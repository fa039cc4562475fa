// Which devices of one block have which coordinates of one package, as one value: per coordinate, rising, its distance from the
// one before, the length of its set of places, the set.

/** Calls with each coordinate of a row, rising, and its set, which is a part of the row. */
export const eachBearers = (row: Uint8Array, call: (coord: number, set: Uint8Array) => void): void => {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = row[at] as number;
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  let coord = 0;
  while (at < row.length) {
    coord += number();
    const length = number();
    call(coord, row.subarray(at, at + length));
    at += length;
  }
};

const pushNumber = (bytes: number[], number: number): void => {
  let rest = number;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
};

/** A row of coordinates with their sets. */
export const packBearers = (sets: ReadonlyMap<number, Uint8Array>): Buffer => {
  const parts: Uint8Array[] = [];
  let previous = 0;
  for (const [coord, set] of [...sets].sort(([a], [b]) => a - b)) {
    const head: number[] = [];
    pushNumber(head, coord - previous);
    pushNumber(head, set.length);
    previous = coord;
    parts.push(Uint8Array.from(head), set);
  }
  return Buffer.concat(parts);
};

/** The coordinates of a row with their sets. */
export const unpackBearers = (row: Uint8Array | undefined): Map<number, Uint8Array> => {
  const found = new Map<number, Uint8Array>();
  if (row !== undefined) eachBearers(row, (coord, set) => found.set(coord, set));
  return found;
};
