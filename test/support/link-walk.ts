import { Agent, request } from 'node:https';

// Walks a console as a person without scripts meets it: every link and every form of every page, from the first one on.

type Answer = {
  readonly status: number;
  readonly location: string | undefined;
  readonly isPage: boolean;
  readonly html: string;
};

type Form = {
  readonly method: 'get' | 'post';
  readonly action: string;
  readonly fields: readonly [string, string][];
};

/** A browser of one person: an address is asked over a connection that stays. */
export type Walker = {
  get(href: string): Promise<Answer>;
  post(action: string, fields: readonly (readonly [string, string])[]): Promise<Answer>;
  close(): void;
};

/** A person at the console behind `url`; `cookies` are kept as a browser does. */
export const walkerAt = (url: string): Walker => {
  // The certificate is of the appliance's own authority.
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const jar = new Map<string, string>();
  const send = (method: string, path: string, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string> = {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        'sec-fetch-site': 'same-origin',
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      };
      const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          for (const line of response.headers['set-cookie'] ?? []) {
            const [pair = ''] = line.split(';');
            const at = pair.indexOf('=');
            jar.set(pair.slice(0, at), pair.slice(at + 1));
          }
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location,
            isPage: response.headers['content-type']?.startsWith('text/html') === true,
            html: Buffer.concat(parts).toString('utf8'),
          });
        });
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed a connection that had been idle, as the next question left: a browser asks again.
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(send(method, path, body));
        else reject(error);
      });
      sent.end(body);
    });
  return {
    get: (href) => send('GET', href),
    post: (action, fields) => send('POST', action, new URLSearchParams(fields.map(([k, v]) => [k, v])).toString()),
    close: () => agent.destroy(),
  };
};

const decoded = (text: string): string =>
  text
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : decoded(found);
};

type Link = { readonly href: string; readonly text: string };

/** The links of a page that lead to an address of the console, with their words. */
export const linksOf = (html: string): Link[] =>
  [...html.matchAll(/<a\b[^>]*>[\s\S]*?<\/a>/g)].flatMap(([whole]) => {
    const href = attribute(whole, 'href')?.split('#')[0] ?? '';
    if (!href.startsWith('/') || href.startsWith('/assets')) return [];
    const text = whole
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    return [{ href, text: decoded(text) }];
  });

/** How a list is shown, and not what it is about. */
const ofLists: ReadonlySet<string> = new Set(['sort', 'col', 'after', 'all', 'open']);

/** The address without what varies: ids, the values of parameters, and how a list is shown. */
export const shapeOf = (href: string): string => {
  const { pathname, searchParams } = new URL(href, 'http://localhost');
  const isVaried = /\/(?:[0-9a-z]{20,}|controller-[0-9a-z]+|[0-9a-f]{10,}|device-\d+|\d+(?:\.[\w.-]+)?)(?=\/|$)/g;
  const names = [...new Set(searchParams.keys())].filter((name) => !ofLists.has(name));
  return `${pathname.replace(isVaried, '/:id')}?${names.sort().join('&')}`;
};

const textareas = /<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g;
const selects = /<select\b([^>]*)>([\s\S]*?)<\/select>/g;
const inputs = /<input\b[^>]*>/g;
const buttons = /<button\b([^>]*)>([\s\S]*?)<\/button>/g;

/** What a form sends as it stands, without its buttons. */
const fieldsOf = (html: string): [string, string][] => {
  const found: [string, string][] = [];
  for (const [tag] of html.matchAll(inputs)) {
    const [name, type] = [attribute(tag, 'name'), attribute(tag, 'type') ?? 'text'];
    if (name === undefined || ['submit', 'file'].includes(type) || / disabled[ =>]/.test(tag)) continue;
    if (['checkbox', 'radio'].includes(type) && !/ checked[ =>"]/.test(tag)) continue;
    found.push([name, attribute(tag, 'value') ?? (type === 'checkbox' ? 'on' : '')]);
  }
  for (const [, tag = '', inner = ''] of html.matchAll(selects)) {
    const options = [...inner.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
    const name = attribute(` ${tag}`, 'name');
    const picked = options.find((option) => / selected[ =>"]/.test(option)) ?? options[0];
    if (name !== undefined && picked !== undefined) found.push([name, attribute(picked, 'value') ?? '']);
  }
  for (const [, tag = '', inner = ''] of html.matchAll(textareas)) {
    const name = attribute(` ${tag}`, 'name');
    if (name !== undefined) found.push([name, decoded(inner)]);
  }
  return found;
};

/** Every available button of every form of a page at `href`, as pressing it would send it; forms with files are others' matter. */
export const pressesOf = (html: string, href: string): Form[] => {
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)];
  return forms.flatMap(([, head = '', inner = '']): Form[] => {
    const tag = ` ${head}`;
    if (attribute(tag, 'enctype') !== undefined) return [];
    const method = attribute(tag, 'method') === 'post' ? 'post' : 'get';
    const action = attribute(tag, 'action') ?? href.split('?')[0] ?? '';
    const id = attribute(tag, 'id');
    const outside =
      id === undefined
        ? []
        : [...html.matchAll(buttons)].filter(([whole]) => attribute(whole.split('>')[0] ?? '', 'form') === id);
    const all = [
      ...[...inner.matchAll(buttons)].filter(([whole]) => attribute(whole.split('>')[0] ?? '', 'form') === undefined),
      ...outside,
    ];
    return all.flatMap(([, attributes = '']): Form[] => {
      const button = ` ${attributes}`;
      if (attribute(button, 'type') !== 'submit' || attribute(button, 'aria-disabled') === 'true') return [];
      const name = attribute(button, 'name');
      return [
        {
          method,
          action: attribute(button, 'formaction') ?? action,
          fields: [
            ...fieldsOf(inner),
            ...(name === undefined ? [] : [[name, attribute(button, 'value') ?? ''] as [string, string]]),
          ],
        },
      ];
    });
  });
};

type Walked = {
  /** Each page that was met, by its address. */
  readonly pages: ReadonlyMap<string, string>;
  /** What was refused, with the page that led there. */
  readonly dead: readonly string[];
};

/** Follows every link and every form that asks, from `starts` on, `clicks` of them; `perShape` addresses of each shape. */
export const walk = async (
  walker: Walker,
  starts: readonly string[],
  perShape: number,
  clicks = Number.POSITIVE_INFINITY,
): Promise<Walked> => {
  const pages = new Map<string, string>();
  const asked = new Set<string>();
  const shapes = new Map<string, number>();
  const dead: string[] = [];
  const queue = starts.map((href): [href: string, from: string, clicks: number] => [href, 'the start', 0]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [href, from, far] = next;
    const shape = shapeOf(href);
    const count = shapes.get(shape) ?? 0;
    // A stream of events has no end.
    if (asked.has(href) || count >= perShape || href.split('?')[0]?.endsWith('/stream') === true) continue;
    asked.add(href);
    shapes.set(shape, count + 1);
    const { status, location, isPage, html } = await walker.get(href);
    if (status >= 400) dead.push(`${status} ${href} on ${from}`);
    if (location !== undefined) queue.push([location, href, far]);
    if (!isPage) continue;
    pages.set(href, html);
    if (far >= clicks) continue;
    for (const link of linksOf(html)) queue.push([link.href, href, far + 1]);
    for (const { method, action, fields } of pressesOf(html, href))
      if (method === 'get') queue.push([`${action}?${new URLSearchParams([...fields])}`, href, far + 1]);
  }
  return { pages, dead };
};
