import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { Button, PostForm } from './form.tsx';
import { Notice } from './panel.tsx';
import { Time } from './text.tsx';

export type AskedByOne = {
  readonly by: string;
  readonly at: When;
  /** Why the reader cannot say yes; a code of `error.*`. */
  readonly hindrance?: string | undefined;
};

type Props = {
  readonly ctx: Ctx;
  readonly title: string;
  readonly asked: AskedByOne;
  readonly action: string;
  /** Hidden fields of the form. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The reader has not the right to decide, in words. */
  readonly unavailable: string | undefined;
  /** What was asked for. */
  readonly children?: Child;
};

/** What one person asked for, and the two answers of the second: the form sends `action` as `approve` or `refuse`. */
export const SecondPerson = ({ ctx, title, asked, action, fields = {}, unavailable, children }: Props) => (
  <Notice ctx={ctx} level="warning" title={title}>
    <p>
      {ctx.rich('people.askedBy', {
        who: <span translate="no">{asked.by}</span>,
        at: <Time ctx={ctx} at={asked.at} />,
      })}
    </p>
    {children}
    <PostForm ctx={ctx} action={action} class="row">
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Button
        kind="primary"
        name="action"
        value="approve"
        unavailable={
          unavailable ?? (asked.hindrance === undefined ? undefined : ctx.tDynamic(`error.${asked.hindrance}`))
        }
      >
        {ctx.t('people.approve')}
      </Button>
      <Button name="action" value="refuse" unavailable={unavailable}>
        {ctx.t('people.refuse')}
      </Button>
    </PostForm>
  </Notice>
);
