import { Button, ErrorSummary, PostForm, TextField } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { SearchForm } from '../components/search-form.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import { DiscoveryFrame } from './discovery-frame.tsx';

type ProtectedRow = {
  readonly address: string;
  readonly because: 'controller' | 'zone' | 'range';
  /** What protected it, as it was called then. */
  readonly label: string;
  readonly leftAt: When;
  /** A name. */
  readonly leftBy: string;
  readonly batch: number | null;
  readonly request: number | null;
};

export type ReleaseView = AskedByOne & {
  readonly id: number;
  readonly reason: string;
  readonly digest: string;
  readonly addresses: readonly ProtectedRow[];
};

type Props = {
  readonly ctx: Ctx;
  readonly rows: readonly ProtectedRow[];
  readonly total: number;
  readonly requests: readonly ReleaseView[];
  /** The network that was searched within. */
  readonly q: string;
  /** What was entered, where it was refused. */
  readonly entered?: { readonly addresses: readonly string[]; readonly within: string; readonly reason: string };
  readonly errors?: FieldErrors | undefined;
};

const Ask = ({ ctx, rows, total, entered, errors }: Props) => (
  <PostForm action={paths.discoveryProtected()} class="stack" errors={errors}>
    <DataTable<ProtectedRow>
      caption={ctx.t('protected.title')}
      rows={rows}
      records="labelled"
      columns={[
        column('address', ctx.t('field.address'), { any: true, head: true }, (row) =>
          row.request === null ? (
            <label>
              <input
                type="checkbox"
                name="address"
                value={row.address}
                checked={entered?.addresses.includes(row.address) ?? false}
              />{' '}
              <span translate="no">{row.address}</span>
            </label>
          ) : (
            <>
              <span translate="no">{row.address}</span>
              <br />
              <span class="second">{ctx.t('protected.waits')}</span>
            </>
          ),
        ),
        column('because', ctx.t('protected.by'), { any: true }, (row) =>
          ctx.rich(`protected.because.${row.because}`, { name: <span translate="no">{row.label}</span> }),
        ),
        column('since', ctx.t('protected.since'), { fit: true }, (row) => <Time at={row.leftAt} />),
        column('who', ctx.t('protected.who'), { any: true }, (row) => (
          <>
            <span translate="no">{row.leftBy}</span>
            {row.batch === null ? null : (
              <>
                <br />
                <span class="second">{ctx.t('protected.batch', { n: String(row.batch) })}</span>
              </>
            )}
          </>
        )),
      ]}
    />
    {total > rows.length ? (
      <p class="second">{ctx.t('protected.shown', { n: ctx.fmt.number(rows.length), total: ctx.fmt.number(total) })}</p>
    ) : null}
    <Panel title={ctx.t('protected.ask')} body>
      <p>{ctx.t('protected.askWhy')}</p>
      <div class="form">
        <TextField
          name="addresses"
          label={ctx.t('protected.networks')}
          hint={ctx.t('protected.networksHint')}
          value={entered?.within}
          maxLength={2_000}
          autocomplete="off"
          spellcheck={false}
        />
        <TextField
          name="reason"
          label={ctx.t('protected.reason')}
          value={entered?.reason}
          maxLength={500}
          required
          autocomplete="off"
        />
        <div>
          <Button kind="primary" needs="controllers:write">
            {ctx.t('protected.ask')}
          </Button>
        </div>
      </div>
    </Panel>
  </PostForm>
);

/** Addresses that left the records and stay forbidden, asking for their release, and what waits for a second person. */
export const StillProtected = (props: Props) => {
  const { ctx, rows, requests, q, errors } = props;
  return (
    <DiscoveryFrame ctx={ctx} sub={ctx.t('protected.sub')}>
      <ErrorSummary
        errors={errors}
        labels={{ addresses: ctx.t('protected.networks'), reason: ctx.t('protected.reason') }}
      />
      {requests.map((request) => (
        <SecondPerson
          title={ctx.t('protected.asked', { n: ctx.fmt.number(request.addresses.length) })}
          asked={request}
          action={paths.discoveryProtectedDecide()}
          fields={{ request: String(request.id), digest: request.digest }}
          area="controllers"
        >
          <p>{request.reason}</p>
          <p translate="no">{request.addresses.map(({ address }) => address).join(', ')}</p>
        </SecondPerson>
      ))}
      {rows.length === 0 && q === '' ? (
        <Panel>
          <Empty title={ctx.t('protected.none')}>{ctx.t('protected.noneWhy')}</Empty>
        </Panel>
      ) : (
        <>
          <SearchForm name={ctx.t('protected.title')} label={ctx.t('protected.find')} q={q} />
          {rows.length === 0 ? <Empty title={ctx.t('protected.none')} /> : <Ask {...props} />}
        </>
      )}
    </DiscoveryFrame>
  );
};
