import type { XmlLimits } from '../../../platform/xml/limits.ts';
import { type XmlElement, xmlTree } from '../../../platform/xml/tree.ts';

// The little XML that agents send.

const limits: XmlLimits = {
  maxDepth: 12,
  maxElements: 400_000,
  maxAttributes: 16,
  maxNameLength: 64,
  maxTagLength: 1_048_576,
};

/** Reads a document; MALFORMED for anything but the subset that the platform reads. */
export const parseXml = (text: string): XmlElement => xmlTree(text, limits);
