import { signCatalog } from '../host/catalog-sign.ts';
import { warningText } from '../host/key-warnings.ts';
import { nowMs } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { type Command, flagOption, textOption } from './command.ts';
import { passphraseOption, readKeys } from './key-options.ts';
import { argument } from './state-option.ts';

export const catalogSign: Command = {
  usage: 'catalog sign --key FILE CATALOG',
  example: 'catalog sign --key /media/d/curator.json /media/usb/catalogs/7',
  options: {
    key: { value: 'FILE', multiple: true, required: true, help: "the curator's key" },
    'passphrase-file': passphraseOption,
    previous: { value: 'CATALOG', help: 'the catalog that was signed last, to show what changes' },
    'accept-new-fulfil-keys': { help: 'the host changed the keys that sign bundles' },
  },
  positionals: [1, 1],
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
