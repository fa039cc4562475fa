import { request } from 'node:https';

export type Answer = { status: number; cookie: string; text: string };
/** Without a method: a form or a value in JSON is posted, else the address is read. */
type Ask = {
  method?: string;
  form?: Record<string, string>;
  json?: unknown;
  cookie?: string;
  bearer?: string;
  headers?: Record<string, string>;
};

/** Asks the server at localhost as a browser would, or with a token; `at` is asked anew for each call. */
export const serverCaller =
  (at: () => { port: number; ca: string }) =>
  (path: string, { method, form, json, cookie, bearer, headers }: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { port, ca } = at();
      const origin = `https://localhost:${port}`;
      const [type, body] =
        form !== undefined
          ? ['application/x-www-form-urlencoded', new URLSearchParams(form).toString()]
          : json !== undefined
            ? ['application/json', JSON.stringify(json)]
            : [undefined, ''];
      const outgoing = request(
        `${origin}${path}`,
        {
          ca,
          method: method ?? (type === undefined ? 'GET' : 'POST'),
          headers: {
            origin,
            'accept-language': 'en',
            ...headers,
            ...(cookie === undefined ? {} : { cookie }),
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
            ...(type === undefined ? {} : { 'content-type': type }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              cookie: (response.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; '),
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
