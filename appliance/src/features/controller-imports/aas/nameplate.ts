import type { Reading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { fact, ipv4Of, macOf, part } from '../facts.ts';

// A Digital Nameplate whatever it was written in: names and values by idShort or by the property's semantic identifier
// (OT 2.2). Values in several languages are taken in one: English, else the first.

export type NameplateValue = { idShort: string; semanticId: string; value: string };
export type Nameplate = { where: string; values: readonly NameplateValue[]; assetId?: string };

/** By idShort, in lower case. */
const fields: ReadonlyMap<string, string> = new Map([
  ['urioftheproduct', 'productUri'],
  ['manufacturername', 'vendorRaw'],
  ['manufacturerproductdesignation', 'model'],
  ['manufacturerproductroot', 'productRoot'],
  ['manufacturerproductfamily', 'productFamily'],
  ['manufacturerproducttype', 'productType'],
  ['ordercodeofmanufacturer', 'orderNumber'],
  ['productarticlenumberofmanufacturer', 'articleNumber'],
  ['serialnumber', 'serial'],
  ['yearofconstruction', 'manufacturedAt'],
  ['dateofmanufacture', 'manufacturedAt'],
  ['hardwareversion', 'hwVersion'],
  ['firmwareversion', 'firmware'],
  ['softwareversion', 'softwareVersion'],
  ['countryoforigin', 'countryOfOrigin'],
]);

/** Of the dictionary that the template names its properties by. */
const bySemanticId: ReadonlyMap<string, string> = new Map([
  ['0173-1#02-aay811', 'productUri'],
  ['0173-1#02-aao677', 'vendorRaw'],
  ['0173-1#02-aaw338', 'model'],
  ['0173-1#02-aau732', 'productRoot'],
  ['0173-1#02-aau731', 'productFamily'],
  ['0173-1#02-aao057', 'productType'],
  ['0173-1#02-aao227', 'orderNumber'],
  ['0173-1#02-aao676', 'articleNumber'],
  ['0173-1#02-aam556', 'serial'],
  ['0173-1#02-aap906', 'manufacturedAt'],
  ['0173-1#02-aar972', 'manufacturedAt'],
  ['0173-1#02-aan270', 'hwVersion'],
  ['0173-1#02-aam985', 'firmware'],
  ['0173-1#02-aam737', 'softwareVersion'],
  ['0173-1#02-aao259', 'countryOfOrigin'],
]);

const addresses: ReadonlySet<string> = new Set(['ipaddress', 'ipv4address', 'networkaddress']);
const macs: ReadonlySet<string> = new Set(['macaddress']);

/** The field of a value; undefined for what the record does not have. */
const nameplateField = ({ idShort, semanticId }: Omit<NameplateValue, 'value'>): string | undefined =>
  fields.get(idShort.toLowerCase()) ?? bySemanticId.get(semanticId.toLowerCase().replace(/#\d{3}$/, ''));

/** Whether a submodel is a nameplate. */
export const isNameplate = (idShort: string, semanticId: string): boolean =>
  /^(?:digital)?nameplate$/i.test(idShort) || /\/nameplate(?:\/\d+)*(?:\/nameplate)?\/?$/i.test(semanticId);

/** Undefined where it says neither what it is nor which one. */
export const nameplateReading = (nameplate: Nameplate, observedAtMs: number): Reading | undefined => {
  const found = new Map<string, ReadingFact>();
  const ip = new Map<string, string>();
  for (const one of nameplate.values) {
    const name = one.idShort.toLowerCase();
    if (addresses.has(name)) ip.set('address', one.value);
    if (macs.has(name)) ip.set('mac', one.value);
    const field = nameplateField(one);
    const [item] = field === undefined ? [] : fact(field, one.value);
    if (field !== undefined && item !== undefined && !found.has(field)) found.set(field, item);
  }
  const has = (...names: string[]): boolean => names.some((name) => found.has(name));
  if (!has('serial', 'orderNumber', 'articleNumber', 'productUri', 'model')) return undefined;
  // The article number is what the maker calls it where there is no order code.
  const article = found.get('articleNumber');
  const order =
    found.has('orderNumber') || article === undefined || !('value' in article)
      ? []
      : fact('orderNumber', article.value);
  const [address, mac] = [ipv4Of(ip.get('address') ?? ''), macOf(ip.get('mac') ?? '')];
  return {
    observedAtMs,
    method: 'nameplate',
    source: 'aas',
    where: nameplate.where.slice(0, 512),
    facts: [...found.values(), ...order, ...(found.has('productUri') ? [] : fact('productUri', nameplate.assetId))],
    parts:
      address === undefined && mac === undefined
        ? []
        : [
            part('interface', mac ?? address ?? '', [
              ...fact('mac', mac, ip.get('mac')),
              ...fact('address', address, ip.get('address')),
            ]),
          ],
  };
};
