import type { Database } from '../../appliance/src/platform/database.ts';
import type { Browser } from '../../appliance/test/support/console.ts';
import type { Form } from './forms.ts';
import { type Places, recordName } from './places.ts';
import type { RecordedRole } from './recorded-site.ts';

type Parts = {
  db: Database;
  places: Places;
  /** What the pages have, by address, names of fields and button. */
  forms: ReadonlyMap<string, Form>;
  browsers: Readonly<Record<RecordedRole, Browser>>;
  write: (path: string, text: string) => void;
  plain: (text: string) => string;
};

const hourMs = 3_600_000;

type Fields = readonly (readonly [string, string])[];

/** What ends the session of the recording, or changes how it is signed in. */
const endsSession = /^\/(?:logout|me|sessions)\b/;

const encoded = (fields: Fields): string => fields.map(([name, value]) => `${name}=${value}`).join('&');

const asUpload = (fields: Fields, file: string, csrf: string): FormData => {
  const body = new FormData();
  body.set('csrf', csrf);
  for (const [name, value] of fields) body.append(name, value);
  body.append(file, new Blob(['a file\n']), 'file.txt');
  return body;
};

/**
 * Sends every form that was met, empty and as it stands, by an administrator, and empty by a viewer; an address of a POST to which no
 * form leads gets an empty one. A row has the fields, the answer, the events and the revisions that came of it.
 */
export async function recordPosts(parts: Parts): Promise<{ rows: number; reached: number }> {
  const { db, places, forms, browsers, write, plain } = parts;
  const events = db
    .prepare<[number], string>(`select type || ' ' || params from event where id > ? order by id`)
    .pluck();
  const lastEvent = db.prepare<[], number>('select coalesce(max(id), 0) from event').pluck();
  const revisions = db
    .prepare<[], string>(`select kind || ' ' || id || ' ' || revision from object_revision order by kind, id, revision`)
    .pluck();

  const age = db.prepare<[number]>('update session set authenticated_ran = authenticated_ran + ?');

  type Sent = { text: string; isAsked: boolean };
  const send = async (role: RecordedRole, way: string, form: Form, fields: Fields): Promise<Sent> => {
    const browser = browsers[role];
    const [event, before] = [lastEvent.get() ?? 0, new Set(revisions.all())];
    const all: Fields = form.submit[0] === '' ? fields : [...fields, form.submit];
    const byName = Object.fromEntries(
      all.map(([name]) => [name, all.filter(([other]) => other === name).map(([, value]) => value)]),
    );
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: form.file === undefined ? '' : asUpload(all, form.file, await browser.csrf()),
    });
    const response =
      form.file === undefined
        ? await browser.post(form.action, byName)
        : await browser.postRaw(form.action, new Uint8Array(await request.arrayBuffer()), {
            'content-type': request.headers.get('content-type') ?? '',
          });
    const isAsked = response.status === 403 && (await response.text()).includes('autocomplete="current-password"');
    const lines = [
      `${way} by ${role}${form.file === undefined ? '' : ` with a file as ${form.file}`}: ${encoded(all)}`,
      `  ${response.status} ${response.headers.get('location') ?? ''}${isAsked ? 'asks for the password' : ''}`,
      ...events.all(event).map((text) => `  event ${text}`),
      ...revisions.all().flatMap((text) => (before.has(text) ? [] : [`  revision ${text}`])),
    ];
    return { text: lines.join('\n'), isAsked };
  };
  /** An hour after the log-in, and at once where that is asked about. */
  const sendLate = async (form: Form): Promise<Sent[]> => {
    age.run(-hourMs);
    const late = await send('administrator', 'as it stands, an hour after the log-in', form, form.fields);
    age.run(hourMs);
    return late.isAsked ? [late, await send('administrator', 'as it stands', form, form.fields)] : [late];
  };

  const met = new Set([...forms.values()].map(({ action }) => places.postOf(action)));
  const notMet = places.posts
    .filter((pattern) => !met.has(pattern))
    .map((pattern): [string, Form] => [
      `${pattern} no form leads here`,
      {
        action: pattern.replaceAll(/:[a-zA-Z]+(?:\{([a-z-]+)[^}]*\})?\??/g, (_all, choice?: string) => choice ?? '0'),
        fields: [],
        submit: ['', ''],
        file: undefined,
      },
    ]);
  const all = [...forms, ...notMet].sort(
    ([a, one], [b, other]) =>
      Number(endsSession.test(one.action)) - Number(endsSession.test(other.action)) || (a < b ? -1 : 1),
  );
  let rows = 0;
  for (const [key, form] of all) {
    const empty = form.fields.map(([name]) => [name, ''] as const);
    const sent = [
      await send('viewer', 'empty', form, empty),
      await send('administrator', 'empty', form, empty),
      ...(await sendLate(form)),
    ];
    rows += sent.length;
    write(`posts/${recordName(plain(key))}`, plain([form.action, ...sent.map(({ text }) => text)].join('\n')));
  }
  return { rows, reached: met.size };
}
