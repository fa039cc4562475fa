import type { Medium } from '../features/media/types.ts';
import type { Command } from './command.ts';

const what = ({ content }: Medium): (string | number | null)[][] => [
  ...(content?.bundles ?? []).map((bundle) => [
    'bundle',
    `${bundle.seq} for ${bundle.site} of ${bundle.issuedAt}`,
    `${bundle.here.length} of ${bundle.volumes} volumes`,
    bundle.imported !== undefined
      ? `imported, receipt ${bundle.imported}`
      : bundle.answers === undefined
        ? 'answers no open request'
        : `answers request ${bundle.answers}`,
    bundle.here.map(({ name }) => name).join(', '),
  ]),
  ...(content?.trustFiles ?? []).map(({ here, issuedAt }) => [
    'trust file',
    `of ${issuedAt}`,
    null,
    null,
    here.map(({ name }) => name).join(', '),
  ]),
  ...(content?.damaged ?? []).map(({ name, code }) => ['damaged', code, null, null, name]),
  ...(
    [
      ['request', content?.requests],
      ['site card', content?.siteCards],
      ['receipt', content?.receipts],
      ['unknown', content?.unknown],
    ] as const
  ).flatMap(([kind, files]) => (files ?? []).map(({ name }) => [kind, null, null, null, name])),
];

/** Longer than any look at a medium takes before it is given up. */
const waitMs = 30_000;

export const command: Command = {
  summary: 'the media that are plugged in, and what lies on them by its own word',
  example: 'sallyport media list --data /var/lib/sallyport --json',
  run: async ({ open, out }) => {
    const { media } = await open();
    const found = await media.list({ waitMs });
    for (const medium of found) {
      const room =
        medium.sizeBytes === undefined ? '' : `, ${medium.freeBytes ?? 0} of ${medium.sizeBytes} bytes are free`;
      out.line(
        `${medium.path}  ${medium.label ?? medium.name}, ${medium.fileSystem ?? 'folder'}${medium.readOnly ? ', read-only' : ''}${room}`,
      );
      if (medium.fault !== undefined) out.line(`  cannot be read: ${medium.fault}`);
      out.table(['KIND', 'WHAT', 'HERE', 'STATE', 'FILES'], what(medium));
      if (medium.content?.isComplete === false) out.note(`${medium.path}: there is more on it than is looked at`);
    }
    if (found.length === 0) out.note('no medium is plugged in');
    out.result(found);
    return 0;
  },
};
