// What derives values from readings (OT F7): one name per vendor, the family of a product. The maps themselves are
// shared with the matching of advisories; compose.ts hands them in.

export type ControllerMaps = {
  /** Names the maps and their numbers; derived facts have it. */
  version: string;
  /** The vendor's one name; undefined where the map does not know the spelling. */
  vendorByName(raw: string): string | undefined;
  /** By the number that a protocol has for it: `enip` `1`, `dcp` `0x002a`. */
  vendorByCode(protocol: string, code: string): string | undefined;
  /** By the form of an order number that only one vendor uses. */
  vendorByOrder(orderNumber: string): string | undefined;
  /** The catalogue number of a CIP identity `vendor/type/code`. */
  orderByCip(tuple: string): string | undefined;
  family(product: { vendor?: string; orderNumber?: string; model?: string }): string | undefined;
};

/** Empty: a vendor stays as reported, and nothing has a family. */
export const noMaps: ControllerMaps = {
  version: 'none',
  vendorByName: () => undefined,
  vendorByCode: () => undefined,
  vendorByOrder: () => undefined,
  orderByCip: () => undefined,
  family: () => undefined,
};
