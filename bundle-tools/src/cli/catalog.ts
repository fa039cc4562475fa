import { type BuiltCatalog, buildCatalog } from '../host/catalog-build.ts';
import { signCatalog } from '../host/catalog-sign.ts';
import { coverageText } from '../host/coverage.ts';
import { warningText } from '../host/key-warnings.ts';
import { takeRequests } from '../host/requests.ts';
import type { HostState } from '../host/state.ts';
import { nowMs } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { type Command, type CommandInput, flagOption, listOption, textOption } from './command.ts';
import { passphraseOption, readKeys } from './key-options.ts';
import { argument, integerOption, onState, stateOption } from './state-option.ts';
import { upkeep } from './upkeep.ts';

/** What a build found, as JSON. */
export const catalogJson = (built: BuiltCatalog) => ({
  catalog: built.number,
  path: built.folder,
  isNew: built.isNew,
  isSigned: built.isSigned,
  objects: built.diff.totals.lines,
  bytes: built.diff.totals.bytes,
  updates: built.diff.totals.updates,
  added: built.diff.added.length,
  changed: built.diff.changed.length,
  removed: built.diff.removed.length,
  newBytes: built.diff.totals.newBytes,
  signers: built.diff.signers,
  feeds: built.feeds,
  unread: built.unread,
  leftOut: built.refused,
  sites: built.sites,
});

/** A source that the catalog was built without, for people. */
export const unreadText = (failure: { source: string; code: string; message: string }, catalog: number): string =>
  `source ${failure.source} was not read for catalog ${catalog}: ${failure.code}: ${failure.message}`;

/** The options of everything that takes requests from a medium. */
export const requestOptions = {
  media: { value: 'DIR', path: 'medium', required: true, help: 'the medium, as a folder' },
  'accept-reverted': { value: 'SITE', multiple: true, help: 'this site restored a backup; take its request even so' },
} as const satisfies Command['options'];

/** Takes the requests of the medium, and says what was left out. */
export const takeFromMedium = (input: CommandInput, state: HostState) => {
  const media = textOption(input, 'media') ?? '';
  const taken = takeRequests(state, media, {
    acceptReverted: new Set(listOption(input, 'accept-reverted')),
    nowMs: nowMs(),
  });
  for (const { file, code, message } of taken.refused) input.io.note(`left out ${file}: ${code}: ${message}`);
  for (const file of taken.superseded) input.io.note(`left out ${file}: the site has a newer request here`);
  for (const { site: name, taken: count, refused } of taken.receipts)
    input.io.note(
      refused === undefined
        ? `site ${name}: ${count} new receipts lay on the medium`
        : `left out the receipts of site ${name}: ${refused.code}: ${refused.message}`,
    );
  for (const { site, request } of taken.requests) {
    const { receipt_gap: gap, seq } = site.record;
    if (taken.reverted.includes(site.record.site))
      input.io.note(
        `site ${site.record.site} went back: it is at bundle ${request.state.seq}, this host wrote ${seq}; the answer gets a number above both`,
      );
    if (gap !== undefined)
      input.io.note(
        `CHAIN: receipts ${gap.from} to ${gap.to} of site ${site.record.site} are not here, since this host went back to a backup; the next request brings them again`,
      );
  }
  for (const { site, request } of taken.requests)
    if (request.site_card !== site.card.digest || request.seal_to !== site.card.card.seal_key)
      input.io.note(
        `site ${site.record.site} has another card in force than card ${site.card.card.number}, which is here: bring its newest card, then site add CARD`,
      );
  for (const { site } of taken.requests)
    if (!site.record.compared)
      input.io.note(`the fingerprint of site ${site.record.site} was not compared: site add CARD --fingerprint HEX`);
  return taken;
};

const graceDaysOf = (input: CommandInput) => integerOption(input, 'grace-days', 0, 3650);

