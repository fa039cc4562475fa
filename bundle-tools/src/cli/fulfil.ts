import { BundleError } from '../errors.ts';
import { buildCatalog } from '../host/catalog-build.ts';
import { publishSigned, signCatalog } from '../host/catalog-sign.ts';
import { coverageText } from '../host/coverage.ts';
import { type Fulfilled, fulfil as fulfilRequests } from '../host/fulfil.ts';
import type { KeyFile } from '../host/key-files.ts';
import type { Rebuilt } from '../host/rebuild.ts';
import type { HostState } from '../host/state.ts';
import { parseVolumeBytes } from '../media/presets.ts';
import { nowMs } from '../platform/ambient.ts';
import { catalogJson, requestOptions, takeFromMedium, unreadText } from './catalog.ts';
import { type Command, type CommandInput, exitOf, flagOption, textOption } from './command.ts';
import { passphraseOption, readKeys } from './key-options.ts';
import { integerOption, onState, stateOption } from './state-option.ts';
import { upkeep } from './upkeep.ts';

const shownGaps = 20;

const readBackText: Readonly<Record<Fulfilled['readBack'], string>> = {
  medium: 'synced, read back from the medium and compared: safe to remove',
  memory: 'synced, safe to remove; this file system cannot be read past the memory, so compare the SHA-256 elsewhere',
};

const volumeText =
  (bundle: Fulfilled) =>
  ({ n, file, bytes, sha256, path }: Fulfilled['volumes'][number]): string =>
    `  volume ${n} of ${bundle.volumes.length}: ${path === undefined ? 'no room on this medium' : file}, ${bytes} bytes, sha256 ${sha256}`;

const bundleText = (bundle: Fulfilled): string[] => [
  `site ${bundle.site}: request ${bundle.request} answered by ${bundle.path}`,
  `  ${bundle.objects} objects, ${bundle.objectBytes} bytes, ${bundle.updates} updates; ${bundle.reliesOn} objects are there already`,
  ...(bundle.volumes.length === 1 ? [`  sha256 ${bundle.sha256}`] : bundle.volumes.map(volumeText(bundle))),
  ...(bundle.left.length === 0
    ? []
    : [
        `  for the next medium: rebuild ${bundle.bundleId.slice(0, 8)} ${bundle.left.map((n) => `--volume ${n}`).join(' ')} --media DIR`,
      ]),
  `  ${readBackText[bundle.readBack]}`,
  ...bundle.unfulfilled.map(({ reason, wants }) => `  not fulfilled: ${reason}: ${wants.length} wants`),
  ...bundle.coverage.map(coverageText),
  ...bundle.gaps.slice(0, shownGaps).map((gap) => `    ${gap.reason} ${gap.what}: ${gap.detail}`),
  ...(bundle.gaps.length > shownGaps ? [`    and ${bundle.gaps.length - shownGaps} more`] : []),
];

const rebuiltText = ({ site, bundleId, of, volumes }: Rebuilt): string[] =>
  volumes.map(
    ({ n, file, sha256, path }) =>
      `site ${site}: volume ${n} of ${of} of bundle ${bundleId.slice(0, 8)} again: ${path === undefined ? 'no room on this medium' : file}, sha256 ${sha256}`,
  );

/** The three steps in a row, for a site that accepts one person for all of them. */
const buildAndSign = async (input: CommandInput, state: HostState, keys: ReadonlyArray<KeyFile>) => {
  const built = await buildCatalog({ state, io: input.io, nowMs: nowMs() });
  if (built.isSigned) return built;
  const { signers, threshold } = signCatalog({
    folder: built.folder,
    keys,
    acceptNewFulfilKeys: flagOption(input, 'accept-new-fulfil-keys'),
    nowMs: nowMs(),
  });
  if (publishSigned(state, built.folder) === undefined)
    throw new BundleError('SIGNATURE', `catalog ${built.number} has ${signers} of ${threshold} signatures`);
  return built;
};

/** Sources that the answers were made without, each once; the plans of all sites are of few builds. */
const unreadLines = (bundles: ReadonlyArray<Fulfilled>): string[] => [
  ...new Set(
    bundles.flatMap(({ unread }) =>
      unread === undefined ? [] : unread.sources.map((failure) => unreadText(failure, unread.catalog)),
    ),
  ),
];

const personOf = (input: CommandInput) => integerOption(input, 'person', 0, 1_000_000) ?? 0;

export const fulfil: Command = {
  usage: 'fulfil --media DIR [--curator-key FILE] --state DIR',
  example: 'fulfil --media /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    ...requestOptions,
    'curator-key': {
      value: 'FILE',
      path: 'input',
      multiple: true,
      help: 'build and sign the catalog too, as one person',
    },
    'passphrase-file': passphraseOption,
    'accept-new-fulfil-keys': { help: 'with --curator-key: this host changed its fulfil keys' },
    'volume-size': { value: 'SIZE', help: 'fat32, dvd, bd25 or bytes such as 700M (else what the site asks for)' },
    release: { value: 'VERSION', help: 'bring this release of Sallyport along' },
    person: { value: 'N', help: 'the local number of who does this, for the custody line (0)' },
  },
  run: onState(async (state, input, person) => {
    const media = textOption(input, 'media') ?? '';
    const volumeSize = textOption(input, 'volume-size');
    const taken = takeFromMedium(input, state);
    const keys = await readKeys(input, 'curator-key');
    const built = keys.length === 0 ? undefined : await buildAndSign(input, state, keys);
    const { bundles, rebuilt, failed } = await fulfilRequests({
      state,
      media,
      requests: taken.requests,
      io: input.io,
      nowMs: nowMs(),
      person,
      release: textOption(input, 'release'),
      ...(volumeSize === undefined ? {} : { volumeBytes: parseVolumeBytes(volumeSize) }),
    });
    const unread = unreadLines(bundles);
    for (const { site, code, message } of failed) input.io.note(`site ${site}: ${code}: ${message}`);
    return {
      json: {
        ...upkeep(state, input.io),
        bundles,
        rebuilt,
        failed,
        refused: taken.refused,
        ...(built === undefined ? {} : { catalog: catalogJson(built) }),
      },
      text: [...bundles.flatMap(bundleText), ...rebuilt.flatMap(rebuiltText), ...unread],
      ...exitOf(bundles.length + rebuilt.length, taken.refused.length + failed.length + unread.length),
    };
  }, personOf),
};
