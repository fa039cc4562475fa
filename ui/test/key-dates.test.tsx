import { describe, expect, it } from 'vitest';
import { WithCtx } from '../src/context.ts';
import { KeyDates } from '../src/exchange/exchange-trust.tsx';
import { langs } from '../src/i18n/types.ts';
import { strictContext } from './sample.ts';

describe('what runs out', () => {
  it.each(langs)('is said by role and days, worse for a root that ends within a month: %s', (lang) => {
    const ctx = strictContext(lang);
    const draw = (dates: Parameters<typeof KeyDates>[0]['dates']) =>
      String(
        <WithCtx value={ctx}>
          <KeyDates dates={dates} />
        </WithCtx>,
      );
    expect(draw([])).not.toContain(ctx.t('fingerprint.runsOut'));
    const soon = draw([
      { role: 'root', daysLeft: 90 },
      { role: 'timestamp', daysLeft: -2 },
    ]);
    expect(soon).toContain(ctx.t('fingerprint.daysLeft', { role: ctx.t('exchange.role.root'), n: 90 }));
    expect(soon).toContain(ctx.t('fingerprint.over', { role: ctx.t('exchange.role.timestamp') }));
    expect(soon).toContain('class="notice" data-l="warning"');
    expect(draw([{ role: 'root', daysLeft: 29 }])).toContain('class="notice" data-l="critical"');
    expect(draw([{ role: 'targets', daysLeft: 3 }])).toContain('class="notice" data-l="warning"');
  });
});
