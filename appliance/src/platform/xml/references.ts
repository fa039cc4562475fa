// The references that XML itself has; a name of any other entity is refused, so nothing can grow.

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const characterOf = (code: number): string =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);

/** Longest reference: `&#x0010ffff;` */
export const maxReferenceLength = 12;

/** Text with its references replaced; undefined where one is none of these. */
export const plainText = (text: string): string | undefined => {
  if (!text.includes('&')) return text;
  let wrong = false;
  const plain = text.replace(
    /&(?:#(\d{1,8});|#x([0-9a-fA-F]{1,8});|(amp|lt|gt|quot|apos);)?/g,
    (_, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? '';
      if (decimal !== undefined) return characterOf(Number.parseInt(decimal, 10));
      if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
      wrong = true;
      return '';
    },
  );
  return wrong ? undefined : plain;
};

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in an element or an attribute. */
export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
