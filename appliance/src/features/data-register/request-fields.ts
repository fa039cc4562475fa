import type { Collection, FactCollection } from '../../engine/inventory/types.ts';
import type { Kind } from '../../engine/objects/types.ts';

// Where each field of a request comes from. A field of the format that is missing here, or one whose declaration does not
// say that it leaves, is shown on the register as undeclared.

type Declared = { declared: string; fields: readonly string[] };
/** `empty`: no host reads the field, so it is written without content. */
type Origin = 'exchange' | 'empty' | readonly Declared[];

/** Every field of sallyport-request/1; `exchange` is made by the appliance about itself. */
export const requestFields: Readonly<Record<string, Origin>> = {
  format: 'exchange',
  site: 'exchange',
  reads: 'exchange',
  request_id: 'exchange',
  number: 'exchange',
  nonce: 'exchange',
  created_at: 'exchange',
  floor: 'exchange',
  to: 'empty',
  seal_to: 'exchange',
  tuf: 'exchange',
  state: 'exchange',
  journal: 'exchange',
  have: 'exchange',
  wants: [
    { declared: 'update-decision', fields: ['approval'] },
    { declared: 'controller', fields: ['vendor', 'orderNumber'] },
    { declared: 'controller-module', fields: ['vendor', 'orderNumber'] },
  ],
  cursors: 'exchange',
  'platforms.vendor': [{ declared: 'platform', fields: ['vendor'] }],
  'platforms.release': [{ declared: 'platform', fields: ['release'] }],
  'platforms.arch': [{ declared: 'platform', fields: ['arch'] }],
  'platforms.suites': [
    { declared: 'platform', fields: ['suites', 'codename'] },
    { declared: 'followed-suites', fields: ['suites'] },
  ],
  'platforms.packages.name': [{ declared: 'software', fields: ['name'] }],
  'platforms.packages.version': [{ declared: 'software', fields: ['version'] }],
  'platforms.packages.source': [{ declared: 'software', fields: ['source'] }],
  'platforms.packages.source_version': 'empty',
  'platforms.packages.all': 'exchange',
  software: [{ declared: 'software', fields: ['purl'] }],
  coverage: [
    { declared: 'platform', fields: ['vendor', 'release'] },
    { declared: 'software', fields: ['purl'] },
  ],
  missing_os: 'empty',
  controllers: 'empty',
  advisories: 'empty',
  media: 'exchange',
  receipts: 'exchange',
  site_card: 'exchange',
};

/** Fields that leave and that their declaration does not name, as `<declaration>.<field>`. */
export const undeclaredFields = (
  collections: readonly (Collection | FactCollection)[],
  kinds: readonly Kind[],
  origins: Readonly<Record<string, Origin>> = requestFields,
): string[] => {
  const declared = new Map([...collections, ...kinds].map(({ name, leaves }) => [name, leaves?.fields ?? []]));
  return Object.values(origins).flatMap((origin) =>
    typeof origin === 'string'
      ? []
      : origin.flatMap(({ declared: name, fields }) =>
          fields.filter((field) => !declared.get(name)?.includes(field)).map((field) => `${name}.${field}`),
        ),
  );
};