export const catalogBuild: Command = {
  usage: 'catalog build --media DIR --state DIR',
  example: 'catalog build --media /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    ...requestOptions,
    'grace-days': { value: 'N', help: 'the new grace period in policy.json' },
    diff: { help: 'print the whole diff' },
  },
  run: onState(async (state, input, graceDays) => {
    const taken = takeFromMedium(input, state);
    const built = await buildCatalog({ state, io: input.io, nowMs: nowMs(), ...defined({ graceDays }) });
    const { totals, added, changed, removed } = built.diff;
    const text = built.isSigned
      ? [`catalog ${built.number} is signed and has all of this already`]
      : [
          `catalog ${built.number}: ${totals.lines} objects, ${totals.bytes} bytes, ${totals.updates} updates`,
          `beside the signed one: ${added.length} new, ${changed.length} changed, ${removed.length} removed, ${totals.newBytes} bytes new`,
          ...built.refused.map(({ name, reason }) => `left out ${name}: ${reason}`),
          ...built.sites.map((site) => `site ${site.site}: ${site.updates} updates, ${site.gaps.length} gaps`),
          `read  ${built.folder}/diff.txt`,
          `then  sallyport-bundle catalog sign --key FILE ${built.folder}`,
        ];
    const missing = built.sites.flatMap(({ site, coverage }) =>
      coverage.length === 0 ? [] : [`site ${site}: nothing there judges`, ...coverage.map(coverageText)],
    );
    const unread = built.unread.map((failure) => unreadText(failure, built.number));
    return {
      json: { ...catalogJson(built), refused: taken.refused, ...upkeep(state, input.io) },
      text: [...(flagOption(input, 'diff') ? [built.diffText] : []), ...text, ...missing, ...unread],
      ...(unread.length > 0 ? { exit: 3 as const } : {}),
    };
  }, graceDaysOf),
};

export const catalogSign: Command = {
  usage: 'catalog sign --key FILE CATALOG',
  example: 'catalog sign --key /media/d/curator.json /media/usb/catalogs/7',
  options: {
    key: { value: 'FILE', path: 'input', multiple: true, required: true, help: "the curator's key" },
    'passphrase-file': passphraseOption,
    previous: { value: 'CATALOG', path: 'input', help: 'the catalog that was signed last, to show what changes' },
    'accept-new-fulfil-keys': { help: 'the host changed the keys that sign bundles' },
  },
  positionals: [1, 1],
  paths: ['medium'],
  run: async (input) => {
    const folder = argument(input, 0);
    const previousFolder = textOption(input, 'previous');
    const { head, signers, threshold, newFulfilKeys, diff, diffText, expiring } = signCatalog({
      folder,
      keys: await readKeys(input, 'key'),
      acceptNewFulfilKeys: flagOption(input, 'accept-new-fulfil-keys'),
      ...defined({ previousFolder }),
      nowMs: nowMs(),
    });
    for (const warning of expiring) input.io.note(warningText(warning));
    if (newFulfilKeys) input.io.note('the catalog names new fulfil keys');
    if (signers < threshold) input.io.note(`${threshold - signers} more curators must sign`);
    return {
      json: {
        catalog: head.catalog,
        targets: head.targets_version,
        lines: head.inventory.lines,
        inventory: head.inventory.sha256,
        signers,
        threshold,
        updates: diff.totals.updates,
        bytes: diff.totals.bytes,
        vendorSigners: diff.signers,
        expiring,
        ...(previousFolder === undefined
          ? {}
          : { added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length }),
      },
      text: [
        ...(previousFolder === undefined ? [] : [diffText]),
        ...Object.entries(diff.signers).map(
          ([signer, count]) => `${count} updates under the vendor signature ${signer}`,
        ),
        `catalog ${head.catalog} has ${signers} of ${threshold} signatures (targets ${head.targets_version}, ${head.inventory.lines} objects)`,
      ],
    };
  },
};
