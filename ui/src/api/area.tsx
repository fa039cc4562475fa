import { Button, PostForm, TextField } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { hrefOfCall } from './contents.tsx';
import { type ApiCall, type ApiContent, type ApiDocument, canBeTried, schemasOf } from './document.ts';

/** What a call that was tried answered. */
export type Tried = {
  /** As the form had them. */
  readonly values: Readonly<Record<string, string>>;
  readonly status: number;
  readonly text: string;
  /** The answer was longer than what is shown. */
  readonly isCut: boolean;
};

const Contents = ({ ctx, of }: { ctx: Ctx; of: readonly ApiContent[] }) => (
  <>
    {of.map(({ type, name, schema }) => (
      <details>
        <summary>
          <span class="link hash">{type}</span> <span class="second">{name}</span>
        </summary>
        <pre aria-label={ctx.t('api.schema')}>{JSON.stringify(schema, null, 2)}</pre>
      </details>
    ))}
  </>
);

const Parameters = ({ ctx, call }: { ctx: Ctx; call: ApiCall }) =>
  call.parameters.length === 0 ? null : (
    <DataTable<(typeof call.parameters)[number]>
      plain
      caption={`${call.method} ${call.path}: ${ctx.t('api.parameters')}`}
      records="labelled"
      rows={call.parameters}
      columns={[
        { key: 'name', label: ctx.t('api.parameter'), cell: (row) => <code translate="no">{row.name}</code> },
        { key: 'in', label: ctx.t('api.in'), cell: (row) => <span translate="no">{row.place}</span> },
        { key: 'type', label: ctx.t('field.type'), any: true, cell: (row) => <span translate="no">{row.type}</span> },
        column('required', ctx.t('api.required'), (row) => ctx.t(row.required ? 'common.yes' : 'common.no')),
        column('what', ctx.t('field.description'), { any: true }, (row) => (
          <span lang="en" translate="no">
            {row.description}
          </span>
        )),
      ]}
    />
  );

/** Asks with the reader's own session, and shows what a program would get. */
const TryIt = ({ ctx, call, tried }: { ctx: Ctx; call: ApiCall; tried: Tried | undefined }) => (
  <PostForm action={`${paths.apiArea(call.area)}#${call.id}`} class="form">
    <input type="hidden" name="call" value={call.id} />
    <h3>{ctx.t('api.try')}</h3>
    <p class="second">{ctx.t('api.tryHow')}</p>
    {call.parameters.map(({ name, required }) => (
      <TextField
        name={`with-${name}`}
        label={<code translate="no">{name}</code>}
        value={tried?.values[name] ?? ''}
        required={required}
        autocomplete="off"
        spellcheck={false}
      />
    ))}
    <div>
      <Button kind="primary" busy={ctx.t('common.working')}>
        {ctx.t('api.ask')}
      </Button>
    </div>
    {tried === undefined ? null : (
      <div role="status">
        <p>
          <Tag>{String(tried.status)}</Tag> {ctx.t(tried.isCut ? 'api.answerCut' : 'common.answer')}
        </p>
        <pre translate="no" lang="en" tabindex={0} aria-label={ctx.t('common.answer')}>
          {tried.text}
        </pre>
      </div>
    )}
  </PostForm>
);

const Line = ({ call, href }: { call: ApiCall; href?: string }) => (
  <>
    <Tag>{call.method}</Tag>{' '}
    {href === undefined ? (
      <code translate="no">{call.path}</code>
    ) : (
      <a href={href} translate="no">
        <code>{call.path}</code>
      </a>
    )}{' '}
    <span class="second" lang="en" translate="no">
      {call.summary}
    </span>
  </>
);

type CallProps = { ctx: Ctx; call: ApiCall; tried: Tried | undefined };

const OpenCall = ({ ctx, call, tried }: CallProps) => (
  <details class="op" id={call.id} open>
    <summary>
      <Line call={call} />
    </summary>
    <p lang="en" translate="no">
      {call.description}
    </p>
    <Parameters ctx={ctx} call={call} />
    {call.body.length === 0 ? null : (
      <div>
        <span class="second">{ctx.t('api.body')}</span> <Contents ctx={ctx} of={call.body} />
      </div>
    )}
    {call.answers.map(({ status, description, content }) => (
      <div>
        <Tag>{status}</Tag>{' '}
        <span lang="en" translate="no">
          {description}
        </span>{' '}
        <Contents ctx={ctx} of={content} />
      </div>
    ))}
    {canBeTried(call) ? <TryIt ctx={ctx} call={call} tried={tried} /> : <p class="second">{ctx.t('api.notTried')}</p>}
  </details>
);

/** The calls of an area, each a line that leads to its parameters and answers; those of `call` are there, and it can be tried. */
export const ApiArea = (props: {
  ctx: Ctx;
  document: ApiDocument;
  area: string;
  call: string | undefined;
  tried?: Tried | undefined;
}) => {
  const { ctx, document, area } = props;
  const calls = document.calls.filter((call) => call.area === area);
  const schemas = schemasOf(
    document,
    calls.filter(({ id }) => id === props.call),
  );
  const isRefused = props.tried !== undefined && props.tried.status >= 400;
  return (
    <Page
      ctx={ctx}
      title={ctx.tDynamic(`area.${area}`)}
      crumbs={[{ label: ctx.t('common.api'), href: paths.api() }]}
      sub={ctx.t('api.sub', { version: document.version, n: calls.length })}
    >
      {isRefused ? (
        <Notice level="warning" title={ctx.t('api.refused')}>
          {ctx.t('api.refusedNext')}
        </Notice>
      ) : null}
      <Panel title={ctx.t('api.calls')}>
        {calls.map((call) =>
          call.id === props.call ? (
            <OpenCall ctx={ctx} call={call} tried={props.tried} />
          ) : (
            <div class="op" id={call.id}>
              <div>
                <Line call={call} href={hrefOfCall(call)} />
              </div>
            </div>
          ),
        )}
      </Panel>
      {schemas.length === 0 ? null : (
        <Panel title={ctx.t('api.schemas')} body>
          {schemas.map(([name, schema]) => (
            <details>
              <summary>
                <code class="link">{name}</code>
              </summary>
              <pre>{JSON.stringify(schema, null, 2)}</pre>
            </details>
          ))}
        </Panel>
      )}
    </Page>
  );
};
