import type { z } from 'zod';
import { z as zod } from 'zod';
import { allOperations, madeOperations } from '../../src/all-operations.ts';
import { entryParts } from '../../src/entry-parts.ts';
import { apiPrefix } from '../../src/server/api/types.ts';
import { inner } from '../../src/server/api/wire.ts';
import { needsByRoute } from '../../src/server/console/route-needs.ts';
import { askedLists } from './asked-lists.ts';
import { type JudgedSite, takenBack } from './site.ts';

// Everything that the judge of scope asks: each address of the console with its queries and with the forms that its pages show an
// administrator, each call of the API and each command with an input made from its shape. Ids are of what is in reach of somebody,
// of what is not, and of nothing.

export type Call = {
  /** The address without values: what the table counts by. */
  readonly address: string;
  readonly by: 'browser' | 'token' | 'command';
  readonly method: string;
  /** With values; of a command the name of its operation. */
  readonly target: string;
  readonly body?: Readonly<Record<string, unknown>>;
};

export const never = 'f'.repeat(32);
const neverShort = 'x'.repeat(20);

/** Values of a part of an address or a field, by its name and by where it stands. */
function valuesIn(site: JudgedSite): (path: string, name: string) => readonly string[] {
  const { publicIds, groups, zones, planted } = site;
  const { db } = site.whole.appliance;
  const ids = (sql: string): string[] => db.prepare<[], string | number>(sql).pluck().all().map(String);
  const devices = [4, 8, 14, 0].map((n) => publicIds[n] ?? '');
  const someGroups = [groups[1] ?? '', groups[2] ?? '', groups[3] ?? '', neverShort];
  const controllers = [4, 6, 9, 13].map((n) => zones.controllers[n] ?? '');
  const someZones = [...[1, 2, 4, 0].map((n) => zones.zones[n] ?? ''), neverShort];
  const objectsOf = (kind: string): string[] => [
    ...ids(`select id from object where kind = '${kind}' order by created_at, id limit 5`),
    neverShort,
  ];
  const items = ids("select max(id) from inv_software where name in ('bash', 'tool-1', 'tool-3') group by name");
  const byName: Readonly<Record<string, readonly string[]>> = {
    device: [...devices, never],
    devices: [...devices, never],
    other: [...devices, never],
    one: [...devices, never],
    two: [...devices, never],
    keep: [...devices, never],
    group: someGroups,
    ancestor: someGroups,
    zone: someZones,
    controller: [...controllers, never],
    controllers: [...controllers, never],
    kind: ['group', 'device-decision', 'role', 'controller-zone', 'status-conditions'],
    collection: ['software', 'accounts', 'hardware', 'executable'],
    file: ['software.csv', 'accounts.csv', 'hardware.csv', 'json'],
    item: [...items, '999'],
    tab: ['software', 'accounts', 'hardware', 'findings', 'updates', 'changes', 'deviations', 'events', 'tasks'],
    patch: ['1', '2', '3', '4', '99'],
    sha256: ['a'.repeat(64), 'c'.repeat(64), '4'.repeat(64)],
    tag: ['pump', 'mixer-1', 'mixer-3'],
    account: ['administrator', never],
    role: ['administrator', neverShort],
    revision: ['1', '9'],
    merge: [...ids('select id from device_merge'), '99'],
  };
  return (path, name) => {
    const fits = planted
      .flatMap(({ choices }) => choices)
      .find((one) => one.name === name && one.pattern.test(path.replace(apiPrefix, '')));
    if (fits !== undefined) return fits.values;
    if (/controller-findings|controllers\/findings/.test(path) && (name === 'id' || name === 'finding'))
      return [...zones.findings, '999.CVE-2024-0001'];
    if (/\/patches\/(?::|\{)|controller-patches\/(?::|\{)/.test(path) && name === 'id') return byName['patch'] ?? [];
    if (/\/plans\//.test(path)) return [...zones.plans, neverShort];
    if (/identification\/(?:jobs\/)?(?::|\{)/.test(path)) return [...zones.jobs, neverShort];
    if (/\/zones\//.test(path)) return someZones;
    if (/controller-\[|programs|integrity|policy|^\/controllers\/(?::|\{)/.test(path) && name !== 'revision')
      return byName[name] ?? [...controllers, never];
    if (path.startsWith('/groups/')) return someGroups;
    if (/objects\/(?::|\{)kind/.test(path) && name === 'id')
      return [...someGroups, ...devices.slice(0, 3), ...someZones.slice(0, 3), 'administrator'];
    const object = /^\/(?:objects\/)?([a-z-]+?)s?\/(?::|\{)/.exec(path)?.[1] ?? '';
    return byName[name] ?? (name === 'id' ? [...devices, never, ...objectsOf(object)] : ['1', 'aaaaaaaaaaaaaaaaaaaa']);
  };
}

const filled = (path: string, part: RegExp, values: (name: string) => readonly string[]): string[] => {
  const found = part.exec(path);
  if (found === null) return [path];
  const [whole, name = ''] = found;
  return values(name).flatMap((value) => filled(path.replace(whole, encodeURIComponent(value)), part, values));
};

const texts = ['host', 'Device 1', 'Hall', 'bash', '10.0.3', 'PLC', 'TWIN', 'zone', 'tool-3', 'user-14', 'SN-14'];
/** Of the caller itself; these answer each person what they are. */
const isOwn = /^\/(?:login|logout|first|preferences|me|assets)\b/;

/** What every list is asked beside its bare address. */
const generic = (site: JudgedSite): readonly string[] => {
  const { publicIds, groups, zones } = site;
  return [
    'q=host',
    'q=PLC',
    'limit=2',
    'sort=name',
    'sort=-name',
    ...[4, 14].map((n) => `device=${publicIds[n]}`),
    ...[2, 3].map((n) => `group=${groups[n]}`),
    ...[2, 3].map((n) => `zone=${zones.zones[n]}`),
    ...[6, 9].map((n) => `controller=${zones.controllers[n]}`),
  ];
};

function pages(site: JudgedSite, values: ReturnType<typeof valuesIn>): Call[] {
  const listed = askedLists(site.publicIds, site.groups);
  return [...needsByRoute().keys()].flatMap((key): Call[] => {
    const [method = '', pattern = ''] = key.split(' ');
    if (method !== 'GET' || isOwn.test(pattern) || pattern.endsWith('/stream')) return [];
    const queries = pattern.startsWith('/search')
      ? texts.map((text) => `?q=${encodeURIComponent(text)}`)
      : [
          ...new Set([
            '',
            ...listed(pattern),
            ...site.asked.flatMap((one) => (one.pattern.test(pattern) ? one.queries.map((query) => `?${query}`) : [])),
            ...(pattern.includes(':') ? [] : generic(site).map((query) => `?${query}`)),
          ]),
        ];
    return filled(pattern, /:(\w+)(?:\{[^}]*\})?\??/, (name) => values(pattern, name)).flatMap((path) =>
      queries.map((query): Call => ({ address: key, by: 'browser', method, target: `${path}${query}` })),
    );
  });
}

/** One plain value that a schema takes, where its name says nothing. */
const plain = (schema: z.ZodType): unknown => {
  const one = inner(schema);
  if (one instanceof zod.ZodEnum) return one.options[0];
  if (one instanceof zod.ZodLiteral) return [...one.values][0];
  if (one instanceof zod.ZodNumber) return 1;
  if (one instanceof zod.ZodBoolean) return true;
  if (one instanceof zod.ZodArray) return [plain(one.element as z.ZodType)];
  if (one instanceof zod.ZodUnion) return plain(one.options[0] as z.ZodType);
  if (one instanceof zod.ZodObject) return inputOf(one, {});
  if (one instanceof zod.ZodRecord) return {};
  return 'x';
};

/** The words of a closed set, or else what its name says. */
const choicesOf = (schema: z.ZodType, byName: () => readonly string[]): readonly string[] => {
  const one = inner(schema);
  return one instanceof zod.ZodEnum ? one.options.map(String) : byName();
};

const isNeeded = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;

const fit = (schema: z.ZodType, value: string): unknown => {
  const one = inner(schema);
  if (one instanceof zod.ZodArray) return [fit(one.element as z.ZodType, value)];
  if (one instanceof zod.ZodNumber) return Number(value);
  return value;
};

const inputOf = (shape: z.ZodObject, given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(shape.shape as Record<string, z.ZodType>).flatMap(([key, schema]) => {
      const value = given[key] ?? (isNeeded(schema) ? plain(schema) : undefined);
      return value === undefined ? [] : [[key, value]];
    }),
  );

/** Inputs of an operation: bare for each value of its path, and with each further field once for each of its values. */
const inputsOf = (
  { input, http, name }: (typeof allOperations)[number],
  values: ReturnType<typeof valuesIn>,
): Record<string, unknown>[] => {
  const path = http?.path ?? `/${name.replaceAll('.', '/')}`;
  const shape = input.shape as Record<string, z.ZodType>;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, key = '']) => key);
  const keys = http === undefined ? Object.keys(shape).filter((key) => isNeeded(shape[key] as z.ZodType)) : inPath;
  let bare: Record<string, unknown>[] = [{}];
  for (const key of keys)
    bare = bare.flatMap((one) =>
      choicesOf(shape[key] as z.ZodType, () => values(path, key)).map((value) => ({
        ...one,
        [key]: fit(shape[key] as z.ZodType, value),
      })),
    );
  bare = bare.slice(0, 24);
  const rest = Object.entries(shape).filter(([key]) => !keys.includes(key));
  const named = rest.flatMap(([key, schema]) => {
    const one = inner(schema);
    const options = one instanceof zod.ZodEnum ? one.options.map(String) : undefined;
    const known =
      /^(?:device|devices|group|other|one|two|controller|controllers|zone|add|remove|ids|item|tag|merge)$/.test(key)
        ? values(path, key === 'add' || key === 'remove' ? 'devices' : key)
        : undefined;
    const searched = /^(?:search|q|name|text)$/.test(key) ? texts.slice(0, 8) : undefined;
    return (known ?? options ?? searched ?? []).map((value) => ({ [key]: fit(schema, value) }));
  });
  const few = bare.slice(0, 5);
  return [...bare, ...few.flatMap((one) => named.map((more) => ({ ...one, ...more })))].map((given) =>
    inputOf(input, given),
  );
};

const apiCall = (operation: (typeof allOperations)[number], input: Record<string, unknown>): Call[] => {
  const { http } = operation;
  if (http === undefined || http.upload !== undefined) return [];
  const rest = { ...input };
  const path = http.path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = String(rest[key]);
    delete rest[key];
    return encodeURIComponent(value);
  });
  const inQuery = http.method === 'get' || http.method === 'delete';
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest))
    for (const one of Array.isArray(value) ? value : [value]) query.append(key, String(one));
  return [
    {
      address: `${http.method.toUpperCase()} ${apiPrefix}${http.path}`,
      by: 'token',
      method: http.method.toUpperCase(),
      target: `${apiPrefix}${path}${inQuery && query.size > 0 ? `?${query.toString()}` : ''}`,
      ...(inQuery ? {} : { body: rest }),
    },
  ];
};

function operations(site: JudgedSite, values: ReturnType<typeof valuesIn>): Call[] {
  const { appliance } = site.whole;
  const all = [...allOperations, ...madeOperations(entryParts(appliance)).operations];
  return all.flatMap((operation) => {
    const inputs = inputsOf(operation, values);
    const body = (input: Record<string, unknown>): Call => ({
      address: `sallyport ${operation.name.replaceAll('.', ' ')}`,
      by: 'command',
      method: operation.http?.method === 'get' ? 'GET' : 'POST',
      target: operation.name,
      body: input,
    });
    return [
      ...inputs.flatMap((input) => apiCall(operation, input)),
      ...(operation.command === undefined ? [] : inputs.map(body)),
    ];
  });
}

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\b${name}="([^"]*)"`)
    .exec(tag)?.[1]
    ?.replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'");

