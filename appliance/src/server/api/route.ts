import type { z } from 'zod';
import type { Actor, Area, Right } from '../../engine/objects/types.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A request as the router has it. */
type RawCall = { actor: Actor; params: Record<string, string>; request: Request };

/** `always`: every token is refused; `to-agree`: it may say no. */
export type PersonNeed = 'always' | 'to-agree';

type Head = {
  method: Method;
  /** As in the document: `/devices/{device}`. */
  path: string;
  tag: Area;
  summary: string;
  description?: string;
  /** `any`: every valid token. Services check once more what they change. */
  right: Right | 'any';
  person?: PersonNeed;
};

/** How a call answers when it worked. */
export type Answers =
  | { kind: 'json'; status: 200 | 201; schema: z.ZodType }
  | { kind: 'none'; status: 204 }
  | { kind: 'file'; status: 200; type: string };

/** What is sent as bytes instead of JSON. */
export type Upload = { types: readonly string[] };

export type ApiRoute = Head & {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  upload?: Upload;
  answers: Answers;
  serve(call: RawCall): Promise<Response>;
};

export type SentFile = {
  name: string;
  body: Uint8Array | ReadableStream<Uint8Array>;
  headers?: Record<string, string>;
};

/** A file as an answer, to be saved under its name. */
export const sentFile = (type: string, { name, body, headers }: SentFile): Response =>
  new Response(body as ConstructorParameters<typeof Response>[0], {
    headers: {
      'Cache-Control': 'no-store',
      'Content-Type': type,
      'Content-Disposition': `attachment; filename="${name.replace(/[^A-Za-z0-9._-]/g, '-')}"`,
      ...headers,
    },
  });
