import encodeQR from 'qr';

/** Modules of quiet zone around the code, as the standard asks for. */
const border = 4;

/** A text as a QR code, in SVG without style: dark on white whatever surrounds it. Capitals and digits alone need fewer modules. */
export const qrSvg = (text: string): string => {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border });
  const size = modules.length;
  const path = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" aria-hidden="true" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
};
