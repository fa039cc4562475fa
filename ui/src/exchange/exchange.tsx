import { Button, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Facts, Notice, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { NextStep, type NextStepLink } from '../worklist/next-step.tsx';
import { ExchangeFrame } from './exchange-frame.tsx';
import { ExportProgress, type ExportView } from './export-progress.tsx';
import type { ReceiptRow } from './receipts.tsx';
import { receiptColumns } from './receipts.tsx';

/** Tab Send. */
type ExchangeProps = {
  readonly ctx: Ctx;
  /** How many receipts there are. */
  readonly receiptCount: number;
  /** Without trust nothing can be sealed: the page says so and links to the tab. */
  readonly ready: 'yes' | 'no-trust';
  readonly number: number;
  readonly open: readonly { readonly number: number; readonly since: When }[];
  readonly groups: readonly {
    /** Key `exchange.group.<name>` and `.why`. */
    readonly name: string;
    readonly items: number;
    readonly examples: readonly string[];
    readonly bytes: number;
  }[];
  readonly totalBytes: number;
  /** Key `exchange.searched.<what>`. */
  readonly leakScan: readonly { readonly what: string; readonly values: number; readonly found: number }[];
  readonly leaks: readonly {
    readonly what: string;
    readonly value: string;
    /** Whether it can be allowed: a name, no number of a computer. */
    readonly isWord: boolean;
    /** Chosen already: a second person is asked. */
    readonly waits: boolean;
    readonly places: readonly { readonly field: string; readonly text: string }[];
  }[];
  /** Whether further words can be chosen now: while some wait, only who chose them adds to them. */
  readonly mayChoose: boolean;
  readonly sealedTo: { readonly keys: number; readonly fingerprint: string } | null;
  /** Folders that an administrator named as media. */
  readonly media: readonly { readonly name: string; readonly path: string; readonly freeBytes: number }[];
  readonly receipts: readonly ReceiptRow[];
  /** What is being written now, or how the last one ended. */
  readonly writing?: ExportView | undefined;
  readonly next: NextStepLink | undefined;
  /** Sent since, still downloadable. */
  readonly written: readonly {
    readonly number: number;
    readonly at: When;
    readonly bytes: number;
    readonly sha256: string;
  }[];
};

const Groups = ({ ctx, groups, number, totalBytes }: ExchangeProps) => (
  <Panel
    title={ctx.t('exchange.wouldLeave', { number })}
    context={ctx.t('exchange.wouldLeaveContext', {
      items: groups.reduce((sum, group) => sum + group.items, 0),
      groups: groups.length,
      size: ctx.fmt.bytes(totalBytes),
    })}
    span={8}
    link={<To href={paths.requestText()}>{ctx.t('exchange.wholeText')}</To>}
  >
    <DataTable<(typeof groups)[number]>
      caption={ctx.t('exchange.wouldLeave', { number })}
      rows={groups}
      records="labelled"
      columns={[
        column('group', ctx.t('field.group'), { head: true }, (row) => (
          <To href={paths.requestGroup(row.name)}>{ctx.tDynamic(`exchange.group.${row.name}`)}</To>
        )),
        column('items', ctx.t('exchange.items'), { num: true }, (row) => (
          <Count n={row.items} href={paths.requestGroup(row.name)} />
        )),
        column('example', ctx.t('exchange.example'), { any: true, hideNarrow: true }, (row) => (
          <span class="small second" translate="no">
            {row.examples.join(', ')}
          </span>
        )),
        column('why', ctx.t('common.purpose'), (row) => (
          <span class="second">{ctx.tDynamic(`exchange.group.${row.name}.why`, {}, '–')}</span>
        )),
        { key: 'size', label: ctx.t('common.size'), num: true, cell: (row) => ctx.fmt.bytes(row.bytes) },
      ]}
    />
  </Panel>
);

const shownPlaces = 20;

/** A value that was found, with where; one that is a word can be chosen. */
const LeakChoice = ({ ctx, leak, index }: { ctx: Ctx; leak: ExchangeProps['leaks'][number]; index: number }) => {
  const value = (
    <>
      {ctx.tDynamic(`exchange.searched.${leak.what}`)}: <mark translate="no">{leak.value}</mark>
    </>
  );
  return (
    <div>
      {leak.waits ? (
        <p>
          {value} <To href={paths.settings({ area: 'exchange' })}>{ctx.t('exchange.wordWaits')}</To>
        </p>
      ) : leak.isWord ? (
        <span class="choice">
          <input type="checkbox" id={`word-${index}`} name="word" value={leak.value} />
          <label for={`word-${index}`}>{value}</label>
        </span>
      ) : (
        <p>{value}</p>
      )}
      <ul class="small second">
        {leak.places.slice(0, shownPlaces).map(({ field, text }) => (
          <li translate="no">
            {field}: {text}
          </li>
        ))}
      </ul>
    </div>
  );
};

const LeakScan = ({
  ctx,
  leakScan,
  leaks,
  mayChoose,
}: Pick<ExchangeProps, 'ctx' | 'leakScan' | 'leaks' | 'mayChoose'>) => (
  <Panel title={ctx.t('exchange.notLeave')} body>
    <p class="second">{ctx.t('exchange.searchedFor')}</p>
    <dl class="pairs">
      {leakScan.map((one) => (
        <div>
          <dt>{ctx.tDynamic(`exchange.searched.${one.what}`)}</dt>
          <dd class="num nowrap">
            <span class="second">{ctx.fmt.number(one.values)}</span>{' '}
            <span class={one.found === 0 ? undefined : 'crit'}>{ctx.t('exchange.found', { n: one.found })}</span>
          </dd>
        </div>
      ))}
    </dl>
    {leaks.length === 0 ? null : (
      <PostForm action={paths.requestWords()} class="form">
        <Notice level="critical" title={ctx.t('exchange.leak', { n: leaks.length })} alert>
          {ctx.t('exchange.leakNext', { setting: ctx.t('setting.exchange.allowed-words.title') })}
        </Notice>
        {leaks.map((leak, index) => (
          <LeakChoice ctx={ctx} leak={leak} index={index} />
        ))}
        {leaks.some(({ isWord, waits }) => isWord && !waits) ? (
          <Button
            busy={ctx.t('exchange.allowing')}
            unavailable={
              withoutRight(ctx, 'settings:write') ??
              withoutRight(ctx, 'safety:write') ??
              (mayChoose ? undefined : ctx.t('exchange.otherWordsWait'))
            }
          >
            {ctx.t('exchange.allowWords')}
          </Button>
        ) : null}
      </PostForm>
    )}
  </Panel>
);

const pollSeconds = 5;

// Ends with the first medium: what was chosen since is not asked for again.
const waiting = {
  'hx-get': `${paths.exchangeSend()}?part=media`,
  'hx-trigger': `every ${pollSeconds}s`,
  'hx-swap': 'outerMorph show:none',
  'hx-headers': '{"Sallyport-Poll":"1"}',
  'hx-status:4xx': 'swap:none',
  'hx-status:5xx': 'swap:none',
};

/** Where a request is written to; while there is no medium, the page looks for one. */
export const RequestTargets = ({ ctx, media }: Pick<ExchangeProps, 'ctx' | 'media'>) => (
  <fieldset class="field" id="targets" {...(media.length === 0 ? waiting : {})}>
    <legend>{ctx.t('exchange.where')}</legend>
    <span class="choice">
      <input type="radio" id="medium-download" name="medium" value="" checked={media.length === 0} />
      <label for="medium-download">{ctx.t('exchange.asFile')}</label>
    </span>
    {media.length === 0 ? <small>{ctx.t('exchange.noMediumYet')}</small> : null}
    {media.map((medium, index) => (
      <span class="choice">
        <input type="radio" id={`medium-${index}`} name="medium" value={medium.path} checked={index === 0} />
        <label for={`medium-${index}`}>
          <span translate="no">{medium.name}</span>
          <span class="second">, {ctx.t('exchange.free', { size: ctx.fmt.bytes(medium.freeBytes) })}</span>
        </label>
      </span>
    ))}
  </fieldset>
);

/** The main act, until a request is on the way: then a second one is an exception. */
const Write = ({ ctx, number, media, sealedTo, leaks, ready, writing, open }: ExchangeProps) => {
  const unavailable =
    writing?.state === 'running'
      ? ctx.t('exchange.writing')
      : ready === 'no-trust'
        ? ctx.t('exchange.noTrustShort')
        : leaks.length > 0
          ? ctx.t('exchange.leak', { n: leaks.length })
          : withoutRight(ctx, 'exchange:write');
  return (
    <Panel title={ctx.t('exchange.write')} body>
      {sealedTo === null ? null : (
        <Facts
          rows={[
            [ctx.t('exchange.sealedTo'), ctx.t('exchange.keys', { n: sealedTo.keys })],
            [ctx.t('exchange.keyToCompare'), <Hash value={sealedTo.fingerprint} />],
          ]}
        />
      )}
      <PostForm action={paths.requestWrite()} class="form">
        <input type="hidden" name="number" value={String(number)} />
        <RequestTargets ctx={ctx} media={media} />
        <Button
          {...(open.length === 0 ? { kind: 'primary' as const } : {})}
          block
          busy={ctx.t('exchange.writing')}
          unavailable={unavailable}
        >
          {ctx.t('exchange.signSealWrite', { number })}
        </Button>
      </PostForm>
    </Panel>
  );
};

/** What would leave, all of it, and beside it the proof of what does not. */
export const Exchange = (props: ExchangeProps) => {
  const { ctx, open, receipts, written } = props;
  // Of a request that is on the way its file is the main act where it was not written to a medium, else its answer.
  const carried = open[0] !== undefined && !written.some(({ number }) => number === open[0]?.number);
  return (
    <ExchangeFrame
      ctx={ctx}
      current="send"
      {...(carried
        ? {
            actions: (
              <LinkButton kind="primary" href={paths.exchangeReceive()}>
                {ctx.t('exchange.importBundle')}
              </LinkButton>
            ),
          }
        : {})}
      refreshSeconds={props.writing?.state === 'running' ? 2 : undefined}
    >
      {props.writing === undefined ? null : <ExportProgress ctx={ctx} view={props.writing} />}
      <NextStep ctx={ctx} step={props.next} />
      {props.ready === 'no-trust' ? (
        <Notice level="warning" title={ctx.t('exchange.noTrust')}>
          {ctx.t('exchange.noTrustWhy')} <To href={paths.exchangeTrust()}>{ctx.t('exchange.importTrust')}</To>
        </Notice>
      ) : null}
      {open[0] === undefined ? null : (
        <Notice
          level="running"
          title={ctx.t('exchange.isOnTheWay', { number: open[0].number, at: ctx.fmt.dayTime(open[0].since) })}
        >
          {ctx.t('exchange.mayWriteAnother')}
        </Notice>
      )}
      <div class="grid">
        <Groups {...props} />
        <div class="stack c4">
          <LeakScan ctx={ctx} leakScan={props.leakScan} leaks={props.leaks} mayChoose={props.mayChoose} />
          <Write {...props} />
          {written.length === 0 ? null : (
            <Panel title={ctx.t('exchange.written')} body>
              {written.map((request) => (
                <div>
                  <div class="row">
                    <span>
                      {ctx.t('exchange.request', { number: request.number })}, <Time at={request.at} form="dayTime" />,{' '}
                      {ctx.fmt.bytes(request.bytes)}
                    </span>
                    <LinkButton
                      small
                      {...(request.number === open[0]?.number ? { kind: 'primary' as const } : {})}
                      href={paths.requestFile(request.number)}
                      download
                    >
                      {ctx.t('common.download')}
                    </LinkButton>
                  </div>
                  <Hash value={request.sha256} />
                </div>
              ))}
            </Panel>
          )}
        </div>
      </div>
      <Panel
        title={ctx.t('exchange.tab.receipts')}
        context={ctx.t('exchange.receiptsContext')}
        link={<To href={paths.exchangeReceipts()}>{ctx.t('exchange.allReceipts', { n: props.receiptCount })}</To>}
      >
        {receipts.length === 0 ? (
          <Empty title={ctx.t('exchange.noReceipts')}>{ctx.t('exchange.noReceiptsWhy')}</Empty>
        ) : (
          <DataTable
            caption={ctx.t('exchange.tab.receipts')}
            rows={receipts}
            records
            lines
            columns={receiptColumns(ctx)}
          />
        )}
      </Panel>
    </ExchangeFrame>
  );
};
