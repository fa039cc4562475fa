import { Button, PostForm } from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Lang } from '../i18n/types.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

type Severity = 'info' | 'warning' | 'critical';

type Text = { readonly language: Lang; readonly title: string; readonly body: string };

type Row = {
  readonly id: string;
  readonly severity: Severity;
  readonly publishedAt: When;
  readonly endsAt: When;
  readonly product: string | null;
  readonly versions: string | null;
  readonly isRead: boolean;
  /** In the reader's language, or the nearest. */
  readonly text: Text;
};

const titleIn = (ctx: Ctx, { language, title }: Text) => (
  <span lang={language === ctx.lang ? undefined : language}>{title}</span>
);

const Announcement = ({ ctx, row }: { ctx: Ctx; row: Row }) => {
  const { text } = row;
  return (
    <Panel
      id={`announcement-${row.id}`}
      title={<Status level={row.severity}>{titleIn(ctx, text)}</Status>}
      context={<Time at={row.publishedAt} form="date" />}
      body
    >
      {row.product === null ? null : (
        <p class="second">
          {ctx.t('announcements.about')}{' '}
          <span translate="no">{[row.product, row.versions].filter((word) => word !== null).join(' ')}</span>
        </p>
      )}
      {text.language === ctx.lang ? null : (
        <p class="second">{ctx.tDynamic(`announcements.otherLanguage.${text.language}`)}</p>
      )}
      <div lang={text.language === ctx.lang ? undefined : text.language}>
        {text.body.split(/\n{2,}/).map((paragraph) => (
          <p>{paragraph.split('\n').flatMap((line, index) => (index === 0 ? [line] : [<br />, line]))}</p>
        ))}
      </div>
      <p class="second">
        {ctx.t('announcements.until')} <Time at={row.endsAt} />
      </p>
      {row.isRead ? (
        <p class="second">{ctx.t('announcements.read')}</p>
      ) : (
        <PostForm action={paths.announcementRead(row.id)}>
          <Button>{ctx.t('announcements.markRead')}</Button>
        </PostForm>
      )}
    </Panel>
  );
};

/** What the connected side announces, what the reader has not read first. */
export const Announcements = ({ ctx, rows }: { ctx: Ctx; rows: readonly Row[] }) => (
  <Page ctx={ctx} title={ctx.t('announcements.title')} sub={ctx.t('announcements.sub')}>
    {rows.length === 0 ? (
      <Panel title={ctx.t('announcements.title')} context={ctx.fmt.number(0)}>
        <Empty title={ctx.t('announcements.none')}>{ctx.t('announcements.noneWhy')}</Empty>
      </Panel>
    ) : (
      [...rows.filter(({ isRead }) => !isRead), ...rows.filter(({ isRead }) => isRead)].map((row) => (
        <Announcement ctx={ctx} row={row} />
      ))
    )}
  </Page>
);

/** What the overview says of them; `title` is that of the gravest. */
export type UnreadAnnouncements = { readonly count: number; readonly severity: Severity; readonly text: Text };

const noticeLevel = { info: 'running', warning: 'warning', critical: 'critical' } as const;

/** One line: how many are unread, and the gravest. */
export const UnreadLine = ({ ctx, unread }: { ctx: Ctx; unread: UnreadAnnouncements | undefined }) =>
  unread === undefined ? null : (
    <Notice
      level={noticeLevel[unread.severity]}
      title={<To href={paths.announcements()}>{ctx.t('announcements.unread', { n: unread.count })}</To>}
    >
      {titleIn(ctx, unread.text)}
    </Notice>
  );
