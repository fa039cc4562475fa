// Links and forms of a page, as text: what a person without script can follow and send.

export type Form = {
  readonly action: string;
  /** Name and value as the page has them; of choices the one that is chosen, else the first. */
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>;
  readonly submit: readonly [name: string, value: string];
  /** Of a form that brings a file: the name of its field. */
  readonly file: string | undefined;
};

const unescaped = (text: string): string =>
  text
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const attributeOf = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s/>])`).exec(tag);
  return found === null ? undefined : unescaped(found[1] ?? '');
};

/** Local addresses of links. */
export const linksOf = (html: string): string[] =>
  [...html.matchAll(/\shref="(\/[^"#]*)/g)].map(([, address = '']) => unescaped(address));

const fieldsOf = (html: string): [string, string][] => {
  const fields: [string, string][] = [];
  for (const [tag, , body = ''] of html.matchAll(/<input\b[^>]*>|<(textarea|select)\b[^>]*>([\s\S]*?)<\/\1>/g)) {
    const opening = /^<[^>]*>/.exec(tag)?.[0] ?? '';
    const name = attributeOf(opening, 'name');
    const type = attributeOf(opening, 'type') ?? 'text';
    // The token of the session, and the password that a grave act asks for: neither is kept anywhere.
    if (name === undefined || type === 'submit' || type === 'file' || name === 'csrf' || name === 'step-up') continue;
    if ((type === 'checkbox' || type === 'radio') && attributeOf(opening, 'checked') === undefined) continue;
    if (opening.startsWith('<select')) {
      const options = [...body.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
      const chosen = options.find((option) => attributeOf(option, 'selected') !== undefined) ?? options[0];
      fields.push([name, chosen === undefined ? '' : (attributeOf(chosen, 'value') ?? '')]);
    } else
      fields.push([name, opening.startsWith('<textarea') ? unescaped(body) : (attributeOf(opening, 'value') ?? '')]);
  }
  return fields;
};

const fileOf = (html: string): string =>
  [...html.matchAll(/<input\b[^>]*>/g)]
    .filter(([tag]) => attributeOf(tag, 'type') === 'file')
    .map(([tag]) => attributeOf(tag, 'name') ?? '')[0] ?? 'file';

/** The forms of a page that change something, one for each button that sends it elsewhere or with a value of its own. */
export const formsOf = (html: string): Form[] =>
  [...html.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/g)].flatMap(([, opening = '', body = '']) => {
    if (attributeOf(opening, 'method')?.toLowerCase() !== 'post') return [];
    const id = attributeOf(opening, 'id');
    // Fields and buttons elsewhere on the page may belong to it.
    const beside =
      id === undefined
        ? ''
        : [...html.matchAll(/<(?:input|button)\b[^>]*>/g)]
            .map(([tag]) => tag)
            .filter((tag) => attributeOf(tag, 'form') === id)
            .join('');
    const buttons = [...`${body}${beside}`.matchAll(/<button\b[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => attributeOf(tag, 'type') !== 'button');
    return (buttons.length === 0 ? [''] : buttons).flatMap((button): Form[] => {
      const action = attributeOf(button, 'formaction') ?? attributeOf(opening, 'action') ?? '';
      if (!action.startsWith('/')) return [];
      return [
        {
          action,
          fields: fieldsOf(`${body}${beside}`),
          submit: [attributeOf(button, 'name') ?? '', attributeOf(button, 'value') ?? ''],
          file: attributeOf(opening, 'enctype') === 'multipart/form-data' ? fileOf(body) : undefined,
        },
      ];
    });
  });
