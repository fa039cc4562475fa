import decodeQR from 'qr/decode.js';

const pixelsPerModule = 4;

/** Draws an SVG of unit squares as a picture, without the library that made the code. */
const pictureOf = (svg: string) => {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]) * pixelsPerModule;
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [, x = '', y = ''] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let dy = 0; dy < pixelsPerModule; dy += 1)
      for (let dx = 0; dx < pixelsPerModule; dx += 1) {
        const at = ((Number(y) * pixelsPerModule + dy) * size + Number(x) * pixelsPerModule + dx) * 4;
        data.fill(0, at, at + 3);
      }
  return { width: size, height: size, data };
};

/** What a reader reads from the picture of a code that stands on a page or a sheet. */
export const readCode = (svg: string): string => decodeQR(pictureOf(svg));
