import type { XmlLimits } from './limits.ts';
import { xmlReader } from './reader.ts';

export type XmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  text: string;
  children: XmlElement[];
};

const isBlank = (text: string): boolean => /^[ \t\r\n]*$/.test(text);

/** A document that is small enough to be held as a whole; MALFORMED with its place. */
export const xmlTree = (text: string, limits: XmlLimits): XmlElement => {
  const open: XmlElement[] = [];
  const roots: XmlElement[] = [];
  const reader = xmlReader(limits, {
    open: (name, attributes) => {
      const element: XmlElement = { name, attributes, text: '', children: [] };
      (open.at(-1)?.children ?? roots).push(element);
      open.push(element);
    },
    text: (piece) => {
      const element = open.at(-1);
      if (element !== undefined) element.text += piece;
    },
    close: () => {
      const element = open.pop();
      // Line breaks between children are no text.
      if (element !== undefined && element.children.length > 0 && isBlank(element.text)) element.text = '';
    },
  });
  reader.write(text);
  reader.end();
  // The reader ends only behind a root.
  return roots[0] as XmlElement;
};
