import type { Child } from 'hono/jsx';
import { useCtx } from '../context.ts';
import type { When } from '../model.ts';
import { Button, mayNotDecide, PostForm, withoutRight } from './form.tsx';
import { Notice } from './panel.tsx';
import { Time } from './text.tsx';

export type AskedByOne = {
  readonly by: string;
  readonly at: When;
  /** Why the reader cannot say yes; a code of `error.*`. */
  readonly hindrance?: string | undefined;
};

type Props = {
  readonly title: string;
  readonly asked: AskedByOne;
  readonly action: string;
  /** Hidden fields of the form. */
  readonly fields?: Readonly<Record<string, string>>;
  /** What it is about: `x:approve` says yes; that or `x:write` says no. */
  readonly area: string;
  /** What was asked for. */
  readonly children?: Child;
};

/** What one person asked for, and the two answers of the second: the form sends `action` as `approve` or `refuse`. */
export const SecondPerson = ({ title, asked, action, fields = {}, area, children }: Props) => {
  const ctx = useCtx();
  return (
    <Notice level="warning" title={title}>
      <p>
        {ctx.rich('people.askedBy', {
          who: <span translate="no">{asked.by}</span>,
          at: <Time at={asked.at} />,
        })}
      </p>
      {children}
      <PostForm action={action} class="row">
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Button
          kind="primary"
          name="action"
          value="approve"
          unavailable={
            withoutRight(ctx, `${area}:approve`) ??
            (asked.hindrance === undefined ? undefined : ctx.tDynamic(`error.${asked.hindrance}`))
          }
        >
          {ctx.t('people.approve')}
        </Button>
        <Button name="action" value="refuse" unavailable={mayNotDecide(ctx, area)}>
          {ctx.t('common.refuse')}
        </Button>
      </PostForm>
    </Notice>
  );
};
