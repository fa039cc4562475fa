import { request } from 'node:https';

type Answer = { status: number; cookie: string; text: string };
type Ask = { form?: Record<string, string>; cookie?: string; bearer?: string };

/** Asks the server at localhost as a browser would, or with a token; `at` is asked anew for each call. */
export const serverCaller =
  (at: () => { port: number; ca: string }) =>
  (path: string, { form, cookie, bearer }: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { port, ca } = at();
      const origin = `https://localhost:${port}`;
      const outgoing = request(
        `${origin}${path}`,
        {
          ca,
          method: form === undefined ? 'GET' : 'POST',
          headers: {
            origin,
            'accept-language': 'en',
            ...(cookie === undefined ? {} : { cookie }),
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
            ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
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
      outgoing.end(form === undefined ? '' : new URLSearchParams(form).toString());
    });
