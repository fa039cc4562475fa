import type { z } from 'zod';
import { type Actor, type Area, type Right, requireRight } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { parse, parseParams, parseQuery, readJson, requireType } from './wire.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A request as a handler sees it: checked. */
export type Call<P, Q, B> = { actor: Actor; params: P; query: Q; body: B; request: Request };

/** A request as the router has it. */
type RawCall = { actor: Actor; params: Record<string, string>; request: Request };

type Head = {
  method: Method;
  /** As in the document: `/devices/{device}`. */
  path: string;
  tag: Area;
  summary: string;
  description?: string;
  /** `any`: every valid token. Services check once more what they change. */
  right: Right | 'any';
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

type Schemas<P, Q, B> = {
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  upload?: Upload;
};

const receive = async <P, Q, B>(spec: Head & Schemas<P, Q, B>, call: RawCall): Promise<Call<P, Q, B>> => {
  const { actor, request } = call;
  if (spec.right !== 'any') requireRight(actor, spec.right);
  const query = new URL(request.url).searchParams;
  if (spec.query === undefined && query.size > 0) throw new AppError('MALFORMED', 'this call takes no parameters');
  if (spec.upload !== undefined) requireType(request, spec.upload.types);
  return {
    actor,
    request,
    // A call without a schema has no such part; its handler's type says so.
    params: (spec.params === undefined ? undefined : parseParams(spec.params, call.params)) as P,
    query: (spec.query === undefined ? undefined : parseQuery(spec.query, query)) as Q,
    body: (spec.body === undefined ? undefined : parse(spec.body, await readJson(request))) as B,
  };
};

/** A call that answers with JSON of its schema. An answer that does not fit is a defect of ours: INTERNAL, not sent. */
export const jsonRoute = <R extends z.ZodType, P = undefined, Q = undefined, B = undefined>(
  spec: Head &
    Schemas<P, Q, B> & {
      status?: 200 | 201;
      response: R;
      handle(call: Call<P, Q, B>): DeepReadonly<z.input<R>> | Promise<DeepReadonly<z.input<R>>>;
    },
): ApiRoute => {
  const { handle, response, status = 200, ...rest } = spec;
  return {
    ...rest,
    answers: { kind: 'json', status, schema: response },
    serve: async (call) => {
      const checked = response.safeParse(await handle(await receive(spec, call)));
      if (!checked.success) {
        const paths = checked.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
        throw new AppError('INTERNAL', `${spec.method} ${spec.path} answers against its schema: ${paths.join('; ')}`);
      }
      return Response.json(checked.data, { status, headers: { 'Cache-Control': 'no-store' } });
    },
  };
};

/** A call that answers with nothing. */
export const emptyRoute = <P = undefined, Q = undefined, B = undefined>(
  spec: Head & Schemas<P, Q, B> & { handle(call: Call<P, Q, B>): void | Promise<void> },
): ApiRoute => {
  const { handle, ...rest } = spec;
  return {
    ...rest,
    answers: { kind: 'none', status: 204 },
    serve: async (call) => {
      await handle(await receive(spec, call));
      return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } });
    },
  };
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

/** A call that answers with a file. */
export const fileRoute = <P = undefined, Q = undefined, B = undefined>(
  spec: Head & Schemas<P, Q, B> & { type: string; handle(call: Call<P, Q, B>): SentFile | Promise<SentFile> },
): ApiRoute => {
  const { handle, type, ...rest } = spec;
  return {
    ...rest,
    answers: { kind: 'file', status: 200, type },
    serve: async (call) => sentFile(type, await handle(await receive(spec, call))),
  };
};
