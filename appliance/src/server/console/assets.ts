import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import type { Asset, ConsoleEnv } from './types.ts';

type Encoded = { plain: Buffer; br?: Buffer; gzip?: Buffer };

// Fonts are compressed already.
const isText = (contentType: string): boolean =>
  /^(text\/|application\/(javascript|json)|image\/svg)/.test(contentType);

const encode = (asset: Asset): Encoded => {
  const plain = readFileSync(asset.file);
  if (!isText(asset.contentType)) return { plain };
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  return { plain, br, gzip: gzipSync(plain, { level: 9 }) };
};

/** The console's own files under names that hold their hash: they never change, so browsers keep them. */
export const assetRoutes = (assets: Readonly<Record<string, Asset>>): Hono<ConsoleEnv> => {
  const byPath = new Map(Object.values(assets).map((asset) => [asset.path, asset]));
  const encoded = new Map<string, Encoded>();
  return new Hono<ConsoleEnv>().get('/assets/:name{.+}', (c) => {
    const { pathname } = new URL(c.req.url);
    const asset = byPath.get(pathname);
    if (asset === undefined) throw new AppError('NOT_FOUND', 'there is no such file');
    let held = encoded.get(pathname);
    if (held === undefined) {
      held = encode(asset);
      encoded.set(pathname, held);
    }
    const accepted = (c.req.header('accept-encoding') ?? '').toLowerCase();
    const name = (['br', 'gzip'] as const).find((coding) => held[coding] !== undefined && accepted.includes(coding));
    const bytes = (name === undefined ? undefined : held[name]) ?? held.plain;
    return c.body(new Uint8Array(bytes), 200, {
      'Content-Type': asset.contentType,
      'Content-Length': String(bytes.length),
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      ...defined({ 'Content-Encoding': name }),
    });
  });
};
