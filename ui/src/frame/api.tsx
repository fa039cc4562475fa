import { LinkButton } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { apiDocumentPath } from '../paths.ts';
import { Page } from './page.tsx';

/** An OpenAPI 3.1 document as parsed JSON. */
type ApiReferenceProps = { readonly ctx: Ctx; readonly document: Readonly<Record<string, unknown>> };

type Json = Readonly<Record<string, unknown>>;

const methods = ['get', 'post', 'put', 'patch', 'delete'];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isObject(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const string = (value: unknown): string => (typeof value === 'string' ? value : '');

type Operation = { readonly method: string; readonly path: string; readonly tag: string; readonly body: Json };

/** Operations of an OpenAPI document in its order, with their first tag. */
const operationsOf = (document: Json): Operation[] =>
  Object.entries(object(document.paths)).flatMap(([path, item]) =>
    methods
      .filter((method) => isObject(object(item)[method]))
      .map((method) => {
        const body = object(object(item)[method]);
        return { method, path, tag: string(list(body.tags)[0]) || '/', body };
      }),
  );

const schemaName = (schema: unknown): string => {
  const given = object(schema);
  const reference = string(given.$ref);
  if (reference !== '') return reference.slice(reference.lastIndexOf('/') + 1);
  if (string(given.type) === 'array') return `${schemaName(given.items)}[]`;
  const type = given.type;
  return Array.isArray(type) ? type.map(string).join(' | ') : string(type) || 'object';
};

const Schema = ({ ctx, content }: { ctx: Ctx; content: unknown }) => (
  <>
    {Object.entries(object(content)).map(([type, media]) => {
      const schema = object(media).schema;
      const resolved = object(schema);
      return (
        <details>
          <summary>
            <span class="link hash">{type}</span> <span class="second">{schemaName(schema)}</span>
          </summary>
          <pre aria-label={ctx.t('api.schema')}>{JSON.stringify(resolved, null, 2)}</pre>
        </details>
      );
    })}
  </>
);

const OperationView = ({ ctx, operation }: { ctx: Ctx; operation: Operation }) => {
  const { body } = operation;
  const parameters = list(body.parameters).map(object);
  return (
    <div class="op">
      <h3 translate="no">
        <Tag>{operation.method.toUpperCase()}</Tag> <code>{operation.path}</code>
      </h3>
      {string(body.summary) === '' ? null : (
        <p lang="en" translate="no">
          {string(body.summary)}
        </p>
      )}
      {parameters.length === 0 ? null : (
        <DataTable
          ctx={ctx}
          plain
          caption={`${operation.method} ${operation.path}: ${ctx.t('api.parameters')}`}
          rows={parameters}
          columns={[
            {
              key: 'name',
              label: ctx.t('api.parameter'),
              cell: (row) => <code translate="no">{string(row.name)}</code>,
            },
            { key: 'in', label: ctx.t('api.in'), cell: (row) => <span translate="no">{string(row.in)}</span> },
            {
              key: 'type',
              label: ctx.t('api.type'),
              any: true,
              cell: (row) => <span translate="no">{schemaName(row.schema)}</span>,
            },
            {
              key: 'required',
              label: ctx.t('api.required'),
              cell: (row) => ctx.t(row.required === true ? 'common.yes' : 'common.no'),
            },
            {
              key: 'what',
              label: ctx.t('api.description'),
              any: true,
              cell: (row) => (
                <span lang="en" translate="no">
                  {string(row.description)}
                </span>
              ),
            },
          ]}
        />
      )}
      {isObject(body.requestBody) ? (
        <div>
          <span class="second">{ctx.t('api.body')}</span> <Schema ctx={ctx} content={body.requestBody.content} />
        </div>
      ) : null}
      {Object.entries(object(body.responses)).map(([status, response]) => (
        <div>
          <Tag>{status}</Tag>{' '}
          <span lang="en" translate="no">
            {string(object(response).description)}
          </span>{' '}
          <Schema ctx={ctx} content={object(response).content} />
        </div>
      ))}
    </div>
  );
};

/** The API from its own document: nothing is loaded from anywhere. */
export const ApiReference = ({ ctx, document }: ApiReferenceProps) => {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map((operation) => operation.tag))];
  const schemas = Object.entries(object(object(document.components).schemas));
  return (
    <Page
      ctx={ctx}
      title={ctx.t('api.title')}
      section="settings"
      sub={ctx.t('api.sub', { version: string(object(document.info).version) || '–', n: operations.length })}
      actions={
        <LinkButton ctx={ctx} href={apiDocumentPath} download>
          {ctx.t('api.download')}
        </LinkButton>
      }
    >
      <p>{ctx.t('api.how')}</p>
      {tags.map((tag) => (
        <Panel title={ctx.tDynamic(`area.${tag}`, {}, tag)} id={`tag-${tag.replace(/[^\w-]/g, '-')}`}>
          {operations
            .filter((operation) => operation.tag === tag)
            .map((operation) => (
              <OperationView ctx={ctx} operation={operation} />
            ))}
        </Panel>
      ))}
      {schemas.length === 0 ? null : (
        <Panel title={ctx.t('api.schemas')}>
          <div class="body">
            {schemas.map(([name, schema]) => (
              <details>
                <summary>
                  <code class="link">{name}</code>
                </summary>
                <pre>{JSON.stringify(schema, null, 2)}</pre>
              </details>
            ))}
          </div>
        </Panel>
      )}
    </Page>
  );
};
