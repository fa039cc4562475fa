import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';

type Tells = {
  readonly days: number;
  readonly events: number;
  readonly isMore: boolean;
  readonly persons: readonly { readonly name: string; readonly events: number; readonly messages: number }[];
};

/** What a rule would have sent: before it is saved, and of one that is. */
export const WouldSend = ({ ctx, tells }: { ctx: Ctx; tells: Tells }) => (
  <Panel
    title={ctx.t(tells.isMore ? 'notifications.wouldHaveMore' : 'notifications.wouldHave', {
      n: tells.events,
      days: tells.days,
    })}
    body
  >
    {tells.persons.length === 0 ? (
      <p>{ctx.t('notifications.wouldHaveNone')}</p>
    ) : (
      <ul>
        {tells.persons.map(({ name, events, messages }) => (
          <li>{ctx.t('notifications.wouldHavePerson', { name, n: messages, events: ctx.fmt.number(events) })}</li>
        ))}
      </ul>
    )}
  </Panel>
);
