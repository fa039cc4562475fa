import { CIP_MAP, productOfCip } from '@sallyport/bundle-tools/controllers/cip-products';
import { FAMILY_MAP, familyOf } from '@sallyport/bundle-tools/controllers/families';
import { vendorOfCip, vendorOfEnterprise, vendorOfProfinet } from '@sallyport/bundle-tools/controllers/vendor-codes';
import { knownVendor, VENDOR_MAP } from '@sallyport/bundle-tools/controllers/vendors';
import type { ControllerMaps } from './maps.ts';

// The maps that matching uses, too: a record's vendor and family are the names that findings go by.

/** Vendors whose order numbers have forms of their own. */
const numbering = ['Siemens', 'Rockwell Automation', 'Schneider Electric', 'WAGO'] as const;

const numberOf = (code: string): number | undefined => {
  const text = code.trim().replace(/^(?:cip|pn|profinet|bacnet|enterprise)\s+/i, '');
  return /^0x[0-9a-f]{1,8}$/i.test(text) || /^\d{1,9}$/.test(text) ? Number(text) : undefined;
};

const byProtocol: Readonly<Record<string, (id: number) => string | undefined>> = {
  enip: vendorOfCip,
  l5x: vendorOfCip,
  dcp: vendorOfProfinet,
  'pnio-cm': vendorOfProfinet,
  lldp: vendorOfProfinet,
  snmp: vendorOfEnterprise,
};

export const sharedMaps: ControllerMaps = {
  version: `vendors/${VENDOR_MAP} families/${FAMILY_MAP} cip/${CIP_MAP}`,
  vendorByName: knownVendor,
  vendorByCode: (protocol, code) => {
    const number = numberOf(code);
    return number === undefined ? undefined : byProtocol[protocol]?.(number);
  },
  vendorByOrder: (orderNumber) => numbering.find((vendor) => familyOf({ vendor, orderNumber }) !== undefined),
  orderByCip: productOfCip,
  family: (product) => (product.vendor === undefined ? undefined : familyOf(product)),
};
