import type { SiteRequest } from '@sallyport/bundle-tools/documents/request';
import { type RequestGroup, type RequestGroupName, requestGroupNames } from './types.ts';

// A request in groups, as a person reads what leaves: one table for the page of all and for the page of each.

type Field = keyof SiteRequest;

type Group = {
  /** The fields of the request that it shows. */
  readonly fields: readonly Field[];
  readonly items: (request: SiteRequest) => number;
  readonly examples: (request: SiteRequest) => readonly string[];
};

const none = (): readonly string[] => [];

const groups: Readonly<Record<Exclude<RequestGroupName, 'state'>, Group>> = {
  platforms: {
    fields: ['platforms'],
    items: ({ platforms }) => platforms.length,
    examples: ({ platforms }) =>
      platforms.flatMap(({ packages }) => packages.slice(0, 3).map(({ name, version }) => `${name} ${version}`)),
  },
  coverage: {
    fields: ['coverage'],
    items: ({ coverage }) => coverage.length,
    examples: ({ coverage }) => coverage.map(({ ecosystem }) => ecosystem),
  },
  software: {
    fields: ['software'],
    items: ({ software }) => software.length,
    examples: ({ software }) => software,
  },
  wants: {
    fields: ['wants'],
    items: ({ wants }) => wants.length,
    examples: ({ wants }) =>
      wants.slice(0, 3).map(({ kind, id, min }) => `${kind} ${id}${min === undefined ? '' : ` ${min}`}`),
  },
  held: { fields: ['have'], items: ({ have }) => Buffer.byteLength(have, 'base64') / 32, examples: none },
  receipts: { fields: ['receipts'], items: ({ receipts }) => receipts.length, examples: none },
};

const named = new Set<string>(Object.values(groups).flatMap(({ fields }) => fields));

/** Everything that no other group shows: what the appliance says of itself, and the fields that stay empty. */
const state: Omit<Group, 'fields'> = {
  items: () => 1,
  examples: ({ cursors }) => Object.keys(cursors),
};

const fieldsOf = (request: SiteRequest, name: RequestGroupName): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(request).filter(([field]) =>
      name === 'state' ? !named.has(field) : groups[name].fields.some((own) => own === field),
    ),
  );

/** The groups of a request, with their sizes. */
export function requestGroups(request: SiteRequest): RequestGroup[] {
  return requestGroupNames.map((name) => {
    const group = name === 'state' ? state : groups[name];
    const items = group.items(request);
    return {
      name,
      items,
      examples: group.examples(request).slice(0, 3),
      bytes: items === 0 ? 0 : Buffer.byteLength(JSON.stringify(fieldsOf(request, name))),
    };
  });
}

/** The part of a request's text that a group shows. Undefined: no such group. */
export function groupText(text: string, group: string): string | undefined {
  const name = requestGroupNames.find((known) => known === group);
  return name === undefined ? undefined : JSON.stringify(fieldsOf(JSON.parse(text) as SiteRequest, name), null, 2);
}