/** The forms of a page, each as it is sent by each of its buttons, and with each choice of its lists. */
function formsIn(html: string, address: string): { action: string; fields: Record<string, string> }[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(([, head = '', inside = '']) => {
    if (!/method="post"/i.test(head) || /multipart/.test(head)) return [];
    const fields: Record<string, string> = {};
    const choices: Record<string, string>[] = [];
    for (const [tag] of inside.matchAll(/<(?:input|textarea)\b[^>]*>/g)) {
      const [name, type] = [attribute(tag, 'name'), attribute(tag, 'type') ?? 'text'];
      if (name === undefined || name === 'csrf' || type === 'file') continue;
      const value = attribute(tag, 'value') ?? '';
      if (type === 'radio' || type === 'checkbox') {
        if (/\bchecked\b/.test(tag)) fields[name] = value;
        choices.push({ [name]: value });
      } else fields[name] = value === '' && type !== 'hidden' ? (type === 'number' ? '1' : 'x') : value;
    }
    for (const [, open = '', options = ''] of inside.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)) {
      const name = attribute(`<select ${open}>`, 'name');
      if (name === undefined) continue;
      const all = [...options.matchAll(/<option\b[^>]*>/g)].map(([tag]) => ({
        tag,
        value: attribute(tag, 'value') ?? '',
      }));
      fields[name] = (all.find(({ tag }) => /\bselected\b/.test(tag)) ?? all[0])?.value ?? '';
      choices.push(...all.slice(0, 8).map(({ value }) => ({ [name]: value })));
    }
    const buttons = [...inside.matchAll(/<button\b[^>]*>/g)].flatMap(([tag]) => {
      const name = attribute(tag, 'name');
      return name === undefined ? [] : [{ [name]: attribute(tag, 'value') ?? '' }];
    });
    const action = attribute(head, 'action') ?? address;
    const sent = buttons.length === 0 ? [{}] : buttons;
    return [
      ...sent.map((button) => ({ ...fields, ...button })),
      ...choices.map((one) => ({ ...fields, ...sent[0], ...one })),
    ].map((one) => ({ action, fields: { confirmed: '1', ...one } }));
  });
}

