import { type Ctx, useCtx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { Button, LinkButton, PostForm } from './form.tsx';
import { Empty, Notice, Panel } from './panel.tsx';
import { Status } from './status.tsx';
import { column, DataTable } from './table.tsx';
import { Time, To } from './text.tsx';

/** A bundle by its own word; nothing of it is proven yet. */
export type BundleOnMediumView = {
  /** One of its files here: what the forms name it by. */
  readonly path: string;
  readonly names: readonly string[];
  readonly seq: number;
  readonly issuedAt: When;
  readonly site: string;
  readonly forSite: 'this' | 'any' | 'other';
  readonly answers?: number | undefined;
  readonly imported?: number | undefined;
  readonly volumes: number;
  readonly here: number;
  readonly missing: readonly number[];
  readonly sizeFits: boolean;
  readonly bytes: number;
};

export type MediumView = {
  readonly path: string;
  readonly name: string;
  readonly fileSystem?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly freeBytes?: number | undefined;
  readonly writable: 'yes' | 'on-request' | 'no';
  /** Why there is nothing to show; the words are `media.reason.<fault>`. */
  readonly fault?: string | undefined;
  /** Of a device that was not mounted: the part of its disk that the reason is about, and what was found there. */
  readonly found?: { readonly part: string; readonly detail: string } | undefined;
  readonly bundles: readonly BundleOnMediumView[];
  /** Names of the other files, by what they are. */
  readonly others: readonly {
    readonly kind: 'requests' | 'siteCards' | 'receipts' | 'unknown';
    readonly names: readonly string[];
  }[];
  readonly trustFiles: readonly string[];
  readonly damaged: readonly { readonly name: string; readonly code: string }[];
  readonly isComplete: boolean;
};

const pollSeconds = 5;
const shownNames = 5;

// A failed poll leaves the list as it is. The header keeps a poll from counting as activity.
const polling = () => ({
  'hx-get': paths.exchangeReceive(),
  'hx-trigger': `every ${pollSeconds}s`,
  'hx-select': '#media',
  'hx-target': '#media',
  'hx-swap': 'outerMorph show:none',
  'hx-headers': '{"Sallyport-Poll":"1"}',
  'hx-status:4xx': 'swap:none',
  'hx-status:5xx': 'swap:none',
});

const Names = ({ ctx, names }: { ctx: Ctx; names: readonly string[] }) => (
  <>
    <span translate="no">{names.slice(0, shownNames).join(', ')}</span>
    {names.length > shownNames ? ` ${ctx.t('media.andMore', { n: names.length - shownNames })}` : null}
  </>
);

const Volumes = ({ ctx, bundle }: { ctx: Ctx; bundle: BundleOnMediumView }) => (
  <>
    {ctx.t('media.allHere', { n: bundle.here, of: bundle.volumes })}
    {bundle.missing.length === 0 ? null : (
      <div class="small second">{ctx.t('media.missing', { list: bundle.missing.slice(0, 20).join(', ') })}</div>
    )}
    {bundle.sizeFits ? null : <Status level="warning">{ctx.t('media.sizeOff')}</Status>}
  </>
);

const Bundles = ({ ctx, medium, unavailable }: { ctx: Ctx; medium: MediumView; unavailable: string | undefined }) => (
  <DataTable<(typeof medium.bundles)[number]>
    caption={`${ctx.t('media.bundle')}: ${medium.name}`}
    rows={medium.bundles}
    columns={[
      column('bundle', ctx.t('media.bundle'), (row) => (
        <>
          {ctx.rich('media.bundleN', { number: String(row.seq), at: <Time at={row.issuedAt} /> })}
          <div class="small second">
            <Names ctx={ctx} names={row.names} />
          </div>
        </>
      )),
      column('for', ctx.t('media.for'), (row) =>
        row.forSite === 'other' ? (
          <Status level="warning">{ctx.t('media.otherSite', { site: row.site })}</Status>
        ) : (
          ctx.t(row.forSite === 'this' ? 'media.thisSite' : 'media.anySite')
        ),
      ),
      column('answers', ctx.t('media.answers'), { hideNarrow: true }, (row) =>
        row.answers === undefined ? (
          <span class="second">{ctx.t('media.answersNone')}</span>
        ) : (
          ctx.t('exchange.request', { number: row.answers })
        ),
      ),
      { key: 'volumes', label: ctx.t('media.volumes'), cell: (row) => <Volumes ctx={ctx} bundle={row} /> },
      { key: 'bytes', label: ctx.t('common.size'), num: true, cell: (row) => ctx.fmt.bytes(row.bytes) },
      column('do', <span class="vh">{ctx.t('media.doing')}</span>, { num: true }, (row) =>
        row.imported === undefined ? (
          <PostForm action={paths.bundlePick()} class="row">
            <input type="hidden" name="path" value={row.path} />
            <Button small busy={ctx.t('exchange.checking')} unavailable={unavailable}>
              {ctx.t('common.check')}
              <span class="vh"> {row.names[0]}</span>
            </Button>
            <Button small name="now" value="1" busy={ctx.t('media.importing')} unavailable={unavailable}>
              {ctx.t('media.import')}
              <span class="vh"> {row.names[0]}</span>
            </Button>
          </PostForm>
        ) : (
          <Status level="done">
            <To href={paths.receipt(row.imported)}>{ctx.t('media.imported', { number: row.imported })}</To>
          </Status>
        ),
      ),
    ]}
  />
);

const Others = ({ ctx, medium }: { ctx: Ctx; medium: MediumView }) => {
  const { trustFiles, damaged, others } = medium;
  const isEmpty = [...others.map(({ names }) => names), trustFiles, damaged].every((list) => list.length === 0);
  if (isEmpty) return medium.bundles.length === 0 ? <p class="second">{ctx.t('media.nothing')}</p> : null;
  return (
    <dl class="facts">
      {trustFiles.length === 0 ? null : (
        <>
          <dt>{ctx.t('media.trustFile')}</dt>
          <dd>
            <Names ctx={ctx} names={trustFiles} />. <To href={paths.exchangeTrust()}>{ctx.t('media.trustNext')}</To>
          </dd>
        </>
      )}
      {damaged.length === 0 ? null : (
        <>
          <dt>{ctx.t('media.damaged')}</dt>
          <dd>
            <Names ctx={ctx} names={damaged.map(({ name, code }) => `${name} (${code})`)} />
          </dd>
        </>
      )}
      {others.map(({ kind, names }) =>
        names.length === 0 ? null : (
          <>
            <dt>{ctx.t(`media.${kind}`)}</dt>
            <dd>
              <Names ctx={ctx} names={names} />
            </dd>
          </>
        ),
      )}
    </dl>
  );
};

/** A code of the system stands beside its words; one without words stands alone. */
const reasonText = (ctx: Ctx, reason: string, found: MediumView['found']): string => {
  const words = ctx.tDynamic(`media.reason.${reason}`, found ?? {}, '');
  return words === '' ? `${reason}.` : reason.startsWith('E') ? `${words} (${reason}).` : `${words}.`;
};

const ownDisk: readonly string[] = ['own-mounted', 'own-listed', 'own-swap'];
const notRead: readonly string[] = ['own-volume', 'file-system', 'encrypted'];

const Fault = ({ ctx, fault, found }: { ctx: Ctx; fault: string; found: MediumView['found'] }) => {
  const reason = reasonText(ctx, fault, found);
  // Nothing is wrong with it.
  if (ownDisk.includes(fault))
    return (
      <p>
        {ctx.t('media.own')}. {reason} {ctx.t('media.ownNext')}
      </p>
    );
  const [title, next] = notRead.includes(fault)
    ? (['media.notRead', 'media.notReadNext'] as const)
    : (['media.fault', 'media.faultNext'] as const);
  return (
    <Notice level="warning" title={ctx.t(title)}>
      {reason} {ctx.t(next)}
    </Notice>
  );
};

const Medium = ({ ctx, medium, unavailable }: { ctx: Ctx; medium: MediumView; unavailable: string | undefined }) => (
  <section>
    <div class="body">
      <h3>
        <span translate="no">{medium.name}</span>
      </h3>
      <p class="small second">
        <span translate="no">{medium.path}</span>
        {[
          '',
          medium.fileSystem,
          medium.freeBytes === undefined || medium.sizeBytes === undefined
            ? undefined
            : ctx.t('media.room', { free: ctx.fmt.bytes(medium.freeBytes), size: ctx.fmt.bytes(medium.sizeBytes) }),
          medium.writable === 'yes' || medium.found !== undefined ? undefined : ctx.t(writableWords[medium.writable]),
        ]
          .filter((part) => part !== undefined)
          .join(', ')}
      </p>
      {medium.fault === undefined ? null : <Fault ctx={ctx} fault={medium.fault} found={medium.found} />}
      {medium.isComplete ? null : <p class="warn">{ctx.t('media.incomplete')}</p>}
      {medium.fault === undefined ? <Others ctx={ctx} medium={medium} /> : null}
    </div>
    {medium.bundles.length === 0 ? null : <Bundles ctx={ctx} medium={medium} unavailable={unavailable} />}
  </section>
);

const writableWords = { 'on-request': 'media.onRequest', no: 'media.readOnly' } as const;

/** What is plugged in and what lies on it; looks again by itself every few seconds. */
export const MediaList = ({
  media,
  unavailable,
}: {
  media: readonly MediumView[];
  /** Why nothing can be done with a bundle. */
  unavailable: string | undefined;
}) => {
  const ctx = useCtx();
  return (
    <div id="media" {...polling()}>
      <Panel
        title={ctx.t('media.title')}
        context={ctx.t('media.context')}
        link={
          <LinkButton small href={paths.exchangeReceive()}>
            {ctx.t('media.again')}
          </LinkButton>
        }
      >
        {media.every(({ fault = '' }) => ownDisk.includes(fault)) ? (
          <Empty title={ctx.t('media.none')}>{ctx.t('media.noneWhy')}</Empty>
        ) : null}
        {media.map((medium) => (
          <Medium ctx={ctx} medium={medium} unavailable={unavailable} />
        ))}
      </Panel>
    </div>
  );
};
