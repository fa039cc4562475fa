import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AppError } from '../../../platform/errors.ts';
import { isNameplate, type Nameplate, type NameplateValue } from './nameplate.ts';

// Environments in JSON, of version 3 of the metamodel and in the shapes of version 2: lists or maps of elements, model
// types as text or as an object, language texts under several names. What is not understood is passed by.

type Json = { readonly [name: string]: unknown };

const maxDepth = 32;
const maxValues = 1_024;
const maxNesting = 200;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

const objects = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter(isObject) : isObject(value) ? Object.values(value).filter(isObject) : [];

/** The last key is the most exact one. */
const semanticIdOf = (value: unknown): string => {
  if (!isObject(value)) return text(value);
  const keys = objects(value['keys']).concat(objects(isObject(value['keys']) ? value['keys']['key'] : undefined));
  return text(keys.at(-1)?.['value']);
};

const languageText = (value: unknown): string | undefined => {
  const list = Array.isArray(value)
    ? value
    : isObject(value)
      ? (value['langString'] ?? value['langStrings'])
      : undefined;
  const texts = objects(list).flatMap((one) => {
    const [language, content] = [text(one['language'] ?? one['lang']), text(one['text'] ?? one['value'])];
    return language === '' || content === '' ? [] : [{ language, content }];
  });
  return (texts.find(({ language }) => /^en\b/i.test(language)) ?? texts[0])?.content;
};

/** Elements of a submodel and of the collections in it. */
const valuesOf = (elements: unknown, depth: number, found: NameplateValue[]): void => {
  if (depth > maxDepth) return;
  for (const wrapped of objects(elements)) {
    if (found.length >= maxValues) return;
    const element = isObject(wrapped['submodelElement']) ? wrapped['submodelElement'] : wrapped;
    const idShort = text(element['idShort']);
    const value = element['value'];
    const plain = text(value) || languageText(value);
    if (plain !== undefined && plain !== '')
      found.push({ idShort, semanticId: semanticIdOf(element['semanticId']), value: plain.slice(0, 4_096) });
    else if (typeof value === 'object' && value !== null) valuesOf(value, depth + 1, found);
  }
};

/** How deep brackets go, strings aside: what is deeper is not read at all. */
const assertShallow = (source: string): void => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxNesting) throw new AppError('MALFORMED', 'it nests too deeply', { offset: at });
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
};

const parse = (source: string): unknown => {
  assertShallow(source);
  try {
    return JSON.parse(source);
  } catch (cause) {
    const at = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
    const offset = at === undefined ? source.length : Number(at);
    throw new AppError('MALFORMED', `no JSON (character ${offset})`, { offset }, { cause });
  }
};

/** The nameplates of a document and how many submodels it has; a submodel may stand alone. */
export const jsonNameplates = (source: string): { nameplates: Nameplate[]; submodels: number } => {
  const document = parse(source.replace(/^\ufeff/, ''));
  const root = isObject(document) && isObject(document['environment']) ? document['environment'] : document;
  const submodels = isObject(root)
    ? Array.isArray(root['submodels'])
      ? objects(root['submodels'])
      : root['submodelElements'] === undefined
        ? []
        : [root]
    : objects(root).filter((one) => one['submodelElements'] !== undefined || one['modelType'] !== undefined);
  const shells = isObject(root) ? objects(root['assetAdministrationShells']) : [];
  if (submodels.length === 0 && shells.length === 0)
    throw new AppError('UNSUPPORTED_TYPE', 'JSON without administration shells and submodels', { offset: 0 });
  const assetOf = (submodelId: string): string | undefined => {
    const shell = shells.find((one) =>
      objects(one['submodels']).some((reference) =>
        objects(reference['keys']).some((key) => text(key['value']) === submodelId),
      ),
    );
    const information = isObject(shell?.['assetInformation']) ? shell['assetInformation'] : undefined;
    return text(information?.['globalAssetId']) || undefined;
  };
  const nameplates = submodels.flatMap((submodel, index): Nameplate[] => {
    const idShort = text(submodel['idShort']);
    if (!isNameplate(idShort, semanticIdOf(submodel['semanticId']))) return [];
    const identification = submodel['identification'];
    const id = text(submodel['id']) || (isObject(identification) ? text(identification['id']) : '');
    const values: NameplateValue[] = [];
    valuesOf(submodel['submodelElements'], 0, values);
    const assetId = id === '' ? undefined : assetOf(id);
    return [{ where: `submodel ${id || index + 1}`, values, ...defined({ assetId }) }];
  });
  return { nameplates, submodels: submodels.length };
};
