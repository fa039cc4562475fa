import { visibleHtml } from '@sallyport/bundle-tools/platform/visible-text';
import type { Context, Next } from 'hono';
import type { ConsoleEnv } from './types.ts';

type Html = string | { toString(): string | Promise<string> } | Promise<string>;

/** Every page and part of one names the characters of reported text that are not seen, wherever it stands on it. */
export const nameHiddenCharacters = async (c: Context<ConsoleEnv>, next: Next): Promise<void> => {
  const send = c.html.bind(c) as (html: string | Promise<string>, ...rest: unknown[]) => Response | Promise<Response>;
  const html = (body: Html, ...rest: unknown[]): Response | Promise<Response> => {
    const text = body instanceof Promise ? body : body.toString();
    return typeof text === 'string' ? send(visibleHtml(text), ...rest) : send(text.then(visibleHtml), ...rest);
  };
  c.html = html as typeof c.html;
  await next();
};
