// Texts of the program can name things of the site: what has the form of a name or an address is taken out, whatever it is.

const forms: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '[mac]'],
  [/\b(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?/gi, '[address]'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?\b/g, '[address]'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '[id]'],
  [/\b[0-9a-f]{16,}\b/gi, '[id]'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[mail]'],
  [/https?:\/\/\S+/gi, '[url]'],
  [/(?:^|(?<=[\s'"(:]))\/[^\s'"():]+/g, '[path]'],
  [/"[^"]*"|“[^”]*”|«[^»]*»/g, '[name]'],
  // A name of a computer with its domain; releases such as 0.2.0 have no letter.
  [/\b(?=[\w.-]*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+){2,}\b/gi, '[name]'],
];

/** A text of the program without what could name a thing, a person or a place. */
export function redacted(text: string): string {
  return forms.reduce((left, [form, word]) => left.replaceAll(form, word), text);
}
