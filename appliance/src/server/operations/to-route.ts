import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { type Answers, type ApiRoute, type SentFile, sentFile } from '../api/route.ts';
import { parse, parseParams, parseQuery, readJson, readOptionalJson, requireType } from '../api/wire.ts';
import type { Operation } from './operation.ts';

/** Where a call has nothing but its path, there is no schema of the rest. */
const orNone = (schema: z.ZodObject): z.ZodObject | undefined =>
  Object.keys(schema.shape).length === 0 ? undefined : schema;

const answersOf = <N>({ answers, http }: Operation<N>): Answers => {
  if ('file' in answers) return { kind: 'file', status: 200, type: answers.file };
  if (http?.status === 204 || answers.json.def.type === 'void') return { kind: 'none', status: 204 };
  return { kind: 'json', status: http?.status ?? 200, schema: answers.json };
};

/** The route of an operation that the API has: parts of its path, the rest as parameters of a GET or as the body. */
export function toRoute<N extends object>(operation: Operation<N>, parts: N): ApiRoute | undefined {
  const { http, input, area, right, person, summary, description } = operation;
  if (http === undefined) return undefined;
  const { method, path, upload } = http;
  const mask: Record<string, true> = Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, key = '']) => [key, true]),
  );
  const params = orNone(input.pick(mask as never));
  const rest = orNone(input.omit(mask as never));
  const inQuery = method === 'get' || method === 'delete' || upload !== undefined;
  const [query, body] = inQuery ? [rest] : [undefined, rest];
  const answers = answersOf(operation);
  // A call all of whose fields may be absent needs no body.
  const readBody = body?.safeParse({}).success === true ? readOptionalJson : readJson;
  return {
    method,
    path,
    tag: area,
    right,
    summary,
    answers,
    ...defined({ description, person }),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    ...(upload === undefined ? {} : { upload }),
    serve: async ({ actor, params: inPath, request }) => {
      operation.assertRight(actor);
      const given = new URL(request.url).searchParams;
      if (query === undefined && given.size > 0) throw new AppError('MALFORMED', 'this call takes no parameters');
      if (upload !== undefined) requireType(request, upload.types);
      const values = {
        ...(params === undefined ? {} : parseParams(params, inPath)),
        ...(query === undefined ? {} : parseQuery(query, given)),
        ...(body === undefined ? {} : parse(body, await readBody(request))),
      };
      const answer = await operation.run({ ...parts, actor, note: () => {}, request }, values);
      if (answers.kind === 'file') return sentFile(answers.type, answer as SentFile);
      const headers = { 'Cache-Control': 'no-store' };
      if (answers.kind === 'none') return new Response(null, { status: 204, headers });
      return Response.json(answer, { status: answers.status, headers });
    },
  };
}
