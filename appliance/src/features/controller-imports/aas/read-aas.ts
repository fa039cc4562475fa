import { AppError } from '../../../platform/errors.ts';
import { type XmlElement, xmlTree } from '../../../platform/xml/tree.ts';
import type { FileReadings, ImportLimits } from '../types.ts';
import { engineeringXml, localName } from '../xml-events.ts';
import { jsonNameplates } from './json.ts';
import { isNameplate, type Nameplate, type NameplateValue, nameplateReading } from './nameplate.ts';

// Environments in XML, as packages hold them: version 3 and 2 of the schema, whatever prefix they use.

const maxValues = 1_024;

const children = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter((child) => localName(child.name) === name);
const child = (element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined =>
  names.reduce<XmlElement | undefined>((at, name) => (at === undefined ? undefined : children(at, name)[0]), element);
const textOf = (element: XmlElement | undefined): string => element?.text.trim() ?? '';

const semanticIdOf = (element: XmlElement): string => {
  const key = child(element, 'semanticId', 'keys')?.children.at(-1);
  return textOf(key === undefined ? undefined : (child(key, 'value') ?? key));
};

const languageText = (value: XmlElement | undefined): string => {
  const texts = (value?.children ?? []).map((one) => ({
    language: textOf(child(one, 'language')) || (one.attributes['lang'] ?? ''),
    content: textOf(child(one, 'text')) || one.text.trim(),
  }));
  return (texts.find(({ language }) => /^en\b/i.test(language)) ?? texts[0])?.content ?? '';
};

const valuesOf = (container: XmlElement | undefined, found: NameplateValue[]): void => {
  for (const wrapped of container?.children ?? []) {
    if (found.length >= maxValues) return;
    // Version 2 wraps each element once more.
    const element = localName(wrapped.name) === 'submodelElement' ? wrapped.children[0] : wrapped;
    if (element === undefined) continue;
    const kind = localName(element.name);
    const value = child(element, 'value');
    if (kind === 'submodelElementCollection' || kind === 'submodelElementList') valuesOf(value, found);
    else if (kind === 'property' || kind === 'multiLanguageProperty') {
      const content = kind === 'property' ? textOf(value) : languageText(value);
      if (content !== '')
        found.push({ idShort: textOf(child(element, 'idShort')), semanticId: semanticIdOf(element), value: content });
    }
  }
};

/** The nameplates of a document and how many submodels it has. */
const xmlNameplates = (source: string): { nameplates: Nameplate[]; submodels: number } => {
  const root = xmlTree(source, { ...engineeringXml, maxElements: 400_000 });
  if (!/^(?:environment|aasenv)$/.test(localName(root.name)))
    throw new AppError('MALFORMED', 'the root is no environment of administration shells');
  const submodels = children(root, 'submodels').flatMap((list) => children(list, 'submodel'));
  const nameplates = submodels.flatMap((submodel, index): Nameplate[] => {
    if (!isNameplate(textOf(child(submodel, 'idShort')), semanticIdOf(submodel))) return [];
    const values: NameplateValue[] = [];
    valuesOf(child(submodel, 'submodelElements'), values);
    const id = textOf(child(submodel, 'id')) || textOf(child(submodel, 'identification'));
    return [{ where: `submodel ${id || index + 1}`, values }];
  });
  return { nameplates, submodels: submodels.length };
};

/** Nameplates of an environment, in JSON or XML by its first sign. */
export const readAas = (source: string, options: { nowMs: number; limits: ImportLimits }): FileReadings => {
  const { nowMs, limits } = options;
  const isXml = /^\ufeff?\s*</.test(source);
  const { nameplates, submodels } = isXml ? xmlNameplates(source) : jsonNameplates(source);
  if (nameplates.length > limits.maxReadings)
    throw new AppError('TOO_LARGE', `more than ${limits.maxReadings} nameplates in one file`);
  const refused: FileReadings['refused'] = [];
  const readings = nameplates.flatMap((nameplate) => {
    const reading = nameplateReading(nameplate, nowMs);
    if (reading !== undefined) return [reading];
    if (refused.length < limits.maxRefused)
      refused.push({ where: nameplate.where.slice(0, 200), code: 'no-identity', detail: '' });
    return [];
  });
  return { form: 'aas', readings, refused, control: [], looked: submodels, unread: submodels - nameplates.length };
};
