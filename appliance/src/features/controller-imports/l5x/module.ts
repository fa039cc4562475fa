import type { PartReading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { fact, ipv4Of, part } from '../facts.ts';

// Modules of an L5X. Vendor, product type and product code are what ListIdentity answers: the tuple joins the two.

type L5xPort = { type: string; address: string; upstream: boolean };
export type L5xModule = { attributes: Readonly<Record<string, string>>; ports: L5xPort[]; description: string };

const vendorNames: Readonly<Record<string, string>> = { '1': 'Rockwell Automation' };
const backplanes: ReadonlySet<string> = new Set(['ICP', '5069', 'PointIO', 'Compact', 'Flex']);
/** An internal module: its catalogue number is no product. */
const isProduct = (catalogue: string): boolean => catalogue !== '' && !/^(?:ETHERNET-|GENERIC)/i.test(catalogue);

const number = (text: string | undefined): number | undefined =>
  /^\d{1,9}$/.test(text ?? '') ? Number(text) : undefined;

/** `33.011` as the tool shows it; "011" is 11. */
export const revisionOf = (major: string | undefined, minor: string | undefined): string | undefined => {
  const [a, b] = [number(major), number(minor)];
  return a === undefined || b === undefined ? undefined : `${a}.${String(b).padStart(3, '0')}`;
};

/** `vendor/type/code`; undefined where one is missing or all are 0, which stands for nothing. */
const tupleOf = (attributes: Readonly<Record<string, string>>): string | undefined => {
  const numbers = ['Vendor', 'ProductType', 'ProductCode'].map((name) => number(attributes[name]));
  return numbers.some((one) => one === undefined) || numbers.every((one) => one === 0) ? undefined : numbers.join('/');
};

/** `1756-ENBT/A`: the letter is the series. */
const catalogueParts = (catalogue: string): { orderNumber: string; series?: string } => {
  const match = /^(.{2,})\/([A-Z])$/.exec(catalogue);
  return match === null ? { orderNumber: catalogue } : { orderNumber: match[1] ?? '', series: match[2] ?? '' };
};

/** What a module is: the same for the controller's own entry and for the others. */
export const moduleFacts = (attributes: Readonly<Record<string, string>>): ReadingFact[] => {
  const catalogue = attributes['CatalogNumber'] ?? '';
  const tuple = tupleOf(attributes);
  const revision = revisionOf(attributes['Major'], attributes['Minor']);
  const { orderNumber, series } = catalogueParts(catalogue);
  return [
    ...fact('vendorRaw', vendorNames[attributes['Vendor'] ?? ''], attributes['Vendor']),
    ...(isProduct(catalogue)
      ? [
          ...fact('orderNumber', orderNumber, catalogue),
          ...fact('series', series, catalogue),
          ...fact('model', catalogue),
        ]
      : []),
    ...fact('cipTuple', tuple),
    // 0.0 in a module that is not keyed stands for nothing.
    ...(revision === '0.000' ? [] : fact('firmware', revision, `${attributes['Major']}.${attributes['Minor']}`)),
  ];
};

/** Address on a backplane, or the one on the network. */
export const portOf = (module: L5xModule, type: 'backplane' | 'network'): L5xPort | undefined =>
  module.ports.find(
    (one) => one.address !== '' && (type === 'backplane' ? backplanes.has(one.type) : one.type === 'Ethernet'),
  );

/** Parts of all modules but the controller's own: rack is the module behind whose port they hang. */
export const moduleParts = (modules: readonly L5xModule[], own: L5xModule | undefined): PartReading[] => {
  const found = new Map<string, PartReading>();
  const nameOf = (module: L5xModule): string => module.attributes['Name'] ?? '';
  for (const [index, module] of modules.entries()) {
    if (module === own) continue;
    const parent = module.attributes['ParentModule'] ?? '';
    const rack = parent === '' || parent === nameOf(own ?? module) ? '0' : parent;
    const upstream = module.ports.find(({ upstream: up, address }) => up && address !== '');
    const place = upstream?.address ?? portOf(module, 'backplane')?.address ?? '';
    const wanted = `${rack}/${place || nameOf(module) || `?${index}`}`;
    const key = found.has(wanted) ? `${wanted}/${index}` : wanted;
    const network = portOf(module, 'network');
    found.set(
      key,
      part('module', key, [
        ...fact('name', nameOf(module)),
        ...fact('description', module.description),
        ...(rack === '0' ? fact('rack', rack) : fact('parent', rack)),
        ...(/^\d{1,4}$/.test(place) ? fact('slot', place) : []),
        ...fact('address', network === undefined ? undefined : ipv4Of(network.address), network?.address),
        ...moduleFacts(module.attributes),
        ...(module.attributes['Inhibited'] === 'true' ? fact('state', 'inhibited', 'Inhibited="true"') : []),
      ]),
    );
  }
  return [...found.values()];
};