const patternsOf = (method: string) =>
  [...needsByRoute().keys()]
    .filter((key) => key.startsWith(`${method} `))
    .map((key) => ({
      key,
      shape: new RegExp(
        `^${key
          .slice(method.length + 1)
          .replace(/\/:\w+(?:\{([^}]*)\})?(\?)?/g, (_, part?: string, may?: string) =>
            may === undefined ? `/(?:${part ?? '[^/]+'})` : '(?:/[^/]+)?',
          )}$`,
      ),
    }))
    .sort((a, b) => Number(a.key.includes(':')) - Number(b.key.includes(':')));

/** The forms that the pages of these calls show an administrator, one for each address that takes one, and what was planted. */
export async function formsOf(site: JudgedSite, shown: readonly Call[]): Promise<readonly Call[]> {
  const values = valuesIn(site);
  const posts = patternsOf('POST');
  const keyOf = (path: string): string | undefined => posts.find(({ shape }) => shape.test(path))?.key;
  const found = new Map<string, Call>();
  const add = (target: string, body: Readonly<Record<string, unknown>>): void => {
    const path = target.replace(/\?.*/, '');
    const address = keyOf(path);
    if (address === undefined || isOwn.test(path)) return;
    found.set(`${target} ${JSON.stringify(body)}`, { address, by: 'browser', method: 'POST', target, body });
  };
  const seen = new Set<string>();
  for (const { target } of shown) {
    if (seen.has(target) || target.includes('.csv') || target.includes('?')) continue;
    seen.add(target);
    const html = await takenBack(site.whole.appliance.db, async () => {
      const response = await site.administrator.get(target);
      return (response.headers.get('content-type') ?? '').includes('html') ? response.text() : '';
    });
    for (const { action, fields } of formsIn(html, target)) add(action.startsWith('/') ? action : target, fields);
  }
  for (const { key } of posts) {
    const pattern = key.slice('POST '.length);
    if (isOwn.test(pattern)) continue;
    const paths = filled(pattern, /:(\w+)(?:\{[^}]*\})?\??/, (name) => values(pattern, name)).slice(0, 30);
    for (const path of paths) {
      found.set(path, { address: key, by: 'browser', method: 'POST', target: path, body: { confirmed: '1' } });
      for (const { pattern: where, by, body } of site.planted.flatMap(({ bodies }) => bodies))
        if (by === 'browser' && where.test(path)) add(path, body as Record<string, unknown>);
    }
  }
  return [...found.values()];
}

