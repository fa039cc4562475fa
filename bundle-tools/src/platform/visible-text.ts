// Text that was reported can hold characters that are not seen and that change how what stands around them is read: marks of
// direction turn `gpj.exe` into `exe.jpg`, one of no width makes two names look alike, an escape rewrites a terminal. Printed
// text names them instead.

/** Controls, marks and overrides of direction, soft hyphens, what has no width, tags: all that Unicode calls a control or a format, and fillers. */
const hidden = /[[\p{Cc}\p{Cf}\u115f\u1160\u2028\u2029\u3164\uffa0]--[\t\r\n]]/v;
const allHidden = /[[\p{Cc}\p{Cf}\u115f\u1160\u2028\u2029\u3164\uffa0]--[\t\r\n]]/gv;

const named = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** The text with each hidden character as `\u{202e}`; tabs and line ends stay. */
export const visibleText = (text: string): string => (hidden.test(text) ? text.replace(allHidden, named) : text);

/** The same for the text between the tags of HTML. What stands in a tag or in a field of a form stays: it is sent back as it came. */
export const visibleHtml = (html: string): string => {
  if (!hidden.test(html)) return html;
  return html.replace(allHidden, (character, offset: number) => {
    const tag = html.lastIndexOf('<', offset);
    const isInTag = tag > html.lastIndexOf('>', offset);
    return isInTag || html.startsWith('<textarea', tag) ? character : named(character);
  });
};
