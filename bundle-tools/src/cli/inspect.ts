import { type Inspected, inspect as inspectPath } from '../host/inspect.ts';
import { openState } from '../host/state.ts';
import { groupHex } from '../trust/keys.ts';
import { type Command, textOption } from './command.ts';
import { argument } from './state-option.ts';

const requestLines = (found: Extract<Inspected, { kind: 'request' }>): string[] => {
  const head = `sealed request, ${found.sealed.bytes} bytes, for ${found.sealed.recipients} keys`;
  const { request } = found;
  if (request === undefined) return [head, `closed: ${found.closed ?? ''}`];
  return [
    head,
    `site ${request.site}, request ${request.number} (${request.requestId}), ${request.createdAt}`,
    `holds ${request.have} objects, bundle ${request.seq}, root ${request.tuf.root}, targets ${request.tuf.targets}`,
    ...Object.entries(request.wants).map(([kind, count]) => `wants ${count} ${kind}`),
    ...request.platforms.map(
      (entry) =>
        `platform ${entry.vendor} ${entry.release} ${entry.arch}: ${entry.packages} packages (${entry.suites.join(' ')})`,
    ),
    `software ${request.software}, controllers ${request.controllers}, advisories ${request.advisories}, receipts ${request.receipts}`,
    `journal of the site: entry ${request.journal.entries}, head ${request.journal.head.slice(0, 16)}`,
    ...(request.journal.seen === null
      ? []
      : [
          `  seen with request ${request.journal.seen.request}: entry ${request.journal.seen.entries}, head ${request.journal.seen.head.slice(0, 16)}`,
        ]),
    ...(request.journal.wentBack ? [`! WENT BACK: ${request.journal.detail ?? ''}`] : []),
  ];
};

const lines = (found: Inspected): string[] => {
  switch (found.kind) {
    case 'request':
      return requestLines(found);
    case 'bundle': {
      const { manifest } = found;
      return [
        `bundle ${manifest.bundle_id} for ${manifest.site === '*' ? 'every site (broadcast)' : `site ${manifest.site}`}, number ${manifest.seq}`,
        `issued ${manifest.issued_at}, until ${manifest.expires}`,
        `catalog ${manifest.inventory.catalog}: ${manifest.inventory.lines} objects listed, ${manifest.totals.objects} here, ${manifest.totals.bytes} bytes`,
        ...(manifest.request_id === undefined ? [] : [`answers request ${manifest.request_id}`]),
        ...manifest.unfulfilled.map(({ reason, wants }) => `not fulfilled: ${reason}: ${wants.length} wants`),
        `manifest sha256 ${found.manifestSha256}`,
      ];
    }
    case 'site-card':
      return [
        `card ${found.card.number} of site ${found.card.site}, ${found.card.created_at}`,
        `fingerprint  ${groupHex(found.fingerprint)}`,
      ];
    case 'metadata': {
      const { metadata } = found;
      return [
        `${metadata.role} ${metadata.version}, until ${metadata.expires}`,
        `fingerprint  ${groupHex(metadata.sha256)}`,
        ...Object.entries(metadata.roles ?? {}).map(
          ([role, { keyids, threshold }]) => `${role}: ${threshold} of ${keyids.length}`,
        ),
      ];
    }
    case 'catalog':
      return [
        `catalog ${found.catalog}: ${found.lines} objects, ${found.updates} updates, ${found.signed ? 'with signatures' : 'not signed'}`,
      ];
    default:
      return [
        `${found.kind}, sha256 ${found.sha256}`,
        ...found.keyids.map((keyid) => `key ${keyid}`),
        JSON.stringify(found.content, null, 2),
      ];
  }
};

export const inspect: Command = {
  usage: 'inspect PATH [--state DIR]',
  example: 'inspect /media/usb/1f0c77aa-1of1.tar',
  options: { state: { value: 'DIR', help: "this host's state, to open a sealed request" } },
  positionals: [1, 1],
  run: async (input) => {
    const dir = textOption(input, 'state');
    const found = await inspectPath(argument(input, 0), dir === undefined ? undefined : openState(dir));
    return { json: found, text: lines(found) };
  },
};
