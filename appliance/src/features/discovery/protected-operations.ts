import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ProtectedAddresses } from './protected-service.ts';
import { mostInRelease, protectedAddress, releaseRequest } from './types.ts';

// Addresses that are still protected after they left the records of controllers: their list, asking for their release, deciding about it.

const { operation } = operationsOver<{ protectedAddresses: ProtectedAddresses }>({
  area: 'controllers',
  bound: 'site',
});

export const protectedSchemas = { ProtectedAddress: protectedAddress, ReleaseRequest: releaseRequest };

const within = z.array(z.string().min(1).max(100)).max(mostInRelease);

const requestLines = ({ id, by, reason, digest, addresses }: z.output<typeof releaseRequest>): string[] => [
  `request ${id}, by ${by}: ${reason}`,
  `  addresses ${addresses.map(({ address }) => address).join(', ')}`,
  `  digest    ${digest}`,
];

export const protectedOperations = [
  operation({
    name: 'protected.list',
    http: { method: 'get', path: '/protected-addresses' },
    right: 'controllers:read',
    summary: 'Addresses that left the records of controllers and are still protected, and requests to release them',
    input: z.strictObject({
      within: within.optional().describe('Only what lies in these addresses, networks or ranges'),
      limit: z.int().min(1).max(mostInRelease).default(200),
    }),
    output: z.object({
      rows: z.array(protectedAddress),
      total: z.int().describe('How many there are beside those of this answer'),
      requests: z.array(releaseRequest),
    }),
    run: ({ protectedAddresses }, { limit, ...given }) => ({
      ...protectedAddresses.list({ limit, ...defined(given) }),
      requests: protectedAddresses.requests(),
    }),
    command: {
      flags: { within: { name: 'within', value: 'ADDRESS', help: 'an address, network or range; may be repeated' } },
      example: 'sallyport protected list --within 10.20.0.0/16',
      print: (out, { rows, total, requests }) => {
        out.table(
          ['ADDRESS', 'PROTECTED BY', 'NAME', 'LEFT', 'CHANGED BY', 'REQUEST'],
          rows.map(({ address, because, label, leftAt, leftBy, request }) => [
            address,
            because,
            label,
            leftAt,
            leftBy,
            request === null ? '' : String(request),
          ]),
        );
        if (total === 0) out.note('No address is still protected: all that are kept from are in the records.');
        if (total > rows.length) out.note(`${rows.length} of ${total}: see --within and --limit`);
        for (const line of requests.flatMap(requestLines)) out.line(line);
      },
    },
  }),
  operation({
    name: 'protected.release',
    http: { method: 'post', path: '/protected-addresses/releases', status: 201 },
    person: 'always',
    right: 'controllers:write',
    summary:
      'A signed-in person asks for the release of what is still protected within some addresses; a second one agrees',
    input: z.strictObject({
      addresses: within.min(1).describe('Addresses, networks or ranges; released is what is still protected in them'),
      reason: z.string().min(1).max(500),
    }),
    output: releaseRequest,
    run: ({ protectedAddresses, actor }, { addresses, reason }) => protectedAddresses.ask(actor, addresses, reason),
    command: {
      flags: {
        addresses: { name: 'address', value: 'ADDRESS', help: 'an address, network or range; may be repeated' },
      },
      example: 'sallyport protected release --address 10.20.1.7 --reason "the controller was scrapped"',
      print: (out, request) => {
        for (const line of requestLines(request)) out.line(line);
        out.note(`It waits for a second person: sallyport protected decide --request ${request.id} --agree`);
      },
    },
  }),
  operation({
    name: 'protected.decide',
    http: { method: 'post', path: '/protected-addresses/releases/{request}/decision' },
    person: 'to-agree',
    decides: true,
    right: 'controllers:write',
    summary: 'A second person agrees to the release of exactly these addresses, or the request is given up',
    input: z.strictObject({
      request: z.int(),
      agree: z.boolean().default(false).describe('Without it the request is given up'),
      digest: z.string().max(64).optional().describe('Of the request, as the list shows it; needed to agree'),
    }),
    output: z.object({ request: z.int(), released: z.int() }),
    run: ({ protectedAddresses, actor }, { request, ...decision }) => {
      const { addresses } = protectedAddresses.decide(actor, request, decision);
      return { request, released: decision.agree ? addresses.length : 0 };
    },
    command: {
      example: 'sallyport protected decide --request 3 --agree --digest 0123456789abcdef',
      print: (out, { request, released }) =>
        out.line(released === 0 ? `request ${request} was given up` : `released  ${released}`),
    },
  }),
];
