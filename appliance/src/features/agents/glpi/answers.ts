import { deflateSync, inflateSync } from 'node:zlib';
import { escapeXml } from '../../../platform/xml/references.ts';

// What clients are told. XML answers are zlib: OCS takes nothing else, and the others read it too; but those that do not pack.

export type Dialect = 'json' | 'xml';

/** An element with children or text; attributes as written. */
export type Node = { name: string; attributes?: Readonly<Record<string, string>>; content?: string | readonly Node[] };

const write = ({ name, attributes = {}, content = '' }: Node): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const inside = typeof content === 'string' ? escapeXml(content) : content.map(write).join('');
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`;
};

const packed = (content: readonly Node[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(deflateSync(`<?xml version="1.0" encoding="UTF-8"?>\n${write({ name: 'REPLY', content })}\n`));

const packedType = 'application/x-compress-zlib';

const packedReply = (bytes: Uint8Array<ArrayBuffer>, status: number): Response =>
  new Response(bytes, { status, headers: { 'Content-Type': packedType } });

/** An answer in XML that is not packed; others as they are. */
export const unpackedReply = async (reply: Response): Promise<Response> => {
  if (reply.headers.get('content-type') !== packedType) return reply;
  const headers = new Headers(reply.headers);
  headers.set('Content-Type', 'application/xml');
  return new Response(inflateSync(await reply.arrayBuffer()), { status: reply.status, headers });
};

/** An XML answer. */
export const xmlReply = (content: readonly Node[], status = 200): Response => packedReply(packed(content), status);

/** A JSON answer. */
export const jsonReply = (body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers });

/** A failure in the words of the dialect; `Retry-After` for the clients that look at it. */
export const failureReply = (dialect: Dialect, status: number, message: string, retrySeconds?: number): Response => {
  const reply =
    dialect === 'json'
      ? jsonReply({ status: 'error', message }, status)
      : xmlReply([{ name: 'ERROR', content: message }], status);
  if (retrySeconds !== undefined) reply.headers.set('Retry-After', String(retrySeconds));
  // The rest of a body that was refused unread must not be taken for the next request.
  if (status === 413) reply.headers.set('Connection', 'close');
  return reply;
};

/** The one refusal: no such address, whatever was wrong with the caller. */
export const refusal = (dialect: Dialect): Response => failureReply(dialect, 404, 'refused');

/** Whether to send an inventory, and in how many hours to ask again. */
export const prologReply = (send: boolean, hours: number, options: readonly Node[] = []): Response =>
  xmlReply([
    { name: 'PROLOG_FREQ', content: String(hours) },
    { name: 'RESPONSE', content: send ? 'SEND' : 'STOP' },
    ...options,
  ]);

const upToDate = packed([{ name: 'RESPONSE', content: 'ACCOUNT_UPTODATE' }]);

/** An inventory was taken. */
export const takenReply = (dialect: Dialect, hours: number): Response =>
  dialect === 'json' ? jsonReply({ status: 'ok', expiration: hours }) : packedReply(upToDate, 200);
