// Reads the OpenAPI document of the appliance into what the pages of the reference show.

type Json = Readonly<Record<string, unknown>>;

type ApiParameter = {
  readonly name: string;
  readonly place: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
};

/** What is sent or answered: its media type and its schema. */
export type ApiContent = { readonly type: string; readonly name: string; readonly schema: Json };

export type ApiCall = {
  /** `operationId` of the document. */
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  readonly area: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly ApiParameter[];
  readonly body: readonly ApiContent[];
  /** When it worked; refusals are the same for all calls. */
  readonly answers: readonly {
    readonly status: string;
    readonly description: string;
    readonly content: readonly ApiContent[];
  }[];
};

export type ApiDocument = {
  readonly version: string;
  readonly calls: readonly ApiCall[];
  readonly schemas: Readonly<Record<string, unknown>>;
};

const methods = ['get', 'post', 'put', 'patch', 'delete'];
const reference = '#/components/schemas/';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isObject(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const string = (value: unknown): string => (typeof value === 'string' ? value : '');

const schemaName = (schema: unknown): string => {
  const given = object(schema);
  const named = string(given['$ref']);
  if (named !== '') return named.slice(named.lastIndexOf('/') + 1);
  if (given['type'] === 'array') return `${schemaName(given['items'])}[]`;
  const { type } = given;
  return Array.isArray(type) ? type.map(string).join(' | ') : string(type) || 'object';
};

const contentOf = (content: unknown): ApiContent[] =>
  Object.entries(object(content)).map(([type, media]) => {
    const schema = object(object(media)['schema']);
    return { type, name: schemaName(schema), schema };
  });

const callOf = (method: string, path: string, body: Json): ApiCall => ({
  id: string(body['operationId']),
  method: method.toUpperCase(),
  path,
  area: string(list(body['tags'])[0]),
  summary: string(body['summary']),
  description: string(body['description']),
  parameters: list(body['parameters'])
    .map(object)
    .map((one) => ({
      name: string(one['name']),
      place: string(one['in']),
      type: schemaName(one['schema']),
      required: one['required'] === true,
      description: string(one['description']),
    })),
  body: contentOf(object(body['requestBody'])['content']),
  answers: Object.entries(object(body['responses']))
    .filter(([status]) => status.startsWith('2'))
    .map(([status, answer]) => ({
      status,
      description: string(object(answer)['description']),
      content: contentOf(object(answer)['content']),
    })),
});

/** The calls of an OpenAPI 3.1 document in its order, and its named schemas. */
export function readApiDocument(document: Json): ApiDocument {
  const calls = Object.entries(object(document['paths'])).flatMap(([path, item]) =>
    methods
      .filter((method) => isObject(object(item)[method]))
      .map((method) => callOf(method, path, object(object(item)[method]))),
  );
  return {
    version: string(object(document['info'])['version']),
    calls,
    schemas: object(object(document['components'])['schemas']),
  };
}

const namesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === '$ref' && string(part).startsWith(reference) ? [string(part).slice(reference.length)] : namesIn(part),
  );
};

/** The named schemas that calls use, also through other schemas, in the order of their names. */
export function schemasOf(document: ApiDocument, calls: readonly ApiCall[]): readonly (readonly [string, unknown])[] {
  const found = new Set<string>();
  const waiting = calls.flatMap(({ body, answers }) =>
    namesIn([body.map(({ schema }) => schema), answers.flatMap(({ content }) => content.map(({ schema }) => schema))]),
  );
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...namesIn(document.schemas[name]));
  }
  return [...found].sort().map((name) => [name, document.schemas[name]] as const);
}

/** Calls whose method, address or summary has all words of a text, whatever the case. */
export function callsWith(calls: readonly ApiCall[], text: string): readonly ApiCall[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return calls.filter(({ method, path, summary }) => {
    const all = `${method} ${path} ${summary}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** Whether a page can try it: it reads, and answers with JSON. */
export function canBeTried({ method, answers }: ApiCall): boolean {
  return method === 'GET' && answers.some(({ content }) => content.some(({ type }) => type === 'application/json'));
}
