import { AppError } from '../errors.ts';

// XML of strangers: elements, attributes, text, CDATA. No document type, no entity but the five of XML itself and
// characters by number, one root, everything bounded. What is not that is refused, never repaired.

export type XmlLimits = {
  maxDepth: number;
  maxElements: number;
  maxAttributes: number;
  maxNameLength: number;
  /** Characters of a start tag with all its attributes, of an end tag, of a declaration. */
  maxTagLength: number;
};

/** MALFORMED that says where: characters from the start of the text, and the line. */
export const xmlFault = (what: string, place: { offset: number; line: number }): AppError =>
  new AppError('MALFORMED', `not the XML that is read here: ${what} (line ${place.line}, character ${place.offset})`, {
    offset: place.offset,
    line: place.line,
  });
