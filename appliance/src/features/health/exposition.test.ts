import { expect, it } from 'vitest';
import { exposition } from './exposition.ts';

it('a label is one quoted text whatever signs a name has, and a help is one line', () => {
  const text = exposition([
    {
      name: 'sallyport_knowledge_age_days',
      type: 'gauge',
      help: 'Age\nof a \\ feed.',
      samples: [{ labels: { feed: 'a "b" \\ c\nd' }, value: 1.5 }],
    },
    { name: 'sallyport_bounds', type: 'histogram', help: 'x', samples: [{ suffix: '_sum', value: Infinity }] },
  ]);
  expect(text.split('\n')).toEqual([
    '# HELP sallyport_knowledge_age_days Age\\nof a \\\\ feed.',
    '# TYPE sallyport_knowledge_age_days gauge',
    'sallyport_knowledge_age_days{feed="a \\"b\\" \\\\ c\\nd"} 1.5',
    '# HELP sallyport_bounds x',
    '# TYPE sallyport_bounds histogram',
    'sallyport_bounds_sum +Inf',
    '',
  ]);
});
