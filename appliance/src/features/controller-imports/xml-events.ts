import { xmlText } from '../../platform/xml/decode.ts';
import type { XmlLimits } from '../../platform/xml/limits.ts';
import { type XmlHandler, xmlReader } from '../../platform/xml/reader.ts';

/** Engineering files nest and name more than messages do: an analog alarm of an L5X has a hundred attributes. */
export const engineeringXml: XmlLimits = {
  maxDepth: 64,
  maxElements: 20_000_000,
  maxAttributes: 512,
  maxNameLength: 128,
  maxTagLength: 262_144,
};

/** A name without its prefix: the forms that are read here have one vocabulary each. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Feeds a document to a handler as it comes. */
export const readXmlEvents = async (
  chunks: AsyncIterable<Uint8Array>,
  handler: XmlHandler,
  limits: XmlLimits = engineeringXml,
): Promise<void> => {
  const reader = xmlReader(limits, handler);
  for await (const piece of xmlText(chunks)) reader.write(piece);
  reader.end();
};