function plantedCalls(site: JudgedSite, api: readonly Call[]): Call[] {
  const bodies = site.planted.flatMap((one) => one.bodies).filter(({ by }) => by === 'token');
  const paths = new Map(
    api
      .filter(({ by, method }) => by === 'token' && method !== 'GET')
      .map((call) => [`${call.method} ${call.target}`, call]),
  );
  return [...paths.values()].flatMap((call) =>
    bodies
      .filter(({ pattern }) => pattern.test(call.target.replace(apiPrefix, '').replace(/\?.*/, '')))
      .map(({ body }) => ({ ...call, body: body as Record<string, unknown> })),
  );
}

/** What is the same for every person: reads of pages, calls and commands, and calls with the bodies that were planted. */
export function callsOf(site: JudgedSite): readonly Call[] {
  const values = valuesIn(site);
  const made = operations(site, values);
  return [...pages(site, values), ...made, ...plantedCalls(site, made)];
}

/** Every address that the judge has to ask: of the console, of the API, and commands. */
export function allAddresses(site: JudgedSite): string[] {
  const { appliance } = site.whole;
  return [
    ...[...needsByRoute().keys()].filter((key) => !isOwn.test(key.split(' ')[1] ?? '') && !key.endsWith('/stream')),
    ...[...allOperations, ...madeOperations(entryParts(appliance)).operations].flatMap(({ http, command, name }) => [
      ...(http === undefined || http.upload !== undefined
        ? []
        : [`${http.method.toUpperCase()} ${apiPrefix}${http.path}`]),
      ...(command === undefined ? [] : [`sallyport ${name.replaceAll('.', ' ')}`]),
    ]),
  ];
}
