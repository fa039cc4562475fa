import { Button, LinkButton, PostForm } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { EventRow } from '../events/events.tsx';
import { Page } from '../frame/page.tsx';
import { type ListState, listUrl } from '../list.ts';
import type { EventSeverity, When } from '../model.ts';
import { paths } from '../paths.ts';

type Row = {
  readonly id: number;
  readonly rule: string;
  readonly ruleName: string;
  /** The filter of the rule, as the address of the events has it. */
  readonly query: string;
  readonly openedAt: When;
  readonly lastAt: When;
  readonly count: number;
  readonly severity: EventSeverity;
  readonly counts: Readonly<Partial<Record<EventSeverity, number>>>;
  readonly worst: readonly EventRow[];
  readonly isRead: boolean;
};

const severityOrder: readonly EventSeverity[] = ['critical', 'failure', 'warning', 'info'];

const levelOf = (severity: EventSeverity) => (severity === 'failure' ? 'critical' : severity);

const Message = ({ ctx, row }: { ctx: Ctx; row: Row }) => (
  <Panel
    id={`notification-${row.id}`}
    title={
      <Status level={levelOf(row.severity)}>
        <span translate="no">{row.ruleName}</span>
      </Status>
    }
    context={<Time at={row.openedAt} />}
    body
  >
    <p>
      <To href={`${paths.events()}${row.query === '' ? '' : `?${row.query}`}`}>
        {ctx.t('notifications.count', { n: row.count })}
      </To>{' '}
      <span class="second">
        {severityOrder
          .flatMap((severity) =>
            row.counts[severity] === undefined
              ? []
              : [`${ctx.tDynamic(`eventSeverity.${severity}`)} ${ctx.fmt.number(row.counts[severity] ?? 0)}`],
          )
          .join(' · ')}
      </span>
    </p>
    <ul>
      {row.worst.map((event) => (
        <li>
          <Time at={event.at} /> {ctx.say(event.message)}
          {event.device === undefined ? null : (
            <>
              {' '}
              <To href={paths.device(event.device.id)} translate="no">
                {event.device.name}
              </To>
            </>
          )}
        </li>
      ))}
    </ul>
    <div class="row">
      {row.isRead ? (
        <span class="second">{ctx.t('notifications.isRead')}</span>
      ) : (
        <PostForm action={paths.notifications()}>
          <input type="hidden" name="id" value={String(row.id)} />
          <Button name="do" value="read">
            {ctx.t('notifications.read')}
          </Button>
        </PostForm>
      )}
      {ctx.can('events:write') ? (
        <LinkButton href={paths.objectNew('notification-mute', { rule: row.rule, name: row.ruleName })}>
          {ctx.t('notifications.mute')}
        </LinkButton>
      ) : null}
    </div>
  </Panel>
);

/** The reader's inbox: what the rules of the site told, the newest first. */
export const Inbox = ({
  ctx,
  list,
  rows,
  total,
  unread,
  next,
}: {
  ctx: Ctx;
  list: ListState;
  rows: readonly Row[];
  total: number;
  unread: number;
  next: string | undefined;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t('notifications.title')}
    sub={ctx.t('notifications.sub', { n: total, unread: ctx.fmt.number(unread) })}
    actions={
      unread === 0 ? undefined : (
        <PostForm action={paths.notifications()}>
          <Button name="do" value="read-all">
            {ctx.t('notifications.readAll')}
          </Button>
        </PostForm>
      )
    }
  >
    {rows.length === 0 ? (
      <Panel title={ctx.t('notifications.title')} context={ctx.fmt.number(0)}>
        <Empty title={ctx.t('notifications.none')}>{ctx.t('notifications.noneWhy')}</Empty>
      </Panel>
    ) : (
      rows.map((row) => <Message ctx={ctx} row={row} />)
    )}
    {next === undefined ? null : <To href={listUrl(list, { trail: [next] })}>{ctx.t('notifications.older')}</To>}
  </Page>
);
