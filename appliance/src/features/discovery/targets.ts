import type { ObjectService } from '../../engine/objects/service.ts';
import type { Body, Obj } from '../../engine/objects/types.ts';
import type { NamedTarget } from '../../platform/connect.ts';
import { isInside, parseRange } from '../../platform/ipv4-range.ts';
import { proofOf } from '../../platform/named-peer.ts';
import { type DirectorySource, defaultFilters } from './poll-directory.ts';

export const directoryKind = 'directory-source';
export const rangeKind = 'address-range';

/** How events, tables and connections name an object. */
export const subjectOf = (object: Pick<Obj, 'kind' | 'id'>): string => `${object.kind}/${object.id}`;

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');
const texts = (body: Body, name: string): string[] =>
  Array.isArray(body[name]) ? body[name].filter((entry): entry is string => typeof entry === 'string') : [];

type Entered = Pick<Obj, 'kind' | 'id' | 'body'>;
type Objects = Pick<ObjectService, 'exportKind'>;

/** Every live object of a kind, however many: a range of controllers that is left out would be asked. */
export const allOf = (objects: Objects, kind: string): Entered[] => objects.exportKind(kind);

/** A directory source as it is polled; with its secrets. */
export const directorySourceOf = ({ body, ...object }: Obj): DirectorySource => ({
  object: subjectOf(object),
  host: text(body, 'host'),
  port: Number(body['port']),
  security: body['security'] === 'plain' ? 'plain' : body['security'] === 'starttls' ? 'starttls' : 'ldaps',
  proof: proofOf(body),
  bindDn: text(body, 'bindDn'),
  password: text(body, 'password'),
  baseDns: texts(body, 'baseDns'),
  filters: {
    users: text(body, 'userFilter') || defaultFilters.users,
    groups: text(body, 'groupFilter') || defaultFilters.groups,
    units: text(body, 'unitFilter') || defaultFilters.units,
    computers: text(body, 'computerFilter') || defaultFilters.computers,
  },
  pageSize: Number(body['pageSize']),
});

/** The ports of a range as numbers. */
export const portsOf = (body: Body): number[] => [...new Set(texts(body, 'ports').map(Number))];

/** What administrators named so far, for the module that connects. */
export const namedTargets = (objects: Objects): NamedTarget[] => {
  const directories = allOf(objects, directoryKind)
    .filter(({ body }) => body['disabled'] !== true)
    .map(
      (object): NamedTarget => ({
        purpose: 'directory',
        object: subjectOf(object),
        ports: [Number(object.body['port'])],
        echo: false,
        covers: (host) => host === object.body['host'],
      }),
    );
  const ranges = allOf(objects, rangeKind)
    .filter(({ body }) => body['enabled'] === true && body['controllers'] !== true)
    .flatMap((object): NamedTarget[] => {
      const range = parseRange(text(object.body, 'network'));
      if (range === undefined) return [];
      return [
        {
          purpose: 'discovery',
          object: subjectOf(object),
          ports: portsOf(object.body),
          echo: object.body['ping'] === true,
          covers: (host) => isInside(range, host),
        },
      ];
    });
  return [...directories, ...ranges];
};
